"""Finding things again: one by its id, many by a filter, and what hangs on them by `expand`."""

import copy
from typing import Any

from . import checkout
from .store import Declined, Document, Handler, Store, list_of

PAGED = {"limit", "starting_after", "ending_before", "created", "expand"}


def one(kind: str, param: str) -> Handler:
    """GET /v1/THINGS/ID, seen as the account that asks."""

    def retrieve(store: Store, params: Document, account: str) -> Document:
        return store.find(kind, params[param], owner=account)

    return retrieve


def many(kind: str, url: str) -> Handler:
    """GET /v1/THINGS: newest first, filtered by fields of the same name."""

    def listed(store: Store, params: Document, account: str) -> Document:
        checkout.let_expire(store)
        found = [
            document
            for document in store.all(kind, owner=account)
            if _within(document, params.get("created")) and _matches(document, params)
        ]
        return _page(found, params, url)

    return listed


def within(kind: str, param: str, field: str, url: str) -> Handler:
    """GET /v1/PARENTS/ID/THINGS: the list an object carries."""

    def listed(store: Store, params: Document, account: str) -> Document:
        parent = store.find(kind, params[param], owner=account)
        return _page(list(parent[field]["data"]), params, url.format(parent["id"]))

    return listed


def expanded(store: Store, document: Document, paths: list[str]) -> Document:
    """The document with the objects in place of the ids that `expand` names."""
    document = copy.deepcopy(document)
    for path in paths:
        _expand(store, document, path.split("."), path)
    return document


def _expand(store: Store, document: Any, names: list[str], path: str) -> None:
    if not names:
        return
    if document.get("object") == "list" and names[0] == "data":
        for entry in document["data"]:
            _expand(store, entry, names[1:], path)
        return
    name = names[0]
    if name == "line_items" and document.get("object") == "checkout.session":
        lines = store.line_items[document["id"]]
        url = f"/v1/checkout/sessions/{document['id']}/line_items"
        document[name] = list_of(copy.deepcopy(lines), url)
        return
    value = document.get(name)
    if isinstance(value, str):
        value = copy.deepcopy(store.lookup(value))
    if name not in document or (document[name] is not None and not isinstance(value, dict)):
        raise Declined(f"This property cannot be expanded ({path}).", param="expand[0]")
    document[name] = value
    if value is not None:
        _expand(store, value, names[1:], path)


def _page(found: list[Document], params: Document, url: str) -> Document:
    ids = [document["id"] for document in found]
    for cursor in ("starting_after", "ending_before"):
        if cursor in params and params[cursor] not in ids:
            raise Declined(
                f"No such object: '{params[cursor]}'", code="resource_missing", param=cursor
            )
    if "starting_after" in params:
        found = found[ids.index(params["starting_after"]) + 1 :]
    if "ending_before" in params:
        found = found[: ids.index(params["ending_before"])]
    limit = params.get("limit", 10)
    if not 1 <= limit <= 100:
        raise Declined("Limit is between 1 and 100", param="limit")
    page = found[-limit:] if "ending_before" in params else found[:limit]
    return list_of(page, url, has_more=len(found) > limit)


def _within(document: Document, created: Any) -> bool:
    if created is None:
        return True
    at = document["created"]
    if isinstance(created, int):
        return bool(at == created)
    return bool(
        at > created.get("gt", at - 1)
        and at >= created.get("gte", at)
        and at < created.get("lt", at + 1)
        and at <= created.get("lte", at)
    )


def _matches(document: Document, params: Document) -> bool:
    if "types" in params and document["type"] not in params["types"]:
        return False
    wanted = {name: value for name, value in params.items() if name not in PAGED | {"types"}}
    unknown = set(wanted) - set(document)
    if unknown:
        raise Declined(f"The fake does not filter by {', '.join(sorted(unknown))}.")
    return all(document[name] == value for name, value in wanted.items())
