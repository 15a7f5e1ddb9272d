"""Text, numbers and dates in the reader's language: gettext catalogues for messages, CLDR for formats."""

import gettext
import re
from collections.abc import Collection, Mapping
from datetime import date, datetime, time, timedelta
from functools import cache
from io import BytesIO
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from babel.core import Locale, UnknownLocaleError
from babel.dates import format_date, format_datetime, get_day_names
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from babel.numbers import format_decimal, get_decimal_symbol, get_group_symbol

_CATALOGUES = Path(__file__).parent / "locale"
_NARROW_SPACES, _NO_BREAK_SPACE = re.compile("[\u2009\u202f]"), "\u00a0"  # some mail clients show the first as boxes
_HALF_A_YEAR = timedelta(days=183)  # nobody takes a nearer day for one of another year
_SHORT_MONTH = re.compile("(?<!M)MMM(?!M)")
_QUOTES = {"«": "»", "“": "”"}
_AFTER_ARTICLE = re.compile(r"\b(?:The|the) %\((\w+)\)s")
_INNER_QUOTES = {"«": "„", "»": "“", "“": "‘", "”": "’"}
_QUOTED_TWICE = {"«": re.compile("««([^«»]*)»»"), "“": re.compile("““([^“”]*)””")}


class Translator:
    """Translates and formats for one language and time zone; a language without a catalogue gets English text."""

    def __init__(self, language: str, zone: ZoneInfo) -> None:
        self.language = language
        self.zone = zone
        self._locale = _locale(language)
        self._catalogue = _catalogue(self._locale.language)

    @property
    def direction(self) -> str:
        """The direction of the script: `ltr` or `rtl`."""
        return self._locale.text_direction

    @property
    def decimal_mark(self) -> str:
        """What separates the fraction of a number: `.` or `,`."""
        return get_decimal_symbol(self._locale)

    def gettext(self, message: str) -> str:
        """The message in this language."""
        return _as_message(self._catalogue.gettext(message))

    def ngettext(self, singular: str, plural: str, n: int) -> str:
        """The message in the plural form for `n`."""
        return _as_message(self._catalogue.ngettext(singular, plural, n))

    def number(self, n: int) -> str:
        """A whole number with grouped thousands: `1,841`, `1 841`."""
        return _without_narrow_spaces(format_decimal(n, locale=self._locale))

    def tenths(self, n: float) -> str:
        """A number with one decimal: `4.5`, `4,5`."""
        return _without_narrow_spaces(format_decimal(n, "#,##0.0", locale=self._locale))

    def written_number(self, english: str) -> str:
        """A number that is written as in English, with the same digits: `12,480.50` is `12 480,50` in Russian."""
        signs = {",": get_group_symbol(self._locale), ".": get_decimal_symbol(self._locale)}
        return _without_narrow_spaces("".join(signs.get(char, char) for char in english))

    def percent(self, n: float) -> str:
        """A number of hundredths, a whole one without decimals: `92%`, `33,3 %`."""
        number = self.number(n) if isinstance(n, int) else self.tenths(n)
        return _without_narrow_spaces(self._locale.percent_formats[None].pattern.replace("#,##0", number))

    def views(self, n: int) -> str:
        """A number of views: `1,841 views`, `1 841 просмотр`."""
        return self.ngettext("%(num)s view", "%(num)s views", n) % {"num": self.number(n)}

    def comments(self, n: int) -> str:
        """A number of comments: `12 comments`, `12 комментариев`."""
        return self.ngettext("%(num)s comment", "%(num)s comments", n) % {"num": self.number(n)}

    def stories(self, n: int) -> str:
        """A number of stories: `10 stories`, `10 материалов`."""
        return self.ngettext("%(num)s story", "%(num)s stories", n) % {"num": self.number(n)}

    def messages(self, n: int) -> str:
        """A number of messages: `10 messages`, `10 писем`."""
        return self.ngettext("%(num)s message", "%(num)s messages", n) % {"num": self.number(n)}

    def minutes(self, n: int) -> str:
        """A number of minutes: `4 minutes`, `4 минуты`."""
        return self.ngettext("%(num)s minute", "%(num)s minutes", n) % {"num": self.number(n)}

    def long_date(self, day: date) -> str:
        """A date in full: `Thursday, October 1, 2026`, `четверг, 1 октября 2026 г.`."""
        return _without_narrow_spaces(format_date(day, "full", locale=self._locale))

    def heading_date(self, day: date) -> str:
        """A date in full that begins a line: `Четверг, 1 октября 2026 г.`."""
        return capitalised(self.long_date(day))

    def heading_dates(self, first: date, last: date) -> str:
        """The dates from the first to the last that begin a line: `September 24 – October 1, 2026`."""
        if first == last:
            return self.heading_date(last)
        field = "y" if first.year != last.year else "M" if first.month != last.month else "d"
        patterns = self._locale.interval_formats["yMMMd"][field]  # for each of both dates, with a short month
        dates = zip((first, last), (_SHORT_MONTH.sub("MMMM", one) for one in patterns), strict=True)
        text = "".join(format_date(day, pattern, locale=self._locale) for day, pattern in dates)
        return capitalised(_without_narrow_spaces(text))

    def weekdays(self, days: Collection[int]) -> list[str]:
        """The short names of weekdays (Monday 0), in their order: `Mon`, `пн`."""
        names = get_day_names("abbreviated", "stand-alone", self._locale)
        return [names[day] for day in sorted(days)]

    def day(self, moment: datetime, today: date | None = None) -> str:
        """Date in the zone: `1 Oct`, `1 октября`; with `today`, the day and the one before it: `today`, `вчера`."""
        day = moment.astimezone(self.zone).date()
        if day == today:
            return self.gettext("today")
        if today is not None and day == today - timedelta(days=1):
            return self.gettext("yesterday")
        return self._formatted(moment, self._day_and_time.partition(",")[0])

    def day_time(self, moment: datetime, today: date | None = None) -> str:
        """Date and time in the zone: `1 Oct, 12:05`, `1 октября, 12:05`.

        With `today`, the day and the one before it have no date, `today, 12:05`, `вчера, 12:05`, and those that are
        more than half a year away have the year: `1 Oct 2025, 12:05`.
        """
        day = moment.astimezone(self.zone).date()
        if day == today:
            return self.gettext("today, %(time)s") % {"time": self.time(moment)}
        if today is not None and day == today - timedelta(days=1):
            return self.gettext("yesterday, %(time)s") % {"time": self.time(moment)}
        if today is not None and abs(day - today) > _HALF_A_YEAR:
            return self.full_time(moment)
        return self._formatted(moment, self._day_and_time)

    def full_time(self, moment: datetime) -> str:
        """Date with the year, and time in the zone: `1 Oct 2026, 12:05`, `1 октября 2026, 12:05`."""
        # Translators: the CLDR pattern of a date with its year and the time.
        return self._formatted(moment, self.gettext("d MMM y, HH:mm"))

    def full_date(self, day: date) -> str:
        """A date with the year, of a moment in the zone: `1 Oct 2026`, `1 октября 2026`."""
        moment = day if isinstance(day, datetime) else datetime.combine(day, time(), self.zone)
        # Translators: the CLDR pattern of a date with its year.
        return self._formatted(moment, self.gettext("d MMM y"))

    def short_date(self, day: date) -> str:
        """Day and month for the head of a column: `1 Oct`, `1.10`."""
        # Translators: the CLDR pattern of a day and its month, as short as possible.
        return format_date(day, self.gettext("d MMM"), locale=self._locale)

    def time(self, moment: datetime) -> str:
        """The time of day in the zone: `05:11`."""
        return self._formatted(moment, "HH:mm")

    @property
    def _day_and_time(self) -> str:
        # Translators: the CLDR pattern of an article's date (day, month), a comma and its time.
        return self.gettext("d MMM, HH:mm")

    def _formatted(self, moment: datetime, pattern: str) -> str:
        return _without_narrow_spaces(format_datetime(moment, pattern, tzinfo=self.zone, locale=self._locale))


