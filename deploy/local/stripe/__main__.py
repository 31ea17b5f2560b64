"""Starts the local Stripe: ``python -m deploy.local.stripe --port 12111 --state FILE``."""

import argparse
import logging
import sys
import time
from pathlib import Path

import uvloop

from deploy.local.stripe.app import Settings, build
from deploy.local.stripe.server import serve

HOST = "127.0.0.1"


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m deploy.local.stripe", description=__doc__)
    parser.add_argument("--host", default=HOST, help="0.0.0.0 in a container")
    parser.add_argument("--port", type=int, default=12111)
    parser.add_argument("--state", type=Path, required=True, help="the SQLite file")
    parser.add_argument("--webhook-url", help="where every event is delivered")
    parser.add_argument("--webhook-secret", help="what they are signed with (whsec_…)")
    parser.add_argument("--public-url", help="where a browser finds this server")
    parser.add_argument("--fault-seed", type=int, default=0)
    arguments = parser.parse_args()
    if (arguments.webhook_url is None) != (arguments.webhook_secret is None):
        parser.error("--webhook-url and --webhook-secret go together")
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(message)s")
    settings = Settings(
        state=arguments.state,
        public_url=arguments.public_url or f"http://{HOST}:{arguments.port}",
        webhook_url=arguments.webhook_url,
        webhook_secret=arguments.webhook_secret,
        fault_seed=arguments.fault_seed,
    )
    uvloop.run(serve(build(settings, time.time), arguments.host, arguments.port))
    return 0


if __name__ == "__main__":
    sys.exit(main())
