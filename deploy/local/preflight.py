"""What is checked before anything is started, so that the first line tells what to do."""

import datetime
from collections.abc import Sequence

from deploy.local.endpoints import write_endpoints
from deploy.local.layout import Layout
from deploy.local.parts import Part
from deploy.local.ports import require_free
from deploy.local.tls import ensure_certificates


def check_and_prepare(layout: Layout, parts: Sequence[Part]) -> None:
    """Makes the state folder's contents; the caller holds the supervisor's lock.

    Raises:
        LocalStackError: the state, the disk or a port stands in the way.
    """
    layout.state.prepare(layout.settings.free_disk_bytes_min)
    layout.postgres.check()
    require_free(layout.ports, [name for part in parts for name in part.ports])
    ensure_certificates(layout.state.tls, datetime.datetime.now(datetime.UTC))
    write_endpoints(layout)
