"""The preview file: one page that shows a message as a desktop, a phone, a dark screen and one without images do."""

import base64
import html as markup
import re
from collections.abc import Callable, Sequence
from email import message_from_bytes
from email.policy import default
from email.utils import parsedate_to_datetime

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from digest.i18n import Words
from digest.message import limits
from digest.message.parsed_message import ParsedMessage
from digest.model.issues import Finding
from digest.rendering.theme import built_in_templates

_DARK = re.compile(r"\(\s*prefers-color-scheme\s*:\s*dark\s*\)")
_IMAGE = re.compile(r"""(<img\b[^>]*?\ssrc=)(?:"([^"]*)"|'([^']*)')""", re.IGNORECASE)
_KINDS = (
    (b"\x89PNG\r\n\x1a\n", "png"),
    (b"\xff\xd8\xff", "jpeg"),
    (b"GIF8", "gif"),
    (b"RIFF", "webp"),
    (b"<", "svg+xml"),
)


def preview_page(
    message_html: str,
    text: str,
    source: bytes,
    *,
    subject: str,
    preheader: str,
    sender: str,
    findings: Sequence[Finding],
    words: Words,
) -> str:
    """The page, self-contained HTML; `source` is the whole message as it would leave, `sender` a display name."""
    environment = Environment(
        loader=FileSystemLoader(built_in_templates()),
        undefined=StrictUndefined,
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
        extensions=["jinja2.ext.i18n"],
    )
    environment.install_gettext_callables(  # type: ignore[attr-defined]  # the i18n extension adds it
        words.gettext, words.ngettext, newstyle=True
    )
    return environment.get_template("preview.html").render(
        light=light(message_html),
        dark=dark(message_html),
        bare=without_images(light(message_html)),
        text=text,
        source=source.decode("utf-8", "replace").replace("\r\n", "\n"),
        subject=subject,
        preheader=preheader,
        sender=sender,
        time=_time(source, words),
        sizes=ParsedMessage(source).sizes,
        clip=limits.HTML_LIMIT,
        near=limits.HTML_WARNING,
        findings=findings,
        words=words,
    )


def light(message_html: str) -> str:
    """The message as a light screen shows it, whatever the screen is."""
    return _with_scheme(_DARK.sub("(max-width: 0px)", message_html), "light")


def dark(message_html: str) -> str:
    """The message as a dark screen shows it, whatever the screen is."""
    return _with_scheme(_DARK.sub("(min-width: 0px)", message_html), "dark")


def without_images(message_html: str) -> str:
    """The message as an app shows it that loads no images."""
    return _IMAGE.sub(r'\1"data:,"', message_html)


def embed_images(message_html: str, lookup: Callable[[str], bytes | None]) -> str:
    """The same HTML with every image whose address `lookup` knows written into it."""

    def embedded(found: re.Match[str]) -> str:
        content = lookup(markup.unescape(found[2] if found[2] is not None else found[3]))
        return found[0] if content is None else f'{found[1]}"{_data_url(content)}"'

    return _IMAGE.sub(embedded, message_html)


def _data_url(content: bytes) -> str:
    kind = next((name for start, name in _KINDS if content.startswith(start)), "jpeg")
    return f"data:image/{kind};base64,{base64.b64encode(content).decode('ascii')}"


def _with_scheme(message_html: str, scheme: str) -> str:
    return message_html.replace("</head>", f"<style>:root{{color-scheme:{scheme} !important}}</style></head>", 1)


def _time(source: bytes, words: Words) -> str:
    date = message_from_bytes(source, policy=default)["Date"]
    try:
        moment = parsedate_to_datetime(str(date)) if date else None
    except ValueError:
        return ""
    return "" if moment is None or moment.tzinfo is None else words.clock(moment)
