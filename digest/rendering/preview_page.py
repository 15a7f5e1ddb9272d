"""The preview file: one page that shows a message on a desktop, a phone, in dark mode and without images."""

import base64
import html as markup
import re
from collections.abc import Callable, Sequence
from email import message_from_bytes
from email.policy import default
from email.utils import parsedate_to_datetime

from jinja2 import FileSystemLoader

from digest.i18n import Translator
from digest.message import limits
from digest.message.parsed_message import ParsedMessage
from digest.model.issues import Finding
from digest.rendering.environment import make_environment
from digest.rendering.theme import built_in_templates

_DARK = re.compile(r"\(\s*prefers-color-scheme\s*:\s*dark\s*\)")
_IMAGE = re.compile(r"""(<img\b[^>]*?\ssrc=)(?:"([^"]*)"|'([^']*)')""", re.IGNORECASE)
_IMAGE_TYPES = (
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
    translator: Translator,
) -> str:
    """The page as self-contained HTML; `source` is the whole message as it would be sent, `sender` a display name."""
    environment = make_environment(FileSystemLoader(built_in_templates()), translator)
    return environment.get_template("preview.html").render(
        light=light(message_html),
        dark=dark(message_html),
        bare=without_images(light(message_html)),
        text=text,
        source=source.decode("utf-8", "replace").replace("\r\n", "\n"),
        subject=subject,
        preheader=preheader,
        sender=sender,
        time=_local_time(source, translator),
        sizes=ParsedMessage(source).sizes,
        clip=limits.HTML_LIMIT,
        near=limits.HTML_WARNING,
        findings=findings,
        translator=translator,
    )


def light(message_html: str) -> str:
    """The message in light mode, whatever the reader's screen."""
    return _with_scheme(_DARK.sub("(max-width: 0px)", message_html), "light")


def dark(message_html: str) -> str:
    """The message in dark mode, whatever the reader's screen."""
    return _with_scheme(_DARK.sub("(min-width: 0px)", message_html), "dark")


def without_images(message_html: str) -> str:
    """The message as shown by an app that blocks images."""
    return _IMAGE.sub(r'\1"data:,"', message_html)


def embed_images(message_html: str, lookup: Callable[[str], bytes | None]) -> str:
    """The same HTML with every image that `lookup` finds by its URL embedded."""

    def embedded(found: re.Match[str]) -> str:
        content = lookup(markup.unescape(found[2] if found[2] is not None else found[3]))
        return found[0] if content is None else f'{found[1]}"{_data_url(content)}"'

    return _IMAGE.sub(embedded, message_html)


def _data_url(content: bytes) -> str:
    image_type = next((name for start, name in _IMAGE_TYPES if content.startswith(start)), "jpeg")
    return f"data:image/{image_type};base64,{base64.b64encode(content).decode('ascii')}"


def _with_scheme(message_html: str, scheme: str) -> str:
    return message_html.replace("</head>", f"<style>:root{{color-scheme:{scheme} !important}}</style></head>", 1)


def _local_time(source: bytes, translator: Translator) -> str:
    date = message_from_bytes(source, policy=default)["Date"]
    try:
        moment = parsedate_to_datetime(str(date)) if date else None
    except ValueError:
        return ""
    return "" if moment is None or moment.tzinfo is None else translator.time(moment)
