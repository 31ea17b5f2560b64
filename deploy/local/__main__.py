"""`python -m deploy.local COMMAND`: the local stack from the command line."""

import argparse
import asyncio
import datetime
import logging
import shlex
import sys

from deploy.local import background
from deploy.local.environment import stack_environment
from deploy.local.errors import LocalStackError
from deploy.local.layout import Layout
from deploy.local.lock import supervisor_pid
from deploy.local.logs import follow, tail
from deploy.local.parts import chosen_parts
from deploy.local.run import run
from deploy.local.settings import load_settings
from deploy.local.tls import ensure_certificates


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m deploy.local", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    for name, words in (
        ("run", "run the stack and follow it until Ctrl-C"),
        ("up", "start the stack in the background"),
    ):
        command = commands.add_parser(name, help=words)
        command.add_argument("parts", nargs="*", help="only these parts (default: all)")
        if name == "run":
            command.add_argument("--detached", action="store_true", help=argparse.SUPPRESS)
    commands.add_parser("down", help="end the stack")
    commands.add_parser("status", help="how each part does")
    logs = commands.add_parser("logs", help="follow the logs")
    logs.add_argument("part", nargs="?", help="only this part's")
    commands.add_parser("reset", help="end the stack and remove its state")
    commands.add_parser("certificates", help="make the peers' certificates, and nothing else")
    commands.add_parser("env", help="print the services' settings, for a shell to read")
    grant = commands.add_parser("grant", help="give an account a role")
    grant.add_argument("email")
    grant.add_argument("role", choices=("organiser", "gate"))
    return parser.parse_args()


def _logs(layout: Layout, part: str | None) -> None:
    paths = sorted(layout.state.logs.glob("*.log"))
    if part is not None:
        chosen_parts(layout, [part])
        paths = [layout.state.log_file(part)]

    async def follow_all() -> None:
        async for line in follow(paths):
            print(line, flush=True)

    for path in paths:
        for line in tail(path).splitlines():
            print(f"{path.stem} | {line}")
    asyncio.run(follow_all())


def _reset(layout: Layout) -> None:
    if supervisor_pid(layout.state) is not None:
        background.down(layout)
    if layout.state.root.exists():
        layout.state.empty()
    print(f"{layout.state.root} is empty")


def _print_environment(layout: Layout) -> None:
    for name, value in stack_environment(layout).items():
        print(f"export {name}={shlex.quote(value)}")


def _obey(arguments: argparse.Namespace, layout: Layout) -> int:
    match arguments.command:
        case "run":
            asyncio.run(run(layout, arguments.parts, detached=arguments.detached))
        case "up":
            background.up(layout, arguments.parts)
        case "down":
            background.down(layout)
        case "status":
            return 0 if asyncio.run(background.status(layout)) else 1
        case "logs":
            _logs(layout, arguments.part)
        case "reset":
            _reset(layout)
        case "certificates":
            layout.state.tls.mkdir(parents=True, exist_ok=True)
            ensure_certificates(layout.state.tls, datetime.datetime.now(datetime.UTC))
        case "env":
            _print_environment(layout)
        case "grant":
            from deploy.local.grant import grant  # the stubs are slow to load; only this needs them

            grant(layout, arguments.email, arguments.role)
    return 0


def main() -> int:
    """Obeys one command; whatever stands in the way is one line on standard error."""
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(message)s", datefmt="%H:%M:%S")
    # A client that finds no broker yet says so at each probe; the supervisor says it once.
    logging.getLogger("aiokafka").setLevel(logging.CRITICAL)
    try:
        return _obey(_arguments(), Layout.of(load_settings()))
    except LocalStackError as error:
        print(f"onsale: {error}", file=sys.stderr)
        return 1
    except OSError as error:
        # Such as a disk that filled up meanwhile, or a folder that is not ours to write.
        place = "" if error.filename is None else f"{error.filename}: "
        print(f"onsale: {place}{error.strerror or error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130


if __name__ == "__main__":
    sys.exit(main())
