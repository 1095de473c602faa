import itertools
import re
from io import BytesIO

import pytest
from flask import Flask
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image, ImageCms, ImageDraw, ImageFilter

from eventflow import darkroom, files, pictures

RED, BLUE, GREEN = (200, 30, 30), (30, 30, 200), (30, 160, 60)


@pytest.fixture
def app(build) -> Flask:
    app = build(files)
    with app.app_context():
        yield app


def two_halves(width=2000, height=1000, left=RED, right=BLUE, mode="RGB") -> Image.Image:
    image = Image.new(mode, (width, height), left)
    ImageDraw.Draw(image).rectangle((width // 2, 0, width, height), fill=right)
    return image


def encoded(image: Image.Image, kind="JPEG", **options) -> bytes:
    out = BytesIO()
    image.save(out, kind, **options)
    return out.getvalue()


def claiming(side: int, jpeg: bytes) -> bytes:
    """The same JPEG, said to be a square of so many pixels."""
    frame = re.search(rb"\xff[\xc0\xc2]", jpeg).start() + 5
    return jpeg[:frame] + side.to_bytes(2, "big") * 2 + jpeg[frame + 4 :]


def repeating(times: int, jpeg: bytes, before: bytes = b"") -> bytes:
    """The same JPEG, its last scan so many times over."""
    scan = before + jpeg[jpeg.rindex(b"\xff\xda") : -2]
    return jpeg[:-2] + scan * times + jpeg[-2:]


def colour_by_colour(jpeg: bytes) -> bytes:
    """Not progressive, but the first of its colours comes alone."""
    alone = bytes.fromhex("ffda 0008 01 01 00 00 3f 00")
    return jpeg.replace(b"\xff\xda", alone + b"\xff\xda", 1)


BASELINE = encoded(two_halves())
PROGRESSIVE = encoded(two_halves(), progressive=True)
FINE = encoded(two_halves(), progressive=True, subsampling=0)


def read(variant: pictures.Variant) -> Image.Image:
    return Image.open(BytesIO(files.get(variant.key)))


def near(found, wanted, by=30) -> bool:
    return all(abs(a - b) <= by for a, b in zip(found[:3], wanted, strict=True))


def cover(data: bytes, **options) -> pictures.Picture:
    return pictures.take(data, pictures.COVER, folder="riverside", **options)


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "GIF", "AVIF"])
def test_a_cover_is_made_in_all_widths(app, kind):
    picture = cover(encoded(two_halves(), kind))
    sizes = [(variant.width, variant.height) for variant in picture.variants]
    assert sizes == [(240, 135), (400, 225), (540, 304), (800, 450), (1200, 675), (1600, 900)]
    for variant in picture.variants:
        image = read(variant)
        assert image.format == "WEBP"
        assert image.size == (variant.width, variant.height)
        assert near(image.convert("RGB").getpixel((10, 10)), RED)
    share = read(picture.share)
    assert (share.format, share.size) == ("JPEG", (1200, 630))


def test_a_small_picture_is_not_blown_up(app):
    picture = cover(encoded(two_halves(900, 600)))
    assert [variant.width for variant in picture.variants] == [240, 400, 540, 800, 900]


def test_a_picture_a_hair_wider_than_a_width_is_that_width_once(app):
    picture = cover(encoded(two_halves(1601, 901)))
    assert [variant.width for variant in picture.variants] == [240, 400, 540, 800, 1200, 1600]


def test_the_crop_follows_the_focus(app):
    tall = two_halves(2400, 600)
    left = cover(encoded(tall), focus=(0.0, 0.5)).widest
    right = cover(encoded(tall), focus=(1.0, 0.5)).widest
    middle = cover(encoded(tall), focus=(0.5, 0.5)).widest
    for x in (5, left.width - 5):
        assert near(read(left).convert("RGB").getpixel((x, 100)), RED)
        assert near(read(right).convert("RGB").getpixel((x, 100)), BLUE)
    assert near(read(middle).convert("RGB").getpixel((5, 100)), RED)
    assert near(read(middle).convert("RGB").getpixel((middle.width - 5, 100)), BLUE)


@pytest.mark.parametrize("focus", [(-3.0, 9.0), (float("nan"), float("inf")), (0.0, 1.0)])
def test_a_focus_outside_is_brought_inside(app, focus):
    picture = cover(encoded(two_halves(800, 800)), focus=focus)
    assert all(0 <= share <= 1 for share in picture.focus)
    assert picture.widest.height == 450


def test_a_picture_can_be_cropped_anew(app):
    first = cover(encoded(two_halves(2400, 600)), focus=(0.0, 0.5))
    second = pictures.recrop(first, pictures.COVER, folder="riverside", focus=(1.0, 0.5))
    assert second.source == first.source
    assert near(read(second.widest).convert("RGB").getpixel((5, 100)), BLUE)
    pictures.discard(first, keep=second)
    assert not files.exists(first.widest.key)
    assert files.exists(second.source)
    pictures.discard(second)
    assert not files.exists(second.source)
    assert not files.exists(second.share.key)


