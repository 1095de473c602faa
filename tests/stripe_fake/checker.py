"""Is this what stripe-python's own types say? For requests (forms) and for objects (JSON).

The library's types are generated from Stripe's own description of the API version that the
library sends. Two of their habits shape this walker: names are imported for type checkers only,
so they are looked up here on demand; and a closed list of words is written `Literal[...] | str`,
so the words are tried first, and `str` counts only where the words are merely "" (a value that
unsets something).
"""

import ast
import inspect
import re
import sys
import types
import typing
from collections.abc import Iterator
from decimal import Decimal, InvalidOperation
from functools import cache
from importlib import import_module
from typing import Any, ClassVar, ForwardRef, Literal, NoReturn, Union, get_args, get_origin

import stripe
import typing_extensions
from stripe import ListObject, RequestOptions, StripeObject

NONE = type(None)
RESOURCES: dict[str, type[StripeObject]] = {
    resource.OBJECT_NAME: resource
    for resource in (
        stripe.Account,
        stripe.AccountLink,
        stripe.ApplicationFee,
        stripe.ApplicationFeeRefund,
        stripe.Balance,
        stripe.BalanceTransaction,
        stripe.Charge,
        stripe.Dispute,
        stripe.Event,
        stripe.LineItem,
        stripe.PaymentIntent,
        stripe.Refund,
        stripe.Transfer,
        stripe.TransferReversal,
        stripe.checkout.Session,
    )
}


class Mismatch(Exception):
    """What was found, where, and how Stripe would put it."""

    def __init__(self, path: str, message: str, code: str | None = None):
        super().__init__(f"{path or 'body'}: {message}")
        self.path = path
        self.message = message
        self.code = code


def read_parameters(kind: Any, form: dict[str, Any]) -> dict[str, Any]:
    """The typed parameters in a decoded form, or a Mismatch."""
    read: dict[str, Any] = _Form().walk(kind, form, "", kind.__module__)
    return read


def check_object(document: dict[str, Any]) -> None:
    """That a JSON document is the Stripe object it says it is, in every field."""
    name = document.get("object")
    if name == "list":
        for entry in document["data"]:
            check_object(entry)
        return
    resource = RESOURCES.get(str(name))
    if resource is None:
        raise Mismatch("object", f"{name!r} is not an object this fake makes")
    _Json().walk(resource, document, "", resource.__module__)
    if name == "event":
        check_object(document["data"]["object"])


class _Walker:
    """Walks a value along a type. Subclasses know the scalars of forms and of JSON."""

    empty_strings = True

    def walk(self, kind: Any, value: Any, path: str, module: str) -> Any:
        kind = _resolved(kind, module)
        origin = get_origin(kind)
        if kind is Any:
            return value
        if origin in (Union, types.UnionType):
            return self.one_of(_branches(kind, module), value, path, module)
        if origin is Literal:
            return self.word(get_args(kind), value, path)
        if origin in (list, typing.List):  # noqa: UP006
            return self.items(get_args(kind)[0], value, path, module)
        if origin is ListObject:
            return self.list_object(get_args(kind)[0], value, path, module)
        if origin is dict or (inspect.isclass(origin) and issubclass(origin, StripeObject)):
            return self.mapping(get_args(kind)[-1], value, path, module)
        if typing_extensions.is_typeddict(kind) or _is_resource(kind):
            return self.fields(kind, value, path)
        return self.scalar(kind, value, path)

    def one_of(self, branches: list[Any], value: Any, path: str, module: str) -> Any:
        if value is None and NONE in branches:
            return None
        failure = None
        for branch in branches:
            try:
                return self.walk(branch, value, path, module)
            except Mismatch as mismatch:
                # The one that came furthest into the value has the most to say.
                if failure is None or len(mismatch.path) > len(failure.path):
                    failure = mismatch
        assert failure is not None
        raise failure

    def word(self, words: tuple[Any, ...], value: Any, path: str) -> Any:
        if value in words:
            return value
        listed = ", ".join(str(word) for word in words)
        raise Mismatch(path, f"Invalid {_last(path)}: must be one of {listed}")

    def items(self, kind: Any, value: Any, path: str, module: str) -> list[Any]:
        if not isinstance(value, list):
            raise Mismatch(path, "Invalid array")
        return [
            self.walk(kind, entry, f"{path}[{index}]", module) for index, entry in enumerate(value)
        ]

    def list_object(self, kind: Any, value: Any, path: str, module: str) -> Any:
        if not isinstance(value, dict) or value.get("object") != "list":
            raise Mismatch(path, "not a list object")
        if set(value) - {"total_count"} != {"object", "data", "has_more", "url"}:
            raise Mismatch(path, f"a list object with {sorted(value)}")
        self.items(kind, value["data"], f"{path}[data]", module)
        return value

    def mapping(self, kind: Any, value: Any, path: str, module: str) -> dict[str, Any]:
        if not isinstance(value, dict):
            raise Mismatch(path, "Invalid object", "parameter_invalid")
        # Values of metadata may be empty: that is how one is unset.
        inside = type(self)()
        inside.empty_strings = True
        return {
            key: inside.walk(kind, entry, _inside(path, key), module)
            for key, entry in value.items()
        }

    def fields(self, kind: Any, value: Any, path: str) -> dict[str, Any]:
        if not isinstance(value, dict):
            raise Mismatch(path, "Invalid object", "parameter_invalid")
        declared = _declared(kind)
        for key in value:
            if key not in declared:
                raise Mismatch(
                    _inside(path, key),
                    f"Received unknown parameter: {_inside(path, key)}",
                    "parameter_unknown",
                )
        for key, (_, required) in declared.items():
            if required and key not in value:
                where = _inside(path, key)
                raise Mismatch(where, f"Missing required param: {where}.", "parameter_missing")
        return {
            key: self.walk(declared[key][0], entry, _inside(path, key), kind.__module__)
            for key, entry in value.items()
        }

    def scalar(self, kind: Any, value: Any, path: str) -> Any:
        raise NotImplementedError


