"""Stories: which titles are one story, in one language and in two, and invariants for any titles."""

import csv
import json
import os
from collections import Counter
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from digest.errors import DigestError
from digest.stories.agreement import agreement
from digest.stories.compare import MOST, WINDOW, Encode, compare
from digest.stories.letters import Matrix, letter_cosines

HERE = Path(__file__).parent
START = datetime(2026, 10, 1, tzinfo=UTC)
TITLES = st.lists(
    st.sampled_from(
        [
            "Первая партия Су-57 поступила в войска",
            "First batch of Su-57 fighters delivered",
            "Fog closes the harbour of Veil",
            "Гавань закрыта из-за тумана",
            "Question 7 of the council",
            "Question 8 of the council",
            "Fog closes the harbour",
            "",
            "!!",
        ]
    )
    | st.text(max_size=30),
    max_size=12,
)
HOURS = st.none() | st.integers(0, 200)


def stories(*titles: str, encode: Encode | None = None) -> list[tuple[int, ...]]:
    """The titles in groups."""
    return list(compare(titles, encode=encode).stories)


def rows_of(file: str) -> list[dict[str, str]]:
    """The rows of a file beside this one."""
    with (HERE / file).open(encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines))


def same_meaning(texts: Sequence[str]) -> Matrix:
    """An encoder for which all texts mean the same."""
    return np.tile(np.array([[1, 0]], np.float32), (len(texts), 1))


def no_encoder(texts: Sequence[str]) -> Matrix:
    """An encoder that must not be used."""
    raise AssertionError(texts)


def test_compare_titles_with_the_name_of_their_site_are_not_one_story() -> None:
    """Of a source beside others, and of all; in two languages too."""
    own = ["Rain expected in the north", "Tram line is late again", "New school opens its doors", "Прогноз на завтра"]
    others = ["Council votes on the budget", "Fish prices rise before the holidays", "Swimmers cross the harbour"]
    for name in ("Harbour Gazette Online News", "Вестник гавани: новости, погода и спорт"):
        named = [f"{title} — {name}" for title in own]
        assert len(stories(*named)) == len(own)
        assert len(stories(*named, *others)) == len(own) + len(others)
    assert (0, 1) in stories("Tram line is late again | Gazette", "Tram line is late again", "Rain is coming | Gazette")


@pytest.mark.needs("corpora")
def test_compare_shared_titles_reach_the_agreement(sentence_encoder: Encode) -> None:
    """B-cubed F1: the goal is 0.90; nothing was tuned to these titles."""
    file = Path(os.environ["DIGEST_CORPORA"]) / "ranking" / "title_clusters_ru_en.json"
    rows = json.loads(file.read_text(encoding="utf-8"))
    found = stories(*(row["title"] for row in rows), encode=sentence_encoder)
    assert agreement(found, [str(row["story"]) for row in rows]).f1 >= 0.92


@pytest.mark.parametrize("file", ["story_titles.csv", "story_titles_held_out.csv"])
def test_compare_own_titles_reach_the_agreement(file: str, sentence_encoder: Encode) -> None:
    """Weapons, quakes, banks, football, space, with similar events among them."""
    rows = rows_of(file)
    found = stories(*(row["title"] for row in rows), encode=sentence_encoder)
    assert agreement(found, [row["story"] for row in rows]).f1 >= 0.90


