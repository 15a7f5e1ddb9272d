"""The navigation of the console: the pages in the order in which an editor needs them."""

from collections.abc import Collection

from digest.i18n import Translator


def entries(translator: Translator, paths: Collection[str]) -> list[tuple[str, str]]:
    """Path and name of each page of the navigation that exists."""
    _ = translator.gettext
    named = {
        "/tour": _("Tour"),
        "/inbox": _("Inbox"),
        "/": _("Overview"),
        "/next": _("Next issue"),
        "/issues": _("Issues"),
        "/readers": _("Readers"),
        "/sources": _("Sources"),
        "/numbers": _("Numbers"),
        "/health": _("Health"),
        "/people": _("People"),
    }
    return [(path, name) for path, name in named.items() if path in paths]
