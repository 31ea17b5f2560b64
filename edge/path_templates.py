"""Path templates of google.api.http, such as `/v1/events/{event_id}/room:join`.

A template is segments of literals, `*`, `**` and `{field.path=…}`, and at most one verb after a colon. A literal may
follow a variable within a segment (`{event_id}.csv`), which Google's grammar lacks and web addresses want.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from urllib.parse import unquote

_VARIABLE = re.compile(r"\{([a-z0-9_.]+)(?:=([^{}]+))?\}")
_LITERAL = re.compile(r"[A-Za-z0-9_.~\-]*")


class TemplateMalformed(ValueError):
    """The text is not a path template."""


@dataclass(frozen=True)
class PathTemplate:
    """A compiled template."""

    text: str
    fields: tuple[str, ...]
    """The paths of the fields that the path sets, in order."""
    verb: str
    segment_count: int | None
    """How many segments a path must have; None where `**` takes any number."""
    pattern: re.Pattern[str]

    def match(self, path: str) -> dict[str, str] | None:
        """Returns the fields of a raw path without its verb; None when it does not fit."""
        found = self.pattern.fullmatch(path)
        if not found:
            return None
        texts = found.groups()
        if "%" in path:
            texts = tuple(unquote(text) for text in texts)
        return dict(zip(self.fields, texts, strict=True))


def split_verb(path: str) -> tuple[str, str]:
    """Splits a raw path into what is before its verb, and the verb; empty when there is none."""
    head, slash, last = path.rpartition("/")
    name, colon, verb = last.rpartition(":")
    return (f"{head}{slash}{name}", verb) if colon else (path, "")


def compile_template(text: str) -> PathTemplate:
    """Reads a template. Raises TemplateMalformed."""
    if not text.startswith("/"):
        raise TemplateMalformed(text)
    # A colon inside braces is of no template that we know; outside it begins the verb.
    path, verb = split_verb(text)
    fields: list[str] = []
    pattern = ""
    position = 0
    for variable in _VARIABLE.finditer(path):
        pattern += _segments(path[position : variable.start()], text)
        fields.append(variable.group(1))
        pattern += f"({_segments(variable.group(2) or '*', text)})"
        position = variable.end()
    pattern += _segments(path[position:], text)
    count = None if "**" in path else _VARIABLE.sub(_inner_path, path).count("/")
    return PathTemplate(text, tuple(fields), verb, count, re.compile(pattern))


def _inner_path(variable: re.Match[str]) -> str:
    return variable.group(2) or "*"


def _segments(text: str, template: str) -> str:
    """Returns the pattern of literals and wildcards between variables."""
    parts = []
    for segment in text.split("/"):
        if segment == "**":
            parts.append(".+")
        elif segment == "*":
            parts.append("[^/]+?")
        elif _LITERAL.fullmatch(segment):
            parts.append(re.escape(segment))
        else:
            raise TemplateMalformed(template)
    return "/".join(parts)
