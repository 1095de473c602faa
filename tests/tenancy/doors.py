"""Who may come through which door: one line for every route there is.

A new route fails `test_access.py` until it has a line here. Each says on which host the route
lives, and who may use it at the least:

    anybody                            it asks for no login (a secret in its address may be needed)
    person                             somebody signed in; on a tenant's host, on its team
    scanner, staff, admin, owner       the role of a member, signed in
    token scanner, … token owner       the role of an API token
    platform                           somebody who runs the platform, signed in on the base host

The first line that fits an endpoint counts. A star stands for anything, and is meant for pages
that are open to anybody: what needs a role is named in full.
"""

from fnmatch import fnmatchcase

TENANT, BASE, BOTH = "tenant", "base", "both"

DOORS: list[tuple[str, str, str]] = [
    # what every page loads, what machines ask
    ("static", BOTH, "anybody"),
    ("files.*", BOTH, "anybody"),
    ("health.*", BOTH, "anybody"),
    ("metrics.show", BASE, "anybody"),  # guarded by METRICS_TOKEN
    ("events.show_brand", TENANT, "anybody"),
    # what is on, and what search engines ask for
    ("discovery.my_tickets.*", BASE, "anybody"),
    ("discovery.*", BOTH, "anybody"),
    # accounts: coming in
    ("accounts.enter", TENANT, "anybody"),
    ("accounts.show_invitation", TENANT, "anybody"),
    ("accounts.accept_invitation", TENANT, "anybody"),
    ("accounts.sign_up.*", BASE, "anybody"),
    ("accounts.show_verification", BOTH, "signed in"),
    ("accounts.verify_email", BOTH, "signed in"),
    ("accounts.own.open_tenant", BASE, "person"),
    ("accounts.own.*", BOTH, "person"),
    ("accounts.*", BOTH, "anybody"),
    # accounts: the console
    ("accounts_console.show_team", TENANT, "owner"),
    ("accounts_console.invite", TENANT, "owner"),
    ("accounts_console.invite_again", TENANT, "owner"),
    ("accounts_console.revoke_invitation", TENANT, "owner"),
    ("accounts_console.change_role", TENANT, "owner"),
    ("accounts_console.remove_member", TENANT, "owner"),
    ("accounts_console.hand_over", TENANT, "owner"),
    ("accounts_console.leave", TENANT, "scanner"),
    ("accounts_console.show_tokens", TENANT, "owner"),
    ("accounts_console.create_token", TENANT, "owner"),
    ("accounts_console.revoke_token", TENANT, "owner"),
    ("accounts_console.show_settings", TENANT, "admin"),
    ("accounts_console.preview_accent", TENANT, "admin"),
    ("accounts_console.change_settings", TENANT, "admin"),
    ("accounts_console.keep_logo", TENANT, "admin"),
    ("accounts_console.show_audit", TENANT, "admin"),
    # another seat for a ticket
    ("tickets.seat.choose", TENANT, "anybody"),  # guarded by the secret of the ticket
    ("tickets.seat.swap", TENANT, "anybody"),
    ("tickets_organizer.move.show", TENANT, "staff"),
    ("tickets_organizer.move.move", TENANT, "staff"),
    # how an event is seated
    ("event_seating.show", TENANT, "staff"),
    ("event_seating.picture", TENANT, "staff"),
    ("event_seating.choose_map", TENANT, "admin"),
    ("event_seating.renew", TENANT, "admin"),
    ("event_seating.unseat", TENANT, "admin"),
    ("event_seating.set_prices", TENANT, "admin"),
    ("event_seating.show_price_change", TENANT, "admin"),
    ("event_seating.change_prices", TENANT, "admin"),
    ("event_seating.change_rules", TENANT, "admin"),
    ("event_seating.change_tables", TENANT, "admin"),
    ("event_allocations.show_all", TENANT, "admin"),
    ("event_allocations.create", TENANT, "admin"),
    ("event_allocations.show", TENANT, "admin"),
    ("event_allocations.change", TENANT, "admin"),
    ("event_allocations.choose_seats", TENANT, "admin"),
    ("event_allocations.release", TENANT, "admin"),
    ("event_allocations.remove", TENANT, "admin"),
    # the calendars of venues
    ("venue_feed.feed", TENANT, "anybody"),  # guarded by the secret of its link
    ("venue_calendar.show", TENANT, "staff"),
    ("venue_calendar.renew_link", TENANT, "admin"),
    ("venue_calendar.new_booking", TENANT, "admin"),
    ("venue_calendar.make_booking", TENANT, "admin"),
    ("venue_calendar.show_booking", TENANT, "admin"),
    ("venue_calendar.change_booking", TENANT, "admin"),
    ("venue_calendar.cancel_booking", TENANT, "admin"),
    ("venue_calendar.show_event_venue", TENANT, "admin"),
    ("venue_calendar.choose_event_venue", TENANT, "admin"),
    # the HTTP API
    ("api.*", TENANT, "anybody"),
    ("seating_api.show_seats", TENANT, "anybody"),
    ("events_api.list_events", TENANT, "anybody"),
    ("events_api.create_event", TENANT, "token admin"),
    ("events_api.change_event", TENANT, "token admin"),
    ("events_api.change_event_put", TENANT, "token admin"),
    ("events_api.publish_event", TENANT, "token admin"),
    ("events_api.cancel_event", TENANT, "token admin"),
    ("sales_api.show_event", TENANT, "anybody"),
    ("sales_api.show_availability", TENANT, "anybody"),
    ("sales_api.place_hold", TENANT, "anybody"),
    ("sales_api.show_hold", TENANT, "anybody"),
    ("sales_api.release_hold", TENANT, "anybody"),
    ("sales_api.add_tier", TENANT, "token admin"),
    ("sales_api.change_tier", TENANT, "token admin"),
    ("sales_api.change_tier_put", TENANT, "token admin"),
    ("payments_api.make_order", TENANT, "anybody"),
    ("payments_api.show_order", TENANT, "anybody"),
    ("payments_api.list_orders", TENANT, "token staff"),
    ("payments_api.refund_order", TENANT, "token admin"),
    ("checkin_api.pair_device", TENANT, "anybody"),
    # a device's own token, which no role has: tests/checkin/test_devices.py
    ("checkin_api.show_device", TENANT, "anybody"),
    ("checkin_api.tell_facts_put", TENANT, "token scanner"),
    ("checkin_api.sign_device_off", TENANT, "token scanner"),
    ("checkin_api.check_in", TENANT, "token scanner"),
    ("checkin_api.check_in_batch", TENANT, "token scanner"),
    ("checkin_api.undo_check_in", TENANT, "token scanner"),
    ("checkin_api.show_door", TENANT, "token scanner"),
    ("checkin_api.show_manifest", TENANT, "token scanner"),
    ("checkin_api.show_changes", TENANT, "token scanner"),
    ("checkin_api.show_stats", TENANT, "token scanner"),
    ("tickets_api.show_on_phone", TENANT, "anybody"),
    ("tickets_api.list_attendees", TENANT, "token staff"),
    ("tickets_api.attendees_csv", TENANT, "token staff"),
    ("venues_api.list_venues", TENANT, "token staff"),
    ("venues_api.create_venue", TENANT, "token admin"),
    ("venues_api.show_venue", TENANT, "token staff"),
    ("venues_api.change_venue", TENANT, "token admin"),
    ("venues_api.list_maps", TENANT, "token staff"),
    ("venues_api.create_map", TENANT, "token admin"),
    ("venues_api.show_map", TENANT, "token staff"),
    ("venues_api.save_map_put", TENANT, "token admin"),
    ("venues_api.import_map", TENANT, "token admin"),
    ("venues_api.export_csv", TENANT, "token staff"),
    ("venues_api.export_json", TENANT, "token staff"),
    # the scanner's shell; what it shows comes through the API, to paired devices
    ("checkin.*", TENANT, "anybody"),
    # buying
    ("sales.finding.*", BOTH, "anybody"),
    ("sales.*", TENANT, "anybody"),
    ("payments.*", TENANT, "anybody"),
    ("tickets.*", TENANT, "anybody"),
    # drafting events
    ("sales_console.show_events", TENANT, "scanner"),
    ("sales_console.show_event", TENANT, "scanner"),
    ("sales_console.show_cancelling", TENANT, "admin"),
    ("sales_console.cancel", TENANT, "admin"),
    ("events_console.new", TENANT, "admin"),
    ("events_console.create", TENANT, "admin"),
    ("events_console.resume", TENANT, "admin"),
    ("events_console.edit", TENANT, "admin"),
    ("events_console.save", TENANT, "admin"),
    ("events_console.keep_cover", TENANT, "admin"),
    ("events_console.focus_cover", TENANT, "admin"),
    ("events_console.remove_cover", TENANT, "admin"),
    ("events_console.open_preview", TENANT, "admin"),
    ("events_console.close_preview", TENANT, "admin"),
    ("events_console.publish", TENANT, "admin"),
    ("events_console.archive", TENANT, "admin"),
    ("events_console.restore", TENANT, "admin"),
    # venues and their seat maps
    ("venues_console.show_venues", TENANT, "staff"),
    ("venues_console.show_archived", TENANT, "staff"),
    ("venues_console.show_venue", TENANT, "staff"),
    ("venues_console.new", TENANT, "admin"),
    ("venues_console.create", TENANT, "admin"),
    ("venues_console.edit", TENANT, "admin"),
    ("venues_console.change", TENANT, "admin"),
    ("venues_console.archive", TENANT, "admin"),
    ("venues_console.restore", TENANT, "admin"),
    ("venues_console.add_photo", TENANT, "admin"),
    ("venues_console.remove_photo", TENANT, "admin"),
    ("venues_console.create_map", TENANT, "admin"),
    ("maps_console.edit", TENANT, "staff"),
    ("maps_console.show_drawing", TENANT, "staff"),
    ("maps_console.show_picture", TENANT, "staff"),
    ("maps_console.export_csv", TENANT, "staff"),
    ("maps_console.export_json", TENANT, "staff"),
    ("maps_console.save_drawing", TENANT, "admin"),
    ("maps_console.keep_copy", TENANT, "admin"),
    ("maps_console.rename", TENANT, "admin"),
    ("maps_console.copy", TENANT, "admin"),
    ("maps_console.archive", TENANT, "admin"),
    ("maps_console.restore", TENANT, "admin"),
    ("maps_console.choose_file", TENANT, "admin"),
    ("maps_console.read_file", TENANT, "admin"),
    ("maps_console.show_import", TENANT, "admin"),
    ("maps_console.apply_import", TENANT, "admin"),
    ("maps_console.take_back_import", TENANT, "admin"),
    # orders, and money back
    ("payments_organizer.show_orders", TENANT, "staff"),
    ("payments_organizer.orders_csv", TENANT, "staff"),
    ("payments_organizer.show_order", TENANT, "staff"),
    ("payments_organizer.resend_tickets", TENANT, "staff"),
    ("payments_organizer.ask_cancel", TENANT, "staff"),
    ("payments_organizer.cancel_order", TENANT, "admin"),  # staff: only while unpaid
    ("payments_organizer.mark_paid", TENANT, "staff"),
    ("payments_organizer.ask_refund", TENANT, "admin"),
    ("payments_organizer.refund_order", TENANT, "admin"),
    ("payments_organizer.refund_again", TENANT, "admin"),
    ("payments_organizer.account.show_payments", TENANT, "admin"),
    ("payments_organizer.account.check_stripe", TENANT, "admin"),
    ("payments_organizer.account.connect_stripe", TENANT, "owner"),
    ("payments_organizer.account.come_back", TENANT, "owner"),
    ("payments_organizer.account.renew_link", TENANT, "owner"),
    ("payments_organizer.account.change_ways", TENANT, "owner"),
    ("tickets_organizer.show_attendees", TENANT, "staff"),
    ("tickets_organizer.attendees_csv", TENANT, "staff"),
    ("tickets_organizer.show_attendee", TENANT, "staff"),
    ("tickets_organizer.note_for_door", TENANT, "staff"),
    # the door: its dashboard, gates and areas, devices, the till, paper
    ("checkin_console.show_door", TENANT, "staff"),
    ("checkin_console.plan.show_gates", TENANT, "staff"),
    ("checkin_console.plan.new_gate", TENANT, "admin"),
    ("checkin_console.plan.add_gate", TENANT, "admin"),
    ("checkin_console.plan.edit_gate", TENANT, "admin"),
    ("checkin_console.plan.change_gate", TENANT, "admin"),
    ("checkin_console.plan.remove_gate", TENANT, "admin"),
    ("checkin_console.plan.new_area", TENANT, "admin"),
    ("checkin_console.plan.add_area", TENANT, "admin"),
    ("checkin_console.plan.edit_area", TENANT, "admin"),
    ("checkin_console.plan.change_area", TENANT, "admin"),
    ("checkin_console.plan.remove_area", TENANT, "admin"),
    ("checkin_console.devices.show_devices", TENANT, "staff"),
    ("checkin_console.devices.open_pairing", TENANT, "staff"),
    ("checkin_console.devices.show_pairing", TENANT, "staff"),
    ("checkin_console.devices.revoke_device", TENANT, "staff"),
    ("checkin_console.box_office.show_till", TENANT, "staff"),
    ("checkin_console.box_office.sell", TENANT, "staff"),
    ("checkin_console.box_office.show_sold", TENANT, "staff"),
    ("checkin_console.box_office.mail_sold", TENANT, "staff"),
    ("checkin_console.box_office.open_shift", TENANT, "staff"),
    ("checkin_console.box_office.show_shifts", TENANT, "staff"),
    ("checkin_console.box_office.show_shift", TENANT, "staff"),
    ("checkin_console.box_office.close_shift", TENANT, "staff"),
    ("checkin_console.box_office.shift_csv", TENANT, "staff"),
    ("checkin_console.paper.show_paper", TENANT, "staff"),
    ("checkin_console.paper.show_list", TENANT, "staff"),
    ("checkin_console.paper.write_up", TENANT, "staff"),
    ("checkin_console.paper.show_badges", TENANT, "staff"),
    ("checkin_console.paper.print_badge", TENANT, "staff"),
    # what payment providers tell us; believed by its signature
    ("webhooks.receive_stripe", BASE, "anybody"),
    # mail and jobs
    ("platform.show_styles", BASE, "anybody"),  # 404 in production
    ("messages.*", BASE, "anybody"),  # the development mailbox; 404 in production
    ("messages_console.show_mail", TENANT, "staff"),
    ("messages_console.retry_mail", TENANT, "staff"),
    ("messages_console.show_jobs", TENANT, "admin"),
    ("messages_console.retry_job", TENANT, "admin"),
    ("messages_console.retry_webhook", TENANT, "admin"),
]


def door(endpoint: str) -> tuple[str, str] | None:
    """The host and the least role of an endpoint; None if nobody has said."""
    for pattern, host, who in DOORS:
        if fnmatchcase(endpoint, pattern):
            return host, who
    return None
