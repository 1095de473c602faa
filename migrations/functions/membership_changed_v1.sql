-- A device that a member paired as their own is what they are at this box office: a supervisor's or
-- a scanner as their role is, and revoked as soon as they are off the team.
create function membership_changed() returns trigger
language plpgsql as $$
begin
  if tg_op = 'DELETE' then
    update devices set revoked_at = now()
     where tenant_id = old.tenant_id and user_id = old.user_id and revoked_at is null;
  else
    update devices set role = case new.role when 'scanner' then 'scanner' else 'staff' end
     where tenant_id = new.tenant_id and user_id = new.user_id;
  end if;
  return null;
end $$;

create trigger membership_changed
after delete or update of role on memberships
for each row execute function membership_changed();
