"""Counters as people and machines write them: each form is read, and an ambiguous value is None."""

from decimal import Decimal
from typing import Literal

import pytest
from babel.numbers import format_compact_decimal, format_decimal
from hypothesis import example, given
from hypothesis import strategies as st

from digest.parsing.counts import MAX_COUNT, is_blank, parse_count

SPACES = (" ", "\u00a0", "\u202f", "\u2009", "\u2007")
Form = Literal["short", "long"]
LINE = "Просмотров: 1 841 | Комментариев: 0 | Рейтинг: 0"


@given(st.integers(0, MAX_COUNT), st.sampled_from([*SPACES, ",", ".", "'", "’"]))
def test_parse_count_grouped_thousands_come_back(number: int, separator: str) -> None:
    """Whatever separates the thousands, the number is the same."""
    assert parse_count(f"{number:,}".replace(",", separator), "views") == number


# Babel 2.19 (2026-11) groups numbers of the Swiss locales only once.
@given(st.integers(0, MAX_COUNT), st.sampled_from(["en", "ru", "de", "uk", "en_IN", "fr"]))
def test_parse_count_decimal_forms_of_cldr_come_back(number: int, locale: str) -> None:
    """The decimal forms of other programs, each in its language."""
    assert parse_count(format_decimal(number, locale=locale), "views") == number


@given(st.integers(0, 999_999_999_999), st.sampled_from(["en", "ru"]))
@example(1_841, "ru")
@example(1_250_000, "en")
@example(999_950_000_000, "ru")  # 1 трлн
def test_parse_count_short_forms_of_cldr_come_back_rounded(number: int, locale: str) -> None:
    """`1,8 тыс.` and `1.8K` lose digits, and no more than they must."""
    read = parse_count(format_compact_decimal(number, locale=locale, fraction_digits=1), "views")
    assert read is not None
    assert abs(read - number) <= number * 0.05


# Languages of Europe, of the former Soviet Union and of South and East Asia.
LANGUAGES = """
    af ar az ba be bg bn bs ca cs da de el en es et eu fa fi fil fr gl he hi hr hu hy it ja ka kk ko ky lt lv mk mn ms
    nl no pl pt ro ru sk sl sq sr sv tg th tk tr tt uk ur uz vi zh
"""


@pytest.mark.parametrize("form", ["short", "long"])
def test_parse_count_compact_form_of_a_language_is_never_another_number(form: Form) -> None:
    """`12 tis.` are not 12: thousands and millions are read in any language, or the count is unknown."""
    for language in LANGUAGES.split():
        for number in (2_000, 12_000, 3_000_000):
            text = format_compact_decimal(number, format_type=form, locale=language, fraction_digits=1)
            assert parse_count(text, "views") in {number, None}, text


@given(
    st.integers(0, MAX_COUNT),
    st.sampled_from(["{} views", "views {}", "Просмотров: {}", "({})", "• {} •", "{}+", "#{}"]),
)
def test_parse_count_text_around_number_is_ignored(number: int, form: str) -> None:
    """A label before, a word after, brackets."""
    assert parse_count(form.format(number), "views") == number


@given(st.text())
def test_parse_count_any_text_gives_count_in_range_or_none(text: str) -> None:
    """No text raises; only a rating is negative."""
    for name, least in (("views", 0), ("rating", -MAX_COUNT)):
        found = parse_count(text, name)
        assert found is None or least <= found <= MAX_COUNT


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("1,8 тыс.", 1_800),
        ("5 tys.", 5_000),
        ("5,2 mln wyświetleń", 5_200_000),
        ("3 Tausend", 3_000),
        ("1,2 mille", 1_200),
        ("2,1 мільйона", 2_100_000),
        ("1.5 трлн", 1_500_000_000_000),
        ("2 trillion", 2_000_000_000_000),
        ("3 миллиарда", 3_000_000_000),
        ("2.5bn views", 2_500_000_000),
        ("7B", 7_000_000_000),
        ("3 миллиона", 3_000_000),
        ("2千", 2_000),
        ("2千万回", 20_000_000),
        ("5 백만", 5_000_000),
        ("12 tis. zobrazení", 12_000),
        ("1,2 tūkst. peržiūrų", 1_200),
        ("12 мың қаралым", 12_000),
        ("1,2 мільёна праглядаў", 1_200_000),
        ("3 Tr lượt xem", 3_000_000),
        ("2 Cr", 20_000_000),
        ("12 lakh", 1_200_000),
        ("1.5 crore", 15_000_000),
        ("1.2万", 12_000),
        ("3.4万次播放", 34_000),
        ("2億", 200_000_000),
        ("1,2 тысячи", 1_200),
        ("1 841 просмотр", 1_841),
        ("1,8 тыс. просмотров", 1_800),
        ("2 тысячи", 2_000),
        ("1.8K", 1_800),
        ("1.8 k", 1_800),
        ("1,8К", 1_800),
        ("2,3 млн", 2_300_000),
        ("1.2M", 1_200_000),
        ("1 234,5 тыс.", 1_234_500),
        ("12,34,567", 1_234_567),
        ("١٬٨٤١", 1_841),
        ("١٫٨K", 1_800),
        ("Просмотры — 1\u00a0841", 1_841),
        ("\u200e1\u200f841", 1_841),
        ("1&nbsp;841", 1_841),
        ("1&#8239;841 просмотр", 1_841),
        ("1841.0", 1_841),
        ("Views: 1841.", 1_841),
        ("0", 0),
    ],
)
def test_parse_count_forms_of_pages_are_read(text: str, number: int) -> None:
    """Forms that pages use."""
    assert parse_count(text, "views") == number


