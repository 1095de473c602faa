import io
import re
import uuid
from dataclasses import replace
from datetime import UTC, datetime

import pytest
import typst
import zxingcpp
from PIL import Image, ImageDraw
from pypdf import PdfReader

from eventflow.brand import NotAColour
from eventflow.tickets import codes, pdf

MILLIMETRE = 72 / 25.4
KEYS = codes.new_key_pair()


def make_code():
    return codes.sign(
        KEYS.private, key_id=1, event_id=uuid.uuid4(), ticket_id=uuid.uuid4(), issue=1
    )


GALA = pdf.TicketSheet(
    event_title="Winter Gala",
    when=["Saturday 12 December 2026", "19:30 to 23:30 (Central European Time)"],
    where=["Riverside Hall", "Kai 12, 10115 Berlin"],
    tier="Stalls",
    attendee="Bea Lindqvist",
    code=make_code(),
    reference="K7QM4X-2",
    order_code="K7QM4X",
    organizer="Riverside Hall",
    price="$25.93, fees of $0.93 included",
    seat="C14",
    zone="Door B",
    numerals=pdf.Numerals("12", "Saturday", "December 2026", "19:30"),
    notes="Doors open at 18:30.\nLarge bags stay in the cloakroom.",
    accent="#a3341f",
)


def read(content):
    return PdfReader(io.BytesIO(content))


def words_on(page):
    """The page's text, with the places forgotten where a line or a word was broken."""
    text = re.sub("[\N{ZERO WIDTH SPACE}\N{SOFT HYPHEN}]", "", page.extract_text())
    return squeezed(text)


def squeezed(text):
    return "".join(text.split())


def drawn_code(page):
    """The QR code as the page draws it: decoded, and its width in millimetres."""
    rows, path = [], []

    def follow(operator, operands, matrix, _text_matrix):
        nonlocal path
        x_scale, _, _, y_scale, x_offset, y_offset = matrix
        if operator in (b"m", b"l"):
            x, y = map(float, operands)
            path.append((x * x_scale + x_offset, y * y_scale + y_offset))
        elif operator == b"S":
            if len(path) > 400:
                rows.extend(zip(path[::2], path[1::2], strict=True))
            path = []
        elif operator in (b"f", b"B", b"n"):
            path = []

    page.extract_text(visitor_operand_before=follow)
    left, right = min(start[0] for start, _ in rows), max(end[0] for _, end in rows)
    top = max(start[1] for start, _ in rows)
    module = (right - left) / 41
    picture = Image.new("L", (490, 490), 255)
    pen = ImageDraw.Draw(picture)
    for (from_x, y), (to_x, _) in rows:
        x1, x2 = ((x - left) / module * 10 + 40 for x in (from_x, to_x))
        row = round((top - y) / module) * 10 + 40
        pen.rectangle((round(x1), row, round(x2) - 1, row + 9), fill=0)
    [found] = zxingcpp.read_barcodes(picture, formats=zxingcpp.BarcodeFormat.QRCode)
    return found.text, (right - left) / MILLIMETRE


def tags_of(node, kinds):
    """The structure tree from here on, in reading order, as (kind, alternative text)."""
    node = node.get_object()
    if isinstance(node, list):
        for child in node:
            tags_of(child, kinds)
    elif isinstance(node, dict):
        if "/S" in node:
            kinds.append((node["/S"], node.get("/Alt")))
        if "/K" in node:
            tags_of(node["/K"], kinds)
    return kinds


def test_a_ticket_says_all_that_its_holder_and_the_door_need():
    document = read(pdf.ticket_pdf(GALA))

    [page] = document.pages
    text = words_on(page)
    for said in [
        *(GALA.event_title, GALA.tier, GALA.attendee, GALA.reference, GALA.order_code),
        *(GALA.organizer, GALA.price, GALA.seat, GALA.zone, *GALA.when, *GALA.where),
        "Doors open at 18:30.",
        "December 2026",
        GALA.words.show,
    ]:
        assert squeezed(said) in text
    assert page.mediabox.width == pytest.approx(210 * MILLIMETRE, abs=0.1)
    assert page.mediabox.height == pytest.approx(297 * MILLIMETRE, abs=0.1)


def test_no_label_falls_apart_for_those_who_hear_or_search_it():
    [page] = read(pdf.ticket_pdf(GALA)).pages

    lines = page.extract_text().splitlines()

    for label in ("ADMISSION", "ORDER", "PRICE", "ORGANIZER", "AT THE DOOR", "GOOD TO KNOW"):
        assert label in lines


def test_the_code_on_the_sheet_is_the_tickets_and_large_enough():
    [page] = read(pdf.ticket_pdf(GALA)).pages

    text, width = drawn_code(page)

    assert text == GALA.code
    assert codes.verify(KEYS.public, text)
    assert width >= 35


