"""Pictures of foreign origin: scaled, without metadata, and refused where they are none or too large."""

import base64
import struct
import zlib
from io import BytesIO

import pytest
from PIL import Image

from digest.errors import ParseError
from digest.sources import sandbox
from digest.sources.thumbnails import _FORMATS, MOST_PIXELS, scaled


def make_picture(
    size: tuple[int, int], kind: str = "JPEG", colour: object = "red", mode: str = "RGB", **options: object
) -> bytes:
    """A picture of one colour."""
    encoded = BytesIO()
    Image.new(mode, size, colour).save(encoded, kind, **options)  # type: ignore[arg-type]  # any colour of the mode
    return encoded.getvalue()


def _opened(content: bytes) -> Image.Image:
    return Image.open(BytesIO(content))


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "GIF", *(["AVIF"] if "AVIF" in _FORMATS else [])])
def test_scaled_gives_jpeg_of_each_width(kind: str) -> None:
    """In proportion; a narrow picture is not enlarged."""
    found = scaled(make_picture((800, 400), kind), [1200, 264])
    assert all(_opened(one.content).size == (one.width, one.height) for one in found.values())
    sizes = {width: ((one.width, one.height), one.media_type) for width, one in found.items()}
    assert sizes == {1200: ((800, 400), "image/jpeg"), 264: ((264, 132), "image/jpeg")}


def test_scaled_keeps_what_shows_through() -> None:
    """As PNG; a picture whose alpha is full everywhere is a JPEG."""
    clear = make_picture((600, 300), "PNG", (255, 0, 0, 80), "RGBA")
    full = make_picture((600, 300), "PNG", (255, 0, 0, 255), "RGBA")
    assert scaled(clear, [264])[264].media_type == "image/png"
    assert _opened(scaled(clear, [264])[264].content).getpixel((5, 5)) == (255, 0, 0, 80)
    assert scaled(full, [264])[264].media_type == "image/jpeg"


def test_scaled_grey_in_16_bits_keeps_its_shades() -> None:
    """As of scanners and telescopes; Pillow would make them white."""
    grey = make_picture((300, 300), "PNG", 64 * 256, "I;16")
    assert _opened(scaled(grey, [264])[264].content).getpixel((5, 5)) == (64, 64, 64)


def test_scaled_removes_metadata_and_turns_the_picture() -> None:
    """Place, camera and comments are gone; the orientation is applied first."""
    exif = Image.Exif()
    exif[0x0112], exif[0x010F] = 6, "Camera of Anna"
    content = make_picture((800, 400), exif=exif, comment=b"taken at home", icc_profile=b"x" * 200)
    found = scaled(content, [264])[264]
    result, picture = found.content, _opened(found.content)
    assert picture.size == (found.width, found.height) == (264, 528)
    assert not picture.getexif()
    assert "icc_profile" not in picture.info
    assert b"Anna" not in result
    assert b"home" not in result


def test_scaled_shows_the_first_picture_of_an_animation() -> None:
    """A GIF that moves is a still picture afterwards."""
    encoded = BytesIO()
    frames = [Image.new("RGB", (300, 300), colour) for colour in ("red", "blue")]
    frames[0].save(encoded, "GIF", save_all=True, append_images=frames[1:])
    red, _green, blue = _opened(scaled(encoded.getvalue(), [264])[264].content).convert("RGB").getpixel((9, 9))  # type: ignore[misc]  # of RGB
    assert (red > 200, blue < 50) == (True, True)


def _png_that_claims(width: int, height: int) -> bytes:
    """A PNG of few bytes that says it is that large."""

    def chunk(name: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))

    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(b"\0" * 99)) + chunk(b"IEND", b"")
    )


@pytest.mark.parametrize("size", [(8_000, 5_001), (50_000, 50_000), (1, MOST_PIXELS + 1)])
def test_scaled_refuses_bombs_before_decoding(size: tuple[int, int]) -> None:
    """By the size that the file claims."""
    with pytest.raises(ParseError, match="has more than 40 megapixels"):
        scaled(_png_that_claims(*size), [264])


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"<svg xmlns='http://www.w3.org/2000/svg'/>",
        b"<html>not found</html>",
        make_picture((20, 20), "TIFF"),
        make_picture((20, 20), "BMP"),
        make_picture((600, 600), colour="blue")[:900],
        _png_that_claims(100, 100),
        b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 9 9\n",
    ],
)
def test_scaled_refuses_what_is_no_usual_picture(content: bytes) -> None:
    """Other formats, damaged files, pages."""
    with pytest.raises(ParseError, match="is not a picture"):
        scaled(content, [264])


def test_picture_in_the_sandbox_is_the_same() -> None:
    """And an error comes back as one sentence."""
    content = make_picture((800, 400))
    found = sandbox.run("picture", base64.b64encode(content).decode(), [264])
    same = scaled(content, [264])[264]
    size = {"media_type": "image/jpeg", "width": 264, "height": 132}
    assert found == {"264": {"content": base64.b64encode(same.content).decode(), **size}}
    with pytest.raises(ParseError, match="is not a picture"):
        sandbox.run("picture", base64.b64encode(b"x").decode(), [264])
