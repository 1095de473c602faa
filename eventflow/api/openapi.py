"""The description of the HTTP API (OpenAPI 3.1), generated from the operations themselves."""

import re
from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from pydantic import BaseModel, ConfigDict
from pydantic.json_schema import JsonSchemaMode, JsonSchemaValue, models_json_schema

from eventflow.api import idempotency, operations
from eventflow.api.operations import PUBLIC, Operation, Operations
from eventflow.errors import API_PREFIX, CODES

VERSION = "1.0"
REF = "#/components/schemas/{model}"

CODE_STATUS = {
    "sold_out": 409,
    "seat_taken": 409,
    "single_seat": 409,
    "not_for_sale": 409,
    "too_many": 409,
    "whole_table": 409,
    "accessible_seat": 409,
    "companion_seat": 409,
    "sale_not_open": 409,
    "hold_used": 409,
    "nothing_to_refund": 409,
    "idempotency_in_progress": 409,
    "conflict": 409,
    "hold_expired": 410,
    "validation_failed": 422,
    "idempotency_key_reused": 422,
    "not_found": 404,
    "device_revoked": 401,
}
"""The status of each refusal an operation may name."""

ANY = (
    "bad_request",
    "unauthorized",
    "not_found",
    "method_not_allowed",
    "not_acceptable",
    "rate_limited",
    "internal_error",
    "unavailable",
)
References = Mapping[Any, JsonSchemaValue]
"""By document and by which way it goes."""
STATUS = {code: status for status, code in CODES.items()} | CODE_STATUS


READ_IN_ORDER = ("Events", "Sales", "Orders", "Tickets", "Check-in", "Seats")
"""The groups as a program that sells comes to need them; those not named come after."""


class FieldError(BaseModel):
    field: str
    message: str


class Problem(BaseModel):
    """What went wrong (RFC 9457). `code` is stable; `detail` is for people."""

    model_config = ConfigDict(title="Problem")

    type: str
    title: str
    status: int
    detail: str
    code: str
    request_id: str | None
    errors: list[FieldError]


@lru_cache(maxsize=1)
def document() -> dict[str, Any]:
    """The whole description. The same for every tenant: servers are relative."""
    groups = sorted(operations.REGISTRY, key=_as_read)
    found = [one for group in groups for one in group.all]
    references, definitions = models_json_schema(_models(found), ref_template=REF)
    paths: dict[str, dict[str, Any]] = {}
    for operation in found:
        path, parameters = _path(operation.rule)
        place = paths.setdefault(path, {})
        if parameters:
            place["parameters"] = parameters
        place[operation.method.lower()] = _operation(operation, references)
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "EventFlow",
            "version": VERSION,
            "description": (
                "A box office's events, tiers, holds, orders, tickets and check-ins."
                " Money is in minor units, times are RFC 3339 in UTC, ids are opaque."
                " Every POST takes an Idempotency-Key."
            ),
        },
        "servers": [{"url": API_PREFIX}],
        "tags": [{"name": group.tag} for group in groups],
        "paths": paths,
        "components": {
            "schemas": definitions.get("$defs", {}),
            "securitySchemes": {"token": {"type": "http", "scheme": "bearer"}},
        },
    }


def _as_read(group: Operations) -> tuple[int, str]:
    named = group.tag in READ_IN_ORDER
    return (READ_IN_ORDER.index(group.tag) if named else len(READ_IN_ORDER), group.tag)


def _models(found: list[Operation]) -> list[tuple[type[BaseModel], JsonSchemaMode]]:
    models: dict[tuple[type[BaseModel], JsonSchemaMode], None] = {(Problem, "serialization"): None}
    for operation in found:
        if operation.body is not None:
            models[(operation.body, "validation")] = None
        for answer in operation.answers.values():
            if answer is not None:
                models[(answer, "serialization")] = None
    return list(models)


