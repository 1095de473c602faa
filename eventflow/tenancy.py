"""The two walls between tenants, and the doors in them.

First wall: a session hook adds the tenant to every ORM query.
Second wall: PostgreSQL's row-level security, which is told the tenant at the start of each
transaction and binds `eventflow_app`, a role that owns nothing and can't bypass it.
Each is tested with the other switched off.

Foreign keys are checked by the database without row security, so they carry the tenant
(`ours("event_id", "events")`): a row can't even point at another tenant's row.
"""

import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from functools import lru_cache

from flask import Flask
from psycopg import sql
from sqlalchemy import ForeignKey, ForeignKeyConstraint, Table, UniqueConstraint, event
from sqlalchemy.orm import (
    Mapped,
    Mapper,
    ORMExecuteState,
    Session,
    mapped_column,
    with_loader_criteria,
)
from sqlalchemy.pool import PoolProxiedConnection

from eventflow.db import Base, db

APP_ROLE = "eventflow_app"
PLATFORM_ROLE = "eventflow_platform"

_tenant_id: ContextVar[uuid.UUID | None] = ContextVar("tenant_id", default=None)
_person_id: ContextVar[uuid.UUID | None] = ContextVar("person_id", default=None)
_across: ContextVar[bool] = ContextVar("across", default=False)


def init_app(app: Flask) -> None:
    """From now on every transaction begins with whom it is for, those of no session too."""
    with app.app_context():
        # Not its event "begin": an engine that has any listener takes longer over each statement.
        db.engine.dialect.do_begin = _begin  # type: ignore[assignment]


class NoTenant(RuntimeError):
    """Something wanted to write a tenant's row while acting for nobody."""


def current_tenant_id() -> uuid.UUID:
    """The tenant everything is done for at this moment; NoTenant when there is none."""
    tenant_id = _tenant_id.get()
    if tenant_id is None:
        raise NoTenant("This belongs to a tenant, and none is being acted for.")
    return tenant_id


def tenant_id_or_none() -> uuid.UUID | None:
    return _tenant_id.get()


@contextmanager
def acting_for(tenant_id: uuid.UUID | None) -> Iterator[None]:
    """Do everything inside as one tenant, or as nobody, in a database session of its own."""
    with _scope(tenant_id, across=False):
        yield


@contextmanager
def across_tenants() -> Iterator[None]:
    """Do everything inside as the platform: the few jobs and pages that belong to no one tenant.

    Greppable on purpose; tests/tenancy lists every place that may call it.
    """
    with _scope(None, across=True):
        yield


def bind(tenant_id: uuid.UUID | None) -> None:
    """Act for a tenant until the end of the request (whose context ends with it)."""
    _tenant_id.set(tenant_id)
    _across.set(False)


def bind_person(person_id: uuid.UUID | None) -> None:
    """Say who is signed in: their own memberships are theirs to see in any tenant."""
    _person_id.set(person_id)


@contextmanager
def _scope(tenant_id: uuid.UUID | None, *, across: bool) -> Iterator[None]:
    db.session.remove()
    tenant_token, across_token = _tenant_id.set(tenant_id), _across.set(across)
    try:
        yield
    finally:
        db.session.remove()
        _tenant_id.reset(tenant_token)
        _across.reset(across_token)


class TenantOwned:
    """Mixin for every row that belongs to one tenant."""

    tenant_id: Mapped[uuid.UUID] = mapped_column(
        ForeignKey("tenants.id"), default=current_tenant_id, sort_order=-9
    )


@event.listens_for(Mapper, "after_mapper_constructed")
def _identified_within_its_tenant(mapper: Mapper, cls: type) -> None:
    # What the tenant-carrying foreign keys of other tables point at.
    table = mapper.local_table
    if issubclass(cls, TenantOwned) and isinstance(table, Table) and "id" in table.columns:
        columns = ("tenant_id", "id")
        constraints = table.constraints
        if not any(
            isinstance(one, UniqueConstraint) and tuple(one.columns.keys()) == columns
            for one in constraints
        ):
            table.append_constraint(UniqueConstraint(*columns))


def ours(column: str, table: str, *, ondelete: str | None = None) -> ForeignKeyConstraint:
    """A foreign key that can only point at a row of the same tenant."""
    return ForeignKeyConstraint(
        ["tenant_id", column], [f"{table}.tenant_id", f"{table}.id"], ondelete=ondelete
    )


@event.listens_for(Session, "do_orm_execute")
def _only_our_rows(query: ORMExecuteState) -> None:
    if query.is_column_load or query.is_relationship_load:
        return
    if (tenant_id := _tenant_id.get()) is not None:
        query.statement = query.statement.options(
            with_loader_criteria(
                TenantOwned,
                lambda model: model.tenant_id == tenant_id,
                include_aliases=True,
            )
        )


def _begin(connection: PoolProxiedConnection) -> None:
    """Begin a transaction and tell PostgreSQL for whom it is, in one round trip."""
    role = PLATFORM_ROLE if _across.get() else APP_ROLE
    beginning = _beginning(role, _tenant_id.get(), _person_id.get())
    connection.driver_connection.execute(beginning)  # type: ignore[union-attr]


@lru_cache(maxsize=1024)
def _beginning(role: str, tenant_id: uuid.UUID | None, person_id: uuid.UUID | None) -> str:
    # Local to the transaction, so a pooled connection never carries one tenant to the next.
    tells = sql.SQL(
        "begin; select set_config('role', {}, true),"
        " set_config('eventflow.tenant_id', {}, true),"
        " set_config('eventflow.person_id', {}, true)"
    )
    return tells.format(role, str(tenant_id or ""), str(person_id or "")).as_string()


OURS = "tenant_id = nullif(current_setting('eventflow.tenant_id', true), '')::uuid"


OURS_OR_NOBODYS = OURS.replace("=", "is not distinct from", 1)


def row_security(table: str, *, or_nobodys: bool = False) -> list[str]:
    """The statements a migration runs to put a table behind the second wall.

    `or_nobodys`: for tables whose rows may belong to no tenant (a sign-in mail of the platform);
    those are seen while acting for nobody, and never by a tenant.
    """
    # current_setting() gives '' rather than null once a transaction has used the setting.
    rule = OURS_OR_NOBODYS if or_nobodys else OURS
    return [
        f"alter table {table} enable row level security",
        f"alter table {table} force row level security",
        f"create policy tenant_rows on {table} to {APP_ROLE} using ({rule}) with check ({rule})",
        f"create policy platform_rows on {table} to {PLATFORM_ROLE} using (true) with check (true)",
        f"grant select, insert, update, delete on {table} to {APP_ROLE}, {PLATFORM_ROLE}",
    ]


def tenant_tables() -> list[str]:
    """Every table that has a tenant, by name."""
    return sorted(t.name for t in Base.registry.metadata.tables.values() if "tenant_id" in t.c)
