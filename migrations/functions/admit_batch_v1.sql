-- Scans that a device made by itself, judged and written down: all of them, in one transaction.
--
-- Every ticket is locked first, in id order, so that two devices which bring the same ones wait
-- for each other and never both. Then the scans are taken in the order in which they were made.
create function admit_batch(
  p_tenant uuid, p_token uuid, p_device uuid, p_scans jsonb, p_at timestamptz
) returns jsonb
language plpgsql as $$
declare
  v_one record;
  v_answer jsonb;
  v_answers jsonb[] := '{}';
begin
  perform set_config('eventflow.tenant_id', p_tenant::text, true);
  perform from tickets
    where tenant_id = p_tenant
      and id in (select (one->>'ticket')::uuid from jsonb_array_elements(p_scans) one)
    order by id for update;
  for v_one in
    select * from jsonb_to_recordset(p_scans) as one(
      n integer, ticket uuid, issue integer, kind text, phone_key text, freshness text,
      event text, gate text, direction text, scan text, scanned_at timestamptz,
      client_result text, override boolean, note text, together_with uuid, reader text)
    order by scanned_at, n
  loop
    v_answer := admit(
      p_tenant, p_token, p_device, v_one.ticket, v_one.issue, v_one.kind,
      decode(v_one.phone_key, 'hex'), v_one.freshness, v_one.event, v_one.gate, v_one.direction,
      v_one.scan, v_one.scanned_at, true, v_one.client_result, v_one.override, v_one.note,
      v_one.together_with, v_one.reader, p_at);
    if v_answer->>'result' = 'REVOKED' then
      return v_answer;
    end if;
    v_answers := v_answers || (v_answer || jsonb_build_object('n', v_one.n));
  end loop;
  return to_jsonb(v_answers);
end $$;

-- Take an entry (or a leaving) back. It stays in the history; if another device had let the same
-- ticket in after it, that one is the entry now.
create function undo_scan(
  p_tenant uuid, p_scan text, p_events uuid[], p_by text, p_reason text, p_at timestamptz
) returns jsonb
language plpgsql as $$
declare
  v_scan scans%rowtype;
  v_next uuid;
begin
  perform set_config('eventflow.tenant_id', p_tenant::text, true);
  select * into v_scan from scans where tenant_id = p_tenant and scan_id = p_scan;
  if v_scan."by" <> p_by then
    -- Where another reader made the same id first, one's own was told apart (`admit`).
    select * into v_scan from scans
     where tenant_id = p_tenant and (id = v_scan.id or starts_with(scan_id, p_scan || '~'))
     order by "by" = p_by desc, scan_id limit 1;
  end if;
  if v_scan.id is null
    or (cardinality(p_events) > 0 and v_scan.event_id <> all (p_events)) then
    return null;
  end if;
  perform from tickets where tenant_id = p_tenant and id = v_scan.ticket_id for update;
  select * into v_scan from scans where tenant_id = p_tenant and id = v_scan.id for update;
  if v_scan.undone_at is null and not v_scan.admitted then
    return jsonb_build_object('refused', 'nobody_went_through');
  end if;
  if v_scan.undone_at is null then
    update scans
       set undone_at = p_at, undone_by = p_by, undo_reason = p_reason,
           changed_in = pg_current_xact_id()::text::bigint
     where tenant_id = p_tenant and id = v_scan.id;
    select id into v_next from scans
     where tenant_id = p_tenant and double_of = v_scan.id and undone_at is null
     order by scanned_at, id limit 1;
    if v_next is not null then
      update scans
         set result = 'VALID', reason = 'admitted', double_of = null,
             changed_in = pg_current_xact_id()::text::bigint
       where tenant_id = p_tenant and id = v_next;
      update scans set double_of = v_next, changed_in = pg_current_xact_id()::text::bigint
       where tenant_id = p_tenant and double_of = v_scan.id;
    end if;
    update tickets t
       set checked_in_at = (
             select min(s.scanned_at) from scans s
              where s.tenant_id = p_tenant and s.ticket_id = t.id and s.direction = 'in'
                and s.result = 'VALID' and s.undone_at is null)
     where t.tenant_id = p_tenant and t.id = v_scan.ticket_id;
  end if;
  return (select jsonb_build_object(
    'result', s.result, 'reason', s.reason, 'undone_at', s.undone_at, 'undone_by', s.undone_by,
    'undo_reason', s.undo_reason) from scans s where s.tenant_id = p_tenant and s.id = v_scan.id);
end $$;
