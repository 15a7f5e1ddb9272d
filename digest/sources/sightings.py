"""Makes sightings of database rows, JSON items and page items: cleans their values, and counts the unreadable ones."""

import re
import reprlib
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import datetime
from functools import partial
from typing import TypeVar
from urllib.parse import urljoin
from zoneinfo import ZoneInfo

from digest.errors import ParseError
from digest.model.articles import COUNTERS, Counters, Role, Sighting
from digest.model.quantities import counted
from digest.parsing.absent import is_absent
from digest.parsing.boilerplate.engine_sentences import is_invitation
from digest.parsing.canonical_key import canonical_key
from digest.parsing.dates.believable import is_in_future
from digest.parsing.html_text import summary_text, title_text, without_second_escape
from digest.parsing.language import NO_LANGUAGES, primary_language
from digest.parsing.tables.csv_table import shown
from digest.parsing.text import distinct_summary
from digest.parsing.urls import is_place_on_page, web_url
from digest.settings.sources import SourceSettings
from digest.sources.article_pictures.addresses import first_of_several, usable_picture
from digest.sources.article_pictures.choice import NO_PICTURE, FoundPicture
from digest.sources.article_pictures.html_pictures import first_picture
from digest.sources.article_pictures.source_sets import best_of_source_set, is_source_set
from digest.sources.feed.leading_title import text_below_title
from digest.sources.feed.texts import byline, chosen_section, picture_credit, section_name, short
from digest.sources.redirectors import direct_url
from digest.sources.values import (
    UnreadableError,
    read_address,
    read_count,
    read_moment,
    read_names,
    read_pixels,
    read_text,
)

Value = TypeVar("Value")

FUTURE_DATE = "a date was in the future and was ignored"

_NO_URL = "without a web address in url"
_END_OF_PUBLIC_PART = "<!--members-only-->"  # in Ghost, of an article for subscribers
_END_OF_LEAD = "<!--more"  # in WordPress
# The number of a file in Bitrix, its UUID in Directus, and image-4ab1c-1200x800-jpg in Sanity.
_FILE_KEY = re.compile(r"\s*[\w-]+\s*")
_ESCAPED_QUOTE = re.compile(r"""\\{1,3}(?=["'])""")  # in DataLife Engine
_BETWEEN_NAMES = re.compile(r",(?=\S)")
_ANY_LANGUAGE = "*"  # in Joomla, of an article for readers of all languages


