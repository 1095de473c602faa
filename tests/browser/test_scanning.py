"""A volunteer at the door, in a real browser with a camera that films codes."""

import re
import time
import uuid
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from itertools import pairwise
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, Playwright, Route, expect

from bench import servers
from eventflow.tickets import codes
from tests.browser.conftest import PHONE
from tests.browser.film import Scene, shoot
from tests.browser.office import Office
from tests.browser.phones import Phone

pytestmark = pytest.mark.browser

FAKE = ("--use-fake-device-for-media-stream", "--use-fake-ui-for-media-stream")
IN = [[0, 1, 1, 1_760_000_000, "Main door", "Ben"]]
TOO_MANY = re.compile(r"Too many wrong PINs\. You can try again in \d+ seconds\.")
ANSWER = "#answer:not([hidden])"


@pytest.fixture
def office() -> Office:
    return Office()


@pytest.fixture
def at_the_door(served, riverside, office) -> Callable[[BrowserContext], Page]:
    """The scanner, opened in a browser."""

    def open_(context: BrowserContext) -> Page:
        office.stand_before(context)
        if office.also:
            context.route(*office.also)
        page = context.new_page()
        page.troubles = []
        page.on("pageerror", lambda error: page.troubles.append(str(error)))
        page.goto(served.at(riverside, "/scan/"))
        return opened_up(page)

    return open_


@pytest.fixture
def open_phone(
    playwright: Playwright, browser_type_launch_args: dict, at_the_door, tmp_path
) -> Iterator[Callable[..., Page]]:
    """A phone that keeps what it has on its disk; called again, the same phone restarted."""
    opened: list[BrowserContext] = []

    def open_(film: Path | None = None) -> Page:
        while opened:
            opened.pop().close()
        args = [*browser_type_launch_args["args"], *FAKE]
        args += [f"--use-file-for-fake-video-capture={film}"] if film else []
        context = playwright.chromium.launch_persistent_context(
            str(tmp_path / "phone"),
            executable_path=browser_type_launch_args["executable_path"],
            args=args,
            viewport=PHONE,
        )
        opened.append(context)
        return at_the_door(context)

    yield open_
    for context in opened:
        context.close()


@pytest.fixture(scope="session")
def _with_camera(playwright: Playwright, browser_type_launch_args: dict) -> Iterator[Browser]:
    args = [*browser_type_launch_args["args"], *FAKE]
    browser = playwright.chromium.launch(**browser_type_launch_args | {"args": args})
    yield browser
    browser.close()


@pytest.fixture
def new_phone(_with_camera: Browser, at_the_door) -> Iterator[Callable[..., Page]]:
    """A phone of nobody's, for one evening: it takes a fraction of one with a disk of its own."""
    opened: list[BrowserContext] = []

    def open_(size: dict[str, int] = PHONE) -> Page:
        opened.append(_with_camera.new_context(viewport=size))
        return at_the_door(opened[-1])

    yield open_
    for context in opened:
        context.close()


def opened_up(page: Page) -> Page:
    """Once the scanner knows what it is, and listens."""
    page.wait_for_selector("[data-screen]:not([hidden]):not(#screen-opening)")
    return page


def pair(page: Page) -> Page:
    page.get_by_label("Code", exact=True).fill("abcd efgh")
    page.get_by_role("button", name="Pair this device").click()
    page.get_by_role("button", name="Stand here").click()
    expect(page.locator("#check-list")).to_have_attribute("data-kind", "right")
    expect(page.locator("#check-shell")).to_have_attribute("data-kind", "right", timeout=60_000)
    page.get_by_role("button", name="Start scanning").click()
    expect(page.locator("#screen-scan")).to_be_visible()
    return page


def wedge(page: Page, code: str) -> None:
    """A scanner that is a keyboard: no field has the focus, and no key waits for a busy machine."""
    page.evaluate(
        """keys => {
          for (const key of [...keys, "Enter"]) {
            const pressed = new KeyboardEvent("keydown", { key, bubbles: true, cancelable: true })
            document.activeElement.dispatchEvent(pressed)
          }
        }""",
        code,
    )


def answered(page: Page, word: str, *also: str) -> None:
    expect(page.locator(f"{ANSWER} .answer__word")).to_have_text(word)
    for text in also:
        expect(page.locator(ANSWER)).to_contain_text(text)


