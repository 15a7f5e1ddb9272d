"""The issues that are shown: the sample portal's, and that of a real outlet's day in the corpora."""

import io
import zlib
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from types import MappingProxyType

from PIL import Image, ImageOps

from digest import bootstrap
from digest.app import App
from digest.message.parsed_message import ParsedMessage, Sizes
from digest.model.deliveries import Outgoing
from digest.model.drafts import Draft
from digest.model.issues import Finding, Issue, Rendered, Slot
from digest.operations.draft_messages import check_draft, recipient, render, unrecorded_messages
from digest.pipeline import IssueRun
from digest.rendering.mail_views import embed_images
from digest.settings.load import SAMPLE, load
from digest.settings.schema import EditionSettings, Settings
from digest.sources.sample import sample_image
from tests.support.growing_portal import rss
from tests.support.installation import FrozenClock, Installation
from tests.support.real_days import real_day

LANGUAGES = ("en", "ru")
OUTLET = "cnn"
_REAL_DAY = date(2019, 10, 3)
_SAMPLE_DAY = date(2026, 10, 1)
_PICTURES = sorted((SAMPLE.parent / "images").iterdir())
_SHAPES = ((960, 540), (600, 900), (700, 700), (1200, 300), (160, 120), (900, 600))


@dataclass(frozen=True)
class DayInThemes:
    """An issue, and where its pictures come from."""

    app: App
    edition: EditionSettings
    draft: Draft
    picture: Callable[[str], bytes | None]

    @property
    def issue(self) -> Issue:
        """The issue."""
        return self.draft.issue

    @property
    def themes(self) -> tuple[str, ...]:
        """The themes in which it can be shown."""
        return self.app.renderer.themes.names

    def rendered(self, theme: str) -> Rendered:
        """The issue in that theme."""
        return render(self.app, self.edition.model_copy(update={"theme": theme}), self.issue)

    def html(self, theme: str) -> str:
        """The message in that theme, with its pictures in it."""
        return embed_images(self.rendered(theme).html, self.picture)

    def findings(self, theme: str) -> list[Finding]:
        """The rules that the message breaks in that theme."""
        return check_draft(self.app, *self._message(theme))

    def sizes(self, theme: str) -> Sizes:
        """The sizes of the message in that theme."""
        _draft, message = self._message(theme)
        return ParsedMessage(message.content).sizes

    def _message(self, theme: str) -> tuple[Draft, Outgoing]:
        draft = replace(self.draft, rendered=self.rendered(theme))
        (message,) = unrecorded_messages(self.app, draft, [recipient("reader@readers.example")])
        return draft, message


@contextmanager
def sample_day(language: str, _folder: Path, top: int = 10) -> Iterator[DayInThemes]:
    """The sample portal's issue in that language, with up to that many stories."""
    settings = load(SAMPLE, environ={})
    edition = next(one for one in settings.editions if settings.language_of(one) == language)
    edition = edition.model_copy(update={"top": top})
    with _opened(settings, edition, _SAMPLE_DAY, lambda url: sample_image(settings, url)) as shown:
        yield shown


@contextmanager
def outlet_day(outlet: str, day: date, language: str, folder: Path) -> Iterator[DayInThemes]:
    """The outlet's day in an edition of that language: English titles, pictures of the sample in any shape."""
    edition = f'name = "daily"\nlanguage = "{language}"\narticles = "any"\ntop = 10\nwindow = "36h"\nat = "07:00"'
    site = Installation(folder / language).configure(editions=[edition])
    site.write("feed.xml", rss(real_day(outlet, day.isoformat())))
    settings = load(site.folder / "config/digest.toml", environ={})
    site.run("migrate").fine()
    with _opened(settings, settings.editions[0], day + timedelta(days=1), any_picture) as shown:
        yield shown


def corpora_day(language: str, folder: Path) -> AbstractContextManager[DayInThemes]:
    """The one real day of which pictures are made."""
    return outlet_day(OUTLET, _REAL_DAY, language, folder)


DAYS: Mapping[str, Callable[[str, Path], AbstractContextManager[DayInThemes]]] = MappingProxyType(
    {"sample": sample_day, OUTLET: corpora_day}
)


@contextmanager
def _opened(
    settings: Settings, edition: EditionSettings, day: date, picture: Callable[[str], bytes | None]
) -> Iterator[DayInThemes]:
    clock = FrozenClock(datetime(day.year, day.month, day.day, 12, tzinfo=UTC))
    with bootstrap.open_app(settings, clock) as app:
        draft = IssueRun.of(app, edition, Slot(day=day)).draft()
        yield DayInThemes(app, edition, draft, picture)


def any_picture(url: str) -> bytes:
    """A picture of the sample, cropped to a portrait, a square, a panorama or another shape by its address."""
    number = zlib.crc32(url.encode())
    with Image.open(_PICTURES[number % len(_PICTURES)]) as original:
        shaped = ImageOps.fit(original.convert("RGB"), _SHAPES[number % len(_SHAPES)])
    content = io.BytesIO()
    shaped.save(content, "JPEG", quality=80)
    return content.getvalue()