def test_the_sheet_can_be_read_aloud():
    document = read(pdf.ticket_pdf(replace(GALA, language="en-GB")))

    root = document.trailer["/Root"]
    assert root["/Lang"] == "en-GB"
    assert root["/MarkInfo"]["/Marked"].value
    assert root["/ViewerPreferences"]["/DisplayDocTitle"].value
    assert document.metadata.title == "Ticket K7QM4X-2: Winter Gala"
    assert document.metadata.author == "Riverside Hall"
    assert b"<pdfuaid:part>1</pdfuaid:part>" in root["/Metadata"].get_data()
    tags = tags_of(root["/StructTreeRoot"], [])
    assert [kind for kind, _ in tags].count("/H1") == 1
    assert ("/Figure", "QR code of ticket K7QM4X-2, to be scanned at the door") in tags


def test_an_order_is_one_file_with_a_numbered_sheet_a_ticket():
    sheets = [
        replace(GALA, attendee=name, code=make_code(), reference=f"K7QM4X-{number}")
        for number, name in enumerate(["Bea", "Carl", "Dana"], 1)
    ]

    document = read(pdf.order_pdf(sheets))

    assert document.metadata.title == "Tickets K7QM4X: Winter Gala"
    assert len(document.pages) == 3
    for number, (page, sheet) in enumerate(zip(document.pages, sheets, strict=True), 1):
        text = words_on(page)
        assert squeezed(f"{number} of 3") in text
        assert sheet.attendee in text
        assert drawn_code(page)[0] == sheet.code


def test_a_ticket_alone_is_not_numbered():
    [page] = read(pdf.order_pdf([GALA])).pages

    assert "1of1" not in words_on(page)


def test_an_order_without_tickets_is_not_printed():
    with pytest.raises(ValueError, match="without tickets"):
        pdf.order_pdf([])


def test_the_same_ticket_gives_the_same_file():
    content = pdf.ticket_pdf(GALA)

    assert pdf.ticket_pdf(GALA) == content
    assert "/CreationDate" not in read(content).metadata


def test_a_word_longer_than_its_line_is_broken():
    [page] = read(pdf.ticket_pdf(replace(GALA, event_title="W" * 300))).pages

    assert "W" * 300 in words_on(page)
    assert "W" * 60 not in page.extract_text()


def test_a_mark_on_nothing_is_left_out_and_others_stay():
    document = read(pdf.ticket_pdf(replace(GALA, event_title="\u0301a \u0301b e\u0301")))

    assert document.metadata.title == "Ticket K7QM4X-2: a b e\u0301"


def test_what_a_ticket_does_not_have_is_not_mentioned():
    bare = replace(GALA, seat=None, zone=None, price="", notes="", numerals=None)

    text = words_on(read(pdf.ticket_pdf(bare)).pages[0])

    for word in ("SEAT", "ZONE", "PRICE", "GOODTOKNOW", "None"):
        assert word not in text


MARKUP = "`#let x = 1` #panic() *bold* _it_ $x^2$ @ref <label> \\ // /* ~ = [a] {b} a---b \"q\" 'q'"


@pytest.mark.parametrize(
    "field",
    ["event_title", "attendee", "tier", "seat", "zone", "organizer", "notes", "order_code"],
)
def test_text_is_never_taken_for_markup(field):
    [page] = read(pdf.ticket_pdf(replace(GALA, **{field: MARKUP}))).pages

    assert squeezed(MARKUP) in words_on(page)


@pytest.mark.parametrize(
    "title",
    ["Lorem ipsum dolor " * 17, "W" * 300, "Źródło Ångström " * 18, "夜" * 300],
)
def test_long_texts_stay_on_one_sheet(title):
    sheet = replace(
        GALA,
        event_title=title[:300],
        attendee="Wolfeschlegelsteinhausenbergerdorff" + "W" * 25,
        where=["A hall with a very long name indeed"] * 4,
        seat="Balcony left, row CC, seat 114",
        zone="North-western terrace entrance",
        notes="Large bags stay in the cloakroom. " * 200,
    )

    [page] = read(pdf.ticket_pdf(sheet)).pages

    text, width = drawn_code(page)
    assert (text, round(width)) == (GALA.code, 47)
    if title.isascii():
        assert squeezed(title[:300]) in words_on(page)
        assert sheet.attendee in words_on(page)


@pytest.mark.parametrize(
    ("name", "is_cut"), [("W" * 120, True), ("Ångström Źródło " * 7 + "Żółć Źró", False)]
)
def test_a_long_name_keeps_between_the_tickets_number_and_the_rule(name, is_cut):
    [page] = read(pdf.ticket_pdf(replace(GALA, attendee=name))).pages

    printed = []

    def note(text, matrix, *_rest):
        if text.strip():
            printed.append((text.strip(), 297 - matrix[5] / MILLIMETRE))

    page.extract_text(visitor_text=note)
    said = [text for text, _y in printed]
    lines = printed[said.index(GALA.reference) + 1 : said.index("ADMISSION")]
    assert all(91.5 < y < 100.5 for _text, y in lines)
    whole = squeezed("".join(text for text, _y in lines))
    if is_cut:
        assert whole.endswith("…") and name.startswith(whole[:-1]) and len(whole) > 60
    else:
        assert whole == squeezed(name)