def synced(page: Page) -> None:
    """Once more, and all of it: what was under way may have asked before something changed."""
    page.evaluate(
        """async () => {
          const sync = await import("/static/js/gate/sync.js")
          await sync.hurry()
          await sync.hurry()
        }"""
    )


def all_sent(page: Page) -> None:
    synced(page)
    expect(page.locator("#scan-sync [data-said]")).to_have_text("Online", timeout=20_000)


HELD = {
    "straight": {},
    "turned": {"turned": 34},
    "dim": {"brightness": 0.3},
    "blurred": {"blur": 1.6},
    "small": {"side": 190},
    "glossy": {"glossy": True},
    "all at once": {"turned": 200, "brightness": 0.5, "blur": 1},
}


def test_a_code_before_the_camera_is_answered(open_phone, office, tmp_path):
    shown = {how: office.issue(how, seat="Row 3, Seat 12") for how in HELD}
    scenes = [Scene(code, **HELD[how]) for how, code in shown.items()]
    page = pair(open_phone(shoot(tmp_path / "film.y4m", scenes)))

    answered(page, "Come in", "Stalls · Row 3, Seat 12")
    expect(page.locator(ANSWER)).to_contain_text(re.compile("|".join(HELD)))
    # The film is shown again and again: a code that a busy machine missed gets another turn.
    missing = set(shown.values())
    for _second in range(60):
        missing -= {scan["code"] for scan in office.admitted()}
        if not missing:
            break
        page.wait_for_timeout(1_000)

    all_sent(page)
    assert [how for how, code in shown.items() if code in missing] == []
    assert len(office.admitted()) == len(HELD)
    assert page.troubles == []


def test_a_code_that_stays_in_view_is_one_scan(open_phone, office, tmp_path):
    code = office.issue("Bea Buyer")
    page = pair(open_phone(shoot(tmp_path / "film.y4m", [Scene(code)])))
    answered(page, "Come in")
    before = pictures_in_memory(page)

    page.wait_for_timeout(3_500)

    answered(page, "Come in")
    all_sent(page)
    assert len(office.scans) == 1
    # Each frame that stayed would be more than one.
    assert pictures_in_memory(page) - before < 20


DECODER = Path(__file__).parents[2] / "static/js/gate/decoder.js"
OWN_DETECTOR = """
self.BarcodeDetector = class {
  static getSupportedFormats = async () => ["qr_code"]
  async detect(picture) {
    if (picture instanceof VideoFrame) throw new DOMException("Unsupported", "NotSupportedError")
    return picture.width > 16 ? [{ rawValue: "CODE" }] : []
  }
}
"""


def test_a_browsers_own_code_reader_is_given_what_it_takes(open_phone, office, tmp_path):
    code = office.issue("Bea Buyer")

    def with_its_own(route: Route) -> None:
        own = OWN_DETECTOR.replace("CODE", code)
        route.fulfill(body=own + DECODER.read_text(), content_type="text/javascript")

    office.also = ("**/scan/decoder.js", with_its_own)
    page = pair(open_phone(shoot(tmp_path / "film.y4m", [Scene(None)])))

    answered(page, "Come in", "Bea Buyer")
    all_sent(page)
    assert [scan["code"] for scan in office.admitted()] == [code]


def pictures_in_memory(page: Page) -> float:
    """MB shared between the page's process and others, in which frames of the camera are kept."""
    assert page.context.browser is not None
    known = page.context.browser.new_browser_cdp_session().send("SystemInfo.getProcessInfo")
    return sum(
        servers.of_process(str(each["id"]), "Pss_Shmem:")
        for each in known["processInfo"]
        if each["type"] == "renderer"
    )


def test_a_scanner_that_is_a_keyboard_presses_real_keys(new_phone, office):
    code = office.issue("Bea Buyer")
    page = pair(new_phone())

    # A machine that stalls between two keys hears half a code, as nobody's scanner sends it.
    for _attempt in range(3):
        page.keyboard.type(code)
        page.keyboard.press("Enter")
        page.wait_for_selector(ANSWER)
        if office.admitted() or page.locator(f"{ANSWER} .answer__word").inner_text() == "Come in":
            break

    answered(page, "Come in", "Bea Buyer")
    all_sent(page)
    assert [scan["code"] for scan in office.admitted()] == [code]


