-- What names a seat to people: "Stalls A12"; where that could be read in two ways, and at a table or
-- in a booth, "Block 9 1-11", "Tables 4-3". The same rule stands in seating/models.py.
create function seat_label(p_section text, p_kind text, p_row text, p_number text) returns text
language sql immutable parallel safe as $$
  select p_section || ' ' || p_row
         || case when p_kind = 'row' and p_row !~ '[0-9]$' and p_number ~ '^[0-9]' then '' else '-' end
         || p_number
$$;

-- The seats of some rows as they stand at this moment, and what they would be to whoever asks.
--
-- `state` is s(old), h(eld), l(apsed hold in the way), b(locked) or f(ree). `p_mine` is a hold whose
-- places count as free: the one that the new hold takes over.
create function seats_of_rows(
  p_rows uuid[], p_mine uuid, p_code text, p_at timestamptz
) returns table (
  id uuid, seat_row_id uuid, "position" bigint, tier_id uuid, kind text, aisle_after boolean,
  row_kind text, whole boolean, label text, hold_id uuid, state text
)
language sql stable as $$
  select s.id, s.seat_row_id, s.position, s.tier_id, s.kind, s.aisle_after, r.kind, r.whole,
         seat_label(r.section, r.kind, r.label, s.number), h.id,
         case when exists (select from tickets t where t.seat_id = s.id and t.status = 'valid')
                then 's'
              when h.status = 'live' and h.expires_at > p_at then 'h'
              when s.tier_id is null then 'b'
              when s.allocation_id is not null and not exists (
                select from allocations a
                 where a.id = s.allocation_id and a.code <> ''
                   and lower(a.code) = lower(p_code)) then 'b'
              when h.status = 'live' then 'l'
              else 'f' end
    from seats s
    join seat_rows r on r.id = s.seat_row_id
    -- By its id alone: with its status, a planner that knows nothing yet scans all live ones.
    left join holds h on h.id = s.hold_id and h.id is distinct from p_mine
   where s.seat_row_id = any (p_rows)
$$;

-- Set these very seats aside, and so many of other tiers: all of it, or nothing at all.
--
-- Raises EF001 with the refusal as its message, so that whatever was done and locked on the way is
-- undone by the caller's block. Locks: the rows of the seats in id order, then lapsed holds in the
-- way (passed over where somebody is paying for them), then stocks in id order.
create function take_seats(
  p_tenant uuid, p_hold uuid, p_event text, p_event_id uuid, p_seats uuid[],
  p_tiers uuid[], p_quantities integer[], p_buyer text, p_form_key text, p_hidden_too boolean,
  p_mine uuid, p_code text, p_need boolean, p_singles boolean, p_wait boolean, p_at timestamptz
) returns jsonb
language plpgsql as $$
declare
  v_rows uuid[];
  v_locked uuid[];
  v_found integer;
  v_lapsed uuid[];
  v_answer jsonb;
  v_tiers uuid[];
  v_quantities integer[];
  v_released boolean;
  v_expires timestamptz;
