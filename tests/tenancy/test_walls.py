"""Each wall between tenants stands alone: with the other one down, nothing comes through."""

import pytest
from sqlalchemy import event, func, select, text
from sqlalchemy.exc import ProgrammingError
from sqlalchemy.orm import Session

from eventflow import tenancy
from eventflow.accounts.models import Membership
from eventflow.db import db, transaction
from eventflow.events.models import Event
from eventflow.tenancy import acting_for, tenant_tables
from tests import factories
from tests.people import make_member, make_person

MAY_BELONG_TO_NOBODY = {"deliveries", "outbox_jobs", "webhook_events"}


@pytest.fixture
def two_halls(riverside, northgate):
    """An event and an owner at each."""
    for tenant, title, owner in (
        (riverside, "Winter Gala", "Olivia"),
        (northgate, "Northern Lights", "Noah"),
    ):
        make_member(tenant, "owner", owner)
        with acting_for(tenant.id):
            factories.make_event(title=title)
    return riverside, northgate


@pytest.fixture
def without_the_hook(app):
    event.remove(Session, "do_orm_execute", tenancy._only_our_rows)
    yield
    event.listen(Session, "do_orm_execute", tenancy._only_our_rows)


@pytest.fixture
def without_row_security(app, monkeypatch):
    """Everything runs as the platform's role, whose policies let every row through."""
    monkeypatch.setattr(tenancy, "APP_ROLE", tenancy.PLATFORM_ROLE)


def titles() -> list[str]:
    return list(db.session.scalars(select(Event.title).order_by(Event.title)))


def raw_titles() -> list[str]:
    """By a query that forgets its tenant, and that no hook could see through."""
    return list(db.session.scalars(text("select title from events order by title")))


def test_both_walls_together_show_only_our_own(two_halls):
    riverside, northgate = two_halls
    with acting_for(riverside.id):
        assert titles() == raw_titles() == ["Winter Gala"]
    with acting_for(northgate.id):
        assert titles() == raw_titles() == ["Northern Lights"]


def test_row_security_holds_without_the_hook(two_halls, without_the_hook):
    with acting_for(two_halls[0].id):
        assert titles() == raw_titles() == ["Winter Gala"]
        assert db.session.scalar(select(func.count()).select_from(Membership)) == 1


def test_the_hook_holds_without_row_security(two_halls, without_row_security):
    with acting_for(two_halls[0].id):
        assert raw_titles() == ["Northern Lights", "Winter Gala"]
        assert titles() == ["Winter Gala"]
        assert db.session.scalar(select(func.count()).select_from(Membership)) == 1


def test_acting_for_nobody_shows_nothing_of_any_tenant(two_halls, without_the_hook):
    with acting_for(None):
        assert titles() == raw_titles() == []


def test_a_transaction_of_no_session_is_bound_too_and_is_one(two_halls):
    rename, read = text("update events set title = 'Ours'"), text("select title from events")
    with acting_for(two_halls[0].id):
        with pytest.raises(LookupError), db.engine.begin() as connection:
            connection.execute(rename)
            assert connection.scalars(read).all() == ["Ours"]
            raise LookupError
        with db.engine.begin() as connection:
            assert connection.scalars(read).all() == ["Winter Gala"]
            connection.execute(rename)
    with acting_for(two_halls[1].id), db.engine.connect() as connection:
        assert connection.scalars(read).all() == ["Northern Lights"]


def test_row_security_refuses_to_write_for_another_tenant(two_halls, without_the_hook):
    riverside, northgate = two_halls
    statement = text("update events set title = 'Taken over' where tenant_id = :them")
    with acting_for(riverside.id), transaction():
        assert db.session.execute(statement, {"them": northgate.id}).rowcount == 0

    olga = make_person("Olga")
    with acting_for(riverside.id), pytest.raises(ProgrammingError, match="row-level security"):
        db.session.add(Membership(tenant_id=northgate.id, user_id=olga.id, role="owner"))
        db.session.flush()


def test_a_person_sees_their_own_memberships_wherever_they_are(two_halls):
    northgate = two_halls[1]
    with acting_for(northgate.id):
        noah = db.session.scalar(select(Membership.user_id))
    with acting_for(None):
        assert list(db.session.scalars(select(Membership.user_id))) == []
    with acting_for(None):
        tenancy.bind_person(noah)
        try:
            assert list(db.session.scalars(select(Membership.user_id))) == [noah]
        finally:
            tenancy.bind_person(None)


def test_every_table_with_a_tenant_stands_behind_row_security(db):
    found = {
        row.relname: row
        for row in db.session.execute(
            text(
                "select c.relname, c.relrowsecurity, c.relforcerowsecurity from pg_class c"
                " join pg_attribute a on a.attrelid = c.oid and a.attname = 'tenant_id'"
                " where c.relkind in ('r', 'p') and c.relnamespace = 'public'::regnamespace"
            )
        )
    }
    assert set(found) == set(tenant_tables())
    for table, row in found.items():
        assert row.relrowsecurity, table
        assert row.relforcerowsecurity, table


def test_every_policy_asks_for_the_tenant(db):
    policies = db.session.execute(
        text(
            "select tablename, policyname, roles, cmd, qual, with_check from pg_policies"
            " where schemaname = 'public'"
        )
    ).all()
    for table in tenant_tables():
        ours = [p for p in policies if p.tablename == table and tenancy.APP_ROLE in str(p.roles)]
        writing = [p for p in ours if p.cmd != "SELECT"]
        assert [p.policyname for p in writing] == ["tenant_rows"], table
        for policy in writing:
            for rule in (policy.qual, policy.with_check):
                assert "eventflow.tenant_id" in rule, table
                null_is_nobodys = "DISTINCT FROM" in rule
                assert null_is_nobodys == (table in MAY_BELONG_TO_NOBODY), table
        # Whatever else may be read is one's own membership, and nothing more.
        extra = {p.policyname for p in ours} - {"tenant_rows"}
        assert extra == ({"own_memberships"} if table == "memberships" else set()), table


def test_the_applications_role_can_not_get_around_them(db):
    role = db.session.execute(
        text("select rolsuper, rolbypassrls, rolcanlogin from pg_roles where rolname = :name"),
        {"name": tenancy.APP_ROLE},
    ).one()
    assert (role.rolsuper, role.rolbypassrls, role.rolcanlogin) == (False, False, False)
    owned = db.session.scalars(
        text("select relname from pg_class where relowner = to_regrole(:name)"),
        {"name": tenancy.APP_ROLE},
    ).all()
    assert owned == []