class _Form(_Walker):
    """A form knows only strings: they are read as what the type wants."""

    empty_strings = False

    def items(self, kind: Any, value: Any, path: str, module: str) -> list[Any]:
        if not isinstance(value, dict) or sorted(value) != sorted(
            str(n) for n in range(len(value))
        ):
            raise Mismatch(path, "Invalid array")
        in_order = [value[str(n)] for n in range(len(value))]
        return super().items(kind, in_order, path, module)

    def word(self, words: tuple[Any, ...], value: Any, path: str) -> Any:
        if value == "true" and True in words:
            return True
        return super().word(words, value, path)

    def scalar(self, kind: Any, value: Any, path: str) -> Any:
        if not isinstance(value, str):
            raise Mismatch(path, f"Invalid {_last(path)}", "parameter_invalid")
        if kind is bool and value in ("true", "false"):
            return value == "true"
        if kind is int and re.fullmatch(r"-?\d+", value):
            return int(value)
        if kind in (float, Decimal):
            try:
                return kind(value)
            except (ValueError, InvalidOperation):
                pass
        if kind is str:
            if value or self.empty_strings:
                return value
            raise Mismatch(
                path,
                f"You passed an empty string for '{path}'. We assume empty values are an attempt"
                f" to unset a parameter; however '{path}' cannot be unset.",
                "parameter_invalid_empty",
            )
        self._not_a(kind, value, path)

    def _not_a(self, kind: Any, value: str, path: str) -> NoReturn:
        names = {bool: "boolean", int: "integer", float: "float", Decimal: "decimal"}
        name = names.get(kind, "value")
        raise Mismatch(path, f"Invalid {name}: {value}", f"parameter_invalid_{name}")


class _Json(_Walker):
    """JSON brings its own scalars; only Decimal travels as a string."""

    def scalar(self, kind: Any, value: Any, path: str) -> Any:
        wanted = {float: (int, float), Decimal: (str,)}.get(kind, (kind,))
        if type(value) not in wanted:
            raise Mismatch(path, f"{value!r} is not {getattr(kind, '__name__', kind)}")
        return value


def _branches(union: Any, module: str) -> list[Any]:
    """The members of a union, closed words first and bare `str` last, or not at all."""
    flat = list(_flattened(union, module))
    words = [branch for branch in flat if get_origin(branch) is Literal]
    closed = any(get_args(branch) != ("",) for branch in words)
    rest = [branch for branch in flat if branch not in words and branch is not str]
    return words + rest + ([str] if str in flat and not closed else [])


def _flattened(union: Any, module: str) -> Iterator[Any]:
    for branch in get_args(union):
        branch = _resolved(branch, module)
        if get_origin(branch) in (Union, types.UnionType):
            yield from _flattened(branch, module)
        else:
            yield branch


def _is_resource(kind: Any) -> bool:
    return inspect.isclass(kind) and issubclass(kind, StripeObject)


@cache
def _declared(kind: Any) -> dict[str, tuple[Any, bool]]:
    """Each field of a TypedDict or resource: its type, and whether it must be there."""
    if typing_extensions.is_typeddict(kind):
        return {
            name: (_unwrapped(annotation), name in kind.__required_keys__)
            for name, annotation in kind.__annotations__.items()
            if name not in RequestOptions.__annotations__
        }
    return {
        name: (annotation, not _admits_none(annotation, kind.__module__))
        for name, annotation in kind.__annotations__.items()
        if get_origin(annotation) is not ClassVar and not name.startswith("_")
    }


def _unwrapped(annotation: Any) -> Any:
    while get_origin(annotation) in (typing_extensions.NotRequired, typing_extensions.Required):
        (annotation,) = get_args(annotation)
    return annotation


def _admits_none(annotation: Any, module: str) -> bool:
    annotation = _resolved(annotation, module)
    if get_origin(annotation) in (Union, types.UnionType):
        return NONE in _flattened(annotation, module)
    return annotation is NONE


def _resolved(kind: Any, module: str) -> Any:
    if isinstance(kind, ForwardRef):
        kind = kind.__forward_arg__
    return _evaluated(kind, module) if isinstance(kind, str) else kind


@cache
def _evaluated(expression: str, module: str) -> Any:
    return eval(expression, vars(sys.modules[module]), _only_for_type_checkers(module))


class _Imported(dict[str, Any]):
    """Names a module imports for type checkers only, imported when they are asked for."""

    def __getitem__(self, name: str) -> Any:
        source, original = super().__getitem__(name)
        return getattr(import_module(source), original)


@cache
def _only_for_type_checkers(module: str) -> _Imported:
    tree = ast.parse(inspect.getsource(sys.modules[module]))
    guarded = [
        node
        for node in tree.body
        if isinstance(node, ast.If) and getattr(node.test, "id", "") == "TYPE_CHECKING"
    ]
    return _Imported(
        {
            alias.asname or alias.name: (statement.module, alias.name)
            for node in guarded
            for statement in node.body
            if isinstance(statement, ast.ImportFrom)
            for alias in statement.names
        }
    )


def _inside(path: str, key: str) -> str:
    return f"{path}[{key}]" if path else key


def _last(path: str) -> str:
    return path.rstrip("]").rsplit("[", 1)[-1]
