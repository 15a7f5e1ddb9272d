"""What the rows of 0ba057a are after the upgrade to the current version; extend it with each migration."""

from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta

from digest.model.articles import ArticleRecord, Counters, Reading, Role, Sighting, Validators, Window
from digest.model.deliveries import DeliveryState
from digest.model.issues import IssueRecord, IssueState, Slot
from digest.model.overrides import Override, OverrideKind
from digest.model.subscribers import Frequency, Subscriber, SubscriberStatus
from tests.upgrades.dumps import Row, Rows

# What migrations change. All other rows and values must stay as they were stored.
RENAMED_TABLES: Mapping[str, str] = {"hand": "override"}  # table then → table now
# (table then, column) → value then → value now
REPLACED_VALUES: Mapping[tuple[str, str], Mapping[object, object]] = {("issue", "state"): {"collecting": "planned"}}


def after_upgrade(before: Rows) -> Rows:
    """The rows of 0ba057a as the current version stores them, in the columns that 0ba057a had."""
    return {RENAMED_TABLES.get(table, table): [_row_now(table, row) for row in rows] for table, rows in before.items()}


def _row_now(table: str, row: Row) -> Row:
    return {name: REPLACED_VALUES.get((table, name), {}).get(value, value) for name, value in row.items()}


def september(day: int, hour: int, minute: int = 0, second: int = 0, microsecond: int = 0) -> datetime:
    """A moment of September 2026 in UTC."""
    return datetime(2026, 9, day, hour, minute, second, microsecond, tzinfo=UTC)


def october(day: int, hour: int, minute: int = 0) -> datetime:
    """A moment of October 2026 in UTC."""
    return datetime(2026, 10, day, hour, minute, tzinfo=UTC)


def slot_on(month: int, day: int, number: int = 1) -> Slot:
    """A slot of a day in 2026."""
    return Slot(day=date(2026, month, day), number=number)


def day_before(moment: datetime) -> Window:
    """The window of the 24 hours that end at `moment`."""
    return Window(start=moment - timedelta(days=1), end=moment)


SECRET = b"a made-up secret, not a real one"
READER_TOKEN = "AAAAAAAAAAgzshDvH0UnlQUvQ2UzD8zIG1lU"  # of delivery 8
BOUNCE_TOKEN = "AAAAAAAAAAh3Pej7f3DPaV1d5I75mycn7Lmi"  # of delivery 8

# Articles, by key

FIRST_VISIT = september(30, 18)
SECOND_VISIT = september(30, 20, 30, 15, 123456)
ARTICLES_WINDOW = Window(start=september(30, 0), end=october(1, 0))

HARBOUR_COUNTERS = Counters(views=9_007_199_254_740_993, comments=12, rating=-4)
BRIDGE_KEY = "gorod.example/news/1?id=1&page=2"
ARTICLES = [
    ArticleRecord(
        key="gazette.example/harbour",
        first_seen_at=FIRST_VISIT,
        sightings=(
            Sighting(
                source="gazette",
                url="https://gazette.example/harbour",
                title="Harbour \"reopens\" after O'Brien's storm",
                taken_at=SECOND_VISIT,
                summary="C:\\temp\\new; 😀",
                section="City",
                author="Ann O'Brien",
                language="en",
                published_at=september(30, 12),
                counters=HARBOUR_COUNTERS,
            ),
        ),
        readings=(
            Reading(source="gazette", taken_at=FIRST_VISIT, counters=HARBOUR_COUNTERS),
            Reading(source="gazette", taken_at=SECOND_VISIT, counters=HARBOUR_COUNTERS),
        ),
    ),
    ArticleRecord(
        key="gazette.example/news-1-copy",
        first_seen_at=FIRST_VISIT,
        sightings=(
            Sighting(
                source="gazette",
                url="https://gazette.example/news-1-copy",
                title="Bridge opens",
                taken_at=SECOND_VISIT,
                language="en",
                published_at=september(30, 15, 45),
            ),
        ),
        readings=(),
    ),
    ArticleRecord(
        key=BRIDGE_KEY,
        first_seen_at=FIRST_VISIT,
        sightings=(
            Sighting(
                source="gorod",
                url="https://gorod.example/news/1?id=1&page=2",
                title="Мост открыт: «первые трамваи»",
                taken_at=SECOND_VISIT,
                summary="Первая строка,\nвторая — с «ёлочками», 'апострофом' и \"кавычками\".",
                image_url="https://gorod.example/i/most.jpg?w=1200&h=630",
                image_credit="Фото: О. Ёжикова / «Город»",
                section="Город",
                author="О'Коннор, Пётр",
                language="ru",
                published_at=september(30, 15, 20),
                updated_at=september(30, 20),
                counters=Counters(views=480, comments=9, rating=5),
            ),
        ),
        readings=(
            Reading(source="gorod", taken_at=FIRST_VISIT, counters=Counters(views=120, comments=3)),
            Reading(source="metrics", taken_at=FIRST_VISIT, counters=Counters(views=1500)),
            Reading(source="gorod", taken_at=SECOND_VISIT, counters=Counters(views=480, comments=9, rating=5)),
        ),
    ),
    ArticleRecord(
        key="gorod.example/news/2",
        first_seen_at=FIRST_VISIT,
        sightings=(
            Sighting(
                source="gorod",
                url="https://gorod.example/news/2",
                title="Трамвай № 7; объезд -- 50 %",
                taken_at=FIRST_VISIT,
                language="ru",
                published_at=september(30, 9),
                counters=Counters(views=0),
            ),
        ),
        readings=(Reading(source="gorod", taken_at=FIRST_VISIT, counters=Counters(views=0)),),
    ),
    ArticleRecord(
        key="gorod.example/news/3",
        first_seen_at=FIRST_VISIT,
        sightings=(
            Sighting(source="gorod", url="https://gorod.example/news/3", title="Без даты", taken_at=FIRST_VISIT),
        ),
        readings=(),
    ),
]
DISCUSSIONS = [
    ArticleRecord(
        key="gorod.example/forum/10",
        first_seen_at=FIRST_VISIT,
        sightings=(
            Sighting(
                source="forum",
                url="https://gorod.example/forum/10",
                title="Обсуждаем мост",
                taken_at=SECOND_VISIT,
                role=Role.DISCUSSION,
                published_at=september(30, 20, 10),
                counters=Counters(comments=57),
            ),
        ),
        readings=(
            Reading(source="forum", taken_at=FIRST_VISIT, counters=Counters(comments=41)),
            Reading(source="forum", taken_at=SECOND_VISIT, counters=Counters(comments=57)),
        ),
    ),
]
ORPHAN_KEY = "gorod.example/about"  # has counters, but no source lists it as an article
VALIDATORS = {
    "gazette": Validators(url="https://gazette.example/feed.xml", etag='"abc"'),
    "gorod": Validators(
        url="https://gorod.example/rss", etag='W/"60-ё"', last_modified="Wed, 30 Sep 2026 20:29:00 GMT"
    ),
}

