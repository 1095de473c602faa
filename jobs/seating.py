"""Seating: reading long files for seat maps, letting go what was kept back, late prices."""

import uuid

from eventflow import files
from eventflow.db import db, now, transaction
from eventflow.seating import allocations, importing, map_imports, pricing
from eventflow.seating.models import MapImport
from eventflow.tenancy import across_tenants, acting_for
from jobs import job


@job
def read_import(import_id: str) -> None:
    """Read a file that waits, saying how far it is; safe to do again, since it only reads."""
    key = uuid.UUID(import_id)
    with transaction():
        found = db.session.get(MapImport, key)
        if found is None or found.status not in ("waiting", "reading"):
            return
        found.status = "reading"
        file_key, format = found.file_key, found.format

    def progress(done: int, of: int) -> None:
        with transaction():
            row = db.session.get_one(MapImport, key)
            row.lines_read, row.lines = done, of

    try:
        read = importing.read(files.get(file_key), format, progress)
    except files.NoSuchFile:
        return
    with transaction():
        map_imports.note(db.session.get_one(MapImport, key), read)
    files.delete(file_key)


@job
def catch_up_prices(event_id: str) -> None:
    """Chairs that were held while their price changed; again later while some still are."""
    with transaction():
        seating = pricing.of(uuid.UUID(event_id))
        if seating is not None:
            pricing.catch_up(seating, at=now())


def release_allocations() -> int:
    """Recurring, for all tenants: put on sale what is due by its date or its rule."""
    at = now()
    with across_tenants():
        found = allocations.with_conditions(at)
    released = 0
    for tenant_id, event_id in found:
        with acting_for(tenant_id), transaction():
            released += allocations.release_due(event_id, at=at)
    return released
