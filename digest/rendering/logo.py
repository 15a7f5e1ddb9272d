"""The portal's logo: files of the installation get an address, under which the web pages serve them.

Every message has the same picture, which mail clients load once and keep. A picture within each message (`cid:`) would
be sent to each reader every day, and is shown as an attachment by some.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from digest.errors import ConfigurationError
from digest.model.pictures import StoredPicture
from digest.settings.configured_path import configured_path
from digest.settings.looks import LogoSettings

_LARGEST = 1_000_000  # bytes
_WIDEST, _TALLEST = 240, 40  # pixels
_SIGNATURES = ((b"\x89PNG\r\n\x1a\n", "image/png"), (b"\xff\xd8\xff", "image/jpeg"))


@dataclass(frozen=True, kw_only=True, slots=True)
class Logo:
    """The logo with addresses for its files, and what is served at each of them."""

    settings: LogoSettings
    files: Mapping[str, StoredPicture]


def read_logo(settings: LogoSettings | None, root: Path, base_url: str) -> Logo | None:
    """Read the files of the logo, if there is one; raises ConfigurationError for one that cannot be shown."""
    if settings is None:
        return None
    pictures = {path: _read_picture(path, root) for path in settings.files}
    addresses = {path: f"{base_url}/images/{picture.file}" for path, picture in pictures.items()}
    shown = {"light": settings.light, "dark": settings.dark}
    update = {use: addresses.get(one, one) for use, one in shown.items() if one is not None}
    files = {addresses[path]: picture for path, picture in pictures.items()}
    return Logo(settings=settings.model_copy(update=update), files=files)


def fitted_logo(url: str, width: int, height: int) -> LogoSettings:
    """A picture of that size as a logo, in its proportions and not larger than a masthead has room for."""
    scale = min(_WIDEST / width, _TALLEST / height, 1)
    return LogoSettings(light=url, width=max(round(width * scale), 1), height=max(round(height * scale), 1))


def _read_picture(path: str, root: Path) -> StoredPicture:
    try:
        content = configured_path(path, root).read_bytes()
    except OSError as error:
        raise ConfigurationError(f'portal.logo = "{path}": cannot be read: {error.strerror or error}') from None
    kind = next((kind for signature, kind in _SIGNATURES if content.startswith(signature)), None)
    if kind is None or len(content) > _LARGEST:
        raise ConfigurationError(f'portal.logo = "{path}": expected a PNG or JPEG file of at most 1 MB')
    return StoredPicture(content=content, media_type=kind)