def test_nothing_travels_along(app):
    exif = Image.Exif()
    exif[0x010E] = "taken by Bea Miller"
    exif.get_ifd(0x8825)[2] = (52.0, 31.0, 0.0)
    data = encoded(two_halves(), exif=exif, comment=b"taken by Bea Miller")
    assert b"Bea Miller" in data
    picture = cover(data)
    for key in [variant.key for variant in picture.variants] + [picture.share.key, picture.source]:
        kept = files.get(key)
        assert b"Bea Miller" not in kept
        assert b"Exif" not in kept
        assert not Image.open(BytesIO(kept)).getexif()


def test_a_photo_taken_sideways_stands_upright(app):
    exif = Image.Exif()
    exif[0x0112] = 6  # The camera was turned to the left.
    upright = two_halves(1600, 900)
    picture = cover(encoded(upright.rotate(90, expand=True), exif=exif))
    assert picture.widest.width == 1600
    assert near(read(picture.widest).convert("RGB").getpixel((10, 450)), RED)
    assert near(read(picture.widest).convert("RGB").getpixel((1590, 450)), BLUE)


def test_colours_are_brought_to_srgb(app):
    lab = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    swapped = bytearray(lab)
    # A profile whose red and blue are exchanged: what it calls red is to be shown blue.
    red, blue = swapped.index(b"rXYZ"), swapped.index(b"bXYZ")
    swapped[red : red + 4], swapped[blue : blue + 4] = b"bXYZ", b"rXYZ"
    name = swapped.replace(b"s\0R\0G\0B", b"x\0R\0G\0B").replace(b"sRGB", b"xRGB")
    picture = cover(encoded(two_halves(), icc_profile=bytes(name)))
    found = read(picture.widest).convert("RGB").getpixel((10, 10))
    assert found[2] > found[0]


def test_a_broken_colour_profile_does_not_matter(app):
    picture = cover(encoded(two_halves(), icc_profile=b"no profile at all"))
    assert near(read(picture.widest).convert("RGB").getpixel((10, 10)), RED)


@pytest.mark.parametrize("mode", ["1", "L", "P", "LA", "RGBA", "CMYK", "I;16"])
def test_every_kind_of_pixels_is_understood(app, mode):
    image = two_halves(800, 450).convert("L" if mode == "I;16" else mode)
    if mode == "I;16":
        image = image.point(lambda value: value * 256, "I").convert("I;16")
    kind = "TIFF" if mode == "I;16" else ("JPEG" if mode == "CMYK" else "PNG")
    data = encoded(image, "PNG" if kind == "TIFF" else kind)
    found = read(cover(data).widest).convert("L").getpixel((10, 10))
    assert abs(found - two_halves(800, 450).convert("L").getpixel((10, 10))) < 90


def test_a_logo_keeps_its_shape_and_its_transparency(app):
    logo = Image.new("RGBA", (600, 200), (0, 0, 0, 0))
    ImageDraw.Draw(logo).ellipse((20, 20, 580, 180), fill=(*GREEN, 255))
    picture = pictures.take(encoded(logo, "PNG"), pictures.LOGO, folder="riverside")
    assert [(v.width, v.height) for v in picture.variants] == [(96, 32), (192, 64), (384, 128)]
    assert picture.share is None
    image = read(picture.widest)
    assert image.mode == "RGBA"
    assert image.getpixel((2, 2))[3] == 0
    assert near(image.getpixel((192, 64)), GREEN)


def test_a_transparent_cover_is_shared_on_white(app):
    clear = Image.new("RGBA", (1200, 675), (0, 0, 0, 0))
    assert near(read(cover(encoded(clear, "PNG")).share).getpixel((50, 50)), (255, 255, 255))


def test_the_colour_is_most_of_the_picture(app):
    image = two_halves(1600, 900, left=GREEN, right=GREEN)
    ImageDraw.Draw(image).rectangle((0, 0, 300, 900), fill=RED)
    colour = cover(encoded(image)).colour
    assert near([int(colour[n : n + 2], 16) for n in (1, 3, 5)], GREEN)


def test_a_picture_survives_its_column(app):
    picture = cover(encoded(two_halves()))
    assert pictures.Picture.from_json(picture.as_json()) == picture
    logo = pictures.take(encoded(two_halves()), pictures.LOGO, folder="riverside")
    assert pictures.Picture.from_json(logo.as_json()) == logo


def test_what_a_page_needs_of_it(app):
    picture = cover(encoded(two_halves()))
    candidates = picture.srcset().split(", ")
    widths = [candidate.split()[1] for candidate in candidates]
    assert widths == ["240w", "400w", "540w", "800w", "1200w", "1600w"]
    assert all(candidate.startswith("/media/riverside/") for candidate in candidates)
    assert picture.at_least(700).width == 800
    assert picture.at_least(5000).width == 1600
    answer = app.test_client().get(picture.widest.url)
    assert answer.content_type == "image/webp"


