"""The message as a mail app shows it: without what the app does not support, and with what is known of it besides."""

import re
from collections.abc import Callable, Iterator

import lxml.html
import tinycss2
import tinycss2.ast
from lxml.html import HtmlElement

from tests.looks.support_data import Unsupported

_STRUCTURE = {"html", "head", "body", "title", "meta", "link", "base"}
_WITH_CONTENT = {"style", "svg", "video", "audio", "object"}
_KINDS_OF_SELECTOR = {
    "child": r">",
    "adjacent-sibling": r"\+",
    "general-sibling": r"~",
    "attribute": r"\[",
    "universal": r"(?<![\w-])\*",
    "id": r"#",
    "chaining": r"[\w\]]\.[\w-]+",
}
_NOT_FOR_WORD = {"max-width", "max-height", "overflow", "background-image", "border-radius", "float"}
_WITHOUT_WIDTH = {"body", "span", "div", "p", "img", "a"}  # in Word the attributes of an image count

Declaration = tuple[str, str]
Keep = Callable[[HtmlElement, str, str], bool]


def as_shown_by(message_html: str, unsupported: Unsupported) -> str:
    """The message without the elements, attributes and styles that an app does not support."""
    page = lxml.html.document_fromstring(message_html)
    _remove_elements(page, unsupported)
    for sheet in page.iter("style"):
        sheet.text = "".join(_supported_rules(tinycss2.parse_stylesheet(sheet.text or ""), unsupported))
    _restyle(page, lambda _element, name, value: _is_supported(name, value, unsupported))
    return str(lxml.html.tostring(page, encoding="unicode", doctype="<!doctype html>"))


def as_drawn_by_word(message_html: str) -> str:
    """The message as the Word engine of Outlook for Windows lays it out, with its conditional markup.

    Padding counts on table cells alone, sizes of images come from attributes, and a cell grows with its longest word.
    """
    shown = re.sub(r"<!--\[if !mso\]><!-->.*?<!--<!\[endif\]-->", "", message_html, flags=re.DOTALL)
    shown = re.sub(r"<!--\[if (?:g?te? )?mso[^\]]*\]>(.*?)<!\[endif\]-->", r"\1", shown, flags=re.DOTALL)
    page = lxml.html.document_fromstring(shown)
    _restyle(page, _is_known_to_word)
    return str(lxml.html.tostring(page, encoding="unicode", doctype="<!doctype html>"))


def as_shown_by_yahoo(message_html: str) -> str:
    """The message with the heights of its inline styles turned into minimums, as Yahoo does it."""
    page = lxml.html.document_fromstring(message_html)
    for element in page.iterfind(".//*[@style]"):
        element.set("style", re.sub(r"(^|[;\s])height\s*:", r"\1min-height:", element.get("style")))
    return str(lxml.html.tostring(page, encoding="unicode", doctype="<!doctype html>"))


def _is_known_to_word(element: HtmlElement, name: str, value: str) -> bool:
    if name.startswith("padding"):
        return element.tag in ("td", "th")
    if name in ("width", "height", "min-width"):
        return element.tag not in _WITHOUT_WIDTH
    if name == "display":
        return value == "none" and element.tag != "img"
    if name.startswith("margin"):
        return element.tag not in ("span", "body", "a") and "-" not in value
    if name in ("word-break", "overflow-wrap"):
        return value != "break-word"
    return name not in _NOT_FOR_WORD and not (name == "background" and "url(" in value)


def _remove_elements(page: HtmlElement, unsupported: Unsupported) -> None:
    for element in list(page.iter(lxml.html.etree.Element)):
        for name in unsupported.attributes & set(element.attrib):
            del element.attrib[name]
        if element.tag not in unsupported.elements or element.tag in _STRUCTURE:
            continue
        if element.tag in _WITH_CONTENT:
            element.drop_tree()
        else:
            element.drop_tag()


def _restyle(page: HtmlElement, keep: Keep) -> None:
    """Keep those inline declarations."""
    for element in page.iterfind(".//*[@style]"):
        kept = [f"{name}:{value}" for name, value in _declarations(element.get("style")) if keep(element, name, value)]
        element.set("style", ";".join(kept))


def _declarations(content: object) -> Iterator[Declaration]:
    for node in tinycss2.parse_blocks_contents(content, skip_comments=True, skip_whitespace=True):
        if isinstance(node, tinycss2.ast.Declaration):
            value = tinycss2.serialize(node.value).strip()
            yield node.lower_name, value + (" !important" if node.important else "")


def _supported_rules(rules: list[tinycss2.ast.Node], unsupported: Unsupported) -> Iterator[str]:
    for rule in rules:
        prelude = tinycss2.serialize(getattr(rule, "prelude", [])).strip()
        if isinstance(rule, tinycss2.ast.QualifiedRule):
            yield _supported_rule(prelude, rule.content, unsupported)
        elif isinstance(rule, tinycss2.ast.AtRule) and _is_supported_at_rule(rule, prelude, unsupported):
            inner = "".join(_supported_rules(tinycss2.parse_rule_list(rule.content or []), unsupported))
            yield f"@{rule.lower_at_keyword} {prelude} {{ {inner} }}\n"


def _supported_rule(prelude: str, content: object, unsupported: Unsupported) -> str:
    selectors = [one for one in prelude.split(",") if not _has_unsupported_selector(one, unsupported)]
    kept = [f"{name}:{value}" for name, value in _declarations(content) if _is_supported(name, value, unsupported)]
    return f"{','.join(selectors)} {{ {';'.join(kept)} }}\n" if selectors and kept else ""


def _has_unsupported_selector(selector: str, unsupported: Unsupported) -> bool:
    pseudo = set(re.findall(r"::?[a-z-]+", selector))
    patterns = (_KINDS_OF_SELECTOR[kind] for kind in unsupported.selectors & set(_KINDS_OF_SELECTOR))
    return bool(pseudo & unsupported.selectors) or any(re.search(pattern, selector) for pattern in patterns)


def _is_supported_at_rule(rule: tinycss2.ast.AtRule, prelude: str, unsupported: Unsupported) -> bool:
    features = set(re.findall(r"\(\s*([a-z-]+)", prelude))
    return rule.lower_at_keyword not in unsupported.at_rules and not features & unsupported.media_features


def _is_supported(name: str, value: str, unsupported: Unsupported) -> bool:
    plain = value.removesuffix("!important").strip()
    return not (
        name in unsupported.properties
        or (name, plain) in unsupported.values
        or set(re.findall(r"([a-z-]+)\(", value)) & unsupported.functions
        or set(re.findall(r"\d([a-z]+|%)", value)) & unsupported.units
    )
