"""Films of QR codes for a camera that does not exist: what Chromium takes for a video.

A film is a list of scenes; each shows one code as somebody might hold it out, for some frames.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import qrcode
from PIL import Image, ImageDraw, ImageEnhance, ImageFilter
from qrcode.util import MODE_ALPHA_NUM, QRData

SIZE = (640, 480)
RATE = 15
FLOOR = 90
"""How bright it is around the code, of 255."""


@dataclass(frozen=True)
class Scene:
    """One code before the camera; None is a moment with nothing there."""

    code: str | None
    frames: int = RATE
    side: int = 330
    turned: float = 0
    brightness: float = 1
    blur: float = 0
    glossy: bool = False


def shoot(path: Path, scenes: Iterable[Scene]) -> Path:
    """Write the film; it is shown again and again."""
    with path.open("wb") as film:
        film.write(f"YUV4MPEG2 W{SIZE[0]} H{SIZE[1]} F{RATE}:1 Ip A1:1 C420\n".encode())
        grey = bytes([128]) * (SIZE[0] * SIZE[1] // 4)
        for scene in scenes:
            frame = b"FRAME\n" + picture(scene).tobytes() + grey + grey
            for _ in range(scene.frames):
                film.write(frame)
    return path


def picture(scene: Scene) -> Image.Image:
    view = Image.new("L", SIZE, FLOOR)
    if scene.code is not None:
        sheet = _qr(scene.code, scene.side).rotate(
            scene.turned, expand=True, fillcolor=FLOOR, resample=Image.Resampling.BICUBIC
        )
        view.paste(sheet, ((SIZE[0] - sheet.width) // 2, (SIZE[1] - sheet.height) // 2))
    if scene.glossy:
        view = _with_a_reflection(view)
    if scene.blur:
        view = view.filter(ImageFilter.GaussianBlur(scene.blur))
    return ImageEnhance.Brightness(view).enhance(scene.brightness)


def _qr(code: str, side: int) -> Image.Image:
    drawing = qrcode.QRCode(error_correction=qrcode.constants.ERROR_CORRECT_M, border=4)
    alphanumeric = code.isupper() and code.isalnum()
    drawing.add_data(QRData(code, mode=MODE_ALPHA_NUM) if alphanumeric else code)
    drawing.make(fit=True)
    return drawing.make_image().get_image().convert("L").resize((side, side))


def _with_a_reflection(view: Image.Image) -> Image.Image:
    """A lamp mirrored in foil: a slanting band where black is no longer black."""
    shine = Image.new("L", SIZE, 0)
    ImageDraw.Draw(shine).polygon([(180, 0), (260, 0), (470, 480), (390, 480)], fill=110)
    shine = shine.filter(ImageFilter.GaussianBlur(18))
    return Image.composite(Image.new("L", SIZE, 255), view, shine)
