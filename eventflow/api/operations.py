"""Operations of the HTTP API: read, check, act, answer; and be described by OpenAPI.

An operation says what it takes and gives as pydantic documents. From that one statement the
request is validated, the answer is written, and the description is generated; see decision 0004
for why this is not a framework's.
"""

import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import cache
from inspect import cleandoc
from itertools import islice
from typing import Any

from flask import Blueprint, Response, abort, current_app, g, request
from flask_babel import gettext as _
from pydantic import BaseModel, ValidationError
from werkzeug.exceptions import NotAcceptable, UnsupportedMediaType

from eventflow import uploads
from eventflow.accepting import quality
from eventflow.api import idempotency, sentences, tokens
from eventflow.db import now
from eventflow.errors import API_PREFIX, Refusal
from eventflow.limits import limited

MOST_BYTES = 1_000_000
MOST_NAMED = 100
"""Members of one document that are told to be wrong for the same character."""
PUBLIC = "public"

View = Callable[..., Any]


@dataclass(frozen=True, slots=True)
class Operation:
    """One call, as the description tells of it."""

    name: str
    method: str
    rule: str
    summary: str
    role: str
    body: type[BaseModel] | None
    query: type[BaseModel] | None
    answers: dict[int, type[BaseModel] | None]
    refusals: tuple[str, ...]
    tag: str
    media_type: str = "application/json"
    description: str = ""
    takes: tuple[str, ...] = ()
    """The media types of a body that the view itself reads."""
    kept: bool = True
    """Whether its answer may be kept for an Idempotency-Key; one that carries a secret may not."""

    @property
    def takes_key(self) -> bool:
        return self.method == "POST" and self.kept


@dataclass
class Operations:
    """The operations of one capability: a blueprint that remembers what it offers."""

    name: str
    import_name: str
    tag: str
    all: list[Operation] = field(default_factory=list)
    bp: Blueprint = field(init=False)

    def __post_init__(self) -> None:
        self.bp = Blueprint(f"{self.name}_api", self.import_name, url_prefix=API_PREFIX)
        self.bp.before_request(_only_for_tenants)
        REGISTRY.append(self)

    def get(self, rule: str, **says: Any) -> Callable[[View], View]:
        return self._operation("GET", rule, **says)

    def post(self, rule: str, **says: Any) -> Callable[[View], View]:
        return self._operation("POST", rule, **says)

    def patch(self, rule: str, **says: Any) -> Callable[[View], View]:
        return self._operation("PATCH", rule, **says)

    def put(self, rule: str, **says: Any) -> Callable[[View], View]:
        return self._operation("PUT", rule, **says)

    def delete(self, rule: str, **says: Any) -> Callable[[View], View]:
        return self._operation("DELETE", rule, **says)

    def _operation(
        self,
        method: str,
        rule: str,
        *,
        summary: str,
        role: str,
        answers: dict[int, type[BaseModel] | None],
        body: type[BaseModel] | None = None,
        query: type[BaseModel] | None = None,
        refusals: Sequence[str] = (),
        limit: str = "api",
        media_type: str = "application/json",
        most_bytes: int = MOST_BYTES,
        takes: Sequence[str] = (),
        kept: bool = True,
    ) -> Callable[[View], View]:
        def decorate(view: View) -> View:
            name = view.__name__ if method != "PUT" else f"{view.__name__}_put"
            operation = Operation(
                name,
                method,
                rule,
                summary,
                role,
                body,
                query,
                answers,
                tuple(refusals),
                self.tag,
                media_type,
                cleandoc(view.__doc__ or ""),
                tuple(takes),
                kept,
            )
            self.all.append(operation)
            answer = uploads.up_to(most_bytes)(limited(limit)(_answering(operation, view)))
            self.bp.add_url_rule(rule, name, answer, methods=[method])
            return view

        return decorate


REGISTRY: list[Operations] = []
"""Every capability's operations, as they were imported."""


def key_of_request() -> str | None:
    """A key for rows that this request must not make twice; None if it carries none."""
    use: idempotency.Use | None = g.get("idempotency_key")
    return use.form_key if use else None


def _answering(operation: Operation, view: View) -> View:
    status = next(iter(operation.answers))

    def answer(**path: Any) -> Response:
        _check_accept(operation)
        if operation.role == PUBLIC:
            tokens.principal()
        else:
            tokens.demand(operation.role)
        if operation.query is not None:
            path["query"] = _read_query(operation.query)
        key = idempotency.given() if operation.takes_key else None
        if key is None:
            return _act(operation, view, path, status)
        return _once(key, lambda: _act(operation, view, path, status))

    return answer


