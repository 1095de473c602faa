-- Place a hold without seats in the place of an earlier one of the same buyer, whatever that held:
-- the earlier is given back and the new one placed, or neither.
--
-- Answers as place_hold does. The new hold has the earlier one's time. Locks: the earlier hold, then
-- the stocks of the event in id order.
create or replace function replace_hold(
  p_tenant uuid, p_hold uuid, p_event text, p_tiers uuid[], p_quantities integer[],
  p_buyer text, p_form_key text, p_hidden_too boolean, p_replaces uuid, p_at timestamptz
) returns jsonb
language plpgsql as $$
declare
  v_event uuid;
  v_mine uuid;
  v_answer jsonb;
  v_expires timestamptz;
begin
  perform set_config('eventflow.tenant_id', p_tenant::text, true);
  perform set_config('synchronous_commit', 'off', true);  -- As in place_hold.
  select id into v_event from events where tenant_id = p_tenant and slug = p_event;
  perform pg_advisory_xact_lock(hashtextextended(v_event::text || p_buyer, 0));
  if is_placed(p_tenant, p_form_key) then
    return '{"refused": "same_form"}';
  end if;
  v_mine := own_hold(p_replaces, v_event, p_buyer, p_at);
  if v_mine is null then
    return place_hold(p_tenant, p_hold, p_event, p_tiers, p_quantities, p_buyer, p_form_key,
                      p_hidden_too, p_at);
  end if;

  begin
    perform from stocks where event_id = v_event order by id for update;
    update holds set status = 'released' where id = v_mine;
    set constraints settle_hold immediate;
    set constraints settle_hold deferred;
    v_answer := place_hold(p_tenant, p_hold, p_event, p_tiers, p_quantities, p_buyer, p_form_key,
                           p_hidden_too, p_at);
    if v_answer ? 'refused' then
      raise exception sqlstate 'EF001' using message = v_answer::text;
    end if;
  exception when sqlstate 'EF001' then
    return sqlerrm::jsonb;
  end;
  update holds h set expires_at = coalesce(m.left_until, m.expires_at), typed = m.typed,
                     extended_at = m.extended_at, back_at = m.back_at
    from holds m where m.id = v_mine and h.id = p_hold
    returning h.expires_at into v_expires;
  return v_answer || jsonb_build_object('expires_at', v_expires);
end $$;
