import re
import threading
from urllib.parse import parse_qs, urlsplit

import pytest
from sqlalchemy import select

from eventflow.accounts import invitations, people, team
from eventflow.accounts.models import AuditEntry, Invitation, Membership
from eventflow.db import db, now, transaction
from eventflow.errors import Refusal
from eventflow.tenancy import acting_for
from tests.people import PASSWORD, browser_at, make_member, make_person, prove


def roles(tenant) -> dict[str, str]:
    with acting_for(tenant.id):
        return {one.user.email: one.role for one in team.members()}


def membership_of(tenant, user):
    with acting_for(tenant.id):
        return db.session.scalar(select(Membership.id).where(Membership.user_id == user.id))


def last_words(tenant) -> str:
    with acting_for(tenant.id):
        return db.session.scalar(select(AuditEntry.words).order_by(AuditEntry.id.desc()).limit(1))


@pytest.fixture
def invited(console, mailbox):
    """An invitation for Sue, as staff: the mail she got."""
    console.post("/manage/team/invitations", data={"email": "Sue@example.com", "role": "staff"})
    return mailbox()[-1]


def invitation_id(tenant):
    with acting_for(tenant.id):
        return db.session.scalar(select(Invitation.id))


def test_an_invitation_makes_a_login_and_a_membership(app, riverside, console, invited, door):
    assert invited.to == "sue@example.com"
    assert invited.link.startswith("http://riverside.eventflow.test/invitation?code=")
    assert "Olivia" in invited.text and "staff" in invited.text
    assert door.get(invited.link).status_code == 200

    joined = door.post(
        "/invitation", data={"code": invited.code, "name": "Sue", "password": PASSWORD}
    )

    assert joined.location == "/manage/"
    assert roles(riverside)["sue@example.com"] == "staff"
    assert door.get("/account").status_code == 200
    assert last_words(riverside) == "Joined as staff, invited at sue@example.com"
    with acting_for(riverside.id):
        entry = db.session.scalars(select(AuditEntry).order_by(AuditEntry.id.desc())).first()
        assert (entry.actor_kind, entry.actor_name) == ("user", "Sue")
    with acting_for(None):
        assert people.find("sue@example.com").email_verified_at is not None


def test_it_is_accepted_once(riverside, invited, door, app):
    door.post("/invitation", data={"code": invited.code, "name": "Sue", "password": PASSWORD})
    again = browser_at(app, riverside).post("/invitation", data={"code": invited.code})
    assert again.status_code == 410


def test_whoever_has_a_login_only_says_yes(app, riverside, invited, door):
    make_person("Sue")
    page = door.get(invited.link)
    assert 'name="password"' not in page.text
    assert door.post("/invitation", data={"code": invited.code}).location == "/manage/"
    assert roles(riverside)["sue@example.com"] == "staff"


def test_another_address_can_not_accept_it(app, riverside, invited):
    mallory = make_person("Mallory")
    browser = browser_at(app, riverside, mallory)

    assert "signed in with another address" in browser.get(invited.link).text
    answer = browser.post("/invitation", data={"code": invited.code})

    assert answer.status_code == 403
    assert "This invitation is for sue@example.com" in answer.text
    assert "mallory@example.com" not in roles(riverside)


def test_a_weak_password_is_no_reason_to_lose_the_invitation(invited, door, riverside):
    data = {"code": invited.code, "name": "Sue", "password": "password123"}
    assert door.post("/invitation", data=data).status_code == 422
    assert door.post("/invitation", data=data | {"password": PASSWORD}).status_code == 303


def test_one_taken_back_does_not_work(console, riverside, invited, door):
    console.post(f"/manage/team/invitations/{invitation_id(riverside)}/revoke")
    assert door.get(invited.link).status_code == 410
    assert door.post("/invitation", data={"code": invited.code}).status_code == 410


def test_sent_again_the_old_link_is_dead_and_the_new_one_lives(
    console, riverside, invited, door, mailbox
):
    console.post(f"/manage/team/invitations/{invitation_id(riverside)}/again")
    again = mailbox()[-1]
    assert again.code != invited.code
    assert door.get(invited.link).status_code == 410
    assert door.get(again.link).status_code == 200


def test_it_runs_out(riverside, at_riverside, app):
    with transaction():
        invitation = invitations.invite("sue@example.com", "staff", by=None, at=now())
        assert invitation.is_open(invitation.expires_at - invitations.LASTS / 2)
        assert not invitation.is_open(invitation.expires_at)


@pytest.mark.parametrize(
    ("data", "words"),
    [
        ({"email": "sue@example.com", "role": "king"}, "Choose a role."),
        ({"email": "nobody", "role": "staff"}, "Enter an e-mail address"),
        ({"email": "olivia@example.com", "role": "staff"}, "is on the team already"),
    ],
)
def test_what_can_not_be_is_said(console, data, words):
    answer = console.post("/manage/team/invitations", data=data)
    assert answer.status_code == 422
    assert words in answer.text


def test_nobody_is_invited_twice(console, invited, mailbox):
    data = {"email": "sue@example.com", "role": "admin"}
    answer = console.post("/manage/team/invitations", data=data)
    assert "is invited already" in answer.text
    assert len(mailbox()) == 1


def test_whoever_invites_an_owner_proves_first_who_they_are(left_alone, riverside, mailbox):
    form = {"email": "sue+box@example.com", "role": "owner"}

    page = prove(left_alone, left_alone.post("/manage/team/invitations", data=form))

    assert mailbox() == []
    assert "Nothing is changed yet" in page.text
    assert 'value="sue+box@example.com"' in page.text
    assert re.search(r'name="role" value="owner"\s+checked', page.text)
    left_alone.post("/manage/team/invitations", data=form)
    assert [mail.to for mail in mailbox()] == ["sue+box@example.com"]


