"""`[images] cache`: pictures are fetched once, scaled and served by our pages."""

import re
import shutil
from base64 import b64encode
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from io import BytesIO
from pathlib import Path
from urllib.parse import urlsplit

import lxml.html
import pytest
from PIL import Image

from digest import bootstrap
from digest.clock import SystemClock
from digest.model.issues import Slot
from digest.model.pictures import PictureSize, StoredPicture
from digest.pipeline import IssueRun
from digest.settings.load import find_settings
from tests.sources.test_thumbnails import make_picture
from tests.support.feed_server import FeedServer
from tests.support.installation import DAY, SLOT, Installation, item, rss
from tests.support.smtp_server import Accepted, Log, honest_server
from tests.support.web import BASE, message_of, served
from tests.web.conftest import configured

ISSUE = f"/archive/daily/{DAY}"


@pytest.fixture(scope="module")
def portal() -> Iterator[FeedServer]:
    """A portal with pictures: one is missing, one is none."""
    with FeedServer() as portal:
        for number in range(1, 6):
            content = make_picture((1600, 2400 if number == 1 else 900), colour=(9 * number, 90, 90))
            portal.answer(f"/{number}.jpg", content, content_type="image/jpeg")
        portal.answer("/4.jpg", "<svg/>", content_type="image/svg+xml")
        portal.answer("/5.jpg", status=404)
        yield portal


@pytest.fixture(scope="module")
def with_pictures(
    portal: FeedServer, tmp_path_factory: pytest.TempPathFactory
) -> tuple[Path, list[Accepted], list[str]]:
    """A folder whose installation has sent an issue with pictures, the message, and the pictures that it fetched."""
    folder = tmp_path_factory.mktemp("pictures")
    with honest_server() as (port, log), _fetched(portal) as pictures:
        _sent(folder, port, portal, portal.url("/feed.xml"))
    return folder, log.accepted, pictures


@pytest.fixture
def sent_site(with_pictures: tuple[Path, list[Accepted], list[str]], tmp_path: Path) -> Installation:
    """A copy of that installation."""
    shutil.copytree(with_pictures[0], tmp_path / "site")
    return Installation(tmp_path / "site")


@contextmanager
def _fetched(portal: FeedServer) -> Iterator[list[str]]:
    """The paths of the pictures that are fetched from the portal in the block, once it has ended."""
    before, fetched = len(portal.requests), list[str]()
    yield fetched
    fetched += sorted(request.path for request in portal.requests[before:] if request.path.endswith(".jpg"))


def _feed(portal: FeedServer) -> str:
    picture = '<enclosure url="{}" type="image/jpeg" length="1"/>'
    return rss(*(item(n, comments=100 - n, more=picture.format(portal.url(f"/{n}.jpg"))) for n in range(1, 6)))


def _configured(folder: Path, port: int, source: str) -> Installation:
    site = configured(folder, port)
    configuration = site.folder / "config" / "digest.toml"
    text = configuration.read_text().replace('url = "feed.xml"', f'url = "{source}"')
    configuration.write_text(f"{text}\n\n[images]\ncache = true\n")
    return site


def _sent(folder: Path, port: int, portal: FeedServer, source: str) -> Installation:
    site = _configured(folder, port, source)
    site.write("feed.xml", _feed(portal))
    portal.answer("/feed.xml", _feed(portal))
    site.subscribe("anna@readers.example")
    site.run("send", "--yes", "--date", DAY, now=SLOT).fine()
    return site


def _html(accepted: Sequence[Accepted]) -> str:
    return str(list(message_of(accepted[-1]).iter_parts())[1].get_content())


def _pictures(accepted: Sequence[Accepted]) -> list[str]:
    return re.findall(r'<img[^>]* src="([^"]+)"', _html(accepted))


def test_message_shows_our_pictures_scaled_to_twice_their_width(
    with_pictures: tuple[Path, list[Accepted], list[str]], sent_site: Installation, portal: FeedServer
) -> None:
    """Those that cannot be had keep their address; each was asked for once, and is served for ever.

    The lead is a portrait, which only its own size tells, so it is beside the text.
    """
    site, (_folder, accepted, fetched) = sent_site, with_pictures
    lead, *cards = _pictures(accepted)
    assert [url.startswith(f"{BASE}/images/") for url in (lead, *cards)] == [True, True, True, False, False]
    assert f'<img src="{lead}" alt="" width="240"' in _html(accepted)
    assert cards[2:] == [portal.url("/4.jpg"), portal.url("/5.jpg")]
    assert fetched == [f"/{number}.jpg" for number in range(1, 6)]
    with served(site) as web:
        for url, width in ((lead, 1200), (cards[0], 264)):
            answer = web.get(urlsplit(url).path)
            assert answer.headers["content-type"] == "image/jpeg"
            assert answer.headers["cache-control"] == "public, max-age=31536000, immutable"
            assert answer.headers["x-content-type-options"] == "nosniff"
            assert Image.open(BytesIO(answer.body)).width == width
        for path in ("/images/x.jpg", "/images/%01.jpg", "/images/..%2fdigest.db", "/images/"):
            assert web.get(path).status == 404
        page = web.get(ISSUE)
        assert f'src="{urlsplit(lead).path}"' in page.text
        assert "https:" in page.headers["content-security-policy"].partition("img-src")[2].partition(";")[0]
        site.run("retract", "https://gazette.example/news/4").fine()
        site.run("retract", "https://gazette.example/news/5").fine()
        page = web.get(ISSUE)
        assert "img-src 'self' data:;" in page.headers["content-security-policy"]
        assert lead in web.get("/archive/feed.atom").text