# Issues, by id

ISSUES = [
    IssueRecord(
        id=1,
        edition="ru",
        slot=slot_on(9, 25),
        state=IssueState.DONE,
        window=day_before(september(25, 4)),
        frozen_at=september(25, 4),
        deadline=september(25, 16),
    ),
    IssueRecord(
        id=2,
        edition="en",
        slot=slot_on(9, 25),
        state=IssueState.PAUSED,
        window=day_before(september(25, 4, 30)),
        frozen_at=september(25, 5),
        deadline=september(25, 17),
        reason="the mail server refuses us: 535 5.7.8 authentication failed",
    ),
    IssueRecord(
        id=3,
        edition="ru",
        slot=slot_on(9, 26),
        state=IssueState.CANCELLED,
        window=day_before(september(26, 4)),
        frozen_at=september(26, 4),
        deadline=september(26, 16),
    ),
    IssueRecord(
        id=4,
        edition="ru",
        slot=slot_on(10, 1),
        state=IssueState.SENDING,
        window=day_before(october(1, 4)),
        frozen_at=october(1, 4),
        deadline=october(1, 16),
    ),
    IssueRecord(
        id=5,
        edition="en",
        slot=slot_on(10, 1),
        state=IssueState.FROZEN,
        window=day_before(october(1, 5)),
        frozen_at=october(1, 5),
        deadline=october(2, 17),
    ),
    IssueRecord(
        id=6,
        edition="ru",
        slot=slot_on(10, 1, 2),
        state=IssueState.HELD,
        window=Window(start=october(1, 4), end=october(1, 12)),
        reason="источник «gorod» дал 0 статей; обычно 12 (не меньше 50 %)",
    ),
    IssueRecord(id=7, edition="ru", slot=slot_on(10, 2), state=IssueState.PLANNED, window=day_before(october(2, 4))),
    IssueRecord(
        id=8,
        edition="ru",
        slot=slot_on(10, 3),
        state=IssueState.SKIPPED,
        window=day_before(october(3, 4)),
        reason="no article's new",
    ),
    IssueRecord(id=9, edition="en", slot=slot_on(10, 2), state=IssueState.PLANNED, window=day_before(october(2, 4))),
]
LATEST_ACTIVITY = [5, 4, 3, 2, 1]  # ids of the frozen issues as `digest status` lists them
SUBJECTS = {  # by id of the variant, which is the issue's too
    1: "Город: «Осень» и 'лето'",
    2: 'Harbour "reopens" & more',
    3: "Отменённый выпуск",
    4: "Мост открыт — и «первые трамваи»",
    5: "The city, in brief",
}
SENDING_TEXT = "Доброе утро!\nМост открыт; трамваи пошли -- ура 😀\n100 % :name %s \\n; --\n"
USED_KEYS = {
    "ru": {"gorod.example/old/1", "gorod.example/старое", BRIDGE_KEY, "gorod.example/news/2"},
    "en": {"gazette.example/old"},
}

# Overrides: edition, slot and moment → those in force

