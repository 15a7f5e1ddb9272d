"""Pictures of articles that our own pages serve, scaled to twice the width at which messages show them."""

from dataclasses import dataclass, field
from hashlib import sha256

LEAD_WIDTH, CARD_WIDTH = 1200, 264  # pixels: messages show 600 and 132
EXTENSIONS = {"image/jpeg": "jpg", "image/png": "png"}


@dataclass(frozen=True, order=True, slots=True)
class PictureSize:
    """A picture by its address on the portal, and a width in pixels."""

    url: str
    width: int


@dataclass(frozen=True, kw_only=True, slots=True)
class StoredPicture:
    """A picture as it is served."""

    content: bytes = field(repr=False)
    media_type: str

    @property
    def file(self) -> str:
        """Its name, which changes with its content."""
        return f"{sha256(self.content).hexdigest()[:32]}.{EXTENSIONS[self.media_type]}"
