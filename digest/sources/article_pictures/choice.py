"""The pictures that are named for an article, and which of them is best. Pure."""

from collections.abc import Iterable
from dataclasses import dataclass, replace

from digest.model.pictures import PictureShape, picture_shape
from digest.parsing.pixels import size_in_name
from digest.sources.article_pictures.addresses import is_avif, usable_picture
from digest.sources.article_pictures.sizes import NARROW

_WIDEST = 2_000  # pixels: a picture of a message is at most 600 wide, on a screen of high density twice that


@dataclass(frozen=True, slots=True)
class FoundPicture:
    """The absolute URL of a picture, and its size in pixels as it is stated; None for what is unknown."""

    url: str | None = None
    width: int | None = None
    height: int | None = None


NO_PICTURE = FoundPicture()


@dataclass(frozen=True, slots=True)
class PictureCandidate:
    """An address of a picture, with a rank by its width: pixels, or of densities any number that grows with them."""

    url: str
    width: int | None = None
    height: int | None = None
    rank: int = 0
    preference: int = 0  # among pictures of one shape and rank


def best_of(candidates: Iterable[PictureCandidate], base: str | None) -> FoundPicture | None:
    """The usable picture of the best shape, of those the widest that is not excessively wide, else the first.

    One in AVIF only without another.
    """
    usable = [(url, _sized(one)) for one in candidates if (url := usable_picture(one.url, base))]
    url, best = max(
        usable, key=lambda pair: (not is_avif(pair[0]), fitness(pair[1])), default=("", PictureCandidate(""))
    )
    return FoundPicture(url, best.width, best.height) if url else None


def best_shown(found: Iterable[FoundPicture]) -> FoundPicture:
    """The first picture that is not AVIF, else the first one."""
    return min(found, key=lambda one: is_avif(one.url), default=NO_PICTURE)


def is_poor(found: FoundPicture) -> bool:
    """Whether another picture is better, if there is one: this one is small, or in AVIF."""
    is_small = found.width is not None and picture_shape(found.width, found.height) is PictureShape.SMALL
    return is_small or is_avif(found.url)


def wider(one: FoundPicture | None, other: FoundPicture | None) -> FoundPicture | None:
    """The first picture, unless it is narrower than a message and the other one, of larger screens, is wider."""
    if one is None or other is None:
        return one or other
    return other if (one.width or NARROW) < min(other.width or 0, NARROW) else one


def fitness(one: PictureCandidate) -> tuple[int, int, int]:
    """The larger, the better: by its shape, by its width unless it is excessive, and by what the feed prefers."""
    shape = picture_shape(one.width, one.height)
    is_plain = shape is PictureShape.PLAIN and one.width is not None
    suits = 2 if is_plain else 1 if shape in {PictureShape.PLAIN, PictureShape.PORTRAIT} else 0
    return suits, one.rank if one.rank <= _WIDEST else _WIDEST - one.rank, one.preference


def _sized(one: PictureCandidate) -> PictureCandidate:
    """A candidate with the size in its name, if none is stated."""
    width, height = (None, None) if one.width or one.height or one.rank else size_in_name(one.url)
    return replace(one, width=width, height=height, rank=width) if width else one