def test_whoever_sends_an_owners_invitation_again_proves_it_too(
    app, console, left_alone, riverside, mailbox
):
    console.post("/manage/team/invitations", data={"email": "sue@example.com", "role": "owner"})
    again = f"/manage/team/invitations/{invitation_id(riverside)}/again"

    page = prove(left_alone, left_alone.post(again))

    assert "sue@example.com" in page.text
    assert len(mailbox()) == 1
    left_alone.post(again)
    assert len(mailbox()) == 2


def test_whoever_makes_a_member_owner_proves_first_who_they_are(left_alone, riverside, sam, gus):
    member = membership_of(riverside, sam)
    address = f"/manage/team/{member}/role"

    page = prove(left_alone, left_alone.post(address, data={"role": "owner"}))

    assert roles(riverside)["sam@example.com"] == "staff"
    row = page.text.partition(address)[2].partition("</form>")[0]
    assert '<option value="owner" selected>' in row
    row = page.text.partition(f"{membership_of(riverside, gus)}/role")[2].partition("</form>")[0]
    assert '<option value="scanner" selected>' in row
    left_alone.post(address, data={"role": "owner"})
    assert roles(riverside)["sam@example.com"] == "owner"


def test_any_other_role_is_given_without_a_proof(left_alone, riverside, sam, mailbox):
    left_alone.post("/manage/team/invitations", data={"email": "sue@example.com", "role": "admin"})
    left_alone.post(f"/manage/team/{membership_of(riverside, sam)}/role", data={"role": "admin"})
    assert len(mailbox()) == 1
    assert roles(riverside)["sam@example.com"] == "admin"


def test_the_way_by_the_base_host_brings_back_what_was_typed_too(left_alone):
    form = {"email": "sue@example.com", "role": "owner"}
    answer = left_alone.post("/manage/team/invitations", data=form)
    page = left_alone.get(answer.location).text
    asked = urlsplit(re.search(r'href="(http://eventflow\.test/account/open/[^"]+)"', page)[1])
    (back,) = parse_qs(asked.query)["next"]
    assert back.startswith("/manage/team?typed=")
    assert 'value="sue@example.com"' in left_alone.get(back).text


def test_a_new_role_counts_at_once(app, riverside, console, sam):
    browser = browser_at(app, riverside, sam)
    assert browser.get("/manage/settings").status_code == 403

    console.post(f"/manage/team/{membership_of(riverside, sam)}/role", data={"role": "admin"})

    assert browser.get("/manage/settings").status_code == 200
    assert last_words(riverside) == "Made sam@example.com admin, until now staff"


def test_whoever_is_removed_is_out_at_once(app, riverside, console, sam):
    browser = browser_at(app, riverside, sam)
    assert browser.get("/account").status_code == 200

    console.post(f"/manage/team/{membership_of(riverside, sam)}/remove")

    assert browser.get("/account").status_code == 404
    assert last_words(riverside) == "Took sam@example.com off the team"


def test_the_last_owner_can_not_leave_nor_be_demoted(console, riverside, olivia):
    mine = membership_of(riverside, olivia)
    for path, data in (
        ("/manage/team/leave", {}),
        (f"/manage/team/{mine}/remove", {}),
        (f"/manage/team/{mine}/role", {"role": "admin"}),
    ):
        answer = console.post(path, data=data)
        assert answer.status_code == 409
        assert "A box office needs an owner." in answer.text
        assert "Somebody was faster" not in answer.text
    assert roles(riverside) == {"olivia@example.com": "owner"}


def test_anybody_else_may_leave(app, riverside, olivia, gus):
    answer = browser_at(app, riverside, gus).post("/manage/team/leave")
    assert answer.location == "http://eventflow.test/account"
    assert roles(riverside) == {"olivia@example.com": "owner"}


def test_the_ownership_is_handed_over(console, riverside, olivia, sam):
    console.post(f"/manage/team/{membership_of(riverside, sam)}/hand-over")

    assert roles(riverside) == {"sam@example.com": "owner", "olivia@example.com": "admin"}
    assert console.get("/manage/team").status_code == 403
    assert console.get("/manage/settings").status_code == 200


def test_another_tenants_member_is_nobody_here(console, northgate, noah, riverside):
    theirs = membership_of(northgate, noah)
    for verb, data in (("role", {"role": "scanner"}), ("remove", {}), ("hand-over", {})):
        assert console.post(f"/manage/team/{theirs}/{verb}", data=data).status_code == 404
    assert roles(northgate) == {"noah@example.com": "owner"}


@pytest.mark.load
def test_two_owners_who_demote_each_other_do_not_both_succeed(app, riverside, olivia):
    """Whoever comes second sees what the first one did."""
    otto = make_member(riverside, "owner", "Otto")
    ids = [membership_of(riverside, user) for user in (olivia, otto)]
    start, outcomes = threading.Barrier(2), []

    def demote(membership_id):
        with app.app_context(), acting_for(riverside.id):
            start.wait()
            try:
                with transaction():
                    team.change_role(membership_id, "admin", at=now())
                outcomes.append("done")
            except Refusal:
                outcomes.append("refused")

    for _ in range(5):
        with acting_for(riverside.id), transaction():
            for one in team.members():
                one.role = "owner"
        outcomes.clear()
        threads = [threading.Thread(target=demote, args=(one,)) for one in ids]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert sorted(outcomes) == ["done", "refused"]
        assert sorted(roles(riverside).values()) == ["admin", "owner"]
