-- How scanners are told of things: tickets and phones by digests, seats by what people call them.
-- The same rules stand in checkin/manifest.py and in Seat.label.
create function ticket_digest(p_ticket uuid) returns text
language sql immutable parallel safe as $$
  select translate(encode(substr(sha256('EventFlow ticket\000'::bytea || uuid_send(p_ticket)), 1, 9),
                          'base64'), '+/', '-_')
$$;

create function phone_digest(p_key bytea) returns text
language sql immutable parallel safe as $$
  select translate(encode(substr(sha256('EventFlow phone\000'::bytea || p_key), 1, 9), 'base64'),
                   '+/', '-_')
$$;

create function seat_label(p_seat uuid) returns text
language sql stable strict as $$
  select seat_label(r.section, r.kind, r.label, s.number)
    from seats s join seat_rows r on r.id = s.seat_row_id
   where s.id = p_seat
$$;
