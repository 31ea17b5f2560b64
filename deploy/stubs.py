"""Generates the stubs and the descriptor set beside the protos; `--check` says whether they are fresh and well formed.

Run it by `make stubs`. Checked, in this order: buf's lint (the exceptions are named in protos/buf.yaml with their
reasons), every RPC has its options, and generating again changes nothing.
"""

from __future__ import annotations

import argparse
import importlib
import subprocess
import sys
import sysconfig
import tempfile
from pathlib import Path

from grpc_tools import protoc

ROOT = Path(__file__).resolve().parent.parent
DESCRIPTORS = Path("protos/descriptors.binpb")
"""All services with their comments: what the edge makes its OpenAPI document from."""


def sources() -> list[Path]:
    """Returns the protos, relative to the root."""
    return sorted(path.relative_to(ROOT) for path in ROOT.glob("protos/*/v1/*.proto"))


def generate(into: Path) -> None:
    """Writes stubs and descriptors below a folder."""
    google = sysconfig.get_path("purelib")
    well_known = str(Path(protoc.__file__).parent / "_proto")
    includes = ["protoc", f"-I{ROOT}", f"-I{google}", f"-I{well_known}"]
    protos = [str(path) for path in sources()]
    services = [p for p in protos if "\nservice " in (ROOT / p).read_text(encoding="utf-8")]
    (into / "protos").mkdir(exist_ok=True)
    _protoc([*includes, f"--python_out={into}", f"--pyi_out={into}", *protos])
    _protoc([*includes, f"--grpc_python_out={into}", *services])
    _protoc(
        [
            *includes,
            "--include_imports",
            "--include_source_info",
            f"--descriptor_set_out={into / DESCRIPTORS}",
            *protos,
        ]
    )


def _protoc(arguments: list[str]) -> None:
    if protoc.main(arguments):
        sys.exit("protoc refused the protos")


def stale() -> list[str]:
    """Returns the generated files that generating again would change."""
    with tempfile.TemporaryDirectory() as folder:
        fresh = Path(folder)
        generate(fresh)
        made = [path.relative_to(fresh) for path in fresh.rglob("*") if path.is_file()]
        return [
            str(path)
            for path in made
            if not (ROOT / path).exists()
            or (ROOT / path).read_bytes() != (fresh / path).read_bytes()
        ]


def lint() -> int:
    """Runs buf's lint over the descriptor set."""
    buf = Path(sysconfig.get_path("scripts")) / "buf"
    config = (ROOT / "protos/buf.yaml").read_text(encoding="utf-8")
    return subprocess.run(  # noqa: S603 - our own tool on our own file
        [buf, "lint", str(ROOT / DESCRIPTORS), "--config", config], check=False
    ).returncode


def incomplete() -> list[str]:
    """Returns what the RPCs fail to say of themselves."""
    from mesh.contract import ContractIncomplete, describe

    faults = []
    for path in sources():
        module = importlib.import_module(".".join(path.with_suffix("").parts) + "_pb2")
        for service in module.DESCRIPTOR.services_by_name.values():
            try:
                describe(service)
            except ContractIncomplete as fault:
                faults.append(str(fault))
    return faults


def main() -> None:
    """Generates, or checks."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true", help="change nothing; fail when stale")
    if not parser.parse_args().check:
        generate(ROOT)
        return
    old = stale()
    if old:
        sys.exit("Stale, run `make stubs`: " + ", ".join(old))
    faults = incomplete()
    if faults:
        sys.exit("\n".join(faults))
    sys.exit(lint())


if __name__ == "__main__":
    main()
