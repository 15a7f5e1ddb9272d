"""The language of a page: the one that the visitor chose, else the first that the browser and we both know. Pure."""

from functools import lru_cache

from digest.settings.schema import LANGUAGES


@lru_cache(maxsize=256)  # most browsers send one of a few headers
def page_language(chosen: str | None, accepted: str, default: str) -> str:
    """The language code; `accepted` is an Accept-Language header (RFC 9110, 12.5.4)."""
    if chosen is not None and chosen in LANGUAGES:
        return chosen
    wanted = sorted(map(_weighted, accepted.split(",")), key=lambda one: -one[0])
    codes = (code for weight, code in wanted if weight > 0)
    return next((code for code in codes if code in LANGUAGES), default)


def _weighted(entry: str) -> tuple[float, str]:
    tag, _, parameters = entry.strip().partition(";")
    code = tag.partition("-")[0].strip().lower()
    _, _, quality = parameters.replace(" ", "").partition("q=")
    try:
        return float(quality or 1), code
    except ValueError:
        return 0.0, code
