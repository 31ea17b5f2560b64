"""Addresses, roles and codes."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest

from edge.accounts import codes
from edge.accounts.accounts import Account, grant_by, normalise_email
from edge.accounts.code_mailer import compose
from edge.accounts.codes import StoredCode
from edge.accounts.errors import EmailInvalid, RoleNotGrantable
from edge.accounts.sessions import access_claims
from edge.accounts.store import CodeMail
from mesh.identity import Caller

NOW = datetime(2027, 1, 1, tzinfo=UTC)
ORGANISER = Caller(UUID(int=1), frozenset({"organiser"}))


@pytest.mark.parametrize(
    ("text", "email"),
    [
        ("  Anna@Example.TEST ", "anna@example.test"),
        ("ａnna@example.test", "anna@example.test"),
        ("anna@MÜNCHEN.example", "anna@xn--mnchen-3ya.example"),
        ("anna+tickets@example.test", "anna+tickets@example.test"),
        ("o'neil@example.test", "o'neil@example.test"),
    ],
)
def test_an_address_has_one_form(text: str, email: str) -> None:
    assert normalise_email(text) == email


@pytest.mark.parametrize(
    "text",
    ["", "anna", "@example.test", "anna@", "anna@localhost", "a b@example.test", "a@b@c.test",
     "a\nBcc: x@y.z@example.test", "anna@exa mple.test", "<anna@example.test>", "a" * 65 + "@b.test",
     "anna@" + "b" * 250 + ".test", "anna@.test", "anna@a..test"],
)  # fmt: skip
def test_what_is_no_address_is_refused(text: str) -> None:
    with pytest.raises(EmailInvalid):
        normalise_email(text)


def test_an_organiser_grants_gates_for_own_events_and_nothing_else() -> None:
    assert grant_by(ORGANISER, "gate", "").gate_for == ORGANISER.account_text
    assert grant_by(ORGANISER, "gate", ORGANISER.account_text).gate_for == ORGANISER.account_text
    with pytest.raises(RoleNotGrantable):
        grant_by(ORGANISER, "organiser", "")
    with pytest.raises(RoleNotGrantable):
        grant_by(ORGANISER, "gate", "acc_00000000000000000000000009")


def test_the_operator_grants_any_role_and_without_an_organiser_every_gate() -> None:
    operator = Caller(peer="operator")
    assert grant_by(operator, "organiser", "").gate_for == ""
    assert grant_by(operator, "gate", "").gate_for == "*"
    assert grant_by(operator, "gate", "acc_1").gate_for == "acc_1"


def test_an_organiser_learns_nothing_of_what_others_granted() -> None:
    account = Account(UUID(int=2), "g@x.test", ("buyer", "organiser", "gate"), ("acc_1", "acc_2"))
    seen = account.seen_by_organiser("acc_2")
    assert (seen.roles, seen.gate_for) == (("buyer", "gate"), ("acc_2",))


def test_codes_are_six_digits_and_differ() -> None:
    made = {codes.new_code() for _ in range(200)}
    assert all(len(code) == 6 and code.isdigit() for code in made)
    assert len(made) > 190


def test_a_code_is_worth_nothing_for_another_address_or_without_the_pepper() -> None:
    right = codes.hash_code("p", "a@x.test", "123456")
    stored = StoredCode(right, 5, NOW)
    assert codes.is_right(stored, codes.hash_code("p", "a@x.test", "123456"))
    assert not codes.is_right(stored, codes.hash_code("p", "b@x.test", "123456"))
    assert not codes.is_right(stored, codes.hash_code("q", "a@x.test", "123456"))


@pytest.mark.parametrize(
    ("stored", "is_live"),
    [
        (StoredCode(b"x", 1, NOW + timedelta(seconds=1)), True),
        (StoredCode(b"x", 0, NOW + timedelta(seconds=1)), False),
        (StoredCode(b"x", 5, NOW), False),
        (StoredCode(None, 5, NOW + timedelta(seconds=1)), False),
    ],
)
def test_a_code_lives_until_it_is_used_up_or_old(stored: StoredCode, is_live: bool) -> None:
    assert stored.is_live(NOW) is is_live


def test_a_pasted_code_may_have_gaps() -> None:
    assert codes.tidy_code(" 123-456\n") == "123456"


def test_an_address_waits_until_its_oldest_counting_code_is_ten_minutes_old() -> None:
    times = [NOW - timedelta(minutes=minutes) for minutes in (11, 9, 5, 1)]
    counting = codes.recent(times, NOW)
    assert len(counting) == 3
    assert codes.seconds_until_next(counting, 3, NOW) == 60
    assert codes.seconds_until_next(counting, 4, NOW) == 0
    assert codes.seconds_until_next(counting, 0, NOW) == 0


def test_the_mail_has_its_code_as_the_only_six_digits() -> None:
    import re

    mail = compose(CodeMail(1, "a@x.test", "004711", 1), "Onsale <t@onsale.example>", 600)
    text = mail.get_body(("plain",))
    assert text is not None
    assert re.findall(r"\d{6}", text.get_content()) == ["004711"]


def test_an_access_token_says_who_and_what_for_a_quarter_of_an_hour() -> None:
    account = Account(UUID(int=2), "g@x.test", ("buyer", "gate"), ("acc_1",))
    claims = access_claims(account, NOW, timedelta(minutes=15))
    assert claims["sub"] == account.account_text
    assert (claims["roles"], claims["gate_for"]) == (["buyer", "gate"], ["acc_1"])
    assert claims["exp"] - claims["iat"] == 900
    assert "g@x.test" not in str(claims)