@pytest.mark.parametrize(
    "name", ["Ελένη Παπαδοπούλου", "Наталья Ярославна", "Łukasz Żółć", "Íñigo Ødegård", "Şükrü Ğ"]
)
def test_names_of_europe_need_no_fonts_but_ours(name, without_system_fonts):
    document = read(pdf.ticket_pdf(replace(GALA, attendee=name, event_title=f"{name} 🎭")))

    assert squeezed(name) in words_on(document.pages[0])
    assert "🎭" in words_on(document.pages[0])
    assert is_accessible(document)


def is_accessible(document):
    return b"pdfuaid" in document.trailer["/Root"]["/Metadata"].get_data()


@pytest.fixture
def without_system_fonts(monkeypatch):
    compiler = typst.Compiler(
        str(pdf.TEMPLATE), font_paths=[str(pdf.FONTS)], ignore_system_fonts=True
    )
    monkeypatch.setattr(pdf, "_compiler", compiler)
    monkeypatch.setattr(pdf, "_undrawable", {})


@pytest.mark.parametrize("name", ["김민준", "山田太郎", "สมชาย"])
def test_a_name_no_font_can_draw_does_not_stop_the_ticket(name, without_system_fonts):
    document = read(pdf.ticket_pdf(replace(GALA, attendee=name)))

    assert drawn_code(document.pages[0])[0] == GALA.code
    assert not is_accessible(document)


def test_a_symbol_no_font_can_draw_is_left_out(without_system_fonts):
    mahjong = "\N{MAHJONG TILE EAST WIND}"

    document = read(pdf.ticket_pdf(replace(GALA, event_title=f"Winter {mahjong} Gala")))

    assert "WinterGala" in words_on(document.pages[0])
    assert mahjong not in document.metadata.title
    assert is_accessible(document)


@pytest.mark.parametrize(
    "text",
    [
        "\x00\x07\x1b[31m\x7f",
        "\ufeff\ufffe\uffff\ue000",
        "\N{RIGHT-TO-LEFT OVERRIDE}abc",
        "👩‍👩‍👧‍👦❤️🇪🇺1️⃣",
        "مُحَمَّد عَبْدُ اللّٰه",
        "בְּרֵאשִׁית",
        "]@}, \u05b9\u05a2 \u20a6\u20a6\u20aa",
        "\u20aa\u20bf \u4ed7 \u074a\u0741\u0714\u073c\u071d\u0747\u0740\u073a \u032e \u06ed\u0634",
        "\u0301" * 60,
        "a" + "\u0301" * 60,
    ],
)
def test_odd_text_does_not_stop_the_ticket(text):
    sheet = replace(GALA, event_title=text, attendee=text, tier=text, seat=text, language="ar")

    [page] = read(pdf.ticket_pdf(sheet)).pages

    assert drawn_code(page)[0] == GALA.code


def test_a_panic_of_the_typesetter_is_read_again_more_plainly(monkeypatch):
    class PanicException(BaseException):
        pass

    given = []

    def compile_or_panic(data, _codes, *, accessible):
        given.append(data["tickets"][0]["attendee"])
        if len(given) < 3:
            raise PanicException("byte index out of bounds")
        return b"%PDF"

    monkeypatch.setattr(pdf, "_compile", compile_or_panic)

    assert pdf.ticket_pdf(replace(GALA, attendee="Zoe\u0301 Ж")) == b"%PDF"
    assert given == ["Zoe\u0301 Ж", "Zoe Ж", "Zoe? ?"]


def test_other_errors_are_not_hidden(monkeypatch):
    def interrupted(*_args, **_kwargs):
        raise KeyboardInterrupt

    monkeypatch.setattr(pdf, "_compile", interrupted)

    with pytest.raises(KeyboardInterrupt):
        pdf.ticket_pdf(GALA)


@pytest.mark.parametrize("accent", ["#ffffff", "#000000", "#f2c230", "#00ff88"])
def test_any_brand_colour_can_be_printed(accent):
    assert len(read(pdf.ticket_pdf(replace(GALA, accent=accent))).pages) == 1


def test_what_is_no_colour_is_refused():
    with pytest.raises(NotAColour):
        pdf.ticket_pdf(replace(GALA, accent='red" + panic()'))


def test_the_sheet_speaks_the_language_of_its_reader():
    german = {
        "Seat": "Platz",
        "Ticket": "Eintrittskarte",
        "%(number)s of %(count)s": "%(number)s von %(count)s",
    }
    words = pdf.Words.translated(lambda text: german.get(text, text))
    sheet = replace(GALA, words=words, language="de")

    document = read(pdf.order_pdf([sheet, sheet]))

    text = words_on(document.pages[1])
    assert "PLATZ" in text and "Eintrittskarte" in text and "2von2" in text
    assert document.trailer["/Root"]["/Lang"] == "de"


def test_the_numerals_are_those_of_the_day_at_the_venue():
    shown = pdf.numerals(
        datetime(2026, 12, 31, 23, 30, tzinfo=UTC), "Pacific/Auckland", "de", time="12:30"
    )

    assert shown == pdf.Numerals("1", "Freitag", "Januar 2027", "12:30")
