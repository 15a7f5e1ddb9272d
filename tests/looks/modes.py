"""The ways in which a message is shown, at which width."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from digest.rendering.mail_views import VIEWS, forced_dark, light, without_style_sheets
from tests.looks.mail_apps import as_drawn_by_word, as_shown_by, as_shown_by_yahoo
from tests.looks.support_data import unsupported_by

WIDTHS: Mapping[str, int] = {"phone": 390, "desktop": 800}
View = Callable[[str], str]


@dataclass(frozen=True)
class Mode:
    """A way to show a message, for each width at which it exists."""

    name: str
    views: Mapping[str, View]


def modes(features: Sequence[Mapping[str, Any]]) -> list[Mode]:
    """Those of the preview page, Gmail's dark colours without style sheets, Outlook for Windows and Yahoo."""
    plain = {**VIEWS, "no-styles-dark": lambda html: forced_dark(without_style_sheets(html))}
    return [
        *(Mode(name, dict.fromkeys(WIDTHS, view)) for name, view in plain.items()),
        Mode("outlook", {"desktop": outlook(features)}),
        Mode("yahoo", {"desktop": yahoo("desktop-webmail", features), "phone": yahoo("android", features)}),
    ]


def outlook(features: Sequence[Mapping[str, Any]]) -> View:
    """The message in Outlook for Windows."""
    missing = unsupported_by("outlook", "windows", features)
    return lambda html: as_shown_by(as_drawn_by_word(html), missing)


def yahoo(platform: str, features: Sequence[Mapping[str, Any]]) -> View:
    """The message in Yahoo's app or on its site, in light mode."""
    missing = unsupported_by("yahoo", platform, features)
    return lambda html: light(as_shown_by(as_shown_by_yahoo(html), missing))
