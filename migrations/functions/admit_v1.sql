-- Admit a ticket, once, whoever asks at the same moment. One round trip, one transaction.
--
-- The caller has verified the code's signature; this looks whether the ticket it names is still
-- good, marks it used, and writes the scan down whatever the answer. The same scan sent again
-- (same p_scan) gets its first answer. Answers {"result", "reason", "ticket": …, "scan": …}.
create function admit(
  p_tenant uuid, p_token uuid, p_ticket uuid, p_issue integer, p_event text, p_gate text,
  p_scan text, p_scanned_at timestamptz, p_override boolean, p_by text, p_at timestamptz
) returns jsonb
language plpgsql as $$
declare
  v_scan scans%rowtype;
  v_ticket record;
  v_result text;
  v_reason text;
  v_first timestamptz;
begin
  perform set_config('eventflow.tenant_id', p_tenant::text, true);

  if p_token is not null and not exists (
    select from api_tokens where id = p_token and tenant_id = p_tenant and revoked_at is null
  ) then
    return '{"result": "REVOKED"}';
  end if;

  if p_scan is not null then
    -- Two deliveries of one scan queue here, and the second finds the first's row.
    perform pg_advisory_xact_lock(hashtextextended(p_tenant::text || p_scan, 0));
    select * into v_scan from scans where tenant_id = p_tenant and scan_id = p_scan;
  end if;

  select t.id, t.status, t.issue, t.key_number, t.checked_in_at, t.attendee_name, t.attendee_email, t.position,
         t.event_id, e.slug, e.status as event_status, t.tier_id, tiers.name as tier_name,
         o.code as order_code
    into v_ticket
    from tickets t
    join events e on e.id = t.event_id
    join tiers on tiers.id = t.tier_id
    join orders o on o.id = t.order_id
   where t.id = coalesce(v_scan.ticket_id, p_ticket) and t.tenant_id = p_tenant
     for update of t;

  if v_scan.id is not null then
    v_result := v_scan.result;
    v_reason := v_scan.reason;
    v_first := v_ticket.checked_in_at;
  elsif v_ticket.id is null then
    v_result := 'INVALID';
    v_reason := 'unknown_ticket';
  elsif p_event is not null and v_ticket.slug <> p_event then
    v_result := 'INVALID';
    v_reason := 'other_event';
  elsif v_ticket.issue <> p_issue then
    v_result := 'INVALID';
    v_reason := 'reissued';
  elsif v_ticket.status = 'cancelled' then
    v_result := 'INVALID';
    v_reason := 'cancelled';
  elsif v_ticket.event_status = 'cancelled' then
    v_result := 'INVALID';
    v_reason := 'event_cancelled';
  elsif v_ticket.checked_in_at is null then
    v_result := 'VALID';
    v_reason := 'admitted';
    v_first := p_scanned_at;
    update tickets set checked_in_at = p_scanned_at where id = v_ticket.id;
  elsif p_override then
    v_result := 'VALID';
    v_reason := 'override';
    v_first := v_ticket.checked_in_at;
  else
    v_result := 'USED';
    v_reason := 'already_checked_in';
    v_first := v_ticket.checked_in_at;
  end if;

  if v_scan.id is null then
    insert into scans (id, tenant_id, scan_id, ticket_id, event_id, gate, scanned_at, received_at,
                       result, reason, override, by)
    values (gen_random_uuid(), p_tenant, p_scan, v_ticket.id, v_ticket.event_id, p_gate,
            p_scanned_at, p_at, v_result, v_reason, p_override, p_by);
  end if;

  return jsonb_build_object(
    'result', v_result, 'reason', v_reason, 'checked_in_at', v_first,
    'ticket', case when v_ticket.id is not null then jsonb_build_object(
      'id', v_ticket.id, 'issue', v_ticket.issue, 'key_number', v_ticket.key_number, 'status', v_ticket.status,
      'name', v_ticket.attendee_name, 'email', v_ticket.attendee_email,
      'position', v_ticket.position, 'order', v_ticket.order_code, 'event_id', v_ticket.event_id,
      'event', v_ticket.slug, 'tier', v_ticket.tier_id, 'tier_name', v_ticket.tier_name) end);
end $$;
