"""The CSS selectors of a configuration, which may name an attribute. Pure."""

import re
from dataclasses import dataclass

from selectolax.lexbor import LexborHTMLParser, SelectolaxError

_LONGEST = 500
_WITH_ATTRIBUTE = re.compile(r"(.*?)\s*@\s*([A-Za-z_:][\w:.-]{0,60})", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Selector:
    """A CSS selector and the attribute to read instead of the text; an empty `css` selects the item itself.

    With `siblings` it is searched after the item: `+` in the next element, `~` in all elements up to the next item.
    """

    css: str
    attribute: str | None = None
    siblings: str = ""

    @classmethod
    def parse(cls, text: str) -> "Selector":
        """Read `selector@attribute`; raises ValueError for an invalid selector."""
        match = _WITH_ATTRIBUTE.fullmatch(text.strip())
        css, attribute = (match[1], match[2]) if match else (text.strip(), None)
        siblings = css[:1] if css[:1] in {"+", "~"} else ""
        css = css.removeprefix(siblings).strip()
        if css or siblings or attribute is None:
            _require_css(css)
        return cls(css, attribute, siblings)

    def __str__(self) -> str:
        return f"{self.siblings} {self.css}".strip() + (f"@{self.attribute}" if self.attribute else "")


def _require_css(css: str) -> None:
    try:
        if len(css) <= _LONGEST:
            LexborHTMLParser("<a>").css_first(css)
            return
    except (SelectolaxError, UnicodeError):
        pass
    raise ValueError('expected a CSS selector such as ".counters .views" or "a@href"')