@pytest.mark.parametrize("path", [ISSUE, "/"])
def test_page_of_an_issue_names_its_picture_for_those_who_share_the_link(
    with_pictures: tuple[Path, list[Accepted], list[str]], sent_site: Installation, path: str
) -> None:
    """With its whole address, which the programs of social networks need."""
    with served(sent_site) as web:
        page = lxml.html.document_fromstring(web.get(path).text)
    assert page.xpath("//head/meta[@property='og:image']/@content") == _pictures(with_pictures[1])[:1]


def test_pictures_of_private_hosts_are_not_fetched(tmp_path: Path, mail: tuple[int, Log], portal: FeedServer) -> None:
    """A feed from elsewhere names pictures of this machine: they keep their address."""
    with _fetched(portal) as fetched:
        _sent(tmp_path, mail[0], portal, "feed.xml")
    assert _pictures(mail[1].accepted) == [portal.url(f"/{number}.jpg") for number in range(1, 6)]
    assert fetched == []


def test_pictures_are_not_waited_for_once_the_process_is_stopped(
    tmp_path: Path, mail: tuple[int, Log], portal: FeedServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The clock tells it, which ends all waiting."""
    clock, stopped = SystemClock(), list[bool]()

    def fetch(_source: object, _wanted: object, *, stop: Callable[[], bool]) -> dict[PictureSize, StoredPicture]:
        stopped.append(stop())
        clock.stop()
        stopped.append(stop())
        return {}

    site = _configured(tmp_path, mail[0], "feed.xml")
    site.write("feed.xml", _feed(portal))
    monkeypatch.setattr("digest.pipeline.fetch_pictures", fetch)
    with bootstrap.open_app(find_settings(tmp_path / "config" / "digest.toml"), clock) as app:
        replace(IssueRun.of(app, app.settings.editions[0], Slot.parse(DAY)), is_for_readers=True).draft()
    assert stopped == [False, True]


def test_preview_keeps_the_addresses(sent_site: Installation, portal: FeedServer) -> None:
    """It stores nothing and fetches no pictures."""
    with _fetched(portal) as fetched:
        sent_site.run("preview", "--date", DAY, "--bare", "-o", "out.html", now=SLOT).fine()
    assert f'src="{portal.url("/1.jpg")}"' in (sent_site.folder / "out.html").read_text()
    assert fetched == []


def test_logo_of_a_file_is_served_also_after_it_was_replaced(tmp_path: Path, mail: tuple[int, Log]) -> None:
    """A message that was sent keeps its logo; a preview stores nothing, and shows it without pages."""
    first, second = make_picture((360, 80), colour=(200, 20, 20)), make_picture((360, 80), colour=(20, 20, 200))
    site = configured(tmp_path, mail[0])
    logo = 'logo = { light = "logo.jpg", dark = "https://gazette.example/dark.png", width = 180, height = 40 }'
    site.configure(smtp=f"port = {mail[0]}", web=f'base_url = "{BASE}"', portal=logo)
    site.write("feed.xml", rss(*(item(number, comments=100 - number) for number in range(1, 6))))
    site.write("logo.jpg", first)
    site.subscribe("anna@readers.example")
    site.run("preview", "--date", DAY, "--bare", "-o", "bare.html").fine()
    assert b64encode(first).decode() in (site.folder / "bare.html").read_text()
    site.run("send", "--yes", "--date", DAY, now=SLOT).fine()
    light, dark = _pictures(mail[1].accepted)
    assert dark == "https://gazette.example/dark.png"
    assert f'<img class="on-light" src="{light}" alt="Harbour Gazette" width="180"' in _html(mail[1].accepted)
    site.write("logo.jpg", second)
    with served(site) as web:
        answer = web.get(urlsplit(light).path)
    assert (answer.status, answer.body) == (200, first)


def test_logo_of_a_test_message_is_served(tmp_path: Path, mail: tuple[int, Log]) -> None:
    """Before the first issue that has it: mail apps keep the answer that there is no picture."""
    content = make_picture((360, 80))
    site = configured(tmp_path, mail[0])
    logo = 'logo = { light = "logo.jpg", width = 180, height = 40 }'
    site.configure(smtp=f"port = {mail[0]}", web=f'base_url = "{BASE}"', portal=logo)
    site.write("feed.xml", rss(*(item(number, comments=100 - number) for number in range(1, 6))))
    site.write("logo.jpg", content)
    site.run("send", "--to", "anna@readers.example", "--date", DAY, now=SLOT).fine()
    with served(site) as web:
        answer = web.get(urlsplit(_pictures(mail[1].accepted)[0]).path)
    assert (answer.status, answer.body) == (200, content)


def test_logo_that_is_missing_is_one_clear_error(tmp_path: Path) -> None:
    """Of commands that make messages; the others go on."""
    site = Installation(tmp_path).configure(
        web=f'base_url = "{BASE}"', portal='logo = { light = "logo.png", width = 180, height = 40 }'
    )
    site.write("feed.xml", rss(*(item(number, comments=100 - number) for number in range(1, 6))))
    problem = 'digest: portal.logo = "logo.png": cannot be read: No such file'
    site.run("preview", "--date", DAY).failed(2, problem)
    site.run("run").failed(2, problem)
    site.run("status").fine()
