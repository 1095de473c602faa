import io
import uuid
from xml.etree import ElementTree

import pytest
import zxingcpp
from PIL import Image

from eventflow.tickets import codes, qr

CODE = codes.sign(
    codes.new_key_pair().private,
    key_id=255,
    event_id=uuid.uuid4(),
    ticket_id=uuid.uuid4(),
    issue=65535,
)
SVG = "{http://www.w3.org/2000/svg}"


def decode(picture):
    [found] = zxingcpp.read_barcodes(picture, formats=zxingcpp.BarcodeFormat.QRCode)
    return found


@pytest.mark.parametrize("scale", [1, 2, 8])
def test_another_decoder_reads_the_picture(scale):
    picture = Image.open(io.BytesIO(qr.png(CODE, scale)))

    assert picture.size == (49 * scale, 49 * scale)
    found = decode(picture.convert("L"))
    assert found.text == CODE
    assert found.ec_level == "M"


def test_the_drawing_is_the_same_code_on_white_with_a_quiet_zone():
    drawing = ElementTree.fromstring(qr.svg(CODE, title="Ticket code"))
    ground, dark = drawing.iter(f"{SVG}path")

    assert drawing.get("viewBox") == "0 0 49 49"
    assert (ground.get("fill"), ground.get("d")) == ("#fff", "M0 0h49v49h-49z")
    assert dark.get("stroke") == "#000"
    picture = Image.new("1", (49, 49), 1)
    for x, y, length in runs(dark.get("d")):
        picture.paste(0, (x, y, x + length, y + 1))
    assert decode(picture.resize((196, 196)).convert("L")).text == CODE


def runs(path):
    """The rows of dark modules in a path of moves and horizontal strokes."""
    x, y = 0.0, 0.0
    for step in path.replace("M", " M ").replace("m", " m ").replace("h", " h ").split(" m "):
        move, *lengths = step.replace(" M ", "").split(" h ")
        dx, dy = map(float, move.split())
        x, y = x + dx, y + dy
        for length in map(int, lengths):
            yield int(x), int(y), length
            x += length


def test_the_drawing_needs_no_inline_style_and_has_a_name():
    text = qr.svg(CODE, title="Ticket code <1> & more")

    assert "style" not in text and "class" not in text and "currentColor" not in text
    drawing = ElementTree.fromstring(text)
    assert drawing.get("role") == "img"
    assert drawing.find(f"{SVG}title").text == "Ticket code <1> & more"
    assert len(text) < 3_500


@pytest.mark.parametrize("text", ["", "abc", "A" * 155, "Ü"])
def test_what_is_no_ticket_code_is_not_drawn(text):
    with pytest.raises(qr.DoesNotFit):
        qr.png(text)
