"""How mail apps show a message: in light and dark mode, in dark colours of their own, without images or styles."""

import base64
import html as markup
import re
from collections.abc import Callable, Mapping
from types import MappingProxyType

import lxml.html
from lxml.html import HtmlElement

from digest.rendering.inversion import invert_colour

_DARK = re.compile(r"\(\s*prefers-color-scheme\s*:\s*dark\s*\)")
_STYLE_SHEET = re.compile(r"<style\b.*?</style\s*>", re.DOTALL | re.IGNORECASE)
_IMAGE = re.compile(r"""(<img\b[^>]*?\ssrc=)(?:"([^"]*)"|'([^']*)')""", re.IGNORECASE)
_IMAGE_TYPES = (
    (b"\x89PNG\r\n\x1a\n", "png"),
    (b"\xff\xd8\xff", "jpeg"),
    (b"GIF8", "gif"),
    (b"RIFF", "webp"),
    (b"<", "svg+xml"),
)
_COLOUR = re.compile(r"#[0-9a-f]{6}\b|#[0-9a-f]{3}\b|rgb\([^)]*\)|\b(?:white|black)\b", re.IGNORECASE)
_MARKS = MappingProxyType(
    {"color": "data-ogsc", "background": "data-ogsb", "background-color": "data-ogsb", "bgcolor": "data-ogsb"}
)


def light(message_html: str) -> str:
    """The message in light mode, whatever the reader's screen."""
    return _with_rule(_DARK.sub("(max-width: 0px)", message_html), ":root{color-scheme:light !important}")


def dark(message_html: str) -> str:
    """The message in dark mode, whatever the reader's screen."""
    return _with_rule(_DARK.sub("(min-width: 0px)", message_html), ":root{color-scheme:dark !important}")


def forced_dark(message_html: str) -> str:
    """The message in an app that makes inline colours dark itself, as Outlook.com and Outlook's mobile apps do.

    Elements whose colours were changed are marked with `data-ogsc` and `data-ogsb`, which a theme's rules can select.
    Without such rules it looks much as in the Gmail apps. An approximation: apps differ in how they choose colours.
    """
    page = lxml.html.document_fromstring(light(message_html))
    body = page.body
    for element in body.iter(lxml.html.etree.Element):
        _darken(element)
    for mark in ("data-ogsc", "data-ogsb"):  # the app's own element around the message has both
        body.set(mark, body.get(mark, ""))
    return str(lxml.html.tostring(page, encoding="unicode", doctype="<!doctype html>"))


def without_images(message_html: str) -> str:
    """The message as shown by an app that blocks images."""
    return _IMAGE.sub(r'\1"data:,"', message_html)


def without_style_sheets(message_html: str) -> str:
    """The message as shown by Gmail for an address of another host: with inline styles alone."""
    return _with_rule(_STYLE_SHEET.sub("", message_html), "body{margin:0}")


VIEWS: Mapping[str, Callable[[str], str]] = MappingProxyType(
    {
        "light": light,
        "dark": dark,
        "forced-dark": forced_dark,
        "images-off": lambda message_html: without_images(light(message_html)),
        "no-styles": without_style_sheets,
    }
)
"""The ways to show a message, by name."""


def embed_images(message_html: str, lookup: Callable[[str], bytes | None]) -> str:
    """The same HTML with every image that `lookup` finds by its URL embedded."""

    def embedded(found: re.Match[str]) -> str:
        content = lookup(markup.unescape(found[2] if found[2] is not None else found[3]))
        return found[0] if content is None else f'{found[1]}"{_data_url(content)}"'

    return _IMAGE.sub(embedded, message_html)


def _data_url(content: bytes) -> str:
    image_type = next((name for start, name in _IMAGE_TYPES if content.startswith(start)), "jpeg")
    return f"data:image/{image_type};base64,{base64.b64encode(content).decode('ascii')}"


def _with_rule(message_html: str, rule: str) -> str:
    return message_html.replace("</head>", f"<style>{rule}</style></head>", 1)


def _darken(element: HtmlElement) -> None:
    """Change the element's inline colours, and keep the old ones in its attributes."""
    style = re.sub(r"([\w-]+)(\s*:\s*)([^;]*)", lambda found: _darkened(element, found), element.get("style", ""))
    if style:
        element.set("style", style)
    if (colour := element.get("bgcolor")) is not None:
        element.set(_MARKS["bgcolor"], colour)
        element.set("bgcolor", _COLOUR.sub(_inverted, colour))


def _darkened(element: HtmlElement, declaration: re.Match[str]) -> str:
    name, colon, value = declaration[1].lower(), *declaration.groups()[1:]
    if name not in _MARKS or not _COLOUR.search(value):
        return declaration[0]
    element.set(_MARKS[name], value.strip())
    return f"{name}{colon}{_COLOUR.sub(_inverted, value)}"


def _inverted(colour: re.Match[str]) -> str:
    return invert_colour(colour[0])