begin
  select array_agg(distinct seat_row_id), count(*) into v_rows, v_found
    from seats where event_id = p_event_id and id = any (p_seats);
  if v_found < cardinality(p_seats) then
    raise exception sqlstate 'EF001' using message = '{"refused": "no_such_seat"}';
  end if;

  -- A glance without locks: most losers of a rush end here and cost nobody anything.
  v_answer := refused_seats(p_tenant, v_rows, p_seats, p_mine, p_form_key, p_code, p_at);
  if v_answer is not null then
    raise exception sqlstate 'EF001' using message = v_answer::text;
  end if;

  -- Lock the rows in id order, and only then look.
  if p_wait then
    perform from seat_rows where id = any (v_rows) order by id for no key update;
  else
    select array_agg(l.id) into v_locked from (
      select id from seat_rows where id = any (v_rows) order by id
         for no key update skip locked) l;
    if coalesce(cardinality(v_locked), 0) < cardinality(v_rows) then
      raise exception sqlstate 'EF001' using message = '{"refused": "busy"}';
    end if;
  end if;

  select array_agg(distinct g.hold_id) filter (where g.state = 'l') into v_lapsed
    from seats_of_rows(v_rows, p_mine, p_code, p_at) g where g.id = any (p_seats);
  if v_lapsed is not null then
    -- Whoever is paying for a lapsed hold at this moment has it locked, and keeps its seats.
    select count(*) into v_found from (
      select from holds where id = any (v_lapsed) and status = 'live' and expires_at <= p_at
       order by id for update skip locked) l;
    if v_found < cardinality(v_lapsed) then
      -- `busy` if they were given back in the meantime: ask once more, then.
      v_answer := refused_seats(p_tenant, v_rows, p_seats, p_mine, p_form_key, p_code, p_at,
                                p_all_lapsed => true);
      raise exception sqlstate 'EF001'
        using message = coalesce(v_answer, '{"refused": "busy"}')::text;
    end if;
  end if;

  v_answer := refused_seats(p_tenant, v_rows, p_seats, p_mine, p_form_key, p_code, p_at);
  if v_answer is null then
    select accessible_release_at <= p_at into v_released from seatings
     where event_id = p_event_id;
    v_answer := refused_choice(v_rows, p_seats, p_mine, p_code, p_need,
                               coalesce(v_released, false), p_singles, p_at);
  end if;
  if v_answer is not null then
    raise exception sqlstate 'EF001' using message = v_answer::text;
  end if;

  select array_agg(w.tier_id order by w.first), array_agg(w.n order by w.first)
    into v_tiers, v_quantities
    from (select s.tier_id, count(*)::integer as n, min(s.position) as first
            from seats s where s.id = any (p_seats) group by s.tier_id
          union all
          select t, q, 1000000 + place
            from unnest(p_tiers, p_quantities) with ordinality as g (t, q, place)) w;

  if v_lapsed is not null or p_mine is not null then
    -- What these give back has to be counted before anybody looks, so the stocks come first here.
    perform from stocks where event_id = p_event_id order by id for update;
    update holds set status = 'released'
     where id = any (v_lapsed || p_mine) and status = 'live';
    set constraints settle_hold immediate;
    set constraints settle_hold deferred;
  end if;

  v_answer := place_hold(p_tenant, p_hold, p_event, v_tiers, v_quantities, p_buyer, p_form_key,
                         p_hidden_too, p_at);
  if v_answer ? 'refused' then
    raise exception sqlstate 'EF001' using message = v_answer::text;
  end if;
  update seats set hold_id = p_hold where id = any (p_seats);
  if p_mine is not null then
    -- A hold that grows keeps its first time, in full: who adds a seat is here, and what was typed.
    update holds h set expires_at = coalesce(m.left_until, m.expires_at), typed = m.typed,
                       extended_at = m.extended_at, back_at = m.back_at
      from holds m where m.id = p_mine and h.id = p_hold
      returning h.expires_at into v_expires;
    v_answer := v_answer || jsonb_build_object('expires_at', v_expires);
  end if;

  return v_answer || jsonb_build_object('seats', (
    select jsonb_agg(jsonb_build_object('id', s.id, 'tier', s.tier_id, 'position', s.position,
                     'label', seat_label(r.section, r.kind, r.label, s.number))
                     order by s.position)
      from seats s join seat_rows r on r.id = s.seat_row_id where s.id = any (p_seats)));
end $$;

-- Why these seats can't be had, whoever asks; null if they can.
create function refused_seats(
  p_tenant uuid, p_rows uuid[], p_seats uuid[], p_mine uuid, p_form_key text, p_code text,
  p_at timestamptz, p_all_lapsed boolean default false
) returns jsonb
language plpgsql stable as $$
declare
  v_taken jsonb;
  v_blocked jsonb;