def test_the_next_code_replaces_the_answer(open_phone, office, tmp_path):
    first, second = office.issue("Bea Buyer"), office.issue("Carl Carlson")
    scenes = [Scene(first, 40), Scene(second, 40)]
    page = pair(open_phone(shoot(tmp_path / "film.y4m", scenes)))

    answered(page, "Come in", "Bea Buyer")
    answered(page, "Come in", "Carl Carlson")
    all_sent(page)
    assert [scan["code"] for scan in office.admitted()] == [first, second]


def test_what_is_no_good_is_refused(new_phone, office):
    page = pair(new_phone())
    ticket = uuid.uuid4()
    office_keys, others = office.keys, codes.new_key_pair()
    held = {"event_id": office.event_id, "ticket_id": ticket}
    cases = [
        (office.code(ticket, private=others.private), "This is no ticket of ours."),
        (office.code(ticket, event_id=uuid.uuid4()), "A ticket for another event."),
        (office.code(ticket), "This ticket is not on the list."),
        (Phone(others.private, **held).code(time.time()), "This is no ticket of ours."),
        (Phone(office_keys.private, **held).code(time.time()), "This ticket is not on the list."),
        ("HTTPS://EXAMPLE.COM/FREE-DRINKS", "This is no ticket of ours."),
    ]

    for code, why in cases:
        wedge(page, code)
        answered(page, "Stop", why)

    all_sent(page)
    assert len(office.scans) == len(cases)
    assert not office.admitted()


def test_a_moving_code_is_good_now_and_not_after_a_minute(new_phone, office):
    ticket = uuid.uuid4()
    printed = office.issue("Bea Buyer", id=ticket, tier=2)
    holder = Phone(office.keys.private, event_id=office.event_id, ticket_id=ticket)
    page = pair(new_phone())
    office.open = False

    wedge(page, holder.code(time.time() - 61 - 30))
    answered(page, "Wait", "perhaps a screenshot")
    wedge(page, holder.code(time.time() + 120))
    answered(page, "Wait", "clock is")
    wedge(page, printed)
    answered(page, "Wait", "A printed code is not enough.")
    wedge(page, holder.code(time.time()))
    answered(page, "Come in", "Bea Buyer", "Circle")

    office.open = True
    all_sent(page)
    assert (len(office.scans), len(office.admitted())) == (4, 1)


def test_a_used_ticket_says_when_where_and_by_whom(new_phone, office):
    at = datetime(2026, 1, 10, 19, 42, tzinfo=UTC).timestamp()
    used = office.issue("Ursula", entries=[[0, 1, 1, at, "gate B", "Ana"]])
    page = pair(new_phone())

    wedge(page, used)

    answered(page, "Already in", "19:42, gate B, by Ana")
    expect(page.locator("#spoken")).to_contain_text("19:42, gate B, by Ana")


def test_what_the_person_at_the_door_has_to_know_is_said(new_phone, office):
    code = office.issue("Nora", tier=1, attention=1, note="Side entrance")
    page = pair(new_phone())

    wedge(page, code)

    answered(page, "Come in", "Needs attention", "Show: student card", "Side entrance")
    all_sent(page)
    assert [scan["code"] for scan in office.admitted()] == [code]


def test_half_an_hour_without_network_and_a_killed_browser_lose_nothing(open_phone, office):
    good = [office.issue(f"Guest {number}") for number in range(12)]
    pair(open_phone())
    office.open = False

    page = open_phone()
    page.context.set_offline(True)
    page.reload()
    opened_up(page)
    for number, code in enumerate(good[:6]):
        wedge(page, code)
        answered(page, "Come in", f"Guest {number}")
    expect(page.locator("#scan-sync")).to_have_attribute("data-online", "false")
    page.context.set_offline(False)

    page = open_phone()
    wedge(page, good[0])
    answered(page, "Already in")
    for number, code in enumerate(good[6:], start=6):
        wedge(page, code)
        answered(page, "Come in", f"Guest {number}")
    assert office.sent == 0
    expect(page.locator("#scan-sync [data-said]")).to_have_text("13 scans waiting")

    office.open = True
    all_sent(page)
    assert len(office.scans) == 13
    assert sorted(scan["code"] for scan in office.admitted()) == sorted(good)
    assert page.troubles == []


def test_what_the_office_changes_reaches_the_door(open_phone, office):
    code = office.issue("Bea Buyer")
    page = pair(open_phone())
    office.cancel("Bea Buyer")
    synced(page)

    office.open = False
    page = open_phone()
    wedge(page, code)

    answered(page, "Stop", "This ticket was cancelled.")
    office.open = True
    all_sent(page)
    assert len(office.scans) == 1
    assert office.admitted() == []