def with_inner_quotes(text: str) -> str:
    """The text with „…“ for a quotation in «…», and ‘…’ for one in “…”; unchanged if its marks do not pair.

    What is quoted as a whole twice, such as a name with quotes of its own, is quoted once.
    """
    for opening, closing in _QUOTES.items():
        if text.count(opening) > 1:
            text = _nested(text, opening, closing)
    return text


def _nested(text: str, opening: str, closing: str) -> str:
    once = _QUOTED_TWICE[opening].sub(rf"{opening}\1{closing}", text)
    nested, depth = "", 0
    for char in once:
        depth -= char == closing
        nested += _INNER_QUOTES[char] if depth > 0 and char in {opening, closing} else char
        depth += char == opening
        if depth < 0:
            return text
    return nested if depth == 0 else text


def fitting(values: Mapping[str, Any], message: str) -> Mapping[str, Any]:
    """The values of a message, of which those after an English *the* have no article of their own, as a name may."""
    doubled = [name for name in _AFTER_ARTICLE.findall(message) if str(values.get(name)).startswith("The ")]
    return {**values, **{name: values[name].removeprefix("The ") for name in doubled}} if doubled else values


class _Message(str):
    """A message with places for values."""

    def __mod__(self, values: Any) -> str:
        """The message with its values, which fit into its words and its quotes."""
        return with_inner_quotes(super().__mod__(fitting(values, self)))


def _as_message(text: str) -> str:
    return _Message(text) if "%(" in text else text


def capitalised(text: str) -> str:
    """The text with a capital letter first."""
    return text[:1].upper() + text[1:]


@cache
def _locale(language: str) -> Locale:
    try:
        return Locale.parse(language.replace("-", "_"))
    except (ValueError, UnknownLocaleError):
        return Locale("en")


@cache
def _catalogue(language: str) -> gettext.NullTranslations:
    file = _CATALOGUES / f"{language}.po"
    if not file.is_file():
        return gettext.NullTranslations()
    compiled = BytesIO()
    with file.open("rb") as lines:
        write_mo(compiled, read_po(lines, locale=language))
    compiled.seek(0)
    return gettext.GNUTranslations(compiled)


def _without_narrow_spaces(text: str) -> str:
    return _NARROW_SPACES.sub(_NO_BREAK_SPACE, text)