@pytest.mark.parametrize(
    "text",
    [
        *("", " ", "много", "-5", "−5", "Views -5", "(-5)", "1.8", "0,500", ".5", "1.841K", "12.500 тыс."),
        *("1e18", "9" * 18, "1 000 000 000 000 001", "12345678901234567", "9999999 млрд"),
        *("Су-57", "12h", "5 %", "95%", "10-20", "12/34", "05:11", "01.03 05:11", "1841 (12)", "1,2,3", "1 8 4 1"),
        *(
            "5 mil",
            "5 bin",
            "3 mi",
            "12 bil",
            "5 ezer",
            "12 B",
            "12 N lượt xem",
            "20 de mii",
            "7 min read",
            "3 minutes",
            "2 hours",
            "5 мин",
            "12 兆",
            "4 km",
        ),
        *("2024 100", "1 " * 200, "1" * 100_000, f"{' ' * 2998}1841"),
    ],
)
def test_parse_count_ambiguous_text_is_none(text: str) -> None:
    """Negative and absurd numbers, fractions, percentages, two numbers, parts of words, dates."""
    assert parse_count(text, "views") is None


@pytest.mark.parametrize(
    "text",
    [
        *("5 т.", "5 т", "12 тыщ", "5 м", "5 m", "3 h", "3 ч. назад", "2 дня", "2 days", "5 d", "1 w", "3 y", "7 лет"),
        *("1 день", "21 час", "5 секунд", "6 недель", "2 мес.", "3 months", "1 минуту", "5 хв", "3 дні", "Views: 5 т."),
        *("3 дні тому", "5 ago", "5 назад", "3 sols ago", "5 minutes ago", "два раза, 3 ч назад", "15 MB", "5 Гб"),
        *("5 t", "5 l", "120 руб.", "5 €", "5 °C", "10 km", "10 кг"),
    ],
)
def test_parse_count_number_with_another_unit_is_none(text: str) -> None:
    """Times, measures, and letters that may be thousands: the unit is not dropped."""
    assert parse_count(text, "views") is None


@pytest.mark.parametrize(
    "text",
    [
        *("<4", "< 4", ">1000", "≥5", "&lt;4", "(<5)", "Views: >12", "<1K", "Просмотров: более 1 000", "менее чем 5"),
        *("over 1,000 views", "less than 5", "до 100", "100 or more", "5 и более", "5 или менее", "свыше 2 тыс."),
    ],
)
def test_parse_count_bound_is_none(text: str) -> None:
    """It says what the number is not."""
    assert parse_count(text, "views") is None


@pytest.mark.parametrize("text", ["<b>5</b>", '<span class="views">5</span>', "-> 5", "до завтра 5", "overall 5"])
def test_parse_count_number_behind_what_resembles_a_bound_is_read(text: str) -> None:
    """The end of a tag, an arrow, and words that begin like one."""
    assert parse_count(text, "views") == 5


@pytest.mark.parametrize(
    "text", ["5 раз", "5 человек", "5 today", "5 в день", "5 с утра", "5 дома", "5 times", "5 e-mails", "5 J'aime"]
)
def test_parse_count_number_before_a_word_is_read(text: str) -> None:
    """A word that only begins like a unit is a word."""
    assert parse_count(text, "views") == 5


def test_parse_count_spaces_around_a_number_do_not_count() -> None:
    """As in the source of a page; a number is never read in part."""
    assert parse_count(f"{' ' * 2996}1841", "views") == 1841


