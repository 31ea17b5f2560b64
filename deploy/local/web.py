"""Builds the web app: `python -m deploy.local.web`, by the machine's Node where it is new enough, else by a wheel's.

Vite needs Node 20.19 or newer. The wheel (deploy/local/node.lock) goes into the project's own virtual environment, and
only onto machines that need it: it is 200 MB.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import sysconfig
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
WEB = ROOT / "edge/web"
NODE_LOCK = ROOT / "deploy/local/node.lock"
NODE_VERSION_MIN = (20, 19)
BUILD_SECONDS_MAX = 600


def node_folder() -> Path | None:
    """Returns the folder of a Node that is new enough; None when there is none."""
    scripts = Path(sysconfig.get_path("scripts"))
    for found in (scripts / "node", shutil.which("node")):
        if found and Path(found).exists() and shutil.which("npm", path=str(Path(found).parent)):
            said = subprocess.run([found, "--version"], capture_output=True, text=True, check=False)
            numbers = [int(number) for number in re.findall(r"\d+", said.stdout)[:2]]
            if tuple(numbers) >= NODE_VERSION_MIN:
                return Path(found).parent
    return None


def main() -> None:
    """Builds edge/web/dist, or says in one line why not."""
    folder = node_folder()
    if folder is None:
        print("Node 20.19 or newer is not here: installing it as a wheel…", flush=True)
        pip = [sys.executable, "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
        subprocess.run([*pip, "--require-hashes", "-r", str(NODE_LOCK)], check=True)
        folder = node_folder()
    if folder is None:
        sys.exit("No Node that can build the web app: install Node 20.19 or newer")
    environment = {**os.environ, "PATH": f"{folder}{os.pathsep}{os.environ['PATH']}"}
    npm = str(folder / "npm")
    print("Building the web app…", flush=True)
    for step in (
        ["ci", "--no-audit", "--no-fund", "--loglevel=error"],
        ["run", "build", "--silent"],
    ):
        done = subprocess.run(
            [npm, *step], cwd=WEB, env=environment, timeout=BUILD_SECONDS_MAX, check=False
        )
        if done.returncode:
            sys.exit(f"The web app could not be built: npm {step[0]} ended with {done.returncode}")
    (WEB / "dist/index.html").touch()


if __name__ == "__main__":
    main()