def _act(operation: Operation, view: View, path: dict[str, Any], status: int) -> Response:
    if operation.body is not None:
        path["body"] = _read_body(operation.body)
    elif operation.method != "GET":
        _body()  # Or it is too large, whatever the view wants of it.
    return _written(view(**path), status)


def _once(key: idempotency.Key, act: Callable[[], Response]) -> Response:
    """Act on a request with an Idempotency-Key: once, or not at all if it was answered before."""
    use = idempotency.begin(key, at=now())
    if isinstance(use, Response):
        return use
    g.idempotency_key = use
    try:
        response = act()
    except Exception as error:
        response = current_app.make_response(current_app.handle_user_exception(error))
        if isinstance(error, DidNotValidate) or response.status_code in (400, 422):
            # What can't be so is put right and sent again: the key isn't used up by it.
            idempotency.free(use)
            return response
    idempotency.end(use, response)
    return response


class DidNotValidate(Refusal):
    """The document itself is wrong: an Idempotency-Key isn't used up by it."""

    status = 422
    code = "validation_failed"


def _read_body(model: type[BaseModel]) -> BaseModel:
    optional = _is_optional(model)
    nothing = optional and not request.content_type and not request.get_data()
    if request.mimetype != "application/json" and not nothing:
        raise UnsupportedMediaType(_("Send the document as application/json."))
    raw = _body()
    if not raw.strip() and optional:
        raw = b"{}"
    if b"\\u0000" in raw:
        _refuse_nul(raw)
    try:
        return model.model_validate_json(raw)
    except ValidationError as error:
        if error.errors()[0]["type"] == "json_invalid":
            raise Refusal(_("The body is not JSON."), code="bad_request", status=400) from None
        raise _wrong(error) from None


def _body() -> bytes:
    raw = request.get_data()
    uploads.refuse_what_was_cut()
    return raw


@cache
def _is_optional(model: type[BaseModel]) -> bool:
    """Whether nothing at all is a good document: asked of every body, the same each time."""
    return not any(field.is_required() for field in model.model_fields.values())


def _refuse_nul(raw: bytes) -> None:
    """No text of ours has the character U+0000, and PostgreSQL can't write it."""
    try:
        # Numbers as they are written, since Python reads none of more than 4300 digits.
        places = list(islice(_with_nul("", json.loads(raw, parse_int=str)), MOST_NAMED))
    except (ValueError, RecursionError):
        return  # Which is said by whoever reads it next.
    sentence = _("This text contains characters that cannot be shown.")
    fields = {where.lstrip(".") or "body": sentence for where in places}
    if fields:
        raise DidNotValidate(_("Some of what was sent can't be so."), fields=fields)


def _with_nul(where: str, document: object) -> Iterator[str]:
    """Names the members that have the character, or are named with it."""
    if isinstance(document, dict):
        for name, value in document.items():
            if "\x00" in name:
                yield where
            else:
                yield from _with_nul(f"{where}.{name}", value)
    elif isinstance(document, list):
        for number, value in enumerate(document):
            yield from _with_nul(f"{where}.{number}", value)
    elif isinstance(document, str) and "\x00" in document:
        yield where


def _read_query(model: type[BaseModel]) -> BaseModel:
    try:
        # An address is text through and through: 2 can only be written as "2".
        return model.model_validate(request.args.to_dict(), strict=False)
    except ValidationError as error:
        raise _wrong(error) from None


def _wrong(error: ValidationError) -> DidNotValidate:
    fields: dict[str, str] = {}
    for one in error.errors(include_url=False, include_input=False):
        where = ".".join(str(part) for part in one["loc"]) or "body"
        fields.setdefault(where, sentences.of(one))
    return DidNotValidate(_("Some of what was sent can't be so."), fields=fields)


def _written(given: Any, status: int) -> Response:
    if isinstance(given, Response):
        return given
    if given is None:
        return Response(status=status)
    if isinstance(given, tuple):
        given, status = given
    # A document was validated when it was made, so it is written as it is.
    response = Response(given.model_dump_json(), status, content_type="application/json")
    return response


def _check_accept(operation: Operation) -> None:
    wanted = quality(operation.media_type)
    if wanted is None:
        # Some name the shape of our errors alone, and mean JSON.
        wanted = quality("application/problem+json")
    if not wanted:
        raise NotAcceptable(_("This answers %(type)s.", type=operation.media_type))


def _only_for_tenants() -> None:
    if g.tenant is None:
        abort(404)
