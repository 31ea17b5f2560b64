"""How texts are compared: without case, accents and punctuation, word by word."""

from __future__ import annotations

import re
import unicodedata

WORDS_MAX = 12
# Letters that no decomposition takes apart.
_SPECIAL = str.maketrans({"ø": "o", "đ": "d", "ł": "l", "ß": "ss", "æ": "ae", "œ": "oe", "þ": "th"})


def plain(text: str) -> str:
    """Returns a text in lower case without accents: "Tromsø, Łódź" → "tromso, lodz"."""
    decomposed = unicodedata.normalize("NFKD", text.casefold())
    bare = "".join(c for c in decomposed if not unicodedata.combining(c))
    return bare.translate(_SPECIAL)


def words(text: str) -> list[str]:
    """Returns the words of a text, plain, each once, at most WORDS_MAX."""
    return list(dict.fromkeys(re.findall(r"\w+", plain(text))))[:WORDS_MAX]


def joined(*texts: str) -> str:
    """Returns the words of some texts as one plain text, to search in."""
    return " ".join(re.findall(r"\w+", plain(" ".join(texts))))
