"""The addresses of one picture in several sizes, as the attribute `srcset` of HTML has them. Pure."""

import re
from collections.abc import Iterator

from digest.parsing.pixels import parse_pixels
from digest.sources.article_pictures.choice import PictureCandidate, best_of, fitness

_LONGEST_SET = 20_000
_URL = re.compile(r"[^\s,]\S*")
_DESCRIPTOR = re.compile(r"(?:^|\s)(\d{1,5}(?:\.\d+)?)([wx])(?=\s|$)")
_END_OF_SET = re.compile(r"\S\s+\d{1,5}(?:\.\d+)?[wx][\s,]*\Z")
_REST_OF_ADDRESS = re.compile(r"(?:^|\s)(?!\d+(?:\.\d+)?[A-Za-z]{0,2}(?:\s|$))\S")


def candidates_of(srcset: str, width: int | None, height: int | None) -> Iterator[PictureCandidate]:
    """The candidates of the `srcset` of a picture of this size, which all have its proportions (HTML, 4.8.4.3.10)."""
    srcset, place = srcset[:_LONGEST_SET], 0
    while start := _URL.search(srcset, place):
        url, place = start[0].rstrip(","), start.end()
        if url == start[0]:
            end = srcset.find(",", place)
            descriptors, place = srcset[place:end] if end >= 0 else srcset[place:], end if end >= 0 else len(srcset)
        else:
            descriptors = ""
        if _REST_OF_ADDRESS.search(descriptors):
            continue  # an address with spaces, of which browsers show nothing
        match = _DESCRIPTOR.search(descriptors)
        number = float(match[1]) if match else 0
        is_width = match is not None and match[2] == "w"
        own = parse_pixels(round(number if is_width else number * (width or 0)))
        scaled = parse_pixels(round(height * own / width)) if own and width and height else None
        yield PictureCandidate(url, own, scaled, rank=round(number if is_width else 100 * number))


def best_first(srcset: str) -> list[PictureCandidate]:
    """The candidates of such a set, the best one first."""
    return sorted(candidates_of(srcset, None, None), key=fitness, reverse=True)


def is_source_set(text: str) -> bool:
    """Whether a text is a `srcset` that states a size of its last picture."""
    return _END_OF_SET.search(text) is not None


def best_of_source_set(srcset: str, base: str | None) -> str | None:
    """The address of the best picture of a `srcset`."""
    best = best_of(candidates_of(srcset, None, None), base)
    return best.url if best else None
