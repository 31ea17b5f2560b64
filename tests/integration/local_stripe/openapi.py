"""Checks replies against Stripe's own OpenAPI document, which ``stripe-mock`` carries."""

import json
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest

STRIPE_MOCK = "github.com/stripe/stripe-mock@v0.203.0"
DOWNLOAD_SECONDS = 110


def load_document() -> dict[str, Any]:
    """Stripe's OpenAPI document; skips the test where it cannot be had."""
    go = shutil.which("go")
    if go is None:
        pytest.skip("needs Go, to fetch Stripe's OpenAPI document with stripe-mock")
    command = [go, "mod", "download", "-json", STRIPE_MOCK]
    fetched = subprocess.run(
        command, cwd="/", capture_output=True, text=True, timeout=DOWNLOAD_SECONDS, check=False
    )
    if fetched.returncode != 0:
        pytest.skip(f"stripe-mock cannot be fetched here: {fetched.stderr.strip()[:200]}")
    folder = Path(json.loads(fetched.stdout)["Dir"])
    document: dict[str, Any] = json.loads((folder / "embedded/openapi/spec3.json").read_text())
    return document


def request_parameters(document: dict[str, Any], method: str, path: str) -> set[str]:
    """The parameters that Stripe takes for an operation, beside those in the address."""
    operation = document["paths"][path][method.lower()]
    body = operation.get("requestBody", {}).get("content", {})
    form = body.get("application/x-www-form-urlencoded", {}).get("schema", {})
    query = {each["name"] for each in operation.get("parameters", ()) if each["in"] == "query"}
    return query | set(form.get("properties", {}))


class Schemas:
    """The part of JSON Schema that Stripe's document uses, read strictly.

    Stripe may add fields, we may not: a field that the schema does not name is a fault.
    """

    def __init__(self, schemas: dict[str, Any]) -> None:
        self._schemas = schemas

    def faults(self, name: str, value: Any) -> list[str]:
        """What keeps a value from being what the schema of this name says, with its place."""
        return self._check({"$ref": f"#/components/schemas/{name}"}, value, name)

    def _check(self, schema: dict[str, Any], value: Any, place: str) -> list[str]:
        if "$ref" in schema:
            schema = self._schemas[schema["$ref"].rsplit("/", 1)[1]]
        if value is None and schema.get("nullable"):
            return []
        if "anyOf" in schema:
            attempts = [self._check(choice, value, place) for choice in schema["anyOf"]]
            return min(attempts, key=len)
        kind = schema.get("type")
        fitting = {
            "integer": isinstance(value, int) and not isinstance(value, bool),
            "number": isinstance(value, int | float) and not isinstance(value, bool),
            "boolean": isinstance(value, bool),
            "string": isinstance(value, str),
            "array": isinstance(value, list),
            "object": isinstance(value, dict),
        }
        if kind in fitting and not fitting[kind]:
            return [f"{place}: {value!r} is no {kind}"]
        if "enum" in schema and value not in schema["enum"]:
            return [f"{place}: {value!r} is none of {schema['enum']}"]
        if kind == "array":
            return [
                fault
                for index, item in enumerate(value)
                for fault in self._check(schema["items"], item, f"{place}[{index}]")
            ]
        return self._check_object(schema, value, place) if kind == "object" else []

    def _check_object(self, schema: dict[str, Any], value: dict[str, Any], place: str) -> list[str]:
        properties = schema.get("properties", {})
        more = schema.get("additionalProperties", not properties)
        faults = [
            f"{place}.{name} is missing" for name in schema.get("required", ()) if name not in value
        ]
        for name, item in value.items():
            if name in properties:
                faults += self._check(properties[name], item, f"{place}.{name}")
            elif isinstance(more, dict):
                faults += self._check(more, item, f"{place}.{name}")
            elif not more:
                faults.append(f"{place}.{name} is not Stripe's")
        return faults
