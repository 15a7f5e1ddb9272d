"""Translation: numbers, dates, plurals, and complete catalogues."""

import re
from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime, timedelta
from functools import cache
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from babel.messages.catalog import Catalog
from babel.messages.extract import DEFAULT_KEYWORDS, extract_from_file
from babel.messages.pofile import read_po
from jinja2 import DictLoader

from digest.i18n import Translator
from digest.rendering.environment import make_environment

ROOT = Path(__file__).parent.parent
MOSCOW = ZoneInfo("Europe/Moscow")
DAY = date(2026, 10, 1)
NIGHT = datetime(2026, 3, 1, 2, 11, tzinfo=UTC)


@pytest.mark.parametrize(
    ("number", "text"),
    [
        (0, "0 просмотров"),
        (1, "1 просмотр"),
        (2, "2 просмотра"),
        (5, "5 просмотров"),
        (11, "11 просмотров"),
        (14, "14 просмотров"),
        (21, "21 просмотр"),
        (22, "22 просмотра"),
        (111, "111 просмотров"),
        (1841, "1\u00a0841 просмотр"),
    ],
)
def test_views_russian_numbers_have_the_right_plural(number: int, text: str) -> None:
    """Просмотр, просмотра, просмотров, with thousands grouped by a no-break space."""
    assert Translator("ru", MOSCOW).views(number) == text


@pytest.mark.parametrize(
    ("language", "message", "name", "text"),
    [
        ("ru", "Go to %(portal)s", "Волна", "На сайт «Волна»"),
        ("ru", "Go to %(portal)s", "Газета «Волна»", "На сайт «Газета „Волна“»"),
        ("ru", "Go to %(portal)s", "«Волна» и «Берег»", "На сайт «„Волна“ и „Берег“»"),
        ("ru", "Go to %(portal)s", "«Волна»", "На сайт «Волна»"),
        ("ru", "Go to %(portal)s", "Волна» и «Берег", "На сайт «Волна» и «Берег»"),
        ("ru", "Go to %(portal)s", "Газета «Волна", "На сайт «Газета «Волна»"),
        ("ru", "Go to %(portal)s", "Кафе “Юг” и “Юг”", "На сайт «Кафе “Юг” и “Юг”»"),
        ("en", "shown below “%(portal)s”", "The “Wave” says it’s on", "shown below “The ‘Wave’ says it’s on”"),
        ("en", "Go to %(portal)s", "The “Wave”", "Go to The “Wave”"),
        ("en", "From now on the %(portal)s newsletter comes.", "The Wave", "From now on the Wave newsletter comes."),
        ("en", "The %(portal)s newsletter", "The Wave", "The Wave newsletter"),
        ("en", "The %(portal)s newsletter", "Theatre", "The Theatre newsletter"),
    ],
)
def test_message_has_neither_quotes_nor_an_article_twice(language: str, message: str, name: str, text: str) -> None:
    """In Python and in templates, as HTML and as plain text; quotes that do not pair stay."""
    translator = Translator(language, MOSCOW)
    source = f"{{{{ _('{message}', portal=name) }}}}"
    environments = [make_environment(DictLoader({}), translator, autoescape=escaped) for escaped in (True, False)]
    in_templates = [one.from_string(source).render(name=name) for one in environments]
    assert [translator.gettext(message) % {"portal": name}, *in_templates] == [text] * 3


def test_comments_russian_numbers_have_the_right_plural() -> None:
    """Комментарий, комментария, комментариев."""
    translator = Translator("ru", MOSCOW)
    assert [translator.comments(number) for number in (1, 3, 12)] == [
        "1 комментарий",
        "3 комментария",
        "12 комментариев",
    ]


def test_counters_english_numbers_have_the_right_plural() -> None:
    """With thousands grouped by a comma."""
    translator = Translator("en", MOSCOW)
    assert [translator.views(1841), translator.views(1), translator.comments(12)] == [
        "1,841 views",
        "1 view",
        "12 comments",
    ]


@pytest.mark.parametrize(
    ("language", "percents"), [("en", ("92%", "33.3%")), ("ru", ("92\u00a0%", "33,3\u00a0%")), ("tr", ("%92", "%33,3"))]
)
def test_percents_are_written_as_the_language_does(language: str, percents: tuple[str, str]) -> None:
    """The sign, its space and its side; a whole number has no decimals."""
    translator = Translator(language, MOSCOW)
    assert (translator.percent(92), translator.percent(100 / 3)) == percents


@pytest.mark.parametrize("number", ["12,480", "0.25", "1,234,567.50"])
def test_written_numbers_keep_their_decimals(number: str) -> None:
    """In the signs of the language."""
    assert Translator("en", MOSCOW).written_number(number) == number
    russian = number.replace(",", "\u00a0").replace(".", ",")
    assert Translator("ru", MOSCOW).written_number(number) == russian


@pytest.mark.parametrize(("language", "day"), [("en", "1 Oct"), ("ru", "1.10")])
def test_short_dates_have_no_year(language: str, day: str) -> None:
    """For the heads of columns."""
    assert Translator(language, MOSCOW).short_date(DAY) == day


@pytest.mark.parametrize(
    ("language", "long", "short"),
    [
        ("en", "Thursday, October 1, 2026", "1 Mar, 05:11"),
        ("ru", "четверг, 1 октября 2026\u00a0г.", "1 марта, 05:11"),
    ],
)
def test_dates_are_localised_and_in_the_zone(language: str, long: str, short: str) -> None:
    """Russian months are in the genitive, and 02:11 UTC is 05:11 in Moscow."""
    translator = Translator(language, MOSCOW)
    assert translator.long_date(DAY) == long
    assert translator.heading_date(DAY) == long.replace("четверг", "Четверг")
    assert translator.day_time(NIGHT) == short
    assert translator.time(NIGHT) == "05:11"


