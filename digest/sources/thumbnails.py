"""Scales pictures of foreign origin with Pillow; called in the sandbox.

Only the usual formats are read (AVIF with Pillow 11.3 or later), of an animation its first picture. The results have no
metadata.
"""

import struct
import warnings
from collections.abc import Iterable
from io import BytesIO

from PIL import Image, ImageOps, features

from digest.errors import ParseError
from digest.model.pictures import StoredPicture

MOST_PIXELS = 40_000_000  # more than any camera's picture; a small file may claim billions
_FORMATS = ("JPEG", "PNG", "WEBP", "GIF", *(("AVIF",) if "avif" in features.modules and features.check("avif") else ()))
_QUALITY = 82
_NOT_A_PICTURE = "is not a picture in JPEG, PNG, WebP, GIF or AVIF, or is damaged"


def scaled(content: bytes, widths: Iterable[int]) -> dict[int, StoredPicture]:
    """The picture as JPEG or PNG, not wider than each width; raises ParseError."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", Image.DecompressionBombWarning)  # MOST_PIXELS is stricter
            with Image.open(BytesIO(content), formats=_FORMATS) as picture:
                return _scaled(picture, sorted(widths))
    except Image.DecompressionBombError:
        raise ParseError(_too_large()) from None
    except (OSError, SyntaxError, ValueError, struct.error):
        raise ParseError(_NOT_A_PICTURE) from None


def _scaled(picture: Image.Image, widths: list[int]) -> dict[int, StoredPicture]:
    if picture.width * picture.height > MOST_PIXELS:
        raise ParseError(_too_large())
    picture.draft("RGB", (widths[-1], widths[-1]))  # a large JPEG is decoded smaller; its sides may be swapped later
    upright = _plain(ImageOps.exif_transpose(picture))
    return {width: _encoded(_fitted(upright, width)) for width in widths}


def _plain(picture: Image.Image) -> Image.Image:
    """The picture in RGB, or RGBA where something shows through, without metadata."""
    if picture.has_transparency_data:
        with_alpha = picture.convert("RGBA")
        is_opaque = with_alpha.getchannel("A").getextrema() == (255, 255)
        plain = with_alpha.convert("RGB") if is_opaque else with_alpha
    elif picture.mode.startswith("I"):  # grey in 16 bits, of which Pillow would show all but the darkest as white
        plain = picture.point(lambda level: level / 256).convert("RGB")
    else:
        plain = picture.convert("RGB")
    plain.info = {}
    return plain


def _fitted(picture: Image.Image, width: int) -> Image.Image:
    if picture.width <= width:
        return picture
    height = max(round(picture.height * width / picture.width), 1)
    return picture.resize((width, height), Image.Resampling.LANCZOS, reducing_gap=2.0)


def _encoded(picture: Image.Image) -> StoredPicture:
    encoded = BytesIO()
    if picture.mode == "RGBA":
        media_type = "image/png"
        picture.save(encoded, "PNG", optimize=True)
    else:
        media_type = "image/jpeg"
        picture.save(encoded, "JPEG", quality=_QUALITY, optimize=True, progressive=True)
    width, height = picture.size
    return StoredPicture(content=encoded.getvalue(), media_type=media_type, width=width, height=height)


def _too_large() -> str:
    return f"has more than {MOST_PIXELS / 1_000_000:g} megapixels"
