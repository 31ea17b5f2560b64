"""Gives an account a role, as the operator, over the edge's peer port."""

import grpc

from deploy.local.errors import LocalStackError
from deploy.local.layout import Layout
from protos.accounts.v1 import accounts_pb2, accounts_pb2_grpc

DEADLINE_SECONDS = 5.0


def grant(layout: Layout, email: str, role: str) -> None:
    """Makes the account of this address an organiser or a gate; it counts from the next token.

    Raises:
        LocalStackError: the edge does not run, or refuses.
    """
    address = layout.ports.address("edge.peer")
    try:
        credentials = _operator_credentials(layout)
    except FileNotFoundError as error:
        raise LocalStackError(
            f"{error.filename} is missing: `make up` starts the stack and makes it"
        ) from error
    with grpc.secure_channel(address, credentials) as channel:
        stub = accounts_pb2_grpc.AccountServiceStub(channel)  # type: ignore[no-untyped-call]
        request = accounts_pb2.GrantRoleRequest(email=email, role=role)
        try:
            account = stub.GrantRole(request, timeout=DEADLINE_SECONDS)
        except grpc.RpcError as error:
            why = f"{error.code().name}: {error.details()}"
            raise LocalStackError(
                f"the edge at {address} did not grant {role} to {email} ({why}); `make status` "
                "shows whether it runs"
            ) from error
    print(f"{account.email} is now: {', '.join(account.roles)}")


def _operator_credentials(layout: Layout) -> grpc.ChannelCredentials:
    tls = layout.state.tls
    return grpc.ssl_channel_credentials(
        root_certificates=(tls / "ca.pem").read_bytes(),
        private_key=(tls / "client.key").read_bytes(),
        certificate_chain=(tls / "client.pem").read_bytes(),
    )
