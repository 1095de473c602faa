-- The hold that a buyer has of an event and may have another in the place of, locked; null if it is
-- over, somebody else's, or an order by now.
create function own_hold(p_hold uuid, p_event uuid, p_buyer text, p_at timestamptz) returns uuid
language plpgsql as $$
declare
  v_mine uuid;
begin
  select id into v_mine from holds
   where id = p_hold and event_id = p_event and buyer = p_buyer
     and status = 'live' and expires_at > p_at
     for update;
  -- Asked once the lock is ours: whoever had it may have made an order of it meanwhile, which a
  -- statement that began before does not see.
  if exists (select from orders where hold_id = v_mine) then
    return null;
  end if;
  return v_mine;
end $$;