def test_somebody_is_found_by_name_without_network(new_phone, office):
    office.issue("Élodie Lefèvre", seat="Row 3, Seat 12")
    office.issue("Bea Buyer")
    page = pair(new_phone())
    office.open = False

    page.get_by_role("link", name="Name").click()
    page.get_by_label("Name, seat or order number").fill("elodie lef")
    page.get_by_role("button", name="Let in: Élodie Lefèvre").click()

    answered(page, "Come in", "Élodie Lefèvre")
    page.get_by_role("button", name="Back to scanning").click()
    page.get_by_role("link", name="Name").click()
    page.get_by_label("Name, seat or order number").fill("lefevre")
    expect(page.locator(".found__row")).to_contain_text("In")


def test_a_code_is_typed_by_hand(new_phone, office):
    code = office.issue("Bea Buyer")
    page = pair(new_phone())

    page.get_by_role("link", name="Code").click()
    page.get_by_label("Ticket code").fill(code.lower())
    page.get_by_role("button", name="Check this code").click()

    answered(page, "Come in", "Bea Buyer")
    all_sent(page)
    assert len(office.admitted()) == 1


def test_a_supervisor_lets_in_with_a_reason(new_phone, office):
    used = office.issue("Bea Buyer", entries=IN)
    page = pair(new_phone())
    wedge(page, used)

    page.get_by_role("button", name="Let in anyway").click()
    page.get_by_role("button", name="Let in, and note why").click()
    expect(page.get_by_text("Say in a word why.")).to_be_visible()
    page.get_by_label("Came back in").check()
    page.get_by_role("button", name="Let in, and note why").click()

    answered(page, "Come in", "Let in by you")
    all_sent(page)
    [scan] = office.admitted()
    assert (scan["override"], scan["reason"]) == (True, "Came back in")

    page.locator("#answer-undo").click()
    expect(page.locator("#scan-hint")).to_have_text(
        "Undone. Bea Buyer is still in, by the entry before"
    )


def test_a_steward_has_no_such_button(new_phone, office):
    office.role = "scanner"
    used = office.issue("Bea Buyer", entries=IN)
    page = pair(new_phone())

    wedge(page, used)

    answered(page, "Already in")
    # The button itself, and not one that is called otherwise.
    expect(page.locator("#answer-override")).to_have_count(1)
    expect(page.locator("#answer-override")).to_be_hidden()


def test_a_scan_is_taken_back_and_the_ticket_good_again(new_phone, office):
    code = office.issue("Bea Buyer")
    page = pair(new_phone())
    office.open = False
    wedge(page, code)
    answered(page, "Come in")

    page.locator("#answer-undo").click()
    expect(page.locator("#scan-hint")).to_have_text("Undone: Bea Buyer is not in any more")
    wedge(page, code)
    answered(page, "Come in")

    office.open = True
    all_sent(page)
    assert len(office.scans) == 2
    assert len(office.undone) == 1


def test_the_others_of_an_order_come_in_one_by_one(new_phone, office):
    names = ("Carl", "Dora", "Emil", "Fay")
    code, *_others = [
        office.issue(name, group="K", position=n, seat=f"Row 3, Seat {n}")
        for n, name in enumerate(names, start=1)
    ]
    page = pair(new_phone())

    wedge(page, code)
    answered(page, "Come in", "This order: 1 of 4 in")
    page.get_by_role("button", name="3 more of this order").click()
    expect(page.locator("#group-list")).to_contain_text("Stalls · Row 3, Seat 2 · ticket 2")
    page.get_by_role("button", name="Let in: Dora").click()

    expect(page.locator("#group-told")).to_have_text("This order: 2 of 4 in")
    page.get_by_role("button", name="Let all 2 in").click()
    page.get_by_role("button", name="Leave it as it is").click()
    expect(page.locator("#group-told")).to_have_text("This order: 2 of 4 in")
    page.get_by_role("button", name="Undo: Dora").click()
    expect(page.locator("#group-told")).to_have_text("This order: 1 of 4 in")
    page.get_by_role("button", name="Let all 3 in").click()
    expect(page.locator("#group-asked")).to_have_text("Let 3 people in? Count them first.")
    page.locator("#group-yes").click()

    expect(page.locator("#group-told")).to_have_text("All 4 of this order are in")
    page.get_by_role("link", name="Back to scanning").click()
    all_sent(page)
    assert len(office.admitted()) == 5
    assert len(office.undone) == 1
    assert page.troubles == []


