"""`python -m deploy.local.audit`: prints a line for each invariant; exits with 1 on a breach."""

from __future__ import annotations

import asyncio
import os
import sys
from pathlib import Path

from deploy.local.audit.checks import audit
from deploy.local.audit.evidence import read_endpoints

DEFAULT_RUN_DIR = ".run"
DEFAULT_PROCESSOR_KEY = "sk_test_local"


def main() -> None:
    """Audits the system whose state is in ONSALE_RUN_DIR."""
    folder = Path(os.environ.get("ONSALE_RUN_DIR", DEFAULT_RUN_DIR))
    try:
        endpoints = read_endpoints(folder)
    except FileNotFoundError:
        sys.exit(f"Nothing runs in {folder}: start it by `make up`, or set ONSALE_RUN_DIR")
    key = os.environ.get("ONSALE_STRIPE_API_KEY", DEFAULT_PROCESSOR_KEY)
    findings = asyncio.run(audit(endpoints, key))
    for finding in findings:
        print("\n".join(finding.lines()))
    sys.exit(1 if any(finding.breaches for finding in findings) else 0)


if __name__ == "__main__":
    main()