@pytest.mark.parametrize(
    ("first", "last", "english", "russian"),
    [
        (date(2026, 9, 24), DAY, "September 24 – October 1, 2026", "24 сентября — 1 октября 2026 г."),
        (date(2026, 9, 21), date(2026, 9, 27), "September 21 – 27, 2026", "21—27 сентября 2026 г."),
        (
            date(2026, 12, 29),
            date(2027, 1, 4),
            "December 29, 2026 – January 4, 2027",
            "29 декабря 2026 г. — 4 января 2027 г.",
        ),
        (DAY, DAY, "Thursday, October 1, 2026", "Четверг, 1 октября 2026 г."),
    ],
)
def test_heading_dates_repeat_neither_month_nor_year(first: date, last: date, english: str, russian: str) -> None:
    """Two dates of one month have its name once, and those of one year its number."""
    shown = [Translator(language, MOSCOW).heading_dates(first, last) for language in ("en", "ru")]
    assert [one.replace("\u00a0", " ") for one in shown] == [english, russian]


@pytest.mark.parametrize(
    ("language", "today", "yesterday", "other"),
    [
        ("en", "today, 05:11", "yesterday, 05:11", "1 Mar, 05:11"),
        ("ru", "сегодня, 05:11", "вчера, 05:11", "1 марта, 05:11"),
    ],
)
def test_day_time_of_today_has_no_date(language: str, today: str, yesterday: str, other: str) -> None:
    """By the civil days of the zone; a day later has its date again, and after half a year it has the year."""
    translator = Translator(language, MOSCOW)
    day = NIGHT.astimezone(MOSCOW).date()
    days = [day, day + timedelta(days=1), day + timedelta(days=2), day - timedelta(days=1)]
    assert [translator.day_time(NIGHT, one) for one in days] == [today, yesterday, other, other]
    assert [translator.day(NIGHT, one) for one in days] == [
        shown.partition(",")[0] for shown in (today, yesterday, other, other)
    ]
    assert [translator.day_time(NIGHT, day + timedelta(days=back)) for back in (183, 184)] == [
        other,
        translator.full_time(NIGHT),
    ]
    late = datetime(2026, 2, 28, 21, 30, tzinfo=UTC)  # 00:30 on 1 March in Moscow
    assert translator.day_time(late, date(2026, 3, 1)).endswith("00:30")
    assert "28" not in translator.day_time(late, date(2026, 3, 2))


def test_formats_have_no_narrow_space() -> None:
    """Old mail clients show U+202F as a box."""
    for language in ("en", "ru", "fr", "de"):
        translator = Translator(language, MOSCOW)
        dates = translator.long_date(DAY) + translator.heading_dates(NIGHT.date(), DAY) + translator.day_time(NIGHT)
        assert not {"\u2009", "\u202f"} & {*translator.number(1_234_567), *dates}


@pytest.mark.parametrize("language", ["zz", "", "../../etc/passwd", "de"])
def test_translator_language_without_catalogue_uses_english(language: str) -> None:
    """And no file outside the catalogues is read."""
    translator = Translator(language, MOSCOW)
    assert translator.gettext("Unsubscribe") == "Unsubscribe"
    assert translator.views(2) == "2 views"


def test_russian_catalogue_is_complete() -> None:
    """Each message of code and templates is translated in all plural forms with the same placeholders, none fuzzy."""
    catalogue = _russian()
    messages = _messages()
    assert len(messages) > 30
    for message in messages:
        found = catalogue.get(message[0])
        assert found is not None, f"{message!r} is missing"
        assert not found.fuzzy, f"{message!r} is fuzzy"
        forms = _forms(found.string)
        assert len(forms) == (1 if len(message) == 1 else 3)
        assert all(form and _placeholders(form) == _placeholders(message[-1]) for form in forms), message


def test_russian_catalogue_begins_no_line_with_a_dash() -> None:
    """Before a dash there is a no-break space, wherever a page or a mail ends its lines."""
    lines = (ROOT / "digest/locale/ru.po").read_text(encoding="utf-8").splitlines()
    assert [line for line in lines if line.startswith("msgstr") and " — " in line] == []


def test_russian_catalogue_has_no_unused_message() -> None:
    """Every message is used in code or templates."""
    used = {message[0] for message in _messages()}
    assert {_forms(message.id)[0] for message in _russian() if message.id} - used == set()


def _russian() -> Catalog:
    with (ROOT / "digest/locale/ru.po").open("rb") as lines:
        return read_po(lines, locale="ru")


@cache
def _messages() -> set[tuple[str, ...]]:
    """Messages in code and templates: one form each, or two if they have a plural."""
    return {*_extracted_messages()}


def _extracted_messages() -> Iterator[tuple[str, ...]]:
    options = {"silent": "false", "trim_blocks": "true", "lstrip_blocks": "true"}
    call = re.compile(rf"\b(?:{'|'.join(DEFAULT_KEYWORDS)})\s*\(")
    for file in (ROOT / "digest").rglob("*.py"):
        if call.search(file.read_text("utf-8")):  # to look costs less than to take the file apart
            yield from (_forms(found[1]) for found in extract_from_file("python", file))
    for kind in ("mjml", "txt", "html"):
        for file in (ROOT / "templates").rglob(f"*.{kind}"):
            found_here = extract_from_file("jinja2.ext:babel_extract", file, options=options)
            yield from (_forms(found[1]) for found in found_here)


def _forms(text: str | Sequence[str] | None) -> tuple[str, ...]:
    return (text,) if isinstance(text, str) else tuple(text or ())


def _placeholders(text: str) -> set[str]:
    return set(re.findall(r"%\(\w+\)s|\{\w+\}", text))
