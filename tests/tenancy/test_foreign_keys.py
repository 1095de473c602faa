"""Foreign keys are checked without row security: so they carry the tenant themselves."""

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from eventflow.db import db, transaction
from eventflow.tenancy import across_tenants, acting_for
from tests import factories

KEYS = text(
    """
    select k.conname as name,
           source.relname as source, target.relname as target,
           (select array_agg(a.attname order by a.attnum) from pg_attribute a
             where a.attrelid = k.conrelid and a.attnum = any(k.conkey)) as columns,
           (select array_agg(a.attname order by a.attnum) from pg_attribute a
             where a.attrelid = k.confrelid and a.attnum = any(k.confkey)) as targets
      from pg_constraint k
      join pg_class source on source.oid = k.conrelid
      join pg_class target on target.oid = k.confrelid
     where k.contype = 'f'
    """
)


def test_every_key_to_a_tenants_row_carries_the_tenant(db):
    tables_of_tenants = set(
        db.session.scalars(
            text(
                "select table_name from information_schema.columns"
                " where table_schema = 'public' and column_name = 'tenant_id'"
            )
        )
    )
    keys = [key for key in db.session.execute(KEYS) if key.target in tables_of_tenants]

    assert len(keys) > 15
    without = [
        f"{key.source}.{key.name} → {key.target}"
        for key in keys
        if "tenant_id" not in key.columns or "tenant_id" not in key.targets
    ]
    assert without == []


@pytest.fixture
def northern_lights(northgate):
    with acting_for(northgate.id):
        return factories.make_event(title="Northern Lights").id


@pytest.mark.parametrize("as_platform", [False, True])
def test_a_tier_can_not_move_to_another_tenants_event(
    riverside, gala, northern_lights, as_platform
):
    # The platform's role sees every row, and the key refuses all the same.
    scope = across_tenants() if as_platform else acting_for(riverside.id)
    with scope, pytest.raises(IntegrityError, match="fk_tiers"), transaction():
        db.session.execute(
            text("update tiers set event_id = :theirs where tenant_id = :ours"),
            {"theirs": northern_lights, "ours": riverside.id},
        )


def test_an_order_can_not_be_moved_to_another_tenant(riverside, northgate, gala):
    factories.order(riverside, gala, 1)
    with across_tenants(), pytest.raises(IntegrityError), transaction():
        db.session.execute(text("update orders set tenant_id = :them"), {"them": northgate.id})
