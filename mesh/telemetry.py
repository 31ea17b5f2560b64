"""Logs as JSON lines, metrics for Prometheus, traces by the W3C header.

Every call has a trace id, sampled or not: it is in the log lines, in the problem that the caller sees, and travels in
the envelopes on Kafka. Spans are exported only where `ONSALE_OTLP_ENDPOINT` is set: sampled spans cost a hold more
than its own statement does (research: asyncpg 171 → 223 µs, redis 76 → 235 µs with every call traced).
"""

from __future__ import annotations

import logging
import os
import secrets
import sys
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from contextvars import ContextVar

import structlog
from opentelemetry import trace
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor
from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator
from prometheus_client import Counter, Histogram, start_http_server

log: structlog.stdlib.BoundLogger = structlog.get_logger()

CALLS = Counter("onsale_rpc_calls_total", "Calls by method and code.", ["method", "code"])
CALL_SECONDS = Histogram(
    "onsale_rpc_seconds",
    "How long calls took.",
    ["method"],
    buckets=(0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10),
)
ERRORS = Counter("onsale_errors_total", "Unexpected errors by place.", ["place"])

_traceparent: ContextVar[str] = ContextVar("traceparent", default="")
_propagator = TraceContextTextMapPropagator()
_exports_spans = False


def configure(name: str, *, otlp_endpoint: str = "", level: str = "info") -> None:
    """Sets up logs and, where an endpoint is given, traces. Call once, first of all."""
    global _exports_spans
    logging.basicConfig(stream=sys.stderr, format="%(message)s", level=level.upper())
    for noisy in ("aiokafka", "kafka", "asyncio", "httpx", "uvicorn.access"):
        logging.getLogger(noisy).setLevel(logging.ERROR if "kafka" in noisy else logging.WARNING)
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.format_exc_info,
            structlog.processors.JSONRenderer(),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(
            logging.getLevelNamesMapping()[level.upper()]
        ),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
        cache_logger_on_first_use=True,
    )
    structlog.contextvars.bind_contextvars(service=name, pid=os.getpid())
    if otlp_endpoint:
        provider = TracerProvider(resource=Resource.create({"service.name": f"onsale-{name}"}))
        exporter = OTLPSpanExporter(endpoint=f"{otlp_endpoint.rstrip('/')}/v1/traces")
        provider.add_span_processor(BatchSpanProcessor(exporter))
        trace.set_tracer_provider(provider)
        _exports_spans = True


def serve_metrics(host: str, port: int) -> None:
    """Serves /metrics; port 0 serves none."""
    if port:
        start_http_server(port, addr=host)


def new_traceparent() -> str:
    """Returns a trace context that no span belongs to yet."""
    digits = secrets.token_hex(24)
    return f"00-{digits[:32]}-{digits[32:]}-00"


def traceparent() -> str:
    """Returns the trace context of the current call; empty outside of one."""
    return _traceparent.get()


def trace_id() -> str:
    """Returns the trace id of the current call; empty outside of one."""
    parts = _traceparent.get().split("-")
    return parts[1] if len(parts) == 4 else ""


def traced(name: str, incoming: str) -> AbstractContextManager[None]:
    """Runs a call or a message under its trace context, as a span where spans are exported."""
    context = incoming if incoming.count("-") == 3 else new_traceparent()
    return _span(name, context) if _exports_spans else _Traced(context)


class _Traced:
    """A call's trace context, and no span: a generator would cost every call more than what it does here."""

    __slots__ = ("_context", "_token")

    def __init__(self, context: str) -> None:
        self._context = context

    def __enter__(self) -> None:
        self._token = _traceparent.set(self._context)

    def __exit__(self, *raised: object) -> None:
        _traceparent.reset(self._token)


@contextmanager
def _span(name: str, context: str) -> Iterator[None]:
    parent = _propagator.extract({"traceparent": context})
    with trace.get_tracer("onsale").start_as_current_span(name, context=parent):
        carrier: dict[str, str] = {}
        _propagator.inject(carrier)
        token = _traceparent.set(carrier.get("traceparent", context))
        try:
            yield
        finally:
            _traceparent.reset(token)
