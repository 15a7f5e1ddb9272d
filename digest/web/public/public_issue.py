"""Turns the frozen HTML of an issue into what everybody may see: no personal links, no inline styles.

The pages' content security policy allows no inline styles, so each becomes a class of a stylesheet.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

import lxml.html
import nh3
from lxml.html import HtmlElement

# Tokens have capitals: those of a delivery begin with `A`. UUIDs, which have 36 characters too, and slugs have none.
_PERSONAL = re.compile(
    r"/(?:u|v|p|leave|preferences|confirm)/(?=[\w-]*[A-Z])[\w-]{36}$|^mailto:[^?]*\?subject=unsubscribe", re.ASCII
)
_UNSAFE = "//comment() | //script | //style | //iframe | //object | //embed | //form | //link | //meta | //base"
# The preview text, and what fills the inbox behind it: a feed, which has no styles, would show both.
_STYLE = "translate(@style, ' ', '')"
_HIDDEN = f"//div[contains({_STYLE}, 'display:none') and contains({_STYLE}, 'max-height:0')]"
_DARK_LOGO = re.compile(r'<img class="on-dark[ "][^>]*>')
_FEED_TAGS = {"a", "b", "blockquote", "br", "em", "h1", "h2", "h3", "i", "img", "li", "ol", "p", "strong", "ul"}


@dataclass(frozen=True, kw_only=True, slots=True)
class PublicIssue:
    """The content of the page, its stylesheet and its language."""

    html: str
    css: str
    language: str


@lru_cache(maxsize=64)
def public_issue(html: str, placeholders: tuple[str, ...], notices: tuple[str, ...], own_path: str) -> PublicIssue:
    """The public form of an issue's frozen HTML.

    Elements with a placeholder, links to personal pages and to `own_path`, paragraphs that begin with one of the
    `notices`, and the preview text are left out.
    """
    page = lxml.html.document_fromstring(html)
    css = "\n".join(page.xpath("//style/text()"))
    for element in page.xpath(f"{_UNSAFE} | {_HIDDEN}"):
        element.drop_tree()
    body = page.body
    body.tag = "div"
    _drop_personal(body, placeholders, own_path)
    _drop_notices(body, notices)
    css += _styles_to_classes(body)
    content = lxml.html.tostring(body, encoding="unicode", with_tail=False)
    for placeholder in placeholders:
        content = content.replace(placeholder, "")
    return PublicIssue(html=content, css=css, language=page.get("lang", "en"))


def feed_html(issue: PublicIssue) -> str:
    """The same content for feed readers: text, links and images without layout, nor a second logo for dark mode."""
    return nh3.clean(
        _DARK_LOGO.sub("", issue.html),
        tags=_FEED_TAGS,
        attributes={"a": {"href"}, "img": {"src", "alt"}},
        url_schemes={"http", "https"},
        link_rel=None,
    )


def _drop_personal(body: HtmlElement, placeholders: Sequence[str], own_path: str) -> None:
    for element in list(body.iter(lxml.html.etree.Element)):
        values = " ".join(element.attrib.values())
        href = element.get("href", "")
        if any(one in values for one in placeholders) or _PERSONAL.search(href) or href.endswith(own_path):
            _drop_with_separators(element)


def _drop_with_separators(element: HtmlElement) -> None:
    """Drop an element, and the one around it if that has nothing left but signs between links."""
    parent = element.getparent()
    element.drop_tree()
    if parent is None or parent.getparent() is None:
        return
    if not re.search(r"\w", parent.text_content()) and not parent.xpath(".//img"):
        parent.drop_tree()


def _drop_notices(body: HtmlElement, notices: Sequence[str]) -> None:
    for paragraph in list(body.iter("p")):
        text = " ".join(paragraph.text_content().split())
        if any(text.startswith(notice) for notice in notices):
            paragraph.drop_tree()


def _styles_to_classes(body: HtmlElement) -> str:
    """Move every inline style to a class; the rules of the classes."""
    names: dict[str, str] = {}
    for element in body.iter(lxml.html.etree.Element):
        for name in [name for name in element.attrib if name.lower().startswith("on")]:
            del element.attrib[name]
        style = element.attrib.pop("style", None)
        if style:
            name = names.setdefault(style, f"s{len(names) + 1}")
            element.set("class", f"{element.get('class', '')} {name}".strip())
    # Doubled, so that it wins over the rules of the message's own <style>, as an inline style does.
    return "".join(f"\n.{name}.{name}{{{style}}}" for style, name in names.items() if not set(style) & set("{}<"))