@pytest.mark.parametrize(
    ("text", "views", "comments", "rating"),
    [
        (LINE, 1_841, 0, 0),
        ("Views: 1,841 | Comments: 21 | Rating: -3", 1_841, 21, -3),
        ("1,8 тыс. просмотров • 21 комментарий", 1_800, 21, None),
        ("views 1841 comments 12 rating 3", 1_841, 12, 3),
        ("Просмотров: 1 841 | 12.03.2026", 1_841, None, None),
        ("1 841 просмотр | 21 | комментарии", 1_841, 21, None),
        ("комментарии | 21 | рейтинг: 3", None, 21, 3),
        ("7 часов | 1 841 просмотр", 1_841, None, None),
        ("Просмотры, всего: 5; комментарии: 6", 5, 6, None),
        ("Комментарии (5)", None, 5, None),
        ("No comments", None, 0, None),
        ("Комментариев пока нет", None, 0, None),
        ("Нет комментариев.", None, 0, None),
        ("No views yet", 0, None, None),
        ("View all 21 comments", None, 21, None),
        ("View comments (21)", None, 21, None),
        ("View 1.2K replies", None, 1_200, None),
        ("Просмотреть все 21 комментарий", None, 21, None),
        ("Просмотрели 1 841 раз", 1_841, None, None),
        ("One comment so far", None, 1, None),
        ("Один комментарий | 1 841 просмотр", 1_841, 1, None),
        ("No Responses", None, 0, None),
        ("Без комментариев", None, 0, None),
        ("12 Responses", None, 12, None),
        ("One of 21 comments", None, 21, None),
        ("1 view 3 comments", 1, 3, None),
        ("View: 5, comments: 3", 5, 3, None),
        ("12 likes, 5 comments", None, 5, None),
        ("108", 108, 108, 108),
        ("Views:", None, None, None),
    ],
)
def test_parse_count_labelled_line_gives_each_counter(
    text: str, views: int | None, comments: int | None, rating: int | None
) -> None:
    """Each counter is the number at its own label; a text without labels is one number for any counter."""
    assert [parse_count(text, name) for name in ("views", "comments", "rating")] == [views, comments, rating]


@pytest.mark.parametrize(
    "text",
    [
        *("5 days ago · Views: 1841 · Comments: 3", "18+ | Просмотров: 1 841 | Комментариев: 3"),
        *("08:19 Просмотров: 1 841 Комментариев: 3", "25.11.2026 | Просмотров: 1 841 | Комментариев: 3"),
        *("25 ноября, Просмотров: 1 841, Комментариев: 3", "18+ Views: 1841 Comments: 3 Rating: 0"),
        *("18+ | Просмотры 1 841 | Комментарии 3", "25 ноября 2026, просмотров 1 841, комментариев 3"),
        *("5 days ago · Views - 1841 · Comments - 3", "18+ — Просмотры — 1 841 — Комментарии — 3"),
        *("18+ | Views: | 1841 | Comments: | 3", "5 дней назад Просмотры 1 841 Комментарии 3"),
        *("1 841 просмотр | 3 комментария | 18+", "1 841 просмотр, 3 комментария, 25 ноября"),
        *(
            "1 841 просмотр 3 комментария 25.11.2026 08:19",
            "1841 views 3 comments 5 min ago",
            *("1841 views a day ago | 3 comments today at 10:05", "1841 просмотр сегодня, 10:05 · 3 комментария"),
            "1841 просмотр неделю назад; 3 комментария вчера в 10:05",
            "18+ | 1841 views | 3 comments",
        ),
        *("2026-11-25 1841 views 3 comments", "1841 views | Comments: 3 | 18+"),
    ],
)
def test_parse_count_other_number_beside_labels_shifts_none(text: str) -> None:
    """An age limit, a date or an age of the article is the counter of no label."""
    assert parse_count(text, "views") == 1841
    assert parse_count(text, "comments") == 3


@pytest.mark.parametrize(
    ("text", "views", "comments"),
    [
        ("18+ Просмотры 1 841 Комментарии 3", None, None),
        ("18+ views — 1841 comments — 3", None, None),
        ("1841 views — 3 comments — 18+", None, None),
        ("18+ | views | 1841 | comments | 3", None, None),
        ("18+ Views: 1841 Comments", 1841, None),
        ("18+ | Views: 1841 | Comments", 1841, None),
        ("18+, Views: 1841, Comments", 1841, None),
        ("18+ | Views: 1841 | Comments: —", 1841, None),
        ("Views: | 1841 | Comments: — | 18+", 1841, None),
        ("No views | 3 | comments | 18+", 0, None),
        ("18+ | No comments | 1841 views", 1841, 0),
        ("Views: 1841 | no comments yet | 18+", 1841, 0),
        ("Просмотров: 1 841, комментариев нет", 1841, 0),
        ("18+ | 1841 views | many comments", 1841, None),
        ("5 likes | many comments | 1841 views", 1841, None),
        ("No views 3 comments", None, None),
        ("Views, today 5, in all 1841; comments: 3", None, 3),
        ("Просмотров сегодня: 5, всего: 1841, комментариев: 3", None, 3),
        ("5 views today | 3 comments", None, 3),
        ("Просмотров за день: 5", None, None),
        ("Today’s views: 5", None, None),
        ("Просмотры: сегодня 5", None, None),
        ("Views: 5 (this week), comments: 3", None, 3),
        ("Просмотров: 5 за сегодня", None, None),
        ("Опубликовано сегодня Просмотров: 1841", 1841, None),
        ("5 комментариев День города", None, 5),
    ],
)
def test_parse_count_ambiguous_number_beside_label_is_none(text: str, views: int | None, comments: int | None) -> None:
    """A number that may be that of another label, or of none, is not used; a label with none is unknown or 0."""
    assert [parse_count(text, name) for name in ("views", "comments")] == [views, comments]


