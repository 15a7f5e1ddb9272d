"""A finished message as mail clients read it: headers, parts, HTML and links, parsed from the bytes.

Nothing here raises: what is missing or invalid is empty.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from email import message_from_bytes
from email.errors import MessageError
from email.header import decode_header, make_header
from email.message import Message
from email.utils import getaddresses
from functools import cached_property

import lxml.etree
import lxml.html


@dataclass(frozen=True, kw_only=True, slots=True)
class Sizes:
    """Bytes: the HTML part as it is sent and decoded, and the whole message."""

    html_encoded: int
    html_decoded: int
    whole: int


@dataclass(frozen=True)
class ParsedMessage:
    """A message; each part of it is parsed when it is first needed."""

    content: bytes

    @cached_property
    def head(self) -> bytes:
        return re.split(rb"\r?\n\r?\n", self.content, maxsplit=1)[0]

    @cached_property
    def headers(self) -> list[tuple[str, str]]:
        """Names in lower case and raw values, with their line breaks."""
        lines = re.split(r"\r?\n(?![ \t])", self.head.decode("latin-1"))
        return [
            (name.lower(), value.removeprefix(" ")) for name, colon, value in (line.partition(":") for line in lines)
        ]

    def values(self, name: str) -> list[str]:
        return [value for found, value in self.headers if found == name]

    def single_value(self, name: str) -> str | None:
        """The unfolded value of a header that occurs exactly once."""
        values = self.values(name)
        return re.sub(r"\r?\n", "", values[0]).strip() if len(values) == 1 else None

    @cached_property
    def mime(self) -> Message:
        return message_from_bytes(self.content)

    def part(self, content_type: str) -> Message | None:
        return next((part for part in self.mime.walk() if part.get_content_type() == content_type), None)

    @cached_property
    def html(self) -> str:
        return _decoded_payload(self.part("text/html")).decode("utf-8", "replace")

    @cached_property
    def text(self) -> str:
        return _decoded_payload(self.part("text/plain")).decode("utf-8", "replace")

    @cached_property
    def page(self) -> lxml.html.HtmlElement | None:
        parser = lxml.html.HTMLParser(encoding="utf-8", huge_tree=True)
        try:
            return lxml.html.document_fromstring(self.html.encode().replace(b"\0", b""), parser=parser)
        except lxml.etree.LxmlError:
            return None

    def xpath(self, path: str) -> list[lxml.html.HtmlElement]:
        return [] if self.page is None else self.page.xpath(path)

    @cached_property
    def visible_text(self) -> str:
        """The text of the HTML part, on one line, without the places where long words may break."""
        return one_line(self.xpath("//text()[not(ancestor::style or ancestor::script)]")).replace("\u200b", "")

    @cached_property
    def link_urls(self) -> list[str]:
        return [str(anchor.get("href")).strip() for anchor in self.xpath("//a[@href]")]

    @cached_property
    def subject(self) -> str | None:
        value = self.single_value("subject")
        try:
            return None if value is None else str(make_header(decode_header(value)))
        except (MessageError, LookupError, ValueError):
            return None

    @cached_property
    def recipient(self) -> str:
        return next((address for _, address in getaddresses(self.values("to"))), "")

    @cached_property
    def unsubscribe_urls(self) -> list[str]:
        return re.findall(r"<([^<>\s]+)>", self.single_value("list-unsubscribe") or "")

    @cached_property
    def sizes(self) -> Sizes:
        part = self.part("text/html")
        encoded = 0 if part is None else len(encoded_payload(part))
        return Sizes(html_encoded=encoded, html_decoded=len(_decoded_payload(part)), whole=len(self.content))


@dataclass(frozen=True)
class CheckedMessage(ParsedMessage):
    """One message, and what the rules compare it with; `foreign` are the texts of its issue that come from sources."""

    own_domain: str
    base_url: str
    now: datetime
    foreign: tuple[str, ...]
    postal_address: str
    envelope_sender: str

    def is_own(self, url: str) -> bool:
        return bool(self.base_url) and (url == self.base_url or url.startswith(self.base_url + "/"))


def one_line(texts: Iterable[str]) -> str:
    """The texts on one line, with one space between all words."""
    return " ".join(" ".join(texts).split())


def encoded_payload(part: Message) -> str:
    """A part's content as it is sent; U+FFFD where its charset parameter is invalid."""
    try:
        return str(part.get_payload())
    except (LookupError, TypeError, ValueError):
        return "\ufffd"


def _decoded_payload(part: Message | None) -> bytes:
    try:
        payload = None if part is None else part.get_payload(decode=True)
    except (LookupError, TypeError, ValueError):
        return b""
    return payload if isinstance(payload, bytes) else b""
