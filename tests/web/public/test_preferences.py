"""The form of the preferences over HTTP, and what is made of its fields."""

import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import date, timedelta
from unittest import mock
from urllib.parse import urlencode

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digest import tokens
from digest.errors import StoreError
from digest.model.subscribers import Frequency, Preferences, SubscriberStatus
from digest.web.public.preference_form import Choices, entered, preferences, shown, topic_groups
from digest.web.time_zones import REGIONS, city_of, zones_by_region
from tests.support.installation import SLOT, Installation, item, rss
from tests.support.smtp_server import Log
from tests.support.web import FORM, Answer, Web, served
from tests.web.conftest import configured
from tests.web.public.test_subscribing import ANNA, status

TOPICS = ("Culture", "Politics", "Sport")
TODAY = date(2026, 11, 26)
CHOICES = Choices(
    editions=["daily", "weekend"],
    topics=dict.fromkeys(TOPICS, 1),
    groups={"": TOPICS},
    frequencies=list(Frequency),
    zones={"Europe/Moscow", "Asia/Tokyo"},
    languages=["en", "ru"],
)
BILINGUAL = {10: ("Culture", "A new play"), 11: ("Sport", "A late goal"), 12: ("Порт", "Новый причал")}
USUAL = {
    "form": "preferences",
    "language": "en",
    "frequency": "daily",
    "hour": "",
    "timezone": "Europe/Moscow",
    "paused_until": "",
}
GOOD = {
    "edition": ["daily"],
    "topic": ["Sport"],
    "frequency": ["weekdays"],
    "hour": ["9"],
    "timezone": ["Asia/Tokyo"],
    "paused_until": ["2026-12-01"],
    "language": ["ru"],
}

STORED = shown(Preferences(), ["weekend"], CHOICES, "Europe/Moscow", "en")


@pytest.fixture
def web(site: Installation, mail: tuple[int, Log]) -> Iterator[Web]:
    """The pages of a portal with three sections and two editions."""
    editions = ('name = "daily"', 'name = "weekend"\ntitle = "The weekend"')
    configured(site.folder, mail[0], editions=editions)
    site.write("feed.xml", rss(*(item(n, more=f"<category>{TOPICS[n % 3]}</category>") for n in range(10, 16))))
    site.run("collect", now=SLOT).fine()
    with served(site) as web:
        yield web


def path(web: Web) -> str:
    """The page of the first reader."""
    return f"/preferences/{web.token(1, tokens.PREFERENCES)}"


def save(web: Web, **fields: str | Sequence[str]) -> Answer:
    """Send the form as a browser does."""
    body = urlencode({**USUAL, **fields}, doseq=True)
    return web.request("POST", path(web), body, Content_Type=FORM)


def chosen(web: Web) -> Preferences:
    """What is stored for the reader."""
    found = web.app.reader_links.find(1)
    assert found is not None
    return found.preferences


def boxes(answer: Answer, name: str) -> dict[str, bool]:
    """The boxes of that name by value, and whether they are ticked."""
    found = re.findall(rf'name="{name}" value="([^"]*)"( checked)?', answer.text)
    return {value: bool(checked) for value, checked in found}


def test_preferences_offer_the_sections_and_keep_the_choice(web: Web) -> None:
    """All are ticked at first; two of them are stored, and shown again."""
    page = web.get(path(web))
    assert boxes(page, "topic") == dict.fromkeys(TOPICS, True)
    assert 'Sport <span class="quiet">2</span>' in page.text
    answer = save(web, edition=["daily", "weekend"], topic=["Sport", "Culture"])
    assert (answer.status, 'role="status">Saved.' in answer.text) == (200, True)
    assert chosen(web).sections == ("Culture", "Sport")
    assert boxes(web.get(path(web)), "topic") == {"Culture": True, "Politics": False, "Sport": True}
    save(web, edition=["daily", "weekend"], topic=TOPICS)
    assert chosen(web).sections == ()


def test_preferences_are_saved_whole_or_not_at_all(web: Web) -> None:
    """A database that fails on the way stores no part of the form."""
    before = web.dump()
    with mock.patch("digest.store.subscribers.reader_links.change_fields", side_effect=StoreError("away")):
        assert save(web, edition="weekend", topic="Sport").status == 503
    assert web.dump() == before


def test_preferences_with_hundreds_of_topics_are_saved(web: Web) -> None:
    """Each is a field of the form."""
    sections = [*TOPICS[1:], *(f"Section {number}" for number in range(300))]
    assert 'role="status">Saved.' in save(web, edition=["daily", "weekend"], topic=sections).text
    assert chosen(web).sections == TOPICS[1:]