def test_a_jpeg_in_several_scans_is_a_picture_like_any(app):
    assert near(read(cover(PROGRESSIVE).widest).getpixel((10, 10)), RED)
    assert cover(repeating(50, PROGRESSIVE)).variants
    # What follows the picture, such as the film of a phone, has no say in it.
    assert cover(BASELINE + PROGRESSIVE * 50).variants
    assert darkroom._scans(claiming(9_999, BASELINE), 3) == (1, True)


# Refusals


def bomb() -> bytes:
    # A few bytes that claim to be 60,000 pixels wide and high.
    data = bytearray(encoded(Image.new("L", (8, 8)), "PNG"))
    data[16:24] = (60_000).to_bytes(4, "big") * 2
    import zlib

    data[29:33] = zlib.crc32(bytes(data[12:29])).to_bytes(4, "big")
    return bytes(data)


@pytest.mark.parametrize(
    ("upload", "sentence"),
    [
        (claiming(10_001, BASELINE), "too many pixels.*10000 × 10000"),
        (claiming(6401, PROGRESSIVE), "too many pixels.*6300 × 6300"),
        (claiming(4501, FINE), "too many pixels.*4400 × 4400"),
        (claiming(6401, colour_by_colour(BASELINE)), "too many pixels.*6300 × 6300"),
        (repeating(100, PROGRESSIVE), "damaged"),
        # Bytes behind what is no marker are looked at by a decoder too.
        (repeating(100, PROGRESSIVE, before=b"\xff\x02\xff\xff"), "damaged"),
        (BASELINE[:2] + b"\xff\xfe\0\2" * 10_000 + BASELINE[2:], "damaged"),
        (b"", "empty"),
        (b"x" * (10 * 1024 * 1024 + 1), "larger than 10 MB"),
        (b'<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg"/>', "SVG"),
        (b"\xef\xbb\xbf\n <SVG onload=alert(1)>", "SVG"),
        (b"\0\0\0\x18ftypheic" + b"\0" * 40, "HEIC"),
        (b"%PDF-1.7\n", "PDF"),
        (b"GIF89a but not really", "not a picture|damaged"),
        (b"<html><script>alert(1)</script>", "not a picture"),
        (bomb(), "too many pixels"),
        (encoded(Image.new("RGB", (5100, 5000)), "PNG"), "too many pixels"),
        (encoded(two_halves(399, 300)), "399 × 300 pixels.*at least 400"),
        (encoded(two_halves(800, 4)), "800 × 4 pixels"),
        (encoded(two_halves())[:9000], "damaged"),
        (encoded(two_halves(), "PNG")[:700], "damaged"),
        (encoded(two_halves(), "TIFF"), "not a picture"),
        (encoded(two_halves(), "BMP"), "not a picture"),
        (encoded(two_halves(300, 300), "ICO"), "not a picture"),
    ],
)
def test_what_cannot_be_used_is_refused_with_a_sentence(app, upload, sentence):
    with pytest.raises(pictures.PictureRefused, match=sentence):
        cover(upload)


SAMPLES = [encoded(two_halves(420, 240), kind) for kind in ("JPEG", "PNG", "WEBP", "GIF", "AVIF")]


@settings(
    max_examples=120,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(
    sample=st.sampled_from(SAMPLES),
    changes=st.lists(st.tuples(st.integers(0, 2000), st.integers(0, 255)), max_size=12),
    cut=st.integers(0, 3000),
)
def test_a_damaged_file_is_a_picture_or_a_refusal_and_nothing_else(app, sample, changes, cut):
    data = bytearray(sample)
    for place, value in changes:
        data[place % len(data)] = value
    try:
        picture = cover(bytes(data[: len(data) - cut]) if cut < 600 else bytes(data))
    except pictures.PictureRefused as refusal:
        assert str(refusal)
    else:
        assert picture.variants


def test_a_busy_picture_is_made_light_enough_for_a_phone(app):
    busy = Image.effect_noise((1600, 900), 60).filter(ImageFilter.GaussianBlur(2)).convert("RGB")

    made = cover(encoded(busy, "PNG"))

    (at_800,) = [variant for variant in made.variants if variant.width == 800]
    finest = encoded(busy.resize((800, 450)), "WEBP", quality=78, method=2)
    assert len(files.get(at_800.key)) < 0.75 * len(finest)


def test_what_is_cut_out_lies_within_the_picture():
    """Also where dividing and multiplying leaves a hair more than there is."""
    for width, height in itertools.product(range(8, 2401, 61), range(8, 2401, 43)):
        for ratio in ((16, 9), (1, 1), (1200, 630), (width, height)):
            left, top, right, bottom = darkroom._box((width, height), ratio, (1.0, 1.0))
            assert 0 <= left < right <= width and 0 <= top < bottom <= height
