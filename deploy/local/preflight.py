"""What is checked before anything is started, so that the first line tells what to do."""

import datetime
import socket
from collections.abc import Sequence

from deploy.local.endpoints import write_endpoints
from deploy.local.layout import Layout
from deploy.local.parts import Part
from deploy.local.ports import reserve
from deploy.local.tls import ensure_certificates


async def check_and_prepare(layout: Layout, parts: Sequence[Part]) -> list[socket.socket]:
    """Makes the state folder's contents; the caller holds the supervisor's lock.

    Returns:
        Sockets that reserve the parts' ports while they are open.

    Raises:
        LocalStackError: the state, the disk or a port stands in the way.
    """
    layout.state.prepare(layout.settings.free_disk_bytes_min)
    layout.postgres.check()
    reserved = await reserve(layout.ports, [name for part in parts for name in part.ports])
    ensure_certificates(layout.state.tls, datetime.datetime.now(datetime.UTC))
    write_endpoints(layout)
    return reserved