def test_preferences_language_is_that_of_the_page_afterwards(web: Web) -> None:
    """Whatever the browser prefers, unless the address names a language."""
    assert "Сохранено." in save(web, edition="daily", topic="Sport", language="ru").text
    assert web.get(path(web), Accept_Language="en").heading == "Ваша подписка"
    assert web.get(f"{path(web)}?lang=en").heading == "Your subscription"
    web.app.reader_links.save_preferences(1, Preferences(language="de"), web.clock.moment)  # no language of the pages
    assert web.get(path(web), Accept_Language="ru").heading == "Ваша подписка"


def test_preferences_without_an_edition_unsubscribe(web: Web) -> None:
    """As the page says; a form that could not be read, or is not ours, changes nothing."""
    before = web.dump()
    assert web.post(path(web)).heading == "Your subscription"
    many = urlencode([("form", "preferences"), *(("x", "1") for _number in range(1000))])
    assert web.request("POST", path(web), many, Content_Type=FORM).heading == "Your subscription"
    assert web.dump() == before
    assert save(web, topic="Sport").heading == "You are not subscribed"
    assert status(web, ANNA) is SubscriberStatus.UNSUBSCRIBED


def test_preferences_say_with_the_editions_that_none_unsubscribes(web: Web) -> None:
    """A screen reader hears it before the boxes, as others see it; the page `/link` has a title of its own."""
    page = web.get(path(web)).text
    assert re.search(r'<fieldset aria-describedby="editions-hint">\s*<legend>You get</legend>', page)
    assert '<p class="hint" id="editions-hint">If you choose none, you will be unsubscribed.</p>' in page
    assert "<title>Your subscription · " in page
    assert "<title>Send me a link to my subscription · " in web.get("/link").text


def test_preferences_editions_are_kept_by_the_operators_commands(web: Web) -> None:
    """Both say so; the other fields of the row count."""
    assert 'role="status">Saved.' in save(web, edition="weekend", topic=TOPICS).text
    file = web.site.write("old.csv", f"email,name,edition\n{ANNA},Anna Kim,daily\n")
    imported = web.site.run("subscribers", "import", str(file), "--json").fine().json
    note = "1 reader keeps the editions that they chose on their page"
    assert (imported["changed"], imported["notes"]) == (1, [note])
    added = web.site.run("subscribers", "add", ANNA, "--edition", "daily").fine()
    assert "the reader keeps the editions that they chose on their page" in added.err
    found = web.app.subscribers.find(ANNA)
    assert found is not None
    assert (found.name, found.editions) == ("Anna Kim", ("weekend",))


def test_preferences_with_a_problem_keep_what_was_entered(web: Web) -> None:
    """The message is beside the field, which refers to it; nothing is stored, the good fields neither."""
    answer = save(web, edition="weekend", language="ru")
    assert answer.status == 422
    assert '<fieldset aria-invalid="true" aria-describedby="problem-topic">' in answer.text
    assert 'id="problem-topic">Choose at least one topic.' in answer.text
    assert re.findall(r'<[^>]* id="([^"]*)"[^>]* autofocus', answer.text) == ["topic-1"]  # a fieldset gets no focus
    assert boxes(answer, "edition") == {"daily": False, "weekend": True}
    assert boxes(answer, "language") == {"en": False, "ru": True}
    assert chosen(web) == Preferences()


def test_preferences_saved_in_two_windows_say_that_the_first_ones_are_replaced(web: Web) -> None:
    """The last save counts, also after a problem with it, and what it replaced is reported once."""

    def seen(answer: Answer) -> str:
        return str(re.findall(r'name="seen" value="([^"]*)"', answer.text)[0])

    replaced = "Saved. Choices that were saved after you opened this page are replaced."
    choice = {"edition": "daily", "topic": TOPICS}
    opened = seen(web.get(path(web)))
    first = save(web, **choice, hour="9", seen=opened)
    assert 'role="status">Saved.<' in first.text
    assert 'role="status">Saved.<' in save(web, **choice, hour="9", seen=opened).text
    refused = save(web, **choice, hour="10", frequency="yearly", seen=opened)
    assert (refused.status, seen(refused)) == (422, opened)
    second = save(web, **choice, hour="10", seen=seen(refused))
    assert replaced in second.text
    assert chosen(web).hour == 10
    third = save(web, **choice, hour="11", seen=seen(second))
    assert 'role="status">Saved.<' in third.text
    both = {**choice, "edition": ["daily", "weekend"], "hour": "11"}
    assert 'role="status">Saved.<' in save(web, **both, seen=seen(third)).text
    assert replaced in save(web, **choice, hour="11", seen=seen(third)).text
    assert 'role="status">Saved.<' in save(web, **choice, hour="12").text  # from a page of an earlier Digest