def test_a_code_that_was_used_lets_the_others_in_after_a_question_alone(new_phone, office):
    office.role = "scanner"
    used = office.issue("Carl", group="K", position=1, entries=IN)
    office.issue("Dora", group="K", position=2)
    office.issue("Emil", group="K", position=3, tier=2)
    page = pair(new_phone())
    wedge(page, used)
    answered(page, "Already in")
    field = page.locator("#answer-let-in").evaluate("it => getComputedStyle(it).backgroundColor")
    assert field == "rgba(0, 0, 0, 0)"

    page.locator("#answer-let-in").click()
    expect(page.get_by_text("This code was used before.")).to_be_visible()
    # A moving code is on each one's own phone.
    expect(page.get_by_role("button", name="Let in: Emil")).to_be_hidden()
    expect(page.get_by_role("button", name=re.compile("Let all"))).to_be_hidden()
    page.get_by_role("button", name="Let in: Dora").click()
    expect(page.locator("#group-told")).to_have_text("This order: 1 of 3 in")
    page.locator("#group-yes").click()

    expect(page.locator("#group-told")).to_have_text("This order: 2 of 3 in")


def test_the_answer_itself_says_that_it_is_full(new_phone, office):
    guests = [office.issue(f"Guest {number}") for number in range(4)]
    office.capacity = 3
    page = pair(new_phone())
    office.open = False

    for code in guests[:2]:
        wedge(page, code)
        answered(page, "Come in")
        expect(page.locator("#answer-alarm")).to_be_hidden()
    wedge(page, guests[2])
    answered(page, "Come in", "Hall is full: 3 of 3")
    expect(page.locator("#answer")).to_have_attribute("data-kind", "doubt")
    expect(page.locator("#spoken")).to_contain_text("Hall is full: 3 of 3")
    wedge(page, guests[3])
    answered(page, "Come in", "Hall is full: 4 of 3")


def test_of_two_refusals_alike_the_second_is_seen(new_phone, office):
    page = pair(new_phone())
    for ending in ("first", "second"):
        wedge(page, f"https://example.com/{ending}")
        answered(page, "Stop")
        expect(page.locator("#answer-time")).to_contain_text(re.compile(r"Read at \d\d:\d\d:\d\d"))

    expect(page.locator("#answer-time")).to_contain_text("2 in a row")
    expect(page.locator("#spoken")).to_contain_text("2 in a row")


def test_nothing_that_the_answer_covers_can_be_reached(new_phone, office):
    code, _other = office.issue("Carl", group="K"), office.issue("Dora", group="K")
    page = pair(new_phone())
    wedge(page, code)
    answered(page, "Come in")

    reached = []
    for _key in range(8):
        page.keyboard.press("Tab")
        reached.append(
            page.evaluate(
                "document.activeElement.closest('#answer, #screen-scan')?.id ?? 'the browser'"
            )
        )

    assert "answer" in reached and "screen-scan" not in reached
    page.keyboard.press("Escape")
    page.get_by_role("link", name="Settings").click()
    expect(page.get_by_role("heading", name="Settings")).to_be_visible()


def test_tickets_of_one_name_are_told_apart(new_phone, office):
    office.role = "scanner"
    office.issue("Gate VIP", group="K", position=1, entries=IN)
    office.issue("Gate VIP", group="K", position=2)
    office.issue("Gate VIP", group="L", position=1, seat="Row 3, Seat 12")
    page = pair(new_phone())

    page.get_by_role("link", name="Name").click()
    page.get_by_label("Name, seat or order number").fill("gate vip")

    expect(page.locator(".found__row:visible")).to_have_count(3)
    buttons = page.locator("#search-found").get_by_role("button")
    assert [button.get_attribute("aria-label") for button in buttons.all()] == [
        "Let in: Gate VIP, order 1 on this list, ticket 2",
        "Let in: Gate VIP, Row 3, Seat 12, order 2 on this list, ticket 1",
    ]
    expect(page.locator(".found__row").first).to_contain_text("order 1 on this list, ticket 1")


