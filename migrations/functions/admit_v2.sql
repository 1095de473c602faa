-- Judge one reading of a code, and write it down. One round trip, one transaction.
--
-- The caller has verified signatures; this looks whether the ticket named is still good, whether it
-- may pass here, and whether it has passed before. The ticket's row is locked first, and everything
-- else is asked under that lock. The same scan sent again (same p_scan) gets its first answer.
-- Ids are made by devices, and two may make the same one: it is the same scan only if it is of the
-- same ticket, and by the same reader or of the same instant. Any other is told apart and judged.
--
-- What a ticket did is in its scans: an entry counts while it is VALID, inwards and not undone.
-- p_offline: a device has judged by itself and tells what it showed (p_client_result, null: it let
-- them in). First time wins: a scan that arrives late and was earlier becomes the entry, and the
-- other one is listed as its double.
--
-- A device that was revoked still tells what it read before that, and whoever has it may invent
-- what they like: an entry is what a code was read for, and nothing else lets anybody in.
create function admit(
  p_tenant uuid, p_token uuid, p_device uuid, p_ticket uuid, p_issue integer, p_kind text,
  p_phone_key bytea, p_freshness text, p_event text, p_gate text, p_direction text, p_scan text,
  p_scanned_at timestamptz, p_offline boolean, p_client_result text, p_override boolean,
  p_note text, p_together_with uuid, p_by text, p_at timestamptz
) returns jsonb
language plpgsql as $$
declare
  v_event_ids uuid[] := '{}';
  v_gate_ids uuid[] := '{}';
  v_revoked_at timestamptz;
  v_scan scans%rowtype;
  v_told_apart boolean := false;
  v_ticket record;
  v_gate gates%rowtype;
  v_direction text;
  v_result text;
  v_reason text;
  v_first timestamptz;
  v_entries bigint := 0;
  v_inside boolean := false;
  v_exits boolean := false;
  v_rival scans%rowtype;
  v_rival_loses boolean := false;
  v_admitted boolean;
  v_id uuid := gen_random_uuid();
  v_before_at timestamptz;
  v_before_gate text;
  v_before_by text;
  v_group jsonb;
