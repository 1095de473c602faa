-- Give back the places of an event's lapsed holds, now. The caller has locked all of the event's
-- stocks in id order. Holds that somebody is paying for at this moment are locked by them, and
-- passed over: they are neither lost nor given away.
create function release_lapsed(p_event uuid, p_at timestamptz) returns integer
language plpgsql as $$
declare
  v_released integer;
begin
  with lapsed as (
    select id from holds
     where event_id = p_event and status = 'live' and expires_at <= p_at
     order by id
       for update skip locked
  )
  update holds h set status = 'released' from lapsed where h.id = lapsed.id;
  get diagnostics v_released = row_count;

  -- Whoever asked is about to look at the counters.
  set constraints settle_hold immediate;
  set constraints settle_hold deferred;
  return v_released;
end $$;