def test_who_left_is_counted_out(new_phone, office):
    code = office.issue("Bea Buyer")
    page = pair(new_phone())
    wedge(page, code)
    answered(page, "Come in")
    expect(page.locator("#scan-head")).to_have_text("1 of 500 inside")

    page.get_by_role("button", name="Back to scanning").click()
    page.locator("#scan-direction label").filter(has_text="Out").click()
    wedge(page, code)

    answered(page, "Goodbye")
    expect(page.locator("#scan-head")).to_have_text("0 of 500 inside")


def test_a_revoked_device_forgets_everything(new_phone, office):
    office.issue("Bea Buyer")
    page = pair(new_phone())
    office.revoked = True
    page.evaluate("import('/static/js/gate/sync.js').then((sync) => sync.hurry())")

    expect(page.get_by_text("This device was signed out by the box office.")).to_be_visible()
    kept = page.evaluate(
        """async () => {
          const store = await import("/static/js/gate/store.js")
          return [await store.device.get(), (await store.lists.all()).length]
        }"""
    )
    assert kept == [None, 0]


DISK = """async () => {
  // All there is, however it is named: what the app keeps and what it kept before.
  const bytes = []
  for (const { name, version } of await indexedDB.databases()) {
    const open = indexedDB.open(name, version)
    const base = await new Promise((ready) => (open.onsuccess = () => ready(open.result)))
    for (const store of base.objectStoreNames) {
      const all = base.transaction(store).objectStore(store).getAll()
      const rows = await new Promise((ready) => (all.onsuccess = () => ready(all.result)))
      bytes.push(...rows.map((row) => JSON.stringify(row, (_key, value) => {
        if (value instanceof ArrayBuffer) value = new Uint8Array(value)
        return ArrayBuffer.isView(value) ? new TextDecoder("latin1").decode(value) : value
      })))
    }
    base.close()
  }
  for (const storage of [localStorage, sessionStorage]) bytes.push(JSON.stringify({ ...storage }))
  return bytes.join("\\n")
}"""


def test_a_revoked_device_sends_what_it_scanned_before_it_forgets(open_phone, office):
    code = office.issue("Bea Buyer")
    page = pair(open_phone())
    office.open = False
    wedge(page, code)
    answered(page, "Come in")
    office.open, office.takes_scans, office.revoked = True, False, True
    hurry = "import('/static/js/gate/sync.js').then((sync) => sync.hurry())"
    kept = """async () => {
      const store = await import("/static/js/gate/store.js")
      return [Boolean(await store.device.get()), (await store.lists.all()).length]
    }"""

    page.evaluate(hurry)
    expect(page.get_by_text("What it scanned before is sent as soon as")).to_be_visible()
    assert page.evaluate(kept) == [True, 0]
    page = open_phone()
    expect(page.get_by_text("What it scanned before is sent as soon as")).to_be_visible()
    office.takes_scans = True
    page.evaluate(hurry)

    expect(page.get_by_text("Its data has been deleted.")).to_be_visible(timeout=20_000)
    assert [scan["code"] for scan in office.admitted()] == [code]
    assert page.evaluate(kept) == [False, 0]
    assert page.troubles == []


def test_nothing_in_the_page_says_who_came_once_the_device_has_left(new_phone, office):
    code = office.issue("Bea Buyer", seat="Row 3, Seat 12", note="Side entrance")
    page = pair(new_phone())
    page.get_by_role("link", name="Name").click()
    page.get_by_label("Name, seat or order number").fill("Bea")
    expect(page.get_by_text("Bea Buyer")).to_be_visible()
    wedge(page, code)
    answered(page, "Come in", "Bea Buyer")
    page.get_by_role("button", name="Undo").first.click()
    expect(page.locator(ANSWER)).to_be_hidden()
    wedge(page, code)
    answered(page, "Come in", "Bea Buyer")
    expect(page.locator("#spoken")).to_have_text(re.compile("Bea Buyer"))
    office.revoked = True

    page.evaluate("import('/static/js/gate/sync.js').then((sync) => sync.hurry())")

    expect(page.locator("#screen-pair")).to_be_visible()
    typed = "[...document.querySelectorAll('input, textarea')].map((one) => one.value).join()"
    left = page.content() + page.evaluate(typed)
    assert not [word for word in ("Bea", "Row 3", "Side entrance", code) if word in left]
    assert page.troubles == []


