-- A hold that ends moves its places: `used` turns them into sold ones, `released` gives them back.
--
-- Deferred, so that the hot rows are locked only while the transaction commits, and not while the
-- program behind it is still thinking. Nothing can be refused at that point: what is held fits.
create function settle_hold() returns trigger
language plpgsql as $$
begin
  perform from stocks
    where id in (select ts.stock_id from hold_lines l join tier_stocks ts on ts.tier_id = l.tier_id
                  where l.hold_id = new.id)
    order by id for update;

  update stocks s
     set held = s.held - moved.n,
         sold = s.sold + case when new.status = 'used' then moved.n else 0 end
    from (select ts.stock_id, sum(l.quantity) as n
            from hold_lines l join tier_stocks ts on ts.tier_id = l.tier_id
           where l.hold_id = new.id
           group by ts.stock_id) moved
   where s.id = moved.stock_id;
  return null;
end $$;

create constraint trigger settle_hold after update of status on holds
  deferrable initially deferred
  for each row when (old.status = 'live' and new.status <> 'live')
  execute function settle_hold();