def _path(rule: str) -> tuple[str, list[dict[str, Any]]]:
    names = re.findall(r"<(?:\w+:)?(\w+)>", rule)
    parameters = [
        {"name": name, "in": "path", "required": True, "schema": {"type": "string", "minLength": 1}}
        for name in names
    ]
    return re.sub(r"<(?:\w+:)?(\w+)>", r"{\1}", rule), parameters


def _operation(operation: Operation, references: References) -> dict[str, Any]:
    told: dict[str, Any] = {
        "operationId": operation.name,
        "summary": operation.summary,
        "tags": [operation.tag],
        "responses": _responses(operation, references),
        "security": [{"token": []}] if operation.role != PUBLIC else [{}, {"token": []}],
    }
    if operation.description:
        told["description"] = operation.description
    if operation.role != PUBLIC:
        told["description"] = (
            told.get("description", "") + f"\n\nNeeds a token of the role {operation.role} or more."
        ).strip()
    parameters = _query(operation)
    if operation.takes_key:
        parameters.append(
            {
                "name": "Idempotency-Key",
                "in": "header",
                "required": False,
                "description": "The same key and body again gets the first answer again.",
                "schema": {
                    "type": "string",
                    "minLength": 1,
                    "maxLength": idempotency.LONGEST,
                    "pattern": f"^{idempotency.WRITTEN.pattern}$",
                },
            }
        )
    if parameters:
        told["parameters"] = parameters
    if operation.body is not None:
        told["requestBody"] = {
            "required": _says_something(operation.body),
            "content": {"application/json": {"schema": references[(operation.body, "validation")]}},
        }
    elif operation.takes:
        told["requestBody"] = {
            "required": True,
            "content": {media_type: {"schema": {}} for media_type in operation.takes},
        }
    return told


def _says_something(model: type[BaseModel]) -> bool:
    """Whether there is no leaving the document out: it has members, or ways, that are needed."""
    extra = model.model_config.get("json_schema_extra")
    ways = isinstance(extra, dict) and not extra.keys().isdisjoint({"anyOf", "oneOf"})
    return ways or any(field.is_required() for field in model.model_fields.values())


def _query(operation: Operation) -> list[dict[str, Any]]:
    if operation.query is None:
        return []
    schema = operation.query.model_json_schema(by_alias=True)
    required = schema.get("required", [])
    parameters = []
    for name, of in schema.get("properties", {}).items():
        shape = {key: value for key, value in of.items() if key != "description"}
        parameter = {"name": name, "in": "query", "required": name in required, "schema": shape}
        if "description" in of:
            parameter["description"] = of["description"]
        parameters.append(parameter)
    return parameters


def _responses(operation: Operation, references: References) -> dict[str, Any]:
    told: dict[str, Any] = {}
    for status, answer in operation.answers.items():
        content = {}
        if answer is not None:
            content = {"application/json": {"schema": references[(answer, "serialization")]}}
        elif operation.media_type != "application/json":
            content = {operation.media_type: {"schema": {"type": "string"}}}
        told[str(status)] = {"description": "Done" if status < 300 else "As it was"}
        if content:
            told[str(status)]["content"] = content
    codes = {*ANY, *operation.refusals}
    if operation.role != PUBLIC or operation.method != "GET":
        # Without a token too: a change that another site made a visitor's browser ask for.
        codes.add("forbidden")
    if operation.body is not None:
        codes |= {"unsupported_media_type", "validation_failed"}
    if operation.method != "GET":
        codes.add("payload_too_large")
    if operation.query is not None:
        codes.add("validation_failed")
    if operation.method == "POST":
        codes |= {"idempotency_in_progress", "idempotency_key_reused"}
    by_status: dict[int, list[str]] = {}
    for code in sorted(codes):
        by_status.setdefault(STATUS[code], []).append(code)
    for status, named in sorted(by_status.items()):
        told[str(status)] = {
            "description": "Refused: " + ", ".join(named),
            "content": {
                "application/problem+json": {"schema": {"$ref": REF.format(model="Problem")}}
            },
        }
        if status == 429:
            told[str(status)]["headers"] = {
                "Retry-After": {"schema": {"type": "string"}, "description": "Seconds to wait"}
            }
    return told