begin
  perform set_config('eventflow.tenant_id', p_tenant::text, true);

  if p_token is not null and not exists (
    select from api_tokens where id = p_token and tenant_id = p_tenant and revoked_at is null
  ) then
    return '{"result": "REVOKED"}';
  end if;
  if p_device is not null then
    select event_ids, gate_ids, revoked_at into v_event_ids, v_gate_ids, v_revoked_at
      from devices where id = p_device and tenant_id = p_tenant;
    if not found or (v_revoked_at is not null and not p_offline) then
      return '{"result": "REVOKED"}';
    end if;
  end if;

  loop
    if p_scan is not null then
      select * into v_scan from scans where tenant_id = p_tenant and scan_id = p_scan;
      if v_scan.id is not null and not v_told_apart and not (
        v_scan.ticket_id is not distinct from (
          select t.id from tickets t where t.id = p_ticket and t.tenant_id = p_tenant)
        and (v_scan.scanned_at = p_scanned_at
             or v_scan.device_id is not distinct from p_device and v_scan."by" = p_by)
      ) then
        v_told_apart := true;
        p_scan := p_scan || '~' || left(md5(concat_ws(' ', p_device, p_by, p_ticket)), 12);
        continue;
      end if;
    end if;
    select t.id, t.status, t.issue, t.key_number, t.checked_in_at, t.attendee_name,
           t.attendee_email, t.position, t.event_id, t.order_id, t.seat_id, t.door_note,
           t.needs_attention, e.slug, e.status as event_status, t.tier_id,
           tiers.name as tier_name, tiers.code_kind, tiers.proof, o.code as order_code
      into v_ticket
      from tickets t
      join events e on e.id = t.event_id
      join tiers on tiers.id = t.tier_id
      join orders o on o.id = t.order_id
     where t.id = case when v_scan.id is null then p_ticket else v_scan.ticket_id end
       and t.tenant_id = p_tenant
       for update of t;
    exit when p_scan is null or v_scan.id is not null;
    -- Whoever sends the same scan at the same moment has written it by now.
    select * into v_scan from scans where tenant_id = p_tenant and scan_id = p_scan;
    exit when v_scan.id is null;
  end loop;

  if v_ticket.id is not null and (
    p_gate <> '' or cardinality(v_gate_ids) = 1
  ) then
    select * into v_gate from gates g
     where g.event_id = v_ticket.event_id and g.tenant_id = p_tenant
       and (g.id::text = p_gate or g.name = p_gate
            or (p_gate = '' and g.id = v_gate_ids[1]))
     order by g.archived_at is null desc, g.id::text = p_gate desc
     limit 1;
  end if;
  v_direction := coalesce(p_direction, case when v_gate.direction = 'out' then 'out' else 'in' end);

  if v_ticket.checked_in_at is not null or (v_direction = 'out' and v_ticket.id is not null) then
    select count(*) filter (where s.direction = 'in' and s.result = 'VALID'),
           coalesce((array_agg(s.direction order by s.scanned_at desc, s.id desc)
                     filter (where s.scanned_at <= p_scanned_at))[1] = 'in', false)
      into v_entries, v_inside
      from scans s
     where s.tenant_id = p_tenant and s.ticket_id = v_ticket.id and s.admitted
       and s.undone_at is null and s.area_id is not distinct from v_gate.area_id;
    v_exits := v_gate.id is not null and exists (
      select from gates g
       where g.event_id = v_ticket.event_id and g.tenant_id = p_tenant and g.archived_at is null
         and g.direction <> 'in' and g.area_id is not distinct from v_gate.area_id);
  end if;

  if v_scan.id is not null then
    v_result := v_scan.result;
    v_reason := v_scan.reason;
    v_direction := v_scan.direction;
  elsif v_ticket.id is null then
    v_result := 'INVALID';
    v_reason := case p_kind when 'none' then 'not_a_code' else 'unknown_ticket' end;
  elsif (p_event is not null and v_ticket.slug <> p_event)
     or (cardinality(v_event_ids) > 0 and v_ticket.event_id <> all (v_event_ids)) then
    v_result := 'INVALID';
    v_reason := 'other_event';
  elsif p_together_with is not null and not exists (
           select from tickets w
            where w.id = p_together_with and w.tenant_id = p_tenant
              and w.order_id = v_ticket.order_id) then
    v_result := 'INVALID';
    v_reason := 'other_order';
  elsif v_revoked_at is not null
    and (p_scanned_at > v_revoked_at or p_kind not in ('static', 'rotating')) then
    v_result := 'INVALID';
    v_reason := 'device_revoked';
  elsif cardinality(v_gate_ids) > 0
    and (v_gate.id is null or v_gate.id <> all (v_gate_ids)) then
    v_result := 'INVALID';
    v_reason := 'gate_not_allowed';
  elsif v_direction = 'out' then
    -- Nobody is kept from leaving; what doesn't add up is said.
    v_result := 'VALID';
    v_reason := case when v_inside then 'left' else 'left_without_entry' end;
  elsif v_ticket.issue <> p_issue then
    v_result := 'INVALID';
    v_reason := 'reissued';
  elsif v_ticket.status = 'cancelled' then
    v_result := 'INVALID';
    v_reason := 'cancelled';
  elsif v_ticket.event_status = 'cancelled' then
    v_result := 'INVALID';
    v_reason := 'event_cancelled';
  else
    v_reason := case
      when p_kind = 'static' and v_ticket.code_kind = 'rotating' then 'needs_rotating'
      when p_kind = 'rotating' and exists (
        select from phone_keys k
         where k.tenant_id = p_tenant and k.ticket_id = v_ticket.id and k.replaced_at is null
           and k.public_key <> p_phone_key) then 'phone_replaced'
      when p_freshness is not null then p_freshness
      when v_gate.direction = 'out' then 'wrong_way'
      when p_scanned_at < v_gate.opens_at then 'gate_not_open'
      when p_scanned_at >= v_gate.closes_at then 'gate_closed'
      when v_gate.id is not null and exists (select from gate_tiers where gate_id = v_gate.id)
       and not exists (select from gate_tiers
                        where gate_id = v_gate.id and tier_id = v_ticket.tier_id) then 'wrong_tier'
    end;
    if v_reason is not null then
      v_result := 'INVALID';
    elsif v_entries >= (case when v_gate.id is null then 1 else v_gate.entries end) then
      v_result := 'USED';
      v_reason := 'already_checked_in';
    elsif v_exits and v_inside then
      v_result := 'USED';
      v_reason := 'already_inside';
    else
      v_result := 'VALID';
      v_reason := 'admitted';
    end if;
    if p_override and v_result <> 'VALID' then
      v_result := 'VALID';
      v_reason := 'override';
    end if;
  end if;
  v_admitted := v_result = 'VALID';
  p_scan := coalesce(p_scan, v_id::text);

  if v_scan.id is null and p_offline then
    if v_result = 'VALID' and p_client_result <> 'VALID' then
      -- They were turned away, whatever would have been right.
      v_result := p_client_result;
      v_reason := 'refused_offline';
      v_admitted := false;
    elsif v_result = 'INVALID' then
      v_admitted := v_reason <> 'device_revoked' and coalesce(p_client_result = 'VALID', false);
    elsif v_direction = 'in' and v_reason <> 'override'
      and coalesce(p_client_result, 'VALID') = 'VALID' then
      -- Whoever holds the entry that this one competes for: the last of those that count, or,
      -- where leaving is counted, the neighbour in time.
      if v_reason = 'already_checked_in' then
        select * into v_rival from scans s
         where s.tenant_id = p_tenant and s.ticket_id = v_ticket.id and s.direction = 'in'
           and s.result = 'VALID' and s.reason <> 'override' and s.undone_at is null
           and s.area_id is not distinct from v_gate.area_id
         order by s.scanned_at desc, s.id desc limit 1;
        v_rival_loses := p_scanned_at < v_rival.scanned_at;
      elsif v_reason = 'already_inside' then
        select * into v_rival from scans s
         where s.tenant_id = p_tenant and s.ticket_id = v_ticket.id and s.direction = 'in'
           and s.result = 'VALID' and s.undone_at is null and s.scanned_at <= p_scanned_at
           and s.area_id is not distinct from v_gate.area_id
         order by s.scanned_at desc, s.id desc limit 1;
      elsif v_exits then
        select * into v_rival from scans s
         where s.tenant_id = p_tenant and s.ticket_id = v_ticket.id and s.admitted
           and s.undone_at is null and s.scanned_at > p_scanned_at
           and s.area_id is not distinct from v_gate.area_id
         order by s.scanned_at, s.id limit 1;
        v_rival_loses := v_rival.direction = 'in' and v_rival.result = 'VALID'
                         and v_rival.reason <> 'override';
      end if;
      if v_rival.id is not null and p_client_result is null
        and v_rival.device_id is not distinct from p_device and v_rival."by" = p_by then
        -- The same device read it twice, and does not say that it let them in twice.
        v_rival_loses := false;
        v_admitted := v_result = 'VALID';
      elsif v_rival_loses then
        v_result := 'VALID';
        v_reason := 'admitted';
        v_admitted := true;
      elsif v_rival.id is not null and v_result = 'USED' then
        v_reason := 'double_entry';
        v_admitted := true;
      end if;
    end if;
  end if;

  if v_scan.id is null then
    insert into scans (id, tenant_id, scan_id, ticket_id, event_id, gate, scanned_at, received_at,
                       result, reason, override, by, device_id, gate_id, area_id, direction,
                       offline, client_result, admitted, note, double_of)
    values (v_id, p_tenant, p_scan, v_ticket.id,
            -- What is no ticket was read at a door all the same.
            coalesce(v_ticket.event_id, (
              select e.id from events e where e.tenant_id = p_tenant and e.slug = p_event)),
            coalesce(v_gate.name, p_gate),
            p_scanned_at, p_at, v_result, v_reason, p_override, p_by, p_device, v_gate.id,
            v_gate.area_id, v_direction, p_offline, p_client_result, v_admitted, p_note,
            case when v_reason = 'double_entry' then v_rival.id end)
        on conflict (tenant_id, scan_id) do nothing;
    if not found then
      -- The same id came for another ticket at this moment.
      return admit(p_tenant, p_token, p_device, p_ticket, p_issue, p_kind, p_phone_key,
                   p_freshness, p_event, p_gate, p_direction, p_scan, p_scanned_at, p_offline,
                   p_client_result, p_override, p_note, p_together_with, p_by, p_at);
    end if;
    if v_rival_loses then
      update scans set double_of = v_id, changed_in = pg_current_xact_id()::text::bigint
       where tenant_id = p_tenant and double_of = v_rival.id;
      update scans
         set result = 'USED', reason = 'double_entry', double_of = v_id,
             client_result = coalesce(client_result, 'VALID'),
             changed_in = pg_current_xact_id()::text::bigint
       where tenant_id = p_tenant and id = v_rival.id;
    end if;
    if v_direction = 'out' and p_offline then
      -- Who was taken for a double had left in between, as is known only now.
      update scans d
         set result = 'VALID', reason = 'admitted', double_of = null,
             changed_in = pg_current_xact_id()::text::bigint
        from scans f, gates g
       where d.tenant_id = p_tenant and d.ticket_id = v_ticket.id and d.undone_at is null
         and d.area_id is not distinct from v_gate.area_id and d.scanned_at > p_scanned_at
         and f.tenant_id = p_tenant and f.id = d.double_of and f.scanned_at <= p_scanned_at
         and g.tenant_id = p_tenant and g.id = d.gate_id and g.entries is null;
    end if;
    if v_result = 'VALID' and v_direction = 'in'
      and (v_ticket.checked_in_at is null or v_ticket.checked_in_at > p_scanned_at) then
      update tickets set checked_in_at = p_scanned_at where id = v_ticket.id;
      v_first := p_scanned_at;
    end if;
  end if;
  v_first := coalesce(v_first, v_ticket.checked_in_at);

  if v_result = 'USED' then
    select s.scanned_at, s.gate, s.by into v_before_at, v_before_gate, v_before_by from scans s
     where s.tenant_id = p_tenant and s.ticket_id = v_ticket.id and s.direction = 'in'
       and s.result = 'VALID' and s.undone_at is null
       and s.area_id is not distinct from v_gate.area_id
     order by s.scanned_at, s.id limit 1;
  end if;
  if p_together_with is null and not p_offline
    and v_ticket.id is not null and v_reason <> 'other_event' then
    select jsonb_build_object(
             'size', count(*),
             'in', count(*) filter (where w.checked_in_at is not null or (
                                       w.id = v_ticket.id and v_result = 'VALID')),
             'tickets', jsonb_agg(jsonb_build_object(
               'id', w.id, 'digest', ticket_digest(w.id), 'name', w.attendee_name,
               'tier', wt.name, 'seat', coalesce(seat_label(w.seat_id), ''),
               'status', w.status, 'checked_in', w.checked_in_at is not null
                 or (w.id = v_ticket.id and v_result = 'VALID'))
               order by w.position))
      into v_group
      from tickets w join tiers wt on wt.id = w.tier_id
     where w.tenant_id = p_tenant and w.order_id = v_ticket.order_id
       and (w.status = 'valid' or w.id = v_ticket.id);
  end if;

  return jsonb_build_object(
    'result', v_result, 'reason', v_reason, 'checked_in_at', v_first, 'direction', v_direction,
    'scan', p_scan, 'group', v_group,
    'check_identity', v_ticket.id is not null and (coalesce(p_kind = 'hand', false) or coalesce(
      p_kind = 'static' and v_ticket.code_kind = 'rotating_or_printed', false)),
    'area', (select jsonb_build_object('id', a.id, 'name', a.name, 'capacity', a.capacity,
                                       'alarm_percent', a.alarm_percent)
               from areas a where a.tenant_id = p_tenant and a.id = v_gate.area_id),
    'first', case when v_before_at is not null then jsonb_build_object(
      'at', v_before_at, 'gate', v_before_gate, 'by', v_before_by) end,
    'double', coalesce(v_reason = 'double_entry', false),
    'ticket', case when v_ticket.id is not null
      and not (v_reason = 'other_event' and p_device is not null) then jsonb_build_object(
      'id', v_ticket.id, 'issue', v_ticket.issue, 'key_number', v_ticket.key_number,
      'status', v_ticket.status, 'name', v_ticket.attendee_name, 'email', v_ticket.attendee_email,
      'position', v_ticket.position, 'order', v_ticket.order_code, 'event_id', v_ticket.event_id,
      'event', v_ticket.slug, 'tier', v_ticket.tier_id, 'tier_name', v_ticket.tier_name,
      'proof', v_ticket.proof, 'note', v_ticket.door_note, 'attention', v_ticket.needs_attention,
      'seat', seat_label(v_ticket.seat_id)) end);
end $$;

-- As the application called it before there were devices, for the copies that still run.
create or replace function admit(
  p_tenant uuid, p_token uuid, p_ticket uuid, p_issue integer, p_event text, p_gate text,
  p_scan text, p_scanned_at timestamptz, p_override boolean, p_by text, p_at timestamptz
) returns jsonb
language sql as $$
  select admit(p_tenant, p_token, null, p_ticket, p_issue, 'static', null, null, p_event, p_gate,
               null, p_scan, p_scanned_at, false, null, p_override, '', null, p_by, p_at)
$$;