@pytest.mark.needs("time")
def test_compare_bilingual_pairs_are_told_by_their_event(sentence_encoder: Encode) -> None:
    """Titles of one event in two languages are joined, also without a name; the same topic or name is not enough."""
    joined: Counter[str] = Counter()
    for row in rows_of("bilingual_pairs.csv"):
        joined[row["kind"]] += stories(row["russian"], row["english"], encode=sentence_encoder) == [(0, 1)]
    assert joined["same event"] >= 4
    assert joined["same event, shared name"] == 5
    assert joined["same topic"] == joined["same name, another event"] == 0


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Fog closes the port of Veil", "Port of Veil closed by fog"),
        ("Пожар на складе в Твери потушили", "В Твери потушили пожар на складе"),
        ("Первый Су-57 передан", "Pervyi Su-57 peredan"),
        ("С острова Родос эвакуировали 19 000 человек", "С острова Родос эвакуировали 19 тыс. человек"),
        ("Эвакуированы 1,2 тысячи человек", "Эвакуированы 1200 человек"),
        ("FOG  closes port", "Fog closes port"),
        ("В Твери 29 ноября перекроют Советскую", "Советскую улицу в Твери перекроют 29 ноября"),
        ("Погода в Твери на 29 ноября", "Погода в Твери на 29 ноября 2026 года"),
    ],
)
def test_compare_titles_of_one_event_are_one_story(one: str, other: str) -> None:
    """Without an encoder: by letters, whatever the alphabet and the spelling of figures."""
    assert stories(one, other) == [(0, 1)]


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Испытан новый истребитель Су-57", "Испытан новый истребитель Су-35"),
        ("Poland buys F-35 fighter jets", "Poland sells Su-22 fighter jets"),
        ("Question 7 of the council", "Question 8 of the council"),
        ("Эвакуированы 1,2 тысячи человек", "Эвакуированы 1,3 тысячи человек"),
        ("Council votes on trams", "Library opens on Sundays"),
        ("Погода в Твери на 29 ноября 2026 года", "Курс доллара на 29 ноября 2026 года"),
        ("Weather forecast for November 29, 2026", "Horoscope for November 29, 2026"),
        ("Погода в Твери на 30 ноября 2026 года", "Погода в Твери на 1 декабря 2026 года"),
        ("The day in pictures: November 30", "The day in pictures: December 1"),
        ("", ""),
        ("…", "…"),
        ("🔥🔥🔥", "🔥🔥🔥"),
    ],
)
def test_compare_titles_of_different_events_are_different_stories(one: str, other: str) -> None:
    """Other designators, other figures, other words (the date of a day's columns is none), titles without a letter."""
    assert stories(one, other) == [(0,), (1,)]


def test_similarity_of_titles_in_conflict_is_less_by_a_third() -> None:
    """Other designators speak against one event, and do not rule it out: 0.30 of 0.90 are lost."""
    one, other = "Первый серийный истребитель Су-57 передан войскам", "Серийный истребитель Су-35 передан войскам"
    letters = float(letter_cosines([one.casefold(), other.casefold()])[0, 1])
    assert letters > 0.7
    assert stories(one, other) == [(0, 1)]
    assert compare([one, other]).similarity(0, 1) == pytest.approx((letters - 0.30 - 0.10) / 0.90, abs=0.001)


def test_compare_encoder_is_used_only_for_two_scripts() -> None:
    """Titles in one script, or beside titles without letters, are not encoded."""
    for titles in (["Fog closes port", "Ferry waits", "2026", "🔥", "新しい船"], ["Туман закрыл порт", "1:0"], []):
        found = compare(titles, encode=no_encoder)
        assert len(found.stories) == len(titles)
        assert not found.letters_only
    with pytest.raises(AssertionError, match="Туман"):
        compare(["Туман закрыл порт", "Fog closes port"], encode=no_encoder)


def test_compare_meaning_joins_only_titles_in_two_scripts() -> None:
    """Within a language letters decide, whatever the encoder says."""
    titles = ["Туман закрыл порт", "Открыт новый музей", "Fog closes port"]
    assert stories(*titles[:2], encode=same_meaning) == [(0,), (1,)]
    assert stories(titles[0], titles[2], encode=same_meaning) == [(0, 1)]


def test_similarity_of_two_scripts_is_three_quarters_meaning_and_a_quarter_letters() -> None:
    """0.75 E + 0.25 L - 0.07, of which 0.10 is nothing and 1 is all."""
    titles = ["Su-57 handed over", "Су-57 передан войскам"]
    letters = float(letter_cosines([title.casefold() for title in titles])[0, 1])
    assert 0.2 < letters < 0.8
    halves = np.array([[1, 0], [0.5, 0.75**0.5]], np.float32)
    wanted = 0.75 * 0.5 + 0.25 * letters - 0.07
    assert compare(titles, encode=lambda texts: halves).similarity(0, 1) == pytest.approx(
        (wanted - 0.10) / 0.90, abs=0.001
    )


def test_compare_titles_in_other_scripts_are_compared_by_their_letters() -> None:
    """Beside titles in two scripts too, where an encoder is used: it says nothing about a third one."""
    ships = ["新しい船が港に入った", "新しい船が港に入る"]
    assert stories(*ships) == [(0, 1)]
    assert stories(*ships, "Туман закрыл порт", "Council votes", encode=same_meaning) == [(0, 1), (2, 3)]
    assert stories("2026", "Туман закрыл порт", "Council votes", encode=same_meaning) == [(0,), (1, 2)]


def test_compare_two_scripts_without_encoder_are_reported() -> None:
    """`letters_only` is true only where an encoder would have been used."""
    assert compare(["Туман закрыл порт", "Fog closes port"]).letters_only
    assert not compare(["Туман закрыл порт", "Fog closes port"], encode=same_meaning).letters_only
    assert not compare(["Fog closes port", "Ferry waits"]).letters_only


