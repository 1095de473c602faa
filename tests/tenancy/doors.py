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
    # the HTTP API
    ("api.*", TENANT, "anybody"),
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
    ("checkin_api.check_in", TENANT, "token scanner"),
    ("checkin_api.show_stats", TENANT, "token scanner"),
    ("tickets_api.list_attendees", TENANT, "token staff"),
    ("tickets_api.attendees_csv", TENANT, "token staff"),
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
