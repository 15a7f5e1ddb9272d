"""The built-in sample portal as a source: the ages of its articles count back from the window's end."""

import json
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from digest.errors import ParseError
from digest.model.articles import Counters, Role, Sighting, Validators, Visit, Window
from digest.settings.load import is_sample
from digest.settings.schema import Settings

PORTAL_FILE = Path(__file__).parent.parent / "sample" / "portal.json"
_TABLES = {Role.ARTICLES: "articles", Role.DISCUSSION: "discussion"}


class SampleSource:
    """The packaged portal, as if it were published under `portal_url` in every window."""

    def __init__(self, name: str, role: Role, portal_url: str, *, file: Path = PORTAL_FILE) -> None:
        self._name = name
        self._role = role
        self._portal_url = portal_url.rstrip("/")
        self._file = file

    @property
    def name(self) -> str:
        """The name in the configuration."""
        return self._name

    def visit(self, window: Window, taken_at: datetime, validators: Validators | None) -> Visit:
        """The whole portal, each item `hours_before` the window's end; raises ParseError for a broken file."""
        try:
            table = json.loads(self._file.read_text(encoding="utf-8"))[_TABLES[self._role]]
            return Visit(sightings=tuple(self._sighting(row, window, taken_at) for row in table))
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise ParseError(f"the sample portal {self._file} is broken ({type(error).__name__})") from error

    def _sighting(self, row: dict[str, Any], window: Window, taken_at: datetime) -> Sighting:
        published_at = window.end - timedelta(hours=row["hours_before"])
        image = row.get("image")
        return Sighting(
            source=self._name,
            role=self._role,
            url=f"{self._portal_url}/{row['path'].lstrip('/')}",
            title=row["title"],
            taken_at=max(min(taken_at, window.end), published_at),  # the counters are those of the window's end
            summary=row.get("summary"),
            image_url=f"{self._portal_url}/images/{image}" if image else None,
            image_width=row.get("image_width"),
            image_height=row.get("image_height"),
            image_credit=row.get("image_credit"),
            section=row.get("section"),
            author=row.get("author"),
            language=row.get("language"),
            published_at=published_at,
            counters=Counters(views=row.get("views"), comments=row.get("comments"), rating=row.get("rating")),
        )


def sample_image(settings: Settings, url: str) -> bytes | None:
    """The packaged picture behind an image address of the sample portal; None for any other address."""
    prefix = f"{settings.portal.url}/images/"
    if not is_sample(settings) or not url.startswith(prefix):
        return None
    file = PORTAL_FILE.parent / "images" / Path(url.removeprefix(prefix)).name
    return file.read_bytes() if file.is_file() else None
