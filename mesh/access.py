"""Who may call what. Default is deny: what the proto does not allow is refused."""

from __future__ import annotations

from mesh import contract
from mesh.contract import Rpc
from mesh.errors import OnsaleError, PermissionDenied, Unauthenticated
from mesh.identity import Caller


class RoleRequired(PermissionDenied):
    """The caller lacks the role that this needs."""

    reason = "ROLE_REQUIRED"


def refusal(rpc: Rpc, who: Caller) -> OnsaleError | None:
    """Returns why a caller may not call; None when it may."""
    if contract.PUBLIC in rpc.allow:
        return None
    if contract.SERVICE in rpc.allow and who.peer in rpc.peers:
        return None
    if who.account_id is None:
        return Unauthenticated()
    if contract.BUYER in rpc.allow:
        return None
    if contract.ORGANISER in rpc.allow and "organiser" in who.roles:
        return None
    if contract.GATE in rpc.allow and "gate" in who.roles:
        return None
    return RoleRequired()
