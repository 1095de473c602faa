-- Set places aside for a buyer: all of them, or none. One round trip, one transaction.
--
-- Answers {"hold": …, "lines": […]} or {"refused": why, …}. Why is one of: not_found, cancelled,
-- ended, no_such_tier, upcoming, closed, too_few, too_many, sold_out, again, same_form.
-- `again` asks the caller to call once more: places lapsed while it was waiting for a lock, and
-- taking the locks that freeing them needs in this late order could deadlock.
-- `same_form` says that there is a hold of this form already, which the caller then looks up.
create function is_placed(p_tenant uuid, p_form_key text) returns boolean
language sql stable as $$
  select p_form_key is not null
     and exists (select from holds where tenant_id = p_tenant and form_key = p_form_key)
$$;

create function place_hold(
  p_tenant uuid, p_hold uuid, p_event text, p_tiers uuid[], p_quantities integer[],
  p_buyer text, p_form_key text, p_hidden_too boolean, p_at timestamptz
) returns jsonb
language plpgsql as $$
declare
  v_event record;
  v_line record;
  v_stocks uuid[];
  v_needs integer[];
  v_short uuid;
  v_lapsed boolean := false;
  v_expires timestamptz;
  v_lines jsonb := '[]';
begin
  perform set_config('eventflow.tenant_id', p_tenant::text, true);
  -- A hold needn't survive a crash of the database server in the very moment it is placed, and not
  -- waiting for the disk shortens the lock on a hot row. The order made of it does wait, and with
  -- it everything before.
  perform set_config('synchronous_commit', 'off', true);

  select e.id, e.status, e.title, e.ends_at, e.currency,
         coalesce(e.fee_mode, t.fee_mode) as fee_mode, t.fee_percent, t.hold_minutes,
         -- None means the platform's usual one for the currency, which eventflow/money.py knows.
         case when t.currency = e.currency then t.fee_fixed end as fee_fixed
    into v_event
    from events e join tenants t on t.id = e.tenant_id
   where e.tenant_id = p_tenant and e.slug = p_event;

  if not found or v_event.status not in ('published', 'cancelled') then
    return '{"refused": "not_found"}';
  elsif is_placed(p_tenant, p_form_key) then
    return '{"refused": "same_form"}';
  elsif v_event.status = 'cancelled' then
    return '{"refused": "cancelled"}';
  elsif v_event.ends_at <= p_at then
    return '{"refused": "ended"}';
  end if;

  for v_line in
    select w.tier_id, w.quantity, w.place, t.id, t.name, t.sale_start, t.sale_end, t.hidden,
           t.min_per_order, t.max_per_order,
           coalesce((select s.price from price_steps s
                      where s.tier_id = t.id and s.until > p_at order by s.until limit 1),
                    t.price) as price
      from unnest(p_tiers, p_quantities) with ordinality as w (tier_id, quantity, place)
      left join tiers t on t.id = w.tier_id and t.tenant_id = p_tenant and t.event_id = v_event.id
     order by w.place
  loop
    if v_line.id is null or (v_line.hidden and not p_hidden_too) then
      return jsonb_build_object('refused', 'no_such_tier', 'tier', v_line.tier_id);
    elsif v_line.sale_start > p_at then
      return jsonb_build_object('refused', 'upcoming', 'tier', v_line.id, 'name', v_line.name,
                                'sale_start', v_line.sale_start);
    elsif v_line.sale_end <= p_at then
      return jsonb_build_object('refused', 'closed', 'tier', v_line.id, 'name', v_line.name);
    elsif v_line.quantity < v_line.min_per_order then
      return jsonb_build_object('refused', 'too_few', 'tier', v_line.id, 'name', v_line.name,
                                'limit', v_line.min_per_order);
    elsif v_line.quantity > v_line.max_per_order then
      return jsonb_build_object('refused', 'too_many', 'tier', v_line.id, 'name', v_line.name,
                                'limit', v_line.max_per_order);
    end if;
    v_lines := v_lines || jsonb_build_object(
      'tier', v_line.id, 'name', v_line.name, 'quantity', v_line.quantity,
      'unit_price', v_line.price);
  end loop;

  select array_agg(stock_id order by stock_id), array_agg(n order by stock_id)
    into v_stocks, v_needs
    from (select ts.stock_id, sum(w.quantity)::integer as n
            from unnest(p_tiers, p_quantities) as w (tier_id, quantity)
            join tier_stocks ts on ts.tier_id = w.tier_id
           group by ts.stock_id) needed;

  -- A glance without locks: most refusals of a rush end here and cost nobody anything.
  select s.id into v_short
    from stocks s join unnest(v_stocks, v_needs) as n (id, needed) using (id)
   where s.sold + s.held + n.needed > s.capacity limit 1;
  if v_short is not null then
    v_lapsed := exists (select from holds where event_id = v_event.id and status = 'live'
                                            and expires_at <= p_at);
    if not v_lapsed then
      return jsonb_build_object('refused', 'sold_out', 'stock', v_short);
    end if;
  end if;

  -- Lock what is made less available, in id order, once, and only then look.
  if v_lapsed then
    perform from stocks where event_id = v_event.id order by id for update;
    perform release_lapsed(v_event.id, p_at);
  else
    perform from stocks where id = any (v_stocks) order by id for update;
  end if;

  -- The same press may have come first while this one waited. To find that out by writing the same
  -- key once more would be to wait, with these locks, for whoever is selling that hold just now.
  if is_placed(p_tenant, p_form_key) then
    return '{"refused": "same_form"}';
  end if;

  select s.id into v_short
    from stocks s join unnest(v_stocks, v_needs) as n (id, needed) using (id)
   where s.sold + s.held + n.needed > s.capacity limit 1;
  if v_short is not null then
    if not v_lapsed and exists (select from holds where event_id = v_event.id
                                   and status = 'live' and expires_at <= p_at) then
      return '{"refused": "again"}';
    end if;
    return jsonb_build_object('refused', 'sold_out', 'stock', v_short);
  end if;

  update stocks s set held = s.held + n.needed
    from unnest(v_stocks, v_needs) as n (id, needed) where s.id = n.id;

  v_expires := p_at + make_interval(mins => v_event.hold_minutes::integer);
  insert into holds (id, tenant_id, event_id, status, buyer, form_key, placed_at, expires_at,
                     currency, fee_mode, fee_percent, fee_fixed, typed)
  values (p_hold, p_tenant, v_event.id, 'live', p_buyer, p_form_key, p_at, v_expires,
          v_event.currency, v_event.fee_mode, v_event.fee_percent, v_event.fee_fixed, '{}');
  insert into hold_lines (tenant_id, hold_id, tier_id, position, quantity, unit_price)
  select p_tenant, p_hold, (l ->> 'tier')::uuid, place, (l ->> 'quantity')::integer,
         (l ->> 'unit_price')::bigint
    from jsonb_array_elements(v_lines) with ordinality as x (l, place);

  return jsonb_build_object(
    'hold', p_hold, 'expires_at', v_expires, 'currency', v_event.currency,
    'fee_mode', v_event.fee_mode, 'fee_percent', v_event.fee_percent,
    'fee_fixed', v_event.fee_fixed, 'lines', v_lines);
end $$;