@pytest.mark.parametrize("how", ["leave('pair.signed_out')", "retire()"])
def test_a_code_read_while_the_device_leaves_is_answered_by_nothing(new_phone, office, how):
    code = office.issue("Bea Buyer", seat="Row 3, Seat 12")
    page = pair(new_phone())

    given = page.evaluate(
        f"""async (code) => {{
          const part = (name) => import(`/static/js/gate/${{name}}.js`)
          const parts = ["door", "device", "screens/scan"]
          const [door, device, scan] = await Promise.all(parts.map(part))
          const readings = [door.scanText(code), door.scanText(code)]
          await Promise.resolve()
          await device.{how}
          const given = await Promise.all(readings)
          given.forEach(scan.showAnswer)
          return given
        }}""",
        code,
    )

    assert given == [None, None]
    expect(page.locator("#screen-pair")).to_be_visible()
    assert "Bea Buyer" not in page.content() and "Row 3" not in page.content()
    store = "import('/static/js/gate/store.js').then((store) => store.scans.waiting(10))"
    assert page.evaluate(store) == []
    assert page.troubles == []


def test_nothing_on_the_disk_says_who_comes_or_opens_the_door(new_phone, office):
    code = office.issue("Bea Buyer", note="Side entrance")
    page = pair(new_phone())
    office.open = False
    wedge(page, code)
    answered(page, "Come in", "Bea Buyer", "Side entrance")

    disk = page.evaluate(DISK)
    extractable = page.evaluate(
        """async () => {
          const store = await import("/static/js/gate/store.js")
          return (await store.device.get()).key.extractable
        }"""
    )

    # It is the whole disk: the device's name is there, and the scan that waits.
    assert "Ana’s phone" in disk and '"waiting"' in disk
    assert not [word for word in ("Bea", "Buyer", "Side entrance", code) if word in disk]
    assert extractable is False


def twice(page: Page, name: str) -> None:
    """As a thumb taps twice: the second one wherever the first one led."""
    button = page.get_by_role("button", name=name)
    button.scroll_into_view_if_needed()
    box = button.bounding_box()
    page.mouse.dblclick(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2, delay=30)


def test_a_thumb_that_taps_twice_means_it_once(new_phone, office):
    code = office.issue("Bea Buyer", group="g1", entries=IN)
    for position, name in enumerate(("Carl Carlson", "Dora Dorn", "Emil Eder"), start=2):
        office.issue(name, group="g1", position=position)
    page = pair(new_phone())

    wedge(page, code)
    answered(page, "Already in")
    page.get_by_role("button", name="Let in anyway").click()
    page.get_by_label("Identity checked").check()
    twice(page, "Let in, and note why")
    answered(page, "Come in", "Bea Buyer")
    page.wait_for_timeout(400)
    answered(page, "Come in", "Bea Buyer")
    page.get_by_role("button", name="Back to scanning").click()
    page.get_by_role("link", name="Name").click()
    page.get_by_role("searchbox").fill("dora")
    twice(page, "Let in: Dora Dorn")
    answered(page, "Come in", "Dora Dorn")
    page.get_by_role("button", name="2 more of this order").click()
    twice(page, "Let in: Carl Carlson")
    page.wait_for_timeout(400)

    all_sent(page)
    assert [scan["result"] for scan in office.scans.values()] == ["USED"] + 3 * ["VALID"]
    assert not any(scan.get("undone_at") for scan in office.scans.values())
    assert office.undone == []


@pytest.mark.parametrize("size", [(320, 256), (640, 320)])
def test_the_answer_is_read_at_four_times_the_size(new_phone, office, size):
    code = office.issue("Bea Buyer", seat="Row 3, Seat 12", group="g1", entries=IN)
    office.issue("Carl Carlson", group="g1", position=2)
    page = pair(new_phone())
    page.set_viewport_size(dict(zip(("width", "height"), size, strict=True)))

    wedge(page, code)
    answered(page, "Already in")
    texts = [page.locator(f"#answer-{part}") for part in ("word", "name", "tier", "first")]
    boxes = [each.bounding_box() for each in [*texts, page.locator("#answer .answer__acts")]]
    assert all(box["x"] >= 0 and box["x"] + box["width"] <= size[0] for box in boxes)
    assert boxes[0]["y"] >= 0
    # None is under another: in one column or in two, each begins where the last one ended.
    assert all(one["y"] + one["height"] <= other["y"] for one, other in pairwise(boxes[1:]))


