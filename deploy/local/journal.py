"""What a tool has made so far, so that running it again makes nothing twice.

The services forget request ids after a day; a journal remembers for as long as the state lives.
"""

import datetime
import json
from pathlib import Path
from typing import IO

from deploy.local.state import write_atomically


class Journal:
    """Names of things and the ids that they were given, one JSON line each."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._ids: dict[str, str] = {}
        if not path.exists():
            begun = datetime.datetime.now(datetime.UTC).replace(microsecond=0)
            write_atomically(path, json.dumps(["begun", begun.isoformat()]) + "\n")
        for line in path.read_text().splitlines():
            try:
                name, identifier = json.loads(line)
            except ValueError:  # the line that a crash cut short: its thing is asked for again
                continue
            self._ids[name] = identifier
        self._file: IO[str] = path.open("a")
        # Behind a line cut short the next one would be lost too.
        self._file.write("\n")

    @property
    def begun(self) -> datetime.datetime:
        """When the tool ran first: what it makes later counts from then, and so is the same thing."""
        return datetime.datetime.fromisoformat(self._ids["begun"])

    def __len__(self) -> int:
        return len(self._ids) - 1

    def find(self, name: str) -> str | None:
        """Returns a thing's id; None when it was not made yet."""
        return self._ids.get(name)

    def note(self, name: str, identifier: str) -> None:
        """Remembers that a thing was made."""
        self._ids[name] = identifier
        self._file.write(json.dumps([name, identifier]) + "\n")
        self._file.flush()

    def close(self) -> None:
        """Lets go of the file."""
        self._file.close()
