"""Issues to render: an English and a Russian one of a fictional portal, with sections, images, credits and threads."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

from digest.model.articles import Article, Count, RankedArticle, Window
from digest.model.issues import Issue, IssueTexts, Links, Section, Slot, Thread
from digest.settings.schema import PortalSettings

SLOT = datetime(2026, 10, 1, 4, 0, tzinfo=UTC)
PORTAL = PortalSettings(
    name="Harbour Gazette",
    url="https://gazette.example",
    timezone="Europe/Moscow",
    languages=("en", "ru"),
    postal_address="1 Quay Street, Port",
)
RUSSIAN_PORTAL = PORTAL.model_copy(update={"name": "Вестник гавани", "postal_address": "Портовая ул., 1, Гавань"})
_TEXTS = IssueTexts(
    intro="Good morning. The **rain** has [stopped](https://gazette.example/rain).\n\n- one\n- two",
    closing="See *you*.",
)
TOKEN = "q7Jx2mV0c4Wn8RkE1sYb3A"
LINKS = Links(
    unsubscribe=f"https://news.gazette.example/u/{TOKEN}",
    view=f"https://news.gazette.example/v/{TOKEN}",
    preferences=f"https://news.gazette.example/p/{TOKEN}",
)


def ranked(
    title: str,
    summary: str | None = None,
    *,
    number: int = 1,
    views: int | None = None,
    comments: int | None = None,
    section: str | None = None,
    author: str | None = None,
    credit: str | None = None,
    image: bool = False,
    language: str | None = None,
    hours: float = 6,
) -> RankedArticle:
    """A ranked article with its number in the URL."""
    address = f"gazette.example/{number}"
    article = Article(
        key=address,
        url=f"https://{address}",
        title=title,
        summary=summary,
        published_at=SLOT - timedelta(hours=hours),
        section=section,
        author=author,
        language=language,
        image_url=f"https://gazette.example/images/{number}.jpg" if image else None,
        image_credit=credit,
        sources=("main",),
    )
    return RankedArticle(article=article, score=10.0 - number, views=_count(views), comments=_count(comments))


def thread(title: str, comments: int, minutes: int, number: int) -> Thread:
    """A row of *Most discussed*, active this many minutes before the slot."""
    url = f"https://gazette.example/forum/{number}"
    return Thread(url=url, title=title, comments=comments, active_at=SLOT - timedelta(minutes=minutes))


def issue(
    lead: RankedArticle | None,
    sections: tuple[Section, ...] = (),
    threads: tuple[Thread, ...] = (),
    *,
    language: str = "en",
    subject: str = "A subject",
    preheader: str = "Harvest ends early · The old crane moves · A quiet season for the ferries",
) -> Issue:
    """An issue of the daily edition on 1 October 2026."""
    return Issue(
        edition="daily",
        slot=Slot(day=date(2026, 10, 1)),
        language=language,
        window=Window(start=SLOT - timedelta(days=1), end=SLOT),
        subject=subject,
        preheader=preheader,
        lead=lead,
        sections=sections,
        most_discussed=threads,
    )


def english() -> Issue:
    """Ten English stories in three sections, five threads in two languages."""
    lead = ranked(
        "Night ferries return to the inner harbour after eleven years",
        "The first boat left Pier 4 at 23:40 with 212 passengers and a brass band. The port authority promises four "
        "crossings a night until spring, and a decision on electric boats by December.",
        number=1, views=18_412, comments=146, section="Port", author="Ada Lindqvist", image=True,
        credit="© Port Authority press office", hours=5.9,
    )  # fmt: skip
    city = Section(
        name="City",
        articles=(
            ranked(
                "The old crane moves to the museum quay, one bolt at a time",
                "Forty engineers, three barges and a tide table: how 600 tonnes of 1911 steel will cross the basin.",
                number=2, views=9_204, comments=58, section="City", author="Tom Okafor", image=True,
                credit="T. Okafor", hours=9,
            ),
            ranked(
                "Council votes for a car-free Exchange Square",
                "Shops along the arcade asked for a year's delay; they get six months and a loading hour before nine.",
                number=3, views=7_731, comments=102, section="City", image=True, credit="City Hall", hours=14,
            ),
            ranked(
                "Library opens on Sundays again",
                "Volunteers keep the reading room warm until the budget is settled in January.",
                number=4, views=2_118, comments=0, section="City", author="Mira Sol", hours=16,
            ),
        ),
    )  # fmt: skip
    industry = Section(
        name="Industry",
        articles=(
            ranked(
                "Shipyard wins order for two research vessels",
                "The hulls will be laid in March. It is the yard's first civil order since 2019, and keeps 480 people "
                "at work through the winter.",
                number=5, views=6_020, comments=31, section="Industry", author="Ines Marek", image=True,
                credit="Northern Yard", hours=11,
            ),
            ranked(
                "Wind park asks for a second cable",
                "Without it a third of the autumn's power stays at sea, its operator says.",
                number=6, views=3_377, section="Industry", image=True, hours=19,
            ),
            ranked("Cannery workers and owners agree on a four-day week", number=7, section="Industry", hours=21),
        ),
    )  # fmt: skip
    science = Section(
        name="Science",
        articles=(
            ranked(
                "Seals learn the ferry timetable, biologists find",
                "Tagged animals gather at the pier seven minutes before the fish boats. On Sundays they sleep in.",
                number=8, views=5_544, comments=77, section="Science", author="Ada Lindqvist", image=True,
                credit="Institute of the Coast", hours=13,
            ),
            ranked(
                "Комета над гаванью будет видна до конца недели",
                "Лучшее время для наблюдений — за час до рассвета, в стороне от портовых огней.",
                number=9, views=1_841, comments=1, section="Science", language="ru", hours=20,
            ),
        ),
    )  # fmt: skip
    threads = (
        thread("Without carrot and stick: who pays for the new breakwater", 14_748, 109, 1),
        thread("Подушка безопасности порта: хватит ли причалов", 108, 97, 2),
        thread("Is the tram to the lighthouse ever coming back?", 102, 400, 3),
        thread("Recipes: what to do with forty kilos of mackerel", 57, 1_100, 4),
        thread("Комментарий к «Ночные паромы вернулись»", 1, 1_300, 5),
    )
    return issue(
        lead,
        (city, industry, science),
        threads,
        subject="Night ferries return to the inner harbour after eleven years and 8 more",
        preheader="The old crane moves to the museum quay · Council votes for a car-free Exchange Square",
    )


def russian() -> Issue:
    """Nine Russian stories in three sections, four threads."""
    lead = ranked(
        "Ночные паромы возвращаются во внутреннюю гавань после одиннадцати лет перерыва",
        "Первое судно отошло от четвёртого причала в 23:40 с двумястами двенадцатью пассажирами и духовым оркестром. "
        "Портовые власти обещают четыре рейса за ночь до самой весны.",
        number=1, views=18_412, comments=146, section="Порт", author="Анна Линдквист", image=True,
        credit="© Пресс-служба порта", hours=5.9,
    )  # fmt: skip
    city = Section(
        name="Город",
        articles=(
            ranked(
                "Старый кран переезжает на музейную набережную",
                "Сорок инженеров, три баржи и таблица приливов: как шестьсот тонн стали 1911 года пересекут бассейн.",
                number=2, views=9_201, comments=52, section="Город", author="Тимофей Окунев", image=True,
                credit="Т. Окунев", hours=9,
            ),
            ranked(
                "Совет проголосовал за пешеходную Биржевую площадь",
                "Магазины просили отсрочку на год, а получили полгода и час на разгрузку до девяти утра.",
                number=3, views=7_731, comments=101, section="Город", image=True, credit="Пресс-служба мэрии", hours=14,
            ),
            ranked(
                "Библиотека снова открыта по воскресеньям",
                "Добровольцы дежурят в читальном зале, пока в январе не утвердят бюджет.",
                number=4, views=2_118, comments=0, section="Город", author="Мира Соль", hours=16,
            ),
        ),
    )  # fmt: skip
    industry = Section(
        name="Промышленность",
        articles=(
            ranked(
                "Верфь получила заказ на два научных судна",
                "Кили заложат в марте. Это первый гражданский заказ с 2019 года, и он обеспечит работой 480 человек.",
                number=5, views=6_022, comments=31, section="Промышленность", author="Инесса Марек", image=True,
                credit="Северная верфь", hours=11,
            ),
            ranked(
                "Ветропарк просит второй кабель",
                "Без него треть осенней энергии останется в море, говорит оператор.",
                number=6, views=3_377, section="Промышленность", image=True, hours=19,
            ),
        ),
    )  # fmt: skip
    science = Section(
        name="Наука",
        articles=(
            ranked(
                "Тюлени выучили расписание паромов, выяснили биологи",
                "Животные с метками собираются у причала за семь минут до рыбацких лодок. По воскресеньям они спят.",
                number=7, views=5_544, comments=77, section="Наука", author="Анна Линдквист", image=True,
                credit="Институт побережья", hours=13,
            ),
            ranked("Комета над гаванью видна до конца недели", number=8, views=1_841, comments=1, section="Наука"),
        ),
    )  # fmt: skip
    threads = (
        thread("Без кнута и пряника: кто заплатит за новый волнолом", 14_748, 109, 1),
        thread("Подушка безопасности порта: хватит ли причалов", 108, 97, 2),
        thread("Вернётся ли трамвай к маяку?", 102, 400, 3),
        thread("Without carrot and stick: comment on the breakwater", 1, 1_300, 4),
    )
    return issue(
        lead,
        (city, industry, science),
        threads,
        language="ru",
        subject="Ночные паромы возвращаются во внутреннюю гавань и ещё 7 новостей",
        preheader="Старый кран переезжает на музейную набережную · Совет проголосовал за Биржевую площадь",
    )


def plain() -> Issue:
    """An edition without sections, images, threads or anything else that a source may leave out."""
    titles = ("Harvest ends early", "The old crane moves", "A quiet season for the ferries")
    lead, *rest = (ranked(title, number=number) for number, title in enumerate(titles, 1))
    return issue(lead, (Section(name=None, articles=tuple(rest)),), subject="Harvest ends early and 2 more")


def difficult() -> Issue:
    """What themes must bear: one section, no summary, titles in emoji and from right to left, pictures of any shape."""
    shapes = ((600, 1_000), (1_600, 400), (700, 700), (120, 90))
    stories = (
        ranked(
            "⚽ Harbour 3:2 Dockers, and 120 minutes of rain! 🌧️",
            "A goalkeeper's header <in the last minute> & a long walk home; “nobody left early”.",
            number=1, views=1, comments=1, section="Sport", author="Nathan Hodge and Olga Pavlova, CNN", image=True,
            credit="Photo: A. & B. Veil",
        ),
        ranked("نادي البحارة يفتح أبوابه ليلًا: شاي ساخن وإنترنت", "שלום לעולם", number=2, image=True, section="Sport"),
        ranked("No summary?", number=3, views=12_345_678, comments=9_876, section="Sport", image=True, credit="AP"),
        ranked("Donaudampfschifffahrtsgesellschaftskapitän" * 2, "word" * 40, number=4, section="Sport", image=True),
        ranked("Матч перенесли", "Снег.", number=5, section="Sport", language="ru"),
    )  # fmt: skip
    lead, *rest = (
        replace(one, article=replace(one.article, image_width=width, image_height=height))
        for one, (width, height) in zip(stories, (*shapes, shapes[0]), strict=True)
    )
    also = (ranked("Keeper's header goes round the world", number=6),)
    whole = issue(replace(lead, also=also), (Section(name=None, articles=tuple(rest)),), subject=lead.article.title)
    return replace(whole, threads={"gazette.example/3": thread("No summary?", 9_876, 30, 7)}, texts=_TEXTS)


def long(count: int, *, russian_text: bool = False) -> Issue:
    """An issue of this many stories of maximum length."""
    text = "Ветер крепчает, и порт закрыт. " if russian_text else "The wind rises and the port is closed. "
    stories = [
        ranked(f"{text}{number}", text * 6, number=number, views=number, comments=number, image=True, credit="Reuters")
        for number in range(1, count + 1)
    ]
    language = "ru" if russian_text else "en"
    return issue(stories[0], (Section(name=None, articles=tuple(stories[1:])),), language=language)


def retitled(whole: Issue, title: str) -> Issue:
    """The issue with this title on its lead, on every story and on every thread."""

    def renamed(one: RankedArticle) -> RankedArticle:
        return replace(one, article=replace(one.article, title=title))

    sections = tuple(
        replace(section, articles=tuple(renamed(one) for one in section.articles)) for section in whole.sections
    )
    threads = tuple(replace(row, title=title) for row in whole.most_discussed)
    lead = None if whole.lead is None else renamed(whole.lead)
    return replace(whole, lead=lead, sections=sections, most_discussed=threads, subject=title, preheader=title)


def _count(value: int | None) -> Count | None:
    return None if value is None else Count(value=value, taken_at=SLOT)
