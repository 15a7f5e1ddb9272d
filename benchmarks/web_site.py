"""An installation whose pages are measured: on PostgreSQL, with readers who have an issue, and `digest serve`.

The next issue has 300 candidates, and an editor is signed in to the console.
"""

import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from itertools import count, cycle
from pathlib import Path
from typing import Any

from sqlalchemy import text

from benchmarks.http_load import Server, Wanted, cpu_seconds
from benchmarks.material import BASE_URL, Ground
from benchmarks.places import HOST, environment, free_port, module
from digest import tokens
from digest.model.users import UserRole
from digest.store.access.user_sessions import UserSessions
from digest.store.access.users import Users
from digest.store.engine.database import Database
from digest.store.issues.archive import Archive
from digest.store.tables.web_schema import rate_count
from digest.store.upkeep.beats import RUN, Beats
from digest.web.admin.cookies import CookieKind

_CONFIGURATION = """
[portal]
name = "Harbour Gazette"
url = "https://gazette.example"
[[sources]]
name = "main"
kind = "feed"
url = "feed.xml"
[[editions]]
name = "{edition}"
[smtp]
from = "Harbour Gazette <news@gazette.example>"
[database]
url = "{url}"
[web]
base_url = "{base_url}"
trusted_proxies = ["127.0.0.1"]
"""
_FORM = {"content-type": "application/x-www-form-urlencoded"}
_SLASH = "http://purl.org/rss/1.0/modules/slash/"
_THINGS = ("Tram line", "Harbour crane", "School roof", "Budget plan", "Storm warning", "Museum night", "Ferry")
_PLACES = ("the old town", "Northern Quay", "Lime Street", "the airport", "Mill Island")
_ONE_CLICK = "List-Unsubscribe=One-Click"
_CANDIDATES = 300
_OF_A_NETWORK = 10  # sign-ups that come from one network: half of what it may ask for in an hour
_LONGEST_START = 30  # seconds


def prepare(folder: Path, url: str, readers: int) -> "Ready":
    """Write the configuration, add the readers, and give each an issue that was sent."""
    edition = f"of-{readers}"
    (folder / "digest.toml").write_text(_CONFIGURATION.format(edition=edition, url=url, base_url=BASE_URL))
    with Ground.open(url) as ground:
        ground.settle([readers])
        ground.plan(readers)
        # With a beat of `digest run` in the future, `digest serve` leaves the mail of the pages to it.
        Beats(ground.database).record(RUN, [edition], datetime.now(UTC) + timedelta(days=1))
        with ground.database.write() as connection:
            connection.execute(rate_count.insert(), _below_zero())
            connection.execute(text("UPDATE delivery SET state = 'sent'"))
            connection.execute(text("UPDATE issue SET state = 'done'"))
            connection.execute(text("CREATE TABLE bare (LIKE subscriber INCLUDING ALL)"))
            connection.execute(text("INSERT INTO bare SELECT * FROM subscriber"))
            deliveries = list(connection.scalars(text("SELECT id FROM delivery ORDER BY id")))
            rows = list(connection.scalars(text("SELECT id FROM bare ORDER BY id")))
            # Statistics as autovacuum would make them: without them PostgreSQL reads the whole tables.
            connection.execute(text("ANALYZE"))
        (issue,) = Archive(ground.database).latest(1)
        _collect(folder)
        console = Wanted("GET", "/admin/next", _signed_in(ground.database))
        return Ready(ground.database.secret(), f"/archive/{issue.name}", console, deliveries, rows)


def _collect(folder: Path) -> None:
    """Store the articles of the last two hours, among which the next issue chooses."""
    now = datetime.now(UTC)
    items = "".join(_item(number, now - timedelta(seconds=24 * number)) for number in range(_CANDIDATES))
    feed = f'<rss version="2.0" xmlns:slash="{_SLASH}"><channel><title>Harbour Gazette</title>{items}</channel></rss>'
    (folder / "feed.xml").write_text(feed)
    command = module("digest", "collect", "--config", "digest.toml")
    subprocess.run(command, cwd=folder, env=environment(), check=True, capture_output=True)


def _item(number: int, published: datetime) -> str:
    title = f"{_THINGS[number % len(_THINGS)]} {number} of {_PLACES[number % len(_PLACES)]}"
    return (
        f"<item><title>{title}</title><link>https://gazette.example/news/{number}</link>"
        f"<pubDate>{format_datetime(published)}</pubDate><description>{title}. What is known so far.</description>"
        f"<slash:comments>{number * 37 % 100}</slash:comments></item>"
    )


