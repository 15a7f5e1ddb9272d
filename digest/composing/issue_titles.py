"""What pages and mail call editions and their weekly issues. Pure."""

from digest.i18n import Translator
from digest.settings.schema import Settings


def edition_titles(settings: Settings) -> dict[str, str]:
    """The titles of the editions that readers can choose, by name; the portal's for a single one."""
    return {
        one.name: one.title or (settings.portal.name if len(settings.editions) == 1 else one.name)
        for one in settings.editions
    }


def issue_titles(settings: Settings, translator: Translator) -> dict[str, str]:
    """The titles of the editions and of their weekly issues, by the names of their issues."""
    editions, weekly = edition_titles(settings), translator.gettext("weekly")
    titles = ((one, editions[one.readers_of]) for one in settings.all_editions)
    return {one.name: f"{title}, {weekly}" if one.is_weekly else title for one, title in titles}
