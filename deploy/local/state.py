"""The state folder: what lies where in it, who may use it, and whether it can be trusted."""

import json
import os
import secrets
import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from deploy.local.errors import DiskFull, StateFromNewerVersion

STATE_FORMAT = 1
"""Grows when an older checkout could no longer use the state."""

PASSWORD_BYTES = 18


_OWN_ENTRIES = (
    "data",
    "logs",
    "tls",
    "keys",
    "sockets",
    "mailbox",
    "stripe",
    "endpoints.json",
    "secrets.json",
    "status.json",
    "seeded",
)


def write_atomically(
    path: Path, text: str, mode: int = 0o644, *, outlives_power_loss: bool = True
) -> None:
    """Writes a file that readers see whole or not at all."""
    draft = path.with_name(f"{path.name}.{os.getpid()}.new")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, mode)
    with os.fdopen(descriptor, "w") as file:
        file.write(text)
        file.flush()
        if outlives_power_loss:
            os.fsync(file.fileno())
    draft.replace(path)


@dataclass(frozen=True)
class StateFolder:
    """The folder and the names in it."""

    root: Path

    @property
    def data(self) -> Path:
        """The servers' data, a folder for each."""
        return self.root / "data"

    @property
    def logs(self) -> Path:
        """A log file per part."""
        return self.root / "logs"

    @property
    def tls(self) -> Path:
        """The certificate authority, and a certificate and key per peer."""
        return self.root / "tls"

    @property
    def keys(self) -> Path:
        """Each issuer's signing keys, made by the services themselves."""
        return self.root / "keys"

    @property
    def endpoints_file(self) -> Path:
        """Name → address, for tests and tools."""
        return self.root / "endpoints.json"

    @property
    def status_file(self) -> Path:
        """What the supervisor last said about its parts."""
        return self.root / "status.json"

    @property
    def pid_file(self) -> Path:
        """The supervisor's process id; locked for as long as it lives."""
        return self.root / "supervisor.pid"

    @property
    def seeded_file(self) -> Path:
        """Written when the demo catalogue is complete."""
        return self.root / "seeded"

    def log_file(self, part: str) -> Path:
        """Where a part's output goes."""
        return self.logs / f"{part}.log"

    def prepare(self, free_disk_bytes_min: int) -> None:
        """Makes the folders, or refuses a state that cannot be used.

        Raises:
            DiskFull: there is less space than databases need.
            StateFromNewerVersion: a later Onsale wrote this state.
        """
        self.root.mkdir(parents=True, exist_ok=True)
        free_bytes = shutil.disk_usage(self.root).free
        if free_bytes < free_disk_bytes_min:
            raise DiskFull(self.root, free_bytes, free_disk_bytes_min)
        self._check_format()
        for folder in (self.data, self.logs, self.tls, self.keys):
            folder.mkdir(exist_ok=True)
        self.keys.chmod(0o700)

    def secret(self, name: str) -> str:
        """A password made at its first use and the same ever after."""
        path = self.root / "secrets.json"
        known: dict[str, str] = json.loads(path.read_text()) if path.exists() else {}
        if name not in known:
            known[name] = secrets.token_urlsafe(PASSWORD_BYTES)
            write_atomically(path, json.dumps(known, indent=2), mode=0o600)
        return known[name]

    def write_status(self, status: dict[str, Any]) -> None:
        """Tells `make status` and `make up` how things stand."""
        text = json.dumps(status, indent=2)
        write_atomically(self.status_file, text, outlives_power_loss=False)

    def read_status(self) -> dict[str, Any]:
        """What the supervisor last wrote; empty when it never did."""
        try:
            status: dict[str, Any] = json.loads(self.status_file.read_text())
        except (FileNotFoundError, json.JSONDecodeError):
            return {}
        return status

    def empty(self) -> None:
        """Removes the state; nothing else, should the folder have been somebody's own."""
        is_ours = (self.root / "state.json").exists()
        entries = (
            list(self.root.iterdir()) if is_ours else [self.root / name for name in _OWN_ENTRIES]
        )
        for entry in entries:
            if entry.is_dir() and not entry.is_symlink():
                shutil.rmtree(entry)
            else:
                entry.unlink(missing_ok=True)

    def _check_format(self) -> None:
        path = self.root / "state.json"
        if not path.exists():
            write_atomically(path, json.dumps({"format": STATE_FORMAT}))
            return
        found = int(json.loads(path.read_text())["format"])
        if found > STATE_FORMAT:
            raise StateFromNewerVersion(self.root, found, STATE_FORMAT)
