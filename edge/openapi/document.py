"""The OpenAPI 3.1 document: every route with its fields, callers and refusals."""

from __future__ import annotations

from typing import Any

import orjson
from google.protobuf.descriptor import FieldDescriptor

from edge.events import policy_of
from edge.openapi.schemas import Schemas
from edge.routes import Route, RouteTable, resolve
from mesh import contract
from protos.mesh.v1 import options_pb2

TITLE = "Onsale"
VERSION = "1"
_ADMISSION_TAKEN_BY = "/onsale.inventory.v1.InventoryService/HoldSeats"
_PROBLEM = {
    "type": "object",
    "description": "What went wrong (RFC 9457); facts stand beside these members, by their own names.",
    "required": ["type", "status", "title", "detail", "reason", "traceId"],
    "properties": {
        "type": {"type": "string"},
        "status": {"type": "integer"},
        "title": {"type": "string"},
        "detail": {"type": "string", "description": "For a person."},
        "reason": {
            "type": "string",
            "description": "For a program; stable.",
            "pattern": "^[A-Z0-9_]+$",
        },
        "traceId": {"type": "string"},
    },
}
_REFUSALS = {
    400: "The request is not well formed.",
    401: "Sign in first, or again.",
    403: "The caller lacks the role or the admission that this needs.",
    404: "There is no such thing, or it is not the caller's.",
    409: "The state of things does not allow this.",
    413: "The body is too large.",
    429: "Too many requests; Retry-After says how long to wait.",
    503: "Something does not answer; Retry-After says when to try again.",
}


def build_document(routes: RouteTable, comments: dict[str, str]) -> bytes:
    """Returns the document as JSON."""
    schemas = Schemas(comments)
    paths: dict[str, dict[str, Any]] = {}
    names: set[str] = set()
    for route in routes.routes:
        operation = _operation(route, schemas, comments)
        operation["operationId"] = _unused(route.rpc.name, names)
        paths.setdefault(_public_path(route), {})[route.method.lower()] = operation
    services = {route.rpc.descriptor.containing_service for route in routes.routes}
    tags = [
        {"name": service.name, "description": comments.get(service.full_name, "")}
        for service in sorted(services, key=lambda service: service.name)
    ]
    return orjson.dumps(
        {
            "openapi": "3.1.0",
            "info": {"title": TITLE, "version": VERSION},
            "servers": [{"url": "/"}],
            "tags": tags,
            "paths": dict(sorted(paths.items())),
            "components": {
                "schemas": {**schemas.components, "Problem": _PROBLEM},
                "responses": {str(status): _refusal(words) for status, words in _REFUSALS.items()},
                "securitySchemes": {
                    "accessToken": {"type": "http", "scheme": "bearer", "bearerFormat": "JWT"}
                },
            },
        }
    )


def _unused(name: str, names: set[str]) -> str:
    """Returns an RPC's name, numbered where several addresses lead to it."""
    numbered, number = name, 1
    while numbered in names:
        number += 1
        numbered = f"{name}{number}"
    names.add(numbered)
    return numbered


def _public_path(route: Route) -> str:
    """Returns a template with the names that JSON has."""
    text = route.template.text
    for path in route.template.fields:
        public = ".".join(field.json_name for field in _fields(route, path))
        text = text.replace("{" + path + "}", "{" + public + "}")
    return text


def _fields(route: Route, path: str) -> list[FieldDescriptor]:
    return resolve(route.rpc.descriptor.input_type, path)


def _operation(route: Route, schemas: Schemas, comments: dict[str, str]) -> dict[str, Any]:
    method = route.rpc.descriptor
    callers = [options_pb2.Access.Caller.Name(kind) for kind in sorted(route.rpc.allow)]
    operation: dict[str, Any] = {
        "tags": [method.containing_service.name],
        "description": comments.get(method.full_name, ""),
        "x-access": [name for name in callers if name != "SERVICE"],
        "parameters": _parameters(route, schemas),
        "responses": _responses(route, schemas),
    }
    if contract.PUBLIC not in route.rpc.allow:
        operation["security"] = [{"accessToken": []}]
    if route.body:
        operation["requestBody"] = {
            "required": True,
            "content": {"application/json": {"schema": _body_schema(route, schemas)}},
        }
    return operation


def _body_schema(route: Route, schemas: Schemas) -> dict[str, Any]:
    if route.body != "*":
        return schemas.field(_fields(route, route.body)[-1])
    elsewhere = frozenset({*route.template.fields, "request_id"})
    return schemas.of(route.rpc.descriptor.input_type, elsewhere)


def _parameters(route: Route, schemas: Schemas) -> list[dict[str, Any]]:
    found = [
        _parameter("path", fields, schemas) | {"required": True}
        for fields in (_fields(route, path) for path in route.template.fields)
    ]
    if route.has_request_id:
        schema = {"type": "string", "minLength": 1, "maxLength": 128}
        words = "Makes a retry safe: the same key and body have their effect once."
        found.append(
            {"name": "Idempotency-Key", "in": "header", "schema": schema, "description": words}
        )
    if route.rpc.path == _ADMISSION_TAKEN_BY:
        words = "The admissionToken of a claim, where the event has a line."
        found.append(
            {
                "name": "Admission-Token",
                "in": "header",
                "schema": {"type": "string"},
                "description": words,
            }
        )
    if route.body != "*":
        found += _query_parameters(route, schemas)
    return found


def _query_parameters(route: Route, schemas: Schemas) -> list[dict[str, Any]]:
    taken = {*route.template.fields, *route.fixed, route.body, "request_id"}
    return [
        _parameter("query", [field], schemas)
        for field in route.rpc.descriptor.input_type.fields
        if field.name not in taken
    ]


def _parameter(place: str, fields: list[FieldDescriptor], schemas: Schemas) -> dict[str, Any]:
    schema = schemas.field(fields[-1])
    words = schema.pop("description", "")
    name = ".".join(field.json_name for field in fields)
    return {"name": name, "in": place, "schema": schema, "description": words}


def _responses(route: Route, schemas: Schemas) -> dict[str, Any]:
    success: dict[str, Any] = {"description": "Done."}
    reply = route.rpc.descriptor.output_type
    if route.is_stream:
        event = policy_of(route.rpc.path).event
        success["description"] = f"Server-sent events named {event}, each with this as its data."
        success["content"] = {"text/event-stream": {"schema": schemas.of(reply)}}
    elif route.is_raw:
        success["content"] = {"*/*": {}}
    elif route.success_status != 204:
        success["content"] = {"application/json": {"schema": schemas.of(reply)}}
    responses = {str(route.success_status): success}
    for status in _statuses(route):
        responses[str(status)] = {"$ref": f"#/components/responses/{status}"}
    return responses


def _statuses(route: Route) -> list[int]:
    statuses = [400, 429, 503]
    if contract.PUBLIC not in route.rpc.allow:
        statuses += [401, 403]
    if route.template.fields or route.body:
        statuses.append(404)
    if route.method != "GET":
        statuses += [409, 413]
    return sorted(statuses)


def _refusal(words: str) -> dict[str, Any]:
    schema = {"$ref": "#/components/schemas/Problem"}
    return {"description": words, "content": {"application/problem+json": {"schema": schema}}}