def test_preferences_show_the_next_message_in_the_readers_zone(web: Web) -> None:
    """Of the next issue, and of what is planned already; none before the end of a pause, which a button ends."""
    choice = {"edition": "daily", "topic": TOPICS}
    assert "Tuesday, June 3, 2025, 08:00 (Moscow)" in save(web, **choice, hour="8").text
    page = save(web, **choice, hour="20", timezone="Asia/Tokyo", language="ru").text
    assert "вторник, 3 июня 2025\xa0г., 20:00 (Токио)" in page
    with web.database.write() as connection:
        connection.exec_driver_sql(
            "UPDATE delivery SET state = 'planned', due_at = '2025-06-02T11:00:00.000000+00:00' WHERE id = 1"
        )
    assert "Monday, June 2, 2025, 20:00 (Tokyo)" in web.get(f"{path(web)}?lang=en").text
    paused = save(web, **choice, frequency="weekdays", paused_until="2025-06-07").text
    assert "You get nothing before 7 Jun 2025." in paused
    assert "До 7 июня 2025 года писем не будет." in web.get(f"{path(web)}?lang=ru").text
    assert "next-message" in web.post(path(web), {"form": "resume"}).text
    assert chosen(web) == Preferences(language="en", frequency=Frequency.WEEKDAYS)


def test_preferences_after_a_pause_has_ended_can_be_saved(web: Web) -> None:
    """Its field is empty: browsers send no day before `min`. A page of the time of the pause can be sent, too."""
    choice = {"edition": "daily", "topic": TOPICS}
    save(web, **choice, paused_until="2025-06-07")
    web.clock.moment += timedelta(days=5)
    page = web.get(path(web))
    assert 'id="paused_until" name="paused_until" value=""' in page.text
    assert "You get nothing before" not in page.text
    assert 'role="status">Saved.' in save(web, **choice, hour="9", paused_until="2025-06-07").text
    assert chosen(web) == Preferences(language="en", frequency=Frequency.DAILY, hour=9)


def test_preferences_with_a_stored_pause_of_years_can_be_saved(web: Web) -> None:
    """As a list may have it: the reader did not touch it, so it stays, and `max` admits it."""
    far = date(2028, 1, 1)
    web.app.reader_links.save_preferences(1, Preferences(paused_until=far), web.clock.moment)
    assert 'value="2028-01-01" min="2025-06-03" max="2028-01-01"' in web.get(path(web)).text
    assert save(web, edition="daily", topic=TOPICS, hour="9", paused_until="2028-01-01").status == 200
    assert chosen(web).paused_until == far
    assert "A pause lasts a year at most." in save(web, edition="daily", topic=TOPICS, paused_until="2028-01-02").text


def test_preferences_another_language_keeps_the_ticked_editions(site: Installation, mail: tuple[int, Log]) -> None:
    """A reader who chose no edition gets those in their language; here they see both ticked, and save."""
    configured(site.folder, mail[0], editions=('name = "daily"', 'name = "russian"\nlanguage = "ru"'))
    with served(site) as web:
        assert boxes(web.get(path(web)), "edition") == {"daily": True, "russian": True}
        page = save(web, edition=["daily", "russian"], language="ru")
        assert boxes(page, "edition") == {"daily": True, "russian": True}


def test_preferences_keep_a_topic_that_has_no_articles(web: Web) -> None:
    """It is offered while the reader has it."""
    web.app.reader_links.save_preferences(1, Preferences(sections=("Chess",)), web.clock.moment)
    assert boxes(web.get(path(web)), "topic") == {"Chess": True, **dict.fromkeys(TOPICS, False)}


def test_preferences_in_a_zone_that_is_not_known_show_the_portals(web: Web) -> None:
    """One that an earlier version imported; the reader can choose another."""
    web.app.reader_links.save_preferences(1, Preferences(hour=9, timezone="America"), web.clock.moment)
    assert "09:00 (Moscow)" in web.get(path(web)).text


def test_preferences_of_a_portal_without_sections_have_no_topics(site: Installation, mail: tuple[int, Log]) -> None:
    """There is nothing to choose."""
    configured(site.folder, mail[0])
    with served(site) as web:
        assert 'name="topic"' not in web.get(path(web)).text
        assert save(web).status == 200


