"""Texts are compared without case, accents and punctuation."""

import pytest

from search_svc import index, words


@pytest.mark.parametrize(
    ("text", "plain"),
    [
        ("Tromsø", "tromso"),
        ("ŁÓDŹ", "lodz"),
        ("Beyoncé", "beyonce"),
        ("Straße", "strasse"),
        ("Ænima", "aenima"),
        ("Москва", "москва"),
    ],
)
def test_case_and_accents_make_no_difference(text: str, plain: str) -> None:
    assert words.plain(text) == plain


def test_words_are_each_once_and_bounded() -> None:
    assert words.words("Sibelius, Jean — jean!") == ["sibelius", "jean"]
    assert len(words.words(" ".join(f"w{n}" for n in range(50)))) == words.WORDS_MAX


def test_price_ranges_meet_and_the_last_is_open() -> None:
    assert [index.price_range(lower) for lower in (0, 2500, 20000)] == [
        "0-2500",
        "2500-5000",
        "20000-",
    ]
