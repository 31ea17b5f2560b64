"""The search language: terms that must all match, with Mailpit's prefixes."""

import re
from dataclasses import dataclass
from typing import Final

TERM: Final = re.compile(
    r"""(?P<not>[!-])?(?:(?P<field>to|from|subject):)?(?:"(?P<quoted>[^"]*)"|(?P<word>\S+))""",
    re.IGNORECASE,
)
ADDRESS: Final = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+")
TERMS_MAX: Final = 20


@dataclass(frozen=True)
class Text:
    """What a search looks at, all in lower case."""

    sender: str
    recipients: str
    subject: str
    content: str


@dataclass(frozen=True)
class Term:
    """One wanted or unwanted piece of text."""

    field: str
    """``to``, ``from``, ``subject``, or empty for all of a mail."""
    wanted: str
    excluded: bool = False

    def matches(self, text: Text) -> bool:
        places = {
            "to": text.recipients,
            "from": text.sender,
            "subject": text.subject,
            "": "\n".join((text.sender, text.recipients, text.subject, text.content)),
        }
        return (self.wanted in places[self.field]) is not self.excluded


@dataclass(frozen=True)
class Query:
    """A search as it was typed."""

    terms: tuple[Term, ...]

    def matches(self, text: Text) -> bool:
        return all(term.matches(text) for term in self.terms)

    def whole_recipient(self) -> str | None:
        """The full address of a ``to:`` term, by which mail can be looked up at once.

        A full address finds its own mail only, never that of one that ends like it.
        """
        for term in self.terms:
            if term.field == "to" and not term.excluded and ADDRESS.fullmatch(term.wanted):
                return term.wanted
        return None


def parse(typed: str) -> Query:
    """Reads a search; what is not understood is looked for as text."""
    terms = []
    for match in TERM.finditer(typed):
        wanted = match["quoted"] if match["quoted"] is not None else match["word"]
        if wanted:
            field = (match["field"] or "").lower()
            terms.append(Term(field, wanted.lower(), match["not"] is not None))
    return Query(tuple(terms[:TERMS_MAX]))