def test_form_of_good_fields_becomes_preferences() -> None:
    """Each field of the form; the reverse shows the same."""
    form = entered(GOOD, CHOICES, STORED, TODAY)
    assert form.problems == {}
    stored = preferences(form, CHOICES, Preferences(), "Europe/Moscow")
    assert stored == Preferences(
        language="ru",
        sections=("Sport",),
        frequency=Frequency.WEEKDAYS,
        timezone="Asia/Tokyo",
        hour=9,
        paused_until=date(2026, 12, 1),
    )
    assert shown(stored, ["daily"], CHOICES, "Europe/Moscow", "en") == form


@pytest.mark.parametrize(
    ("name", "value", "problem"),
    [
        ("topic", "Chess", "none"),
        ("frequency", "hourly", "unknown"),
        ("hour", "24", "unknown"),
        ("hour", "9.5", "unknown"),
        ("timezone", "Mars/Olympus", "unknown"),
        ("language", "de", "unknown"),
        ("paused_until", "tomorrow", "unknown"),
        ("paused_until", "2026-11-26", "past"),
        ("paused_until", "2028-11-26", "far"),
    ],
)
def test_form_of_a_wrong_field_names_its_problem(name: str, value: str, problem: str) -> None:
    """And no other."""
    assert entered({**GOOD, name: [value]}, CHOICES, STORED, TODAY).problems == {name: problem}


@pytest.mark.parametrize(
    "stored",
    [
        Preferences(paused_until=TODAY),
        Preferences(paused_until=date(2029, 1, 1)),
        Preferences(timezone="America"),
        Preferences(sections=("Порт",)),
        Preferences(hour=9, frequency=Frequency.WEEKLY, language="de"),
    ],
)
def test_form_that_leaves_what_is_stored_has_no_problem(stored: Preferences) -> None:
    """Whatever a list or an earlier version stored: readers can change the rest."""
    topics = {"topics": {"Sport": 1, "Порт": 1}, "groups": {"": ["Sport"]}}
    choices = Choices(**{**vars(CHOICES), **topics, "zones": {"Europe/Moscow"}, "languages": ["en", "ru", "de"]})
    page = shown(stored, ["daily"], choices, "Europe/Moscow", "en")
    fields = {name: [getattr(page, name)] for name in ("frequency", "hour", "timezone", "paused_until", "language")}
    ticked = [topic for topic in page.topics if topic in choices.shown_topics]
    form = {**fields, "edition": ["daily"], "topic": ticked, "topics": ["Sport"]}
    assert entered(form, choices, page, TODAY).problems == {}


_ANY_FORM = st.dictionaries(st.sampled_from([*GOOD, "topics", "editions"]), st.lists(st.text(max_size=12), max_size=3))


@given(_ANY_FORM)
def test_form_of_any_text_has_problems_or_can_be_stored(form: Mapping[str, list[str]]) -> None:
    """Nothing that a browser can send raises an error."""
    read = entered({**GOOD, **form}, CHOICES, STORED, TODAY)
    if not read.problems:
        preferences(read, CHOICES, Preferences(), "Europe/Moscow")


def test_form_of_the_only_topics_of_today_keeps_the_choice() -> None:
    """The other sections have no articles just now: that is not a choice of all."""
    few = Choices(**{**vars(CHOICES), "topics": {"Sport": 1}, "groups": {"": ["Sport"]}})
    before = Preferences(sections=("Sport",))
    assert preferences(entered(GOOD, few, STORED, TODAY), few, before, "Europe/Moscow").sections == ("Sport",)
    assert preferences(entered(GOOD, few, STORED, TODAY), few, Preferences(), "Europe/Moscow").sections == ()


def test_form_of_a_page_that_was_opened_before_leaves_what_it_did_not_show() -> None:
    """An edition and a topic that came later keep what is stored; with all boxes ticked, that is still all topics."""
    boxes = {"editions": ["daily"], "topics": ["Culture\r\nSport"]}
    some = entered({**GOOD, **boxes}, CHOICES, STORED, TODAY)
    assert (some.editions, some.topics) == (["daily", "weekend"], ["Politics", "Sport"])
    every = entered({**GOOD, **boxes, "topic": ["Culture", "Sport"]}, CHOICES, STORED, TODAY)
    assert preferences(every, CHOICES, Preferences(), "Europe/Moscow").sections == ()
    # Then there was one edition, which had no box; or the one that is ticked has another name by now.
    assert entered({**GOOD, "edition": [], "editions": [""]}, CHOICES, STORED, TODAY).editions == ["weekend"]
    renamed = entered({**GOOD, "edition": ["old"], "editions": ["old\ndaily\nweekend"]}, CHOICES, STORED, TODAY)
    assert renamed.problems == {"edition": "unknown"}


