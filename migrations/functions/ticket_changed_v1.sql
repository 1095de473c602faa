-- Scanners hear of every ticket whose row says another thing than when they last asked. A check-in
-- is not among these columns: it is told by its scan, and so costs the ticket no new index entry.
create function ticket_changed() returns trigger
language plpgsql as $$
begin
  new.changed_in := pg_current_xact_id()::text::bigint;
  return new;
end $$;

create trigger ticket_changed
before update of status, issue, attendee_name, tier_id, seat_id, door_note, needs_attention
on tickets for each row execute function ticket_changed();

-- A phone's key is part of what scanners know of a ticket.
create function phone_key_changed() returns trigger
language plpgsql as $$
begin
  update tickets set changed_in = pg_current_xact_id()::text::bigint
   where id = new.ticket_id and tenant_id = new.tenant_id;
  return null;
end $$;

create trigger phone_key_changed
after insert or update on phone_keys for each row execute function phone_key_changed();
