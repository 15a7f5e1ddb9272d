"""Reasons and findings in Russian: every reason that the ranking gives, and the findings that editors can repair."""

from zoneinfo import ZoneInfo

import pytest

from digest.diagnostics.phrases.issue_phrases import finding_in_language, reason_in_language
from digest.i18n import Translator

RUSSIAN, ENGLISH = (Translator(language, ZoneInfo("Europe/Moscow")) for language in ("ru", "en"))


@pytest.mark.parametrize(
    ("english", "russian"),
    [
        (
            (
                "640 views at age 2.0 h, over 99% of the final count; expected 2003 = 640 + 1363 to come, slightly"
                " lowered towards a usual article; a usual article ends with 1551 views"
                " (portal's own curve from 412 articles)"
            ),
            (
                "просмотров: 640 через 2,0 ч, это более 99% итога; ожидается 2003 = 640 + ещё 1363, немного снижено к"
                " обычному материалу; обычный материал набирает просмотров: 1551 (кривая самого портала,"
                " материалов: 412)"
            ),
        ),
        (
            "a usual article ends with 1 view (portal's own curve from 1 article)",
            "обычный материал набирает просмотров: 1 (кривая самого портала, материалов: 1)",
        ),
        (
            "weight of views 0.70, of comments 0.30; one comment counts as 61.2 views",
            "вес просмотров 0,70, комментариев 0,30; один комментарий стоит просмотров: 61,2",
        ),
        ("pinned by anna@gazette.example: place 3", "место 3 назначает anna@gazette.example"),
        ("shown below “One; two”", "ссылка под материалом «One; two»"),
        ("something new", "something new"),
    ],
)
def test_reason_is_in_the_language_of_the_page(english: str, russian: str) -> None:
    """Part by part; one that is not known stays as it is."""
    assert reason_in_language(english, RUSSIAN) == russian
    assert reason_in_language(english, ENGLISH) == english


def test_finding_is_in_the_language_of_the_page() -> None:
    """Addresses stay as they are."""
    found = finding_in_language("a link is not https: http://a.example/x and 2 more", RUSSIAN)
    assert found == "ссылка не https: http://a.example/x и ещё 2"
    assert (
        finding_in_language("there must be one MIME-Version: 1.0", RUSSIAN) == "нужен один заголовок MIME-Version: 1.0"
    )
    assert finding_in_language("a link is not https: x", ENGLISH) == "a link is not https: x"
