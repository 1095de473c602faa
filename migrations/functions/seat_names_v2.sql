-- What names a seat to people: "Stalls A12"; where that could be read in two ways, and at a table or
-- in a booth, "Block 9 1-11", "Tables 4-3". The same rule stands in seating/models.py.
create or replace function seat_label(p_section text, p_kind text, p_row text, p_number text)
returns text
language sql immutable parallel safe as $$
  select p_section || ' ' || p_row
         || case when p_kind = 'row' and p_row ~ '[^0-9]$' and p_number ~ '^[0-9]' then '' else '-' end
         || p_number
$$;

create or replace function seat_label(p_seat uuid) returns text
language sql stable strict as $$
  select seat_label(r.section, r.kind, r.label, s.number)
    from seats s join seat_rows r on r.id = s.seat_row_id
   where s.id = p_seat
$$;

-- As in place_seats_v1, but that a code is good however its letters are written.
create or replace function seats_of_rows(
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
