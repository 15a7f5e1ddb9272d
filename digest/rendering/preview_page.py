"""The preview file: one page that shows a message, or the same issue in several themes, as mail apps show it."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from email import message_from_bytes
from email.policy import default
from email.utils import parsedate_to_datetime
from functools import cached_property

import jinja2
import lxml.html

from digest.i18n import Translator
from digest.message import limits
from digest.message.parsed_message import ParsedMessage, Sizes
from digest.model.issues import Finding
from digest.rendering.environment import make_environment
from digest.rendering.mail_views import VIEWS
from digest.rendering.theme import built_in_templates

_SHOWN = re.compile(r".{40}[\u0300-\u036f\u200d\ufe00-\ufe0f\U0001f3fb-\U0001f3ff]*", re.DOTALL)


@dataclass(frozen=True, kw_only=True)
class Shown:
    """A message that the page shows: its parts, and `source`, the whole message as it would be sent."""

    theme: str
    html: str
    text: str
    source: bytes
    findings: Sequence[Finding]

    @cached_property
    def views(self) -> dict[str, str]:
        """The HTML part as mail apps show it, by the name of the view."""
        return {name: view(self.html) for name, view in VIEWS.items()}

    @cached_property
    def sizes(self) -> Sizes:
        """The bytes of the message and its parts."""
        return ParsedMessage(self.source).sizes

    @property
    def readable_source(self) -> str:
        """The whole message as text."""
        return self.source.decode("utf-8", "replace").replace("\r\n", "\n")

    @cached_property
    def printed_height(self) -> int:
        """More pixels than the message is high on paper, by less than a page: a frame cannot grow with its content."""
        body = lxml.html.document_fromstring(self.html).body
        letters, blocks = len(" ".join(body.text_content().split())), body.xpath(".//h1 | .//h2 | .//h3 | .//p")
        return 600 + letters // 2 + 25 * len(blocks) + 20 * len(body.xpath(".//img"))


@dataclass(frozen=True, kw_only=True)
class BrokenTheme:
    """A theme in which the issue cannot be shown, and why."""

    theme: str
    error: str


@dataclass(frozen=True, kw_only=True)
class InboxRow:
    """What a list of messages shows of one: `sender` is a display name."""

    sender: str
    subject: str
    preheader: str

    @property
    def parts_of_subject(self) -> tuple[str, str]:
        """The subject's first 40 characters, which a phone shows, and the rest."""
        start = found[0] if (found := _SHOWN.match(self.subject)) else self.subject
        return start, self.subject[len(start) :]


def preview_page(shown: Shown, row: InboxRow, translator: Translator) -> str:
    """The page of one message as self-contained HTML."""
    return _template("preview.html", translator).render(_context([shown], row, translator))


def themes_page(themes: Sequence[Shown | BrokenTheme], row: InboxRow, translator: Translator) -> str:
    """The page of one issue in several themes, side by side, as self-contained HTML; a broken one has its error."""
    shown = [one for one in themes if isinstance(one, Shown)]
    context = {**_context(shown, row, translator), "messages": themes}
    return _template("preview_themes.html", translator).render(context)


def _template(name: str, translator: Translator) -> jinja2.Template:
    return make_environment(jinja2.FileSystemLoader(built_in_templates()), translator).get_template(name)


def _context(shown: Sequence[Shown], row: InboxRow, translator: Translator) -> dict[str, object]:
    return {
        "messages": shown,
        "row": row,
        "time": _local_time(shown[0].source, translator) if shown else "",
        "clip": limits.HTML_LIMIT,
        "near": limits.HTML_WARNING,
        "translator": translator,
    }


def _local_time(source: bytes, translator: Translator) -> str:
    date = message_from_bytes(source, policy=default)["Date"]
    try:
        moment = parsedate_to_datetime(str(date)) if date else None
    except ValueError:
        return ""
    return "" if moment is None or moment.tzinfo is None else translator.time(moment)
