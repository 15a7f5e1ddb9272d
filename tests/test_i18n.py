"""Words: numbers, dates, plurals, and catalogues that leave nothing in English."""

import re
from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_file
from babel.messages.pofile import read_po

from digest.i18n import Words

ROOT = Path(__file__).parent.parent
MOSCOW = ZoneInfo("Europe/Moscow")
DAY = date(2026, 10, 1)
NIGHT = datetime(2026, 3, 1, 2, 11, tzinfo=UTC)


@pytest.mark.parametrize(
    ("number", "words"),
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
def test_russian_views_take_the_right_plural(number: int, words: str) -> None:
    """Просмотр, просмотра, просмотров, and the thousands set apart by a space that does not break."""
    assert Words("ru", MOSCOW).views(number) == words


def test_russian_comments_take_the_right_plural() -> None:
    """Комментарий, комментария, комментариев."""
    words = Words("ru", MOSCOW)
    assert [words.comments(number) for number in (1, 3, 12)] == ["1 комментарий", "3 комментария", "12 комментариев"]


def test_english_counters() -> None:
    """A comma in the thousands, and one of a thing in the singular."""
    words = Words("en", MOSCOW)
    assert [words.views(1841), words.views(1), words.comments(12)] == ["1,841 views", "1 view", "12 comments"]


@pytest.mark.parametrize(
    ("language", "long", "short"),
    [
        ("en", "Thursday, October 1, 2026", "1 Mar, 05:11"),
        ("ru", "четверг, 1 октября 2026\u00a0г.", "1 марта, 05:11"),
    ],
)
def test_dates_are_natural_and_in_the_portals_zone(language: str, long: str, short: str) -> None:
    """The months are in the genitive in Russian, and 02:11 UTC is 05:11 in Moscow."""
    words = Words(language, MOSCOW)
    assert words.long_date(DAY) == long
    assert words.day_time(NIGHT) == short
    assert words.clock(NIGHT) == "05:11"
    assert words.short_day_time(NIGHT) == "01.03 05:11"


def test_no_narrow_space_reaches_a_mail() -> None:
    """Old mail clients draw U+202F as a box; no language's numbers or dates bring it."""
    for language in ("en", "ru", "fr", "de"):
        words = Words(language, MOSCOW)
        assert "\u202f" not in words.number(1_234_567) + words.long_date(DAY) + words.day_time(NIGHT)


@pytest.mark.parametrize("language", ["zz", "", "../../etc/passwd", "de"])
def test_a_language_without_a_catalogue_is_spoken_to_in_english(language: str) -> None:
    """No word is lost, and nothing outside the catalogues is read."""
    words = Words(language, MOSCOW)
    assert words.gettext("Unsubscribe") == "Unsubscribe"
    assert words.views(2) == "2 views"


def test_every_word_of_the_project_has_a_russian_one() -> None:
    """Each message of code and templates is translated, in all plural forms, with the same placeholders, none fuzzy."""
    catalogue = _russian()
    messages = set(_messages())
    assert len(messages) > 30
    for message in messages:
        found = catalogue.get(message[0])
        assert found is not None, f"{message!r} is missing"
        assert not found.fuzzy, f"{message!r} is fuzzy"
        forms = _forms(found.string)
        assert len(forms) == (1 if len(message) == 1 else 3)
        assert all(form and _placeholders(form) == _placeholders(message[-1]) for form in forms), message


def test_the_russian_catalogue_has_no_word_that_nobody_says() -> None:
    """What the code no longer says leaves the catalogue too."""
    said = {message[0] for message in _messages()}
    assert {_forms(message.id)[0] for message in _russian() if message.id} - said == set()


def _russian() -> Catalog:
    with (ROOT / "digest/locale/ru.po").open("rb") as lines:
        return read_po(lines, locale="ru")


def _messages() -> Iterator[tuple[str, ...]]:
    """Messages in code and templates: one form each, or two where they count something."""
    options = {"silent": "false", "trim_blocks": "true", "lstrip_blocks": "true"}
    for file in (ROOT / "digest").rglob("*.py"):
        yield from (_forms(found[1]) for found in extract_from_file("python", file))
    for kind in ("mjml", "txt", "html"):
        for file in (ROOT / "templates").rglob(f"*.{kind}"):
            found_here = extract_from_file("jinja2.ext:babel_extract", file, options=options)
            yield from (_forms(found[1]) for found in found_here)


def _forms(text: str | Sequence[str] | None) -> tuple[str, ...]:
    return (text,) if isinstance(text, str) else tuple(text or ())


def _placeholders(text: str) -> set[str]:
    return set(re.findall(r"%\(\w+\)s|\{\w+\}", text))