begin
  select jsonb_agg(jsonb_build_object('id', g.id, 'label', g.label) order by g.position)
           filter (where g.state in ('s', 'h') or (p_all_lapsed and g.state = 'l')),
         jsonb_agg(jsonb_build_object('id', g.id, 'label', g.label) order by g.position)
           filter (where g.state = 'b')
    into v_taken, v_blocked
    from seats_of_rows(p_rows, p_mine, p_code, p_at) g where g.id = any (p_seats);
  if v_taken is not null then
    if is_placed(p_tenant, p_form_key) then
      return '{"refused": "same_form"}';
    end if;
    return jsonb_build_object('refused', 'seat_taken', 'seats', v_taken);
  elsif v_blocked is not null then
    return jsonb_build_object('refused', 'seat_blocked', 'seats', v_blocked);
  end if;
  return null;
end $$;

-- Why this choice of free seats is not one that is sold; null if it is.
create function refused_choice(
  p_rows uuid[], p_seats uuid[], p_mine uuid, p_code text, p_need boolean,
  p_released boolean, p_singles boolean, p_at timestamptz
) returns jsonb
language plpgsql stable as $$
declare
  v_answer jsonb;
begin
  with row_seats as (
    select g.*, g.id = any (p_seats) as chosen, g.state in ('f', 'l') as free_before,
           -- Chairs of one row between two aisles are a run.
           sum(case when g.aisle_after then 1 else 0 end)
             over (partition by g.seat_row_id order by g.position) - g.aisle_after::integer as run
      from seats_of_rows(p_rows, p_mine, p_code, p_at) g
  ), seen as (
    select *, free_before and not chosen as free_after,
           kind = 'standard' and row_kind = 'row' as counts
      from row_seats
  ), neighbours as (
    select *,
           coalesce(lag(counts and free_before) over w, false)
             or coalesce(lead(counts and free_before) over w, false) as had,
           coalesce(lag(counts and free_after) over w, false)
             or coalesce(lead(counts and free_after) over w, false) as has
      from seen window w as (partition by seat_row_id, run order by position)
  ), wrong as (
    select 1 as rank, 'whole_table' as why, id, label, position from seen n
     where whole and not chosen
       and exists (select from seen c where c.chosen and c.seat_row_id = n.seat_row_id)
    union all
    select 2, 'accessible', id, label, position from seen
     where chosen and kind = 'accessible' and not p_need and not p_released
    union all
    select 3, 'companion', id, label, position from seen n
     where chosen and kind = 'companion' and not p_released and not exists (
       select from seen a where a.chosen and a.kind = 'accessible'
          and a.seat_row_id = n.seat_row_id and abs(a.position - n.position) <= 2)
    union all
    select 4, 'single_seat', id, label, position from neighbours
     where not p_singles and counts and free_after and had and not has
  )
  select jsonb_build_object('refused', w.why, 'seats', jsonb_agg(
           jsonb_build_object('id', w.id, 'label', w.label) order by w.position))
    into v_answer
    from wrong w group by w.rank, w.why order by w.rank limit 1;
  return v_answer;
end $$;

-- Set seats aside for a buyer. One round trip, one transaction.
--
-- `p_seats` are groups of p_size seats each: one group, if they were chosen by hand, or several in
-- order of quality, of which the first that is wholly free is taken. With several, rows that
-- somebody is busy with are passed over unless p_wait, so that buyers who want the best there is
-- spread over the hall. Answers as place_hold does, and `seats`. Refuses, besides what place_hold
-- refuses, with no_such_seat, seat_taken, seat_blocked, whole_table, accessible, companion,
-- single_seat (these with `seats`: which), too_many_seats, seated_tier, busy; same_form says that
-- the form's hold is there already.
create function place_seats(
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
      select h.id into v_mine from holds h
       where h.id = p_replaces and h.event_id = v_event and h.buyer = p_buyer
         and h.status = 'live' and h.expires_at > p_at
         and not exists (select from orders o where o.hold_id = h.id)
         for update;
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