@pytest.mark.parametrize(
    ("wanted", "groups"),
    [
        (["en"], {"": ["Chess", "IT", "Sport"]}),
        (["ru"], {"": ["Chess", "IT", "Порт"]}),
        (["ru", "en"], {"": ["Chess", "IT"], "ru": ["Порт"], "en": ["Sport"]}),
        ([], {"": ["Chess", "IT", "Sport", "Порт"]}),
    ],
)
def test_topic_groups_are_those_of_the_editions_languages(wanted: list[str], groups: dict[str, list[str]]) -> None:
    """A topic whose language is not known is shown to everybody."""
    languages = {"Chess": (), "IT": ("en", "ru"), "Sport": ("en",), "Порт": ("ru",)}
    assert topic_groups(languages, wanted) == groups


def test_preferences_of_a_portal_in_two_languages_offer_the_topics_of_the_reader(
    site: Installation, mail: tuple[int, Log]
) -> None:
    """Those of the other language stay as they are; with editions in both, each language has its topics."""
    configured(site.folder, mail[0], editions=('name = "daily"', 'name = "russian"\nlanguage = "ru"'))
    feed = [item(n, title=title, more=f"<category>{name}</category>") for n, (name, title) in BILINGUAL.items()]
    site.write("feed.xml", rss(*feed))
    site.run("collect", now=SLOT).fine()
    with served(site) as web:
        web.app.reader_links.save_preferences(1, Preferences(), web.clock.moment, ["daily"])
        page = web.get(path(web))
        assert list(boxes(page, "topic")) == ["Culture", "Sport"]
        shown_boxes = {name: page.field(name) for name in ("editions", "topics")}
        save(web, edition=["daily"], topic=["Sport"], **shown_boxes)
        assert chosen(web).sections == ("Sport", "Порт")
        page = save(web, edition=["daily", "russian"], topic=["Sport"], **shown_boxes)
        assert boxes(page, "topic") == {"Culture": False, "Sport": True, "Порт": True}
        assert 'aria-labelledby="topics-ru" lang="ru"' in page.text


@pytest.mark.parametrize("language", ["en", "ru"])
def test_zones_are_listed_by_region_with_their_city(language: str) -> None:
    """Every region has zones, each name is there once."""
    found = zones_by_region(language)
    assert set(found) == set(REGIONS)
    assert all(found.values())
    assert ("Europe/Moscow", {"en": "Moscow", "ru": "Москва"}[language]) in found["Europe"]
    assert ("Europe/Kyiv", {"en": "Kyiv", "ru": "Киев"}[language]) in found["Europe"]


@pytest.mark.parametrize(("zone", "name"), [("EST", "EST"), ("CET", "CET"), ("US/Eastern", "New York"), ("UTC", "UTC")])
def test_zone_that_belongs_to_no_place_has_its_own_name(zone: str, name: str) -> None:
    """CLDR gives Panama for EST."""
    assert city_of(zone, "en") == name


def test_pages_of_preferences_are_small(web: Web) -> None:
    """With all time zones, in Russian."""
    assert len(web.get(f"{path(web)}?lang=ru").body) < 50_000


def test_preferences_name_the_editions_without_a_weekly_issue(site: Installation, mail: tuple[int, Log]) -> None:
    """Whoever chose weekly mail gets all of their issues; nothing is named where no edition or each has one."""
    weekly, other = 'name = "daily"\nweekly = "fri 18:30"', 'name = "quay"\ntitle = "Quay & Co"'
    for editions, named in (((weekly, other), "Quay &amp; Co"), ((weekly,), None), (('name = "daily"', other), None)):
        configured(site.folder, mail[0], editions=editions)
        with served(site) as web:
            page = web.get(path(web)).text
        found = re.search(r'id="frequency-hint">No weekly issue, so you get every one: (.*)\.</p>', page)
        assert (found and found[1]) == named
        assert ('aria-describedby="frequency-hint"' in page) is bool(named)


def test_save_weekly_is_offered_where_an_edition_has_it(site: Installation, mail: tuple[int, Log]) -> None:
    """The next message is then the weekly issue; without the key the page does not offer it."""
    for editions, offered in (('name = "daily"', False), ('name = "daily"\nweekly = "fri 18:30"', True)):
        configured(site.folder, mail[0], editions=(editions,))
        with served(site) as web:
            assert ('value="weekly"' in web.get(path(web)).text) is offered
            answer = save(web, frequency="weekly")
            assert (answer.status == 200) is offered
    assert "18:30" in answer.text