class SightingBuilder:
    """Makes sightings of the rows of one visit, and counts what it could not read.

    The source's section and language are those of rows without their own. Relative URLs start from `base`. `noun` is
    what a row is called in notes. `read_moment` reads a date in a zone, and raises UnreadableError.

    Articles `of_database` may not be published yet: those dated in the future are left out, where elsewhere the date
    alone is unknown. And PHP may have put backslashes before the quotes in their texts.
    """

    def __init__(
        self,
        settings: SourceSettings,
        *,
        noun: str,
        zone: ZoneInfo,
        base: str,
        taken_at: datetime,
        read_moment: Callable[[object, ZoneInfo], datetime | None] = read_moment,
        of_database: bool = False,
    ) -> None:
        self._settings = settings
        self._noun = noun
        self._zone = zone
        self._base = base
        self._front_page = canonical_key(urljoin(base, "/"))
        self._taken_at = taken_at
        self._read_moment = read_moment
        self._of_database = of_database
        self._seen: set[str] = set()
        self._left_out: Counter[str] = Counter()
        self._unreadable: Counter[str] = Counter()
        self._examples: dict[str, str] = {}  # the first value of each column that could not be read
        self._future_dates = 0
        self._scheduled = 0

    def build(self, row: Mapping[str, object]) -> Sighting | None:
        """The sighting of a row; None (counted) for one that is left out, such as a duplicate or the front page.

        Where the source brings counters only, a title is not needed, and nothing but the counters is kept.
        """
        url, title = self._url(row, "url"), self._line(row, "title", _title_of)
        counters_only = self._settings.role is Role.COUNTERS
        if url is None or (title is None and not counters_only):
            self._left_out[_NO_URL if url is None else "without a title"] += 1
            return None
        url = direct_url(url)
        key = canonical_key(url)
        if key in self._seen:
            self._left_out[f"with the url of an earlier {self._noun}"] += 1
            return None
        if key == self._front_page and "#" not in url and not counters_only:
            self._left_out["with the url of the front page"] += 1
            return None
        self._seen.add(key)
        return self._counters_only(row, url) if counters_only else self._whole(row, url, title or "")

    def notes(self) -> Iterator[str]:
        """How many rows were left out and why, and how many values could not be read."""
        if self._future_dates:
            times = f" ({self._future_dates} times)" if self._future_dates > 1 else ""
            yield f"{FUTURE_DATE} (is timezone right?){times}"
        if self._scheduled:
            yield f"{self._rows(self._scheduled)} dated in the future left out (is timezone right?)"
        for reason, number in sorted(self._left_out.items()):
            yield f"{self._rows(number)} {reason} left out" + self._example("url" if reason == _NO_URL else "")
        for column, number in sorted(self._unreadable.items()):
            yield f"{column} not understood in {self._rows(number)}" + self._example(column)

    def require_usable(self, notes: Iterable[str]) -> None:
        """Raise ParseError, with these notes and the builder's own, if there were rows and none could be used."""
        if self._left_out and not self._seen:
            why = "; ".join((*notes, *self.notes()))
            raise ParseError(f"none of the {self._noun}s could be used: {why}")

    def _counters_only(self, row: Mapping[str, object], url: str) -> Sighting:
        return Sighting(
            source=self._settings.name,
            role=self._settings.role,
            url=url,
            title="",
            taken_at=self._taken_at,
            counters=self._counters(row),
        )

    def _whole(self, row: Mapping[str, object], url: str, title: str) -> Sighting | None:
        published_at = self._moment(row, "published_at")
        if self._of_database and self._settings.role is Role.ARTICLES and self._is_ahead(published_at):
            self._scheduled += 1
            return None
        picture = self._picture_of_row(row)
        return Sighting(
            source=self._settings.name,
            role=self._settings.role,
            url=url,
            title=title,
            taken_at=self._taken_at,
            summary=self._line(row, "summary", partial(_summary_of, title=title)),
            image_url=picture.url,
            image_width=picture.width,
            image_height=picture.height,
            image_credit=picture_credit(self._line(row, "image_credit", short)),
            section=self._section(row) or self._settings.section,
            author=byline(tuple(self._names(row, "author"))),
            language=self._value(row, "language", _language) or self._settings.language,
            published_at=self._past_moment(published_at),
            updated_at=self._past_moment(self._moment(row, "updated_at")),
            counters=self._counters(row),
        )

    def _picture_of_row(self, row: Mapping[str, object]) -> FoundPicture:
        """The picture that the row names, else the first in the markup of its summary."""
        named = self._url(row, "image_url")
        if url := named and usable_picture(named, self._base):
            width, height = (self._value(row, name, read_pixels) for name in ("image_width", "image_height"))
            return FoundPicture(url, width, height)
        try:
            return first_picture(_public_part(self._unescaped(read_text(row.get("summary")))), self._base)
        except UnreadableError:  # which the summary itself counts
            return NO_PICTURE

    def _counters(self, row: Mapping[str, object]) -> Counters:
        return Counters(**{name: self._value(row, name, partial(read_count, name=name)) for name in COUNTERS})

    def _moment(self, row: Mapping[str, object], column: str) -> datetime | None:
        return self._value(row, column, lambda value: self._read_moment(value, self._zone))

    def _is_ahead(self, moment: datetime | None) -> bool:
        return moment is not None and is_in_future(moment, self._taken_at)

    def _past_moment(self, moment: datetime | None) -> datetime | None:
        if not self._is_ahead(moment):
            return moment
        self._future_dates += 1
        return None

    def _value(self, row: Mapping[str, object], column: str, read: Callable[[object], Value]) -> Value | None:
        try:
            return read(row.get(column))
        except UnreadableError:
            self._unreadable[column] += 1
            self._keep_example(column, row.get(column))
            return None

    def _keep_example(self, column: str, value: object) -> None:
        if column not in self._examples:
            self._examples[column] = _example_of(value)

    def _example(self, column: str) -> str:
        example = self._examples.get(column)
        return f', such as "{example}"' if example else ""

    def _line(self, row: Mapping[str, object], column: str, clean: Callable[[str], str | None]) -> str | None:
        raw = self._unescaped(self._value(row, column, read_text) or "")
        is_missing = not raw or (column != "title" and is_absent(raw))
        return None if is_missing else clean(raw) or None

    def _unescaped(self, text: str) -> str:
        return _ESCAPED_QUOTE.sub("", text) if self._of_database and "\\" in text else text

    def _section(self, row: Mapping[str, object]) -> str | None:
        """The first name in a list, also in one that a query made: `5,Port,Town`; `Culture, media` is one name.

        So is each item of a list, whatever commas it has.
        """
        names = self._names(row, "section")
        if not isinstance(row.get("section"), list):
            names = [one for text in names for one in _BETWEEN_NAMES.split(text)]
        return next(filter(None, map(section_name if len(names) > 1 else chosen_section, names)), None)

    def _names(self, row: Mapping[str, object], column: str) -> list[str]:
        return list(map(self._unescaped, self._value(row, column, read_names) or []))

    def _url(self, row: Mapping[str, object], column: str) -> str | None:
        raw = self._value(row, column, read_address)
        if raw and column == "image_url":
            raw = best_of_source_set(raw, self._base) if is_source_set(raw) else first_of_several(raw)
        is_key = column == "image_url" and raw is not None and _FILE_KEY.fullmatch(raw) is not None
        is_missing = not raw or is_key or is_absent(raw) or is_place_on_page(raw)
        url = None if raw is None or is_missing else web_url(raw, self._base)
        if raw and url is None:
            self._keep_example(column, raw)
            if column != "url":  # a row without one is counted anyway
                self._unreadable[column] += 1
        return url

    def _rows(self, number: int) -> str:
        return counted(number, self._noun, ",")


def _example_of(value: object) -> str:
    """A value for a note; nothing of one that is binary, and little of a table, which may be deep."""
    if isinstance(value, bytes | bytearray | memoryview):
        return ""
    return shown(reprlib.repr(value) if isinstance(value, dict | list) else str(value))


def _title_of(markup: str) -> str:
    title = title_text(markup)
    return "" if is_invitation(title) else title


def _summary_of(markup: str, title: str) -> str | None:
    """The text of the lead, or of all where the lead has none but the title."""
    public = _public_part(markup)
    leads = (text_below_title(text, title, summary_text) for text in (public.partition(_END_OF_LEAD)[0], public))
    return next((lead for text in leads if (lead := distinct_summary(text, title))), None)


def _public_part(markup: str) -> str:
    return without_second_escape(markup).partition(_END_OF_PUBLIC_PART)[0]


def _language(value: object) -> str | None:
    tag = read_text(value).strip()
    language = primary_language(tag)
    if language is None and tag and tag != _ANY_LANGUAGE and tag.lower() not in NO_LANGUAGES:
        raise UnreadableError
    return language
