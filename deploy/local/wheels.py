"""Where the servers' programs lie in the wheels that bring them.

The wheels' own Python layers are not imported: each starts its server in a way of its own, and
all we need is a path.
"""

import importlib.util
import os
from pathlib import Path

from deploy.local.errors import LocalStackError


def program(package: str, pattern: str) -> Path:
    """The one file of an installed package that matches, made runnable if it is not."""
    spec = importlib.util.find_spec(package)
    if spec is None or not spec.submodule_search_locations:
        raise LocalStackError(
            f"the Python package that brings {package} is not installed: run `make setup`"
        )
    folder = Path(spec.submodule_search_locations[0])
    found = next(folder.glob(pattern), None)
    if found is None:
        raise LocalStackError(
            f"{folder} has no {pattern}: there is no build of this server for this kind of machine"
        )
    if not os.access(found, os.X_OK):
        # Some installers drop the run bit.
        found.chmod(found.stat().st_mode | 0o111)
    return found