def test_a_kiosk_is_left_with_its_pin_alone(open_phone, office):
    page = pair(open_phone())
    page.get_by_role("link", name="Settings").click()
    page.get_by_label("PIN to leave with").fill("2468")
    page.get_by_role("button", name="Lock as a kiosk").click()
    expect(page.locator("#screen-scan")).to_be_visible()
    expect(page.locator("#scan-tools")).to_be_hidden()

    page = open_phone()
    page.evaluate("location.hash = 'settings'")
    expect(page.locator("#screen-settings")).to_be_hidden()
    page.get_by_role("button", name="Staff").click()
    page.get_by_label("PIN", exact=True).fill("1357")
    page.get_by_role("button", name="Unlock").click()
    expect(page.locator("#unlock-error")).to_have_text("Not the PIN.")
    page.get_by_label("PIN", exact=True).fill("2468")
    page.locator("#unlock-form").evaluate(
        """async (form) => {
          for (let tap = 0; tap < 12; tap++) {
            form.requestSubmit()
            await new Promise((resolve) => setTimeout(resolve, 8))
          }
        }"""
    )

    expect(page.get_by_role("heading", name="Settings")).to_be_visible()
    assert page.troubles == []


def test_wrong_pins_are_followed_by_a_growing_pause(new_phone, office):
    page = new_phone()
    page.clock.install()
    page.reload()
    pair(opened_up(page))
    office.open = False  # The box office's clock can't be set, and would be believed.
    page.get_by_role("link", name="Settings").click()
    page.get_by_label("PIN to leave with").fill("2468")
    page.get_by_role("button", name="Lock as a kiosk").click()
    page.get_by_role("button", name="Staff").click()
    told, spoken = page.locator("#unlock-error"), page.locator("#spoken")

    def attempt(pin: str) -> None:
        page.get_by_label("PIN", exact=True).fill(pin)
        page.get_by_role("button", name="Unlock").click()

    for pin in ("1111", "2222", "3333", "4444"):
        attempt(pin)
        expect(page.get_by_label("PIN", exact=True)).to_have_value("")
        expect(told).to_have_text("Not the PIN.")
    attempt("5555")
    expect(told).to_have_text(TOO_MANY)
    expect(spoken).to_have_text(TOO_MANY)
    attempt("2468")
    expect(page.get_by_label("PIN", exact=True)).to_have_value("2468")

    page.reload()
    opened_up(page)
    expect(told).to_have_text(TOO_MANY)
    attempt("2468")
    expect(page.locator("#screen-unlock")).to_be_visible()

    page.clock.fast_forward(31_000)
    expect(told).to_be_hidden()
    expect(spoken).to_have_text("You can try again.")
    attempt("6666")
    expect(told).to_have_text(re.compile("in 1 minute"))
    page.clock.fast_forward(31_000)
    attempt("2468")
    expect(page.locator("#screen-unlock")).to_be_visible()
    page.clock.fast_forward(31_000)
    attempt("2468")
    expect(page.get_by_role("heading", name="Settings")).to_be_visible()
    assert page.troubles == []


def test_a_wrong_code_pairs_nothing(new_phone):
    page = new_phone()

    page.get_by_label("Code", exact=True).fill("ZZZZ ZZZZ")
    page.get_by_role("button", name="Pair this device").click()

    expect(page.get_by_text(re.compile("This code does not work"))).to_be_visible()
    expect(page.get_by_label("Code", exact=True)).to_have_value("ZZZZ ZZZZ")


def test_the_address_of_the_console_pairs_by_itself(new_phone, served, riverside):
    page = new_phone()

    page.goto(served.at(riverside, "/scan/?#pair=ABCDEFGH"))

    expect(page.get_by_role("heading", name="Where do you stand?")).to_be_visible()


def test_every_screen_fits_at_twice_the_size(new_phone, office):
    """Half a phone's pixels are what is left of it at 200 %: nothing runs out at the side."""
    used = office.issue("Bea Buyer", seat="Row 3, Seat 12", entries=IN)
    page = pair(new_phone(size={"width": 195, "height": 422}))
    wide = []

    def look(screen: str) -> None:
        size = page.evaluate(
            "[document.documentElement.scrollWidth, document.documentElement.clientWidth]"
        )
        if size[0] > size[1]:
            wide.append((screen, *size))

    look("scanning")
    for name in ("Name", "Code", "Settings"):
        page.get_by_role("link", name=name).click()
        page.wait_for_timeout(200)
        look(name)
        page.go_back()
    wedge(page, used)
    answered(page, "Already in")
    look("answer")
    page.get_by_role("button", name="Let in anyway").click()
    look("override")
    assert wide == []