def _signed_in(database: Database) -> dict[str, str]:
    """The cookie of an editor."""
    now = datetime.now(UTC)
    user = Users(database).invite("editor@gazette.example", UserRole.EDITOR, "benchmark", now).user
    token = UserSessions(database).start(user, CookieKind.PLAIN.value, "127.0.0.0/24", "", now)
    return {"cookie": f"{CookieKind.PLAIN.value}={token}"}


class Ready:
    """The requests that can be made; each unsubscription and each sign-up is another reader's."""

    def __init__(self, secret: bytes, page: str, console: Wanted, deliveries: list[int], rows: list[int]) -> None:
        self.page = Wanted("GET", page)
        self.console = console
        self._secret = secret
        self._deliveries = iter(deliveries)
        self._rows = cycle(rows)
        self._new = count()

    def one_clicks(self, number: int) -> list[Wanted]:
        """As mail services send them (RFC 8058)."""
        minted = (tokens.mint(self._secret, next(self._deliveries), tokens.LEAVE) for _ in range(number))
        return [Wanted("POST", f"/leave/{token}", _FORM, _ONE_CLICK) for token in minted]

    def updates(self, number: int) -> list[Wanted]:
        """The same of the bare handler."""
        return [
            Wanted("POST", f"/update/{next(self._rows)}", _FORM, "List-Unsubscribe=One-Click") for _ in range(number)
        ]

    def sign_ups(self, number: int) -> list[Wanted]:
        """As the portal's own form sends them, from many networks."""
        return [self._sign_up(next(self._new)) for _ in range(number)]

    def _sign_up(self, number: int) -> Wanted:
        network = number // _OF_A_NETWORK
        client = f"10.{network // 256 % 256}.{network % 256}.{number % _OF_A_NETWORK + 1}"
        headers = {**_FORM, "origin": BASE_URL, "x-forwarded-for": client}
        return Wanted("POST", "/subscribe", headers, f"email=new{number}%40readers.example")


def _below_zero() -> dict[str, Any]:
    """A counter of the installation's messages that does not end the sign-ups: 200 an hour cannot be measured."""
    return {"key": "mail of forms", "ends_at": datetime.now(UTC) + timedelta(hours=1), "events": -1_000_000}


class Serving:
    """A `digest serve` process that answers: where, how long its start took, and its memory."""

    def __init__(self, server: Server, start_seconds: float) -> None:
        self.server = server
        self.start_seconds = start_seconds
        self.start_cpu = cpu_seconds(server.process)
        self._status = Path(f"/proc/{server.process}/status")

    def memory(self) -> int:
        """Its resident memory in octets."""
        (line,) = (one for one in self._status.read_text().splitlines() if one.startswith("VmRSS:"))
        return int(line.split()[1]) * 1024


@contextmanager
def digest_serve(folder: Path) -> Iterator[Serving]:
    """Run `digest serve` during the block."""
    port = free_port()
    command = [sys.executable, "-m", "digest", "serve", "--config", "digest.toml", "--listen", f"{HOST}:{port}"]
    start = time.perf_counter()
    with (
        (folder / "serve.log").open("wb") as log,
        subprocess.Popen(command, cwd=folder, env=environment(), stdout=log, stderr=log) as process,
    ):
        try:
            _wait_for_answer(port, process)
            yield Serving(Server(port, process.pid), time.perf_counter() - start)
        finally:
            process.terminate()


def page_of(serving: Serving, wanted: Wanted) -> bytes:
    """The page that answers a request."""
    address = f"http://{HOST}:{serving.server.port}{wanted.path}"
    with urllib.request.urlopen(urllib.request.Request(address, headers=dict(wanted.headers))) as answer:
        body: bytes = answer.read()
    return body


def _wait_for_answer(port: int, process: "subprocess.Popen[bytes]") -> None:
    limit = time.monotonic() + _LONGEST_START
    while process.poll() is None and time.monotonic() < limit:
        try:
            urllib.request.urlopen(f"http://{HOST}:{port}/healthz").close()
        except urllib.error.URLError:
            time.sleep(0.02)
        else:
            return
    raise RuntimeError("`digest serve` did not start")
