"""The readers' pages over real HTTP: an installation whose application is served, and a small client."""

import codecs
import csv
import http.client
import io
import json
import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.message import EmailMessage
from functools import cached_property
from typing import Any
from urllib.parse import urlencode, urlsplit

import lxml.html
from sqlalchemy import select

from digest import bootstrap, tokens
from digest.app import App
from digest.clock import SystemClock
from digest.settings.load import find_settings
from digest.store.engine.database import Database
from digest.store.tables.schema import metadata
from digest.web.application import make_application
from digest.web.server import serving
from tests.support.installation import DAY, SLOT, Installation, day
from tests.support.smtp_server import Accepted, Log

BASE = "https://news.gazette.example"
FORM = "application/x-www-form-urlencoded"


@dataclass(frozen=True, kw_only=True)
class Answer:
    """The answer to one request."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    @cached_property
    def text(self) -> str:
        """Its body as text."""
        return self.body.decode()

    @property
    def json(self) -> Any:
        """Its body, parsed as JSON."""
        return json.loads(self.body)

    def languages_of(self, text: str) -> set[str]:
        """The languages that the page names for the elements which have that text."""
        page = lxml.html.document_fromstring(self.text)
        holders = [one for one in page.iter() if isinstance(one.tag, str) and text in (one.text or "")]
        shown = [one for one in holders if one.tag not in {"title", "option"}]
        return {one.xpath("string(ancestor-or-self::*[@lang][1]/@lang)") for one in shown}

    @property
    def refused_fields(self) -> dict[str, str]:
        """The ids of the fields that are marked as wrong and get the focus, each with its sentence."""
        page = lxml.html.document_fromstring(self.text)
        found = {one.get("id"): one for one in page.xpath("//*[@aria-invalid='true'][@autofocus]")}
        sentences = {name: one.get("aria-describedby").split()[0] for name, one in found.items()}
        return {name: page.get_element_by_id(sentence).text_content() for name, sentence in sentences.items()}

    def csv_rows(self, delimiter: str = ",") -> list[dict[str, str]]:
        """Its rows, of CSV with the mark by which Excel knows UTF-8."""
        assert self.body.count(codecs.BOM_UTF8) == 1, self.body[:80]
        assert self.body.startswith(codecs.BOM_UTF8), self.body[:80]
        text = self.body.decode("utf-8-sig")
        return list(csv.DictReader(io.StringIO(text, newline=""), delimiter=delimiter))

    @property
    def heading(self) -> str:
        """The text of its h1."""
        match = re.search(r"<h1[^>]*>(.*?)</h1>", self.text, re.DOTALL)
        return match[1].strip() if match else ""

    def field(self, name: str) -> str:
        """The value of a hidden field."""
        match = re.search(rf'name="{name}" value="([^"]*)"', self.text)
        assert match, (name, self.text)
        return match[1]


@dataclass(frozen=True)
class Client:
    """Requests to a port of this machine; a redirect is not followed."""

    port: int
    headers: Mapping[str, str] = field(default_factory=dict)
    connection: http.client.HTTPConnection | None = None  # for all requests; else each has one of its own

    @contextmanager
    def kept_alive(self) -> Iterator["Client"]:
        """A client that sends all requests on one connection."""
        with closing(self._connect()) as connection:
            yield Client(self.port, self.headers, connection)

    def request(self, method: str, path: str, body: str | bytes | Iterator[bytes] = b"", **headers: str) -> Answer:
        """Send one request; a header's name has underscores for hyphens."""
        connection = self.connection or self._connect()
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        try:
            connection.request(method, path, body or None, {**self.headers, **named})
            answer = connection.getresponse()
            lower = {name.lower(): value for name, value in answer.getheaders()}
            return Answer(status=answer.status, headers=lower, body=answer.read())
        finally:
            if connection is not self.connection:
                connection.close()

    def _connect(self) -> http.client.HTTPConnection:
        return http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)

    def get(self, path: str, **headers: str) -> Answer:
        """GET a page."""
        return self.request("GET", path, **headers)

    def post(self, path: str, fields: Mapping[str, str | Sequence[str]] | None = None, **headers: str) -> Answer:
        """POST a form; a field may have several values."""
        return self.request("POST", path, urlencode(fields or {}, doseq=True), **{"Content_Type": FORM, **headers})


class WallClock(SystemClock):
    """A clock that is set by hand and advances by hand."""

    def __init__(self) -> None:
        super().__init__()
        self.moment = SLOT

    def now(self) -> Any:
        """The moment that was set."""
        return self.moment

    def wait(self, seconds: float) -> bool:
        """Wait for 10 ms at most."""
        return super().wait(min(seconds, 0.01))


@dataclass(frozen=True, kw_only=True)
class Web(Client):
    """A served installation."""

    app: App = field(repr=False)
    database: Database = field(repr=False)
    clock: WallClock
    site: Installation

    @property
    def secret(self) -> bytes:
        """The key of the tokens."""
        return self.app.sender_identity.secret

    def token(self, delivery_id: int, purpose: str = tokens.LEAVE) -> str:
        """A reader's token."""
        return tokens.mint(self.secret, delivery_id, purpose)

    def dump(self) -> dict[str, list[Any]]:
        """All rows of all tables."""
        with self.database.read() as connection:
            return {
                table.name: list(map(tuple, connection.execute(select(table).order_by(*table.primary_key)).all()))
                for table in metadata.sorted_tables
            }


@contextmanager
def served(site: Installation) -> Iterator[Web]:
    """Serve the pages of an installation that is configured, with a clock at the slot of its day."""
    settings = find_settings(site.folder / "config" / "digest.toml")
    clock = WallClock()
    with bootstrap.open_app(settings, clock) as app, serving(make_application(app), "127.0.0.1:0") as port:
        database = app.beats._database
        yield Web(port=port, app=app, database=database, clock=clock, site=site)


def send_issue(site: Installation, *addresses: str, articles: int = 5) -> None:
    """Subscribe readers and send them the day's issue."""
    site.write("feed.xml", day(articles))
    site.subscribe(*addresses)
    site.run("send", "--yes", "--date", DAY, now=SLOT).fine()


def message_of(accepted: Accepted) -> EmailMessage:
    """A message as the standard library reads it."""
    message = message_from_bytes(accepted.content, policy=policy.default)
    assert isinstance(message, EmailMessage)
    return message


def paths_of(accepted: Accepted) -> set[str]:
    """The paths of all links of a message to our own pages, those of its headers included."""
    message = message_of(accepted)
    texts = [str(part.get_content()) for part in message.iter_parts()]
    texts += [str(value) for name, value in message.items() if name.lower().startswith("list-")]
    found = re.findall(rf"{re.escape(BASE)}[^\s\"'<>]*", " ".join(texts))
    return {urlsplit(url).path for url in found}


def to(log: Log, address: str) -> list[Accepted]:
    """The messages to an address."""
    return [one for one in log.accepted if one.recipient == address]