OLGA, BEN = 'Ольга "Лёля" Ким', "ben@gazette.example"
_PIN = Override(key=BRIDGE_KEY, kind=OverrideKind.PIN, value=None, by=OLGA, at=september(30, 21), until=october(2, 0))
_DROP_2 = Override(key="gorod.example/news/2", kind=OverrideKind.DROP, value=None, by=OLGA, at=september(30, 21, 2))
_DROP_3 = Override(
    key="gorod.example/news/3",
    kind=OverrideKind.DROP,
    value=None,
    by=OLGA,
    at=september(30, 21, 3),
    until=october(7, 21, 3),
)
_BOOST = Override(
    key="gorod.example/news/2", kind=OverrideKind.BOOST, value="1", by=OLGA, at=september(30, 21, 8, 0, 1)
)
_TITLE = Override(
    key=BRIDGE_KEY,
    kind=OverrideKind.TITLE,
    value="Мост открыли;\nтрамваи пошли -- «ура»",
    by=OLGA,
    at=september(30, 21, 7),
)
_EN_PIN = Override(key="gazette.example/harbour", kind=OverrideKind.PIN, value=None, by=BEN, at=september(30, 21, 1))
_EN_BOOST = Override(
    key="gazette.example/harbour",
    kind=OverrideKind.BOOST,
    value="0.5",
    by=BEN,
    at=september(30, 21, 5),
    until=october(1, 9),
)
_EN_TITLE = Override(
    key="gazette.example/news-1-copy",
    kind=OverrideKind.TITLE,
    value='It\'s "open"',
    by=BEN,
    at=september(30, 21, 6),
    until=october(1, 9),
)
OVERRIDES = {
    ("ru", slot_on(10, 1), october(1, 4)): [_PIN, _DROP_3, _TITLE, _BOOST],
    ("ru", slot_on(10, 1), october(2, 4)): [_DROP_3, _TITLE, _BOOST],
    ("ru", slot_on(10, 1, 2), october(1, 12)): [_DROP_2, _DROP_3, _TITLE],
    ("ru", slot_on(10, 8), october(8, 4)): [_TITLE],
    ("en", slot_on(10, 1), october(1, 5)): [_EN_PIN, _EN_BOOST, _EN_TITLE],
    ("en", slot_on(10, 2), october(1, 5)): [_EN_PIN, _EN_BOOST],
    ("en", slot_on(10, 1), october(1, 9)): [_EN_PIN],
}

# Subscribers, by address

_RU = ("ru",)
SUBSCRIBERS = [
    Subscriber(
        email="anna@post.example",
        name="Анна Ёжикова",
        language="ru",
        editions=_RU,
        sections=("Город", "Спорт, «Зенит»"),
        frequency=Frequency.WEEKLY,
        timezone="Europe/Moscow",
    ),
    Subscriber(
        email="Ben.O'Neil@post.example",
        name='Ben "Benny" O\'Neil',
        language="en",
        editions=("en",),
        sections=('The "City"', "Arts\\Film"),
    ),
    Subscriber(email="gleb@post.example", name="Глеб", editions=("ru", "en"), timezone="Asia/Yekaterinburg"),
    Subscriber(email="imported-gone@post.example", status=SubscriberStatus.UNSUBSCRIBED),
    Subscriber(
        email="operator-gone@post.example",
        name="Removed by us",
        editions=("en",),
        status=SubscriberStatus.UNSUBSCRIBED,
    ),
    Subscriber(email="pending@post.example", editions=_RU, status=SubscriberStatus.PENDING),
    Subscriber(
        email="reader-gone@post.example",
        name="Ушедший читатель",
        language="ru",
        status=SubscriberStatus.UNSUBSCRIBED,
    ),
    Subscriber(email="reader4@post.example", editions=_RU),
    Subscriber(email="reader5@post.example", editions=_RU),
    Subscriber(email="reader6@post.example", editions=_RU),
    Subscriber(email="reader7@post.example", editions=_RU),
    Subscriber(email="reader8@post.example", editions=_RU, status=SubscriberStatus.UNSUBSCRIBED),
    Subscriber(email="reader9@post.example", editions=_RU),
    Subscriber(email="suppressed@post.example", name="Suppressed, Reader", status=SubscriberStatus.SUPPRESSED),
    Subscriber(email="vera@post.example", name="Вера Ильинична"),
]
AUDIENCES = {"ru": 8, "en": 3}

# Deliveries, by id of the issue

TALLIES = {
    1: {DeliveryState.BOUNCED: 1, DeliveryState.SENT: 1},
    2: {DeliveryState.DEFERRED: 1, DeliveryState.PLANNED: 1},
    3: {DeliveryState.CANCELLED: 2},
    4: dict.fromkeys(DeliveryState, 1),
    5: {DeliveryState.PLANNED: 3},
}
OWNER = "0123456789abcdef-4711-fedcba9876543210"
OTHER_OWNER = "fedcba9876543210-12-0011223344556677"
UNKNOWN = (11, f"{OWNER}:c0ffee0000000005-11")  # delivery id and token
BEING_SENT = (12, f"{OWNER}:c0ffee0000000006-12")
CLAIMED = (13, f"{OTHER_OWNER}:c0ffee0000000007-13")
RESENT = {1, 4}  # ids of the issues of which messages may go out twice
