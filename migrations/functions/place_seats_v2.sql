-- Set seats aside for a buyer. One round trip, one transaction.
--
-- `p_seats` are groups of p_size seats each: one group, if they were chosen by hand, or several in
-- order of quality, of which the first that is wholly free is taken. With several, rows that
-- somebody is busy with are passed over unless p_wait, so that buyers who want the best there is
-- spread over the hall. Answers as place_hold does, and `seats`. Refuses, besides what place_hold
-- refuses, with no_such_seat, seat_taken, seat_blocked, whole_table, accessible, companion,
-- single_seat (these with `seats`: which), too_many_seats, seated_tier, busy; same_form says that
-- the form's hold is there already.
create or replace function place_seats(
  p_tenant uuid, p_hold uuid, p_event text, p_seats uuid[], p_size integer,
  p_tiers uuid[], p_quantities integer[], p_buyer text, p_form_key text, p_hidden_too boolean,
  p_replaces uuid, p_code text, p_need boolean, p_singles boolean, p_wait boolean,
  p_at timestamptz
) returns jsonb
language plpgsql as $$
declare
  v_event uuid;
  v_most integer;
  v_no_singles boolean;
  v_has integer;
  v_mine uuid;
  v_group integer;
  v_gone integer[];
  v_answer jsonb;
  v_first jsonb;
begin
  perform set_config('eventflow.tenant_id', p_tenant::text, true);
  perform set_config('synchronous_commit', 'off', true);  -- As in place_hold.

  select g.event_id, g.most_seats, g.no_single_seats into v_event, v_most, v_no_singles
    from events e join seatings g on g.event_id = e.id
   where e.tenant_id = p_tenant and e.slug = p_event;
  if not found then
    return '{"refused": "not_seated"}';
  end if;
  if exists (select from seats where tier_id = any (p_tiers)) then
    return '{"refused": "seated_tier"}';
  end if;

  if p_buyer <> '' then
    -- One at a time for each buyer, or two at once could have twice what one may.
    perform pg_advisory_xact_lock(hashtextextended(v_event::text || p_buyer, 0));
    if p_replaces is not null then
      v_mine := own_hold(p_replaces, v_event, p_buyer, p_at);
    end if;
  end if;
  if is_placed(p_tenant, p_form_key) then
    return '{"refused": "same_form"}';
  end if;
  if not p_hidden_too then
    select count(*) into v_has
      from seats s join holds h on h.id = s.hold_id
     where p_buyer <> '' and h.event_id = v_event and h.buyer = p_buyer and h.status = 'live'
       and h.expires_at > p_at and h.id is distinct from v_mine;
    if v_has + p_size > v_most then
      return jsonb_build_object('refused', 'too_many_seats', 'limit', v_most, 'has', v_has);
    end if;
  end if;

  if cardinality(p_seats) > p_size then
    -- One glance at all groups: what was just taken need not be tried.
    select array_agg(distinct ((w.place - 1) / p_size)::integer) into v_gone
      from unnest(p_seats) with ordinality as w (id, place)
      join seats s on s.id = w.id
      left join holds h on h.id = s.hold_id and h.id is distinct from v_mine
     where (h.status = 'live' and h.expires_at > p_at)
        or exists (select from tickets t where t.seat_id = s.id and t.status = 'valid');
  end if;

  for v_group in 0 .. cardinality(p_seats) / p_size - 1 loop
    continue when v_group = any (v_gone);
    begin
      return take_seats(
        p_tenant, p_hold, p_event, v_event,
        p_seats[v_group * p_size + 1 : (v_group + 1) * p_size],
        p_tiers, p_quantities, p_buyer, p_form_key, p_hidden_too, v_mine, p_code, p_need,
        p_singles or not v_no_singles, p_wait or cardinality(p_seats) = p_size, p_at);
    exception when sqlstate 'EF001' then
      v_answer := sqlerrm::jsonb;
      v_first := coalesce(v_first, v_answer);
      if v_answer ->> 'refused' not in (
        'seat_taken', 'seat_blocked', 'single_seat', 'busy', 'whole_table', 'companion'
      ) then
        return v_answer;
      end if;
    end;
  end loop;
  return coalesce(v_first, '{"refused": "seat_taken", "seats": []}');
end $$;