@given(TITLES, st.randoms(use_true_random=False))
def test_compare_any_order_gives_the_same_stories(titles: list[str], random: object) -> None:
    """Shuffled titles are in the same groups."""
    places = list(range(len(titles)))
    random.shuffle(places)  # type: ignore[attr-defined]  # hypothesis' Random
    shuffled = [tuple(sorted(places[at] for at in group)) for group in stories(*(titles[at] for at in places))]
    texts_of = [
        sorted(sorted(titles[at] for at in group) for group in groups) for groups in (stories(*titles), shuffled)
    ]
    assert texts_of[0] == texts_of[1]


@given(TITLES)
def test_compare_each_title_is_in_one_story(titles: list[str]) -> None:
    """Also single ones; the groups are ordered by their first title."""
    found = stories(*titles, encode=same_meaning)
    assert sorted(place for group in found for place in group) == list(range(len(titles)))
    assert found == sorted(found)


@given(TITLES, st.text(alphabet="abcабв 12", min_size=1).filter(lambda text: any(map(str.isalnum, text))))
def test_compare_equal_titles_are_one_story(titles: list[str], title: str) -> None:
    """Whatever the other titles are."""
    found = stories(*titles, title, title)
    assert any({len(titles), len(titles) + 1} <= set(group) for group in found)


@given(
    st.lists(st.tuples(st.sampled_from(["Fog closes the harbour", "Fog in the harbour of Veil"]), HOURS), max_size=10)
)
def test_compare_story_lies_within_its_window(dated_titles: Sequence[tuple[str, int | None]]) -> None:
    """No two titles of a group are more than 48 hours apart, if their times are known."""
    times = [None if hours is None else START + timedelta(hours=hours) for _, hours in dated_titles]
    for group in compare([title for title, _ in dated_titles], times).stories:
        known = [moment for place in group if (moment := times[place]) is not None]
        assert not known or max(known) - min(known) <= WINDOW


def test_compare_equal_titles_days_apart_are_different_stories() -> None:
    """A headline that is repeated after three days is another story; within a day it is the same."""
    for hours, groups in ((24, [(0, 1)]), (48, [(0, 1)]), (48.001, [(0,), (1,)]), (72, [(0,), (1,)])):
        apart = timedelta(hours=hours)
        for times in ([START, START + apart], [START + apart, START]):
            assert list(compare(["Fog closes port"] * 2, times).stories) == groups


def test_compare_of_a_long_title_300_characters_count() -> None:
    """The title of a page that became a whole text is compared by its beginning."""
    begin = ("Fog closes the harbour of Veil " * 10)[:299]
    assert compare([f"{begin}x and this", f"{begin}x and that"]).similarity(0, 1) == 1
    assert compare([f"{begin}x", f"{begin}y"]).similarity(0, 1) < 1


@pytest.mark.parametrize(
    "titles",
    [
        ["a" * 5000, "б" * 5000, "a b " * 1250, "ж1" * 2500],
        ["\ud800 broken", "\udfff сломано", "\ud83d", "broken сломано"],
        ["Қазақстанда жаңа мектеп ашылды", "У Києві відкрили міст", "افتتاح جسر جديد", "New bridge opens", "Мост"],
        ["👩‍👩‍👧‍👦", "🇰🇿", "—", "\x00", "\u202e", "  "],
    ],
)
def test_compare_unusual_titles_are_each_in_one_story(titles: list[str], sentence_encoder: Encode) -> None:
    """Very long, with lone surrogates, in other alphabets, without letters: a story or none, also with the encoder."""
    found = stories(*titles, encode=sentence_encoder)
    assert sorted(place for group in found for place in group) == list(range(len(titles)))


def test_compare_many_equal_titles_are_one_story() -> None:
    """As many as an issue compares."""
    assert stories(*["Fog closes the harbour of Veil"] * 2000) == [tuple(range(2000))]


def test_similarity_is_symmetric_and_bounded() -> None:
    """Between 0 and 1, the same in both directions, and by the given positions."""
    compared = compare(
        ["Гавань закрыта", "Fog closes the harbour", "Fog closes the harbour", "The harbour closes", "x"]
    )
    assert compared.similarity(1, 3) == compared.similarity(3, 1) > 0.4
    assert compared.similarity(1, 2) == 1
    assert compared.similarity(0, 4) == 0


def test_compare_too_many_titles_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each is compared with each, so their number is limited."""
    assert MOST == 10_000
    with pytest.raises(DigestError, match="at most 10000"):
        compare(["x"] * (MOST + 1))
    monkeypatch.setattr("digest.stories.compare.MOST", 3)
    assert compare(["x"] * 3).stories == ((0, 1, 2),)
