"""Pictures of articles: their shapes, and those that our own pages serve, scaled to twice the width in messages."""

from dataclasses import dataclass, field
from enum import StrEnum
from hashlib import sha256

LEAD_WIDTH, CARD_WIDTH = 1200, 264  # pixels: messages show 600 and 132
EXTENSIONS = {"image/jpeg": "jpg", "image/png": "png"}
_NARROWEST_LEAD = 200  # pixels


class PictureShape(StrEnum):
    """What a picture is fit for: a panorama is no thumbnail, a small one is no lead, a portrait is one beside text."""

    PLAIN = "plain"
    PORTRAIT = "portrait"
    PANORAMA = "panorama"
    SMALL = "small"


def picture_shape(width: int | None, height: int | None) -> PictureShape:
    """The shape of a picture of that size in pixels; plain where it is unknown."""
    if width and width < _NARROWEST_LEAD:
        return PictureShape.SMALL
    if not width or not height:
        return PictureShape.PLAIN
    if 4 * height > 5 * width:
        return PictureShape.PORTRAIT
    return PictureShape.PANORAMA if width > 3 * height else PictureShape.PLAIN


@dataclass(frozen=True, order=True, slots=True)
class PictureSize:
    """A picture by its address on the portal, and a width in pixels."""

    url: str
    width: int


@dataclass(frozen=True, slots=True)
class ServedPicture:
    """Where our pages serve a picture: the name of its file or its URL, and its own size, None if unknown."""

    address: str
    width: int | None = None
    height: int | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class StoredPicture:
    """A picture as it is served, with its own size in pixels, which is unknown of those that were stored long ago."""

    content: bytes = field(repr=False)
    media_type: str
    width: int | None = None
    height: int | None = None

    @property
    def file(self) -> str:
        """Its name, which changes with its content."""
        return f"{sha256(self.content).hexdigest()[:32]}.{EXTENSIONS[self.media_type]}"

    @property
    def served(self) -> ServedPicture:
        """Its file and its size."""
        return ServedPicture(self.file, self.width, self.height)
