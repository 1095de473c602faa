"""QR codes of ticket codes, drawn for screen and mail.

The promise kept here is that an old phone can read them: version 6 and no larger, at error
correction M, black on white with a quiet zone whatever the colours of the page around it.
"""

import io
from functools import lru_cache
from html import escape
from itertools import groupby

VERSION = 6
# Four modules are what ISO/IEC 18004 asks for.
QUIET_ZONE = 4
SIDE = 17 + 4 * VERSION + 2 * QUIET_ZONE
"""Modules a side, the quiet zone included."""


class DoesNotFit(ValueError):
    """The text is no ticket code: too long, or with characters other than theirs."""


def svg(code: str, *, title: str) -> str:
    """An inline drawing that grows with its box; `title` says in words what it is."""
    # Crisp, because the seams between rows of modules show as grey lines at odd sizes otherwise.
    return (
        f'<svg role="img" shape-rendering="crispEdges" xmlns="http://www.w3.org/2000/svg"'
        f' viewBox="0 0 {SIDE} {SIDE}"><title>{escape(title)}</title>'
        f'<path fill="#fff" d="M0 0h{SIDE}v{SIDE}h-{SIDE}z"/>'
        f'<path fill="none" stroke="#000" d="{_runs(code)}"/></svg>'
    )


def png(code: str, scale: int = 8) -> bytes:
    """A picture with `scale` pixels a module, for mail, where drawings are not shown."""
    from PIL import Image  # As below.

    side = SIDE * scale
    picture = Image.new("1", (SIDE, SIDE), 1)
    for y, row in enumerate(_modules(code)):
        for x, dark in enumerate(row):
            if dark:
                picture.putpixel((x + QUIET_ZONE, y + QUIET_ZONE), 0)
    drawing = io.BytesIO()
    picture.resize((side, side), Image.Resampling.NEAREST).save(drawing, "PNG", optimize=True)
    return drawing.getvalue()


# The page, the mail and the sheet of one ticket each draw it, and finding the best mask takes long.
@lru_cache(maxsize=512)
def _modules(code: str) -> tuple[tuple[bool, ...], ...]:
    if not code:
        raise DoesNotFit("there is nothing to draw")
    import qrcode  # It fetches Pillow, 6 MB in all: for those who draw.
    from qrcode.exceptions import DataOverflowError
    from qrcode.util import MODE_ALPHA_NUM, QRData

    drawing = qrcode.QRCode(
        version=VERSION, error_correction=qrcode.constants.ERROR_CORRECT_M, border=0
    )
    try:
        drawing.add_data(QRData(code.encode(), mode=MODE_ALPHA_NUM), optimize=0)
        drawing.make(fit=False)
    except (ValueError, DataOverflowError) as refusal:
        raise DoesNotFit(str(refusal)) from None
    return tuple(tuple(bool(module) for module in row) for row in drawing.get_matrix())


def _runs(code: str) -> str:
    """The dark modules as one path: a stroke, one module wide, for each run of them in a row."""
    drawn = [f"M0 {QUIET_ZONE}.5"]
    at_x, at_y = 0, QUIET_ZONE
    for y, row in enumerate(_modules(code), start=QUIET_ZONE):
        x = QUIET_ZONE
        for dark, modules in groupby(row):
            length = len(list(modules))
            if dark:
                # Relative moves are the shortest to write.
                drawn.append(f"m{x - at_x} {y - at_y}h{length}")
                at_x, at_y = x + length, y
            x += length
    return "".join(drawn)


def of_address(address: str, *, title: str) -> str:
    """An address as an inline drawing, in the smallest version that takes it."""
    import qrcode  # As above.

    drawing = qrcode.QRCode(error_correction=qrcode.constants.ERROR_CORRECT_M, border=QUIET_ZONE)
    drawing.add_data(address)
    drawing.make(fit=True)
    rows = drawing.get_matrix()
    side = len(rows)
    dark = "".join(
        f"M{x} {y}h1v1h-1z" for y, row in enumerate(rows) for x, module in enumerate(row) if module
    )
    return (
        f'<svg role="img" shape-rendering="crispEdges" xmlns="http://www.w3.org/2000/svg"'
        f' viewBox="0 0 {side} {side}"><title>{escape(title)}</title>'
        f'<path fill="#fff" d="M0 0h{side}v{side}h-{side}z"/><path fill="#000" d="{dark}"/></svg>'
    )