@pytest.mark.parametrize(
    ("text", "comments"),
    [
        ("No Comments on Top 10 places", 0),
        ("5 Comments on Top 10 places", 5),
        ("1.2K comments on Top 10 places", 1_200),
        ("3 thoughts on “10 ways to the quay”", 3),
        ("2 Replies to “10 ways to the quay”", 2),
        ("Comments Off on Top 10 places", None),
        ("Leave a comment on Top 10 places", None),
        ("Нет комментариев к записи Топ-10 мест", 0),
        ("Комментариев к записи Топ-10 мест нет", 0),
        ("5 комментариев к записи Порт-2030", 5),
        ("Комментарии к записи Порт-2030 отключены", None),
        ("Комментарии к записи Порт 5 отключены | 1841 просмотр", None),
        ("Оставить комментарий к записи Порт-2030", None),
        ("Комментариев к статье: 15", 15),
        ("Комментариев к статье: 15, оценок нет", 15),
        ("Комментариев к записи: 15, фото нет", 15),
        ("Комментарии к записи (15), фото нет", 15),
        ("Comments on this article: 15", 15),
    ],
)
def test_parse_count_title_named_beside_comments_is_no_count(text: str, comments: int | None) -> None:
    """WordPress names the article in its link to the comments, and a number in the title counts nothing."""
    assert parse_count(text, "comments") == comments
    assert parse_count(f"{text} | 1841 views", "views") == 1841


@pytest.mark.parametrize(
    ("text", "views", "comments"),
    [
        ("Немає коментарів", None, 0),
        ("Коментарів немає", None, 0),
        ("Переглядів: 1 841 Коментарів: 3", 1841, 3),
        ("1 841 перегляд | 3 відповіді", 1841, 3),
    ],
)
def test_parse_count_ukrainian_labels_give_each_counter(text: str, views: int | None, comments: int | None) -> None:
    """Pages in Ukrainian label their counters as those in Russian do."""
    assert [parse_count(text, name) for name in ("views", "comments")] == [views, comments]


WHOLE = ((1841, 1841), (1841.0, 1841), (Decimal("1841.00"), 1841), (0, 0), (MAX_COUNT, MAX_COUNT))
NOT_WHOLE: tuple[object, ...] = (1841.7, Decimal("0.5"), MAX_COUNT + 1, 10**400, -1, True, {}, [5], b"5")
NOT_FINITE = (*map(float, ("nan", "inf", "1e300")), *map(Decimal, ("nan", "snan", "inf", "1e999999")))


@pytest.mark.parametrize(("value", "count"), [*WHOLE, *((value, None) for value in (*NOT_WHOLE, *NOT_FINITE))])
def test_parse_count_numbers_are_counts_only_if_whole(value: object, count: int | None) -> None:
    """A fraction is never cut off."""
    assert parse_count(value, "views") == count


@pytest.mark.parametrize("value", [-3, -3.0, "-3", "−3", "− 3", "–3", "Rating: -3", "Рейтинг: –3", "(-3)", "(–3)"])
def test_parse_count_negative_value_is_a_rating_only(value: object) -> None:
    """Readers vote down; nothing is viewed less than never."""
    assert parse_count(value, "rating") == -3
    assert parse_count(value, "views") is None


@pytest.mark.parametrize("text", ["Рейтинг – 3", "Rating - 3", "Rating: 3", "Rating — 3"])
def test_parse_count_dash_between_label_and_number_is_no_sign(text: str) -> None:
    """A dash with a space behind it separates a label from its number."""
    assert parse_count(text, "rating") == 3


def test_is_blank_only_for_values_without_letters_and_digits() -> None:
    """A dash stands for a counter that is not known; words are a mistake."""
    assert all(map(is_blank, (None, "", " ", "—", "-", "…")))
    assert not any(map(is_blank, (0, "0", "n/a", False, {})))
