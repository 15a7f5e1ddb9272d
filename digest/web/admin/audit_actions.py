"""What actions and values of the audit log are called on its page; the log itself holds them in English."""

import re
from collections.abc import Mapping

from digest.diagnostics.phrases.alert_phrases import in_language
from digest.i18n import Translator
from digest.model.overrides import OverrideKind

_IMPORT = re.compile(r"import \d+")
_KINDS = "|".join(OverrideKind)
_UNDONE = re.compile(rf"^(?:{_KINDS})(?= |$)|(?<=; )(?:{_KINDS})(?= https?://)")  # each before its article
_OF_USERS, _OF_RELEASES = {"user added", "role changed"}, {"issue approved", "issue sent now"}
_OF_ISSUES = {"issue paused", "issue resumed", "issue cancelled"}
_RESENT = {"unknown sent again", "expired sent again"}
_OF_READERS = {"reader suppressed", "reader unsuppressed", "reader unsubscribed"}


def action_name(action: str, translator: Translator) -> str:
    """The action in the language of the page; one that is not known as it is stored."""
    _ = translator.gettext
    changed = _("issue changed")
    names = {
        "user added": _("user added"),
        "user enabled": _("user enabled"),
        "user disabled": _("user disabled"),
        "user reset": _("sign-in reset"),
        "role changed": _("role changed"),
        "password set": _("password set"),
        "password changed": _("password changed"),
        "second factor on": _("second factor switched on"),
        "second factor off": _("second factor switched off"),
        "recovery code used": _("recovery code used"),
        "checks run": _("checks run"),
        "source asked": _("source asked"),
        "signed in": _("signed in"),
        "signed out": _("signed out"),
        "issue paused": _("issue paused"),
        "issue resumed": _("issue resumed"),
        "issue cancelled": _("issue cancelled"),
        "unknown sent again": _("unknown messages sent again"),
        "expired sent again": _("expired messages sent again"),
        "correction sent": _("correction sent"),
        "reader added": _("reader added"),
        "reader suppressed": _("reader suppressed"),
        "reader unsuppressed": _("reader no longer suppressed"),
        "reader unsubscribed": _("reader unsubscribed"),
        "reader asked to confirm": _("reader asked to confirm"),
        "reader's data exported": _("reader's data exported"),
        "reader erased": _("reader erased"),
        "readers exported": _("list of readers exported"),
        "import started": _("import started"),
        "import cancelled": _("import cancelled"),
        "issue held": _("issue held"),
        "issue approved": _("issue approved"),
        "issue sent now": _("issue sent now"),
        "change undone": _("change undone"),
        "test sent": _("test sent"),
        **{f"{kind} changed": f"{changed}: {name}" for kind, name in change_names(translator).items()},
    }
    return names.get(action, action)


def value_name(action: str, value: str | None, translator: Translator) -> str | None:
    """A role, a status, a state or what looked wrong in the language of the page; what people wrote stays.

    For messages that were sent again it is their number; the issue's state before is left out.
    """
    if value is None or action in _OF_RELEASES:
        return value and in_language(value, translator)
    if action in _RESENT:
        return translator.messages(int(value)) if value.isdecimal() else None
    if action == "change undone":
        kinds = change_names(translator)
        return _UNDONE.sub(lambda found: kinds[OverrideKind(found[0])], value)
    _ = translator.gettext
    names: dict[str, str] = {}
    if action in _OF_USERS:
        names = {"admin": _("Admin"), "editor": _("Editor"), "viewer": _("Viewer")}
    elif action in _OF_READERS:
        names = {"confirmed": _("subscribed"), "pending": _("not confirmed yet"), "unsubscribed": _("unsubscribed")}
        names["suppressed"] = _("suppressed")
    elif action in _OF_ISSUES:
        names = {"sending": _("being sent"), "frozen": _("about to be sent"), "done": _("sent"), "paused": _("paused")}
        names["cancelled"] = _("cancelled")
    return names.get(value, value)


def subject_name(subject: str, translator: Translator) -> str:
    """What was changed: an import is named in the language of the page; issues, sources and people have names."""
    number = subject.removeprefix("import ")
    return translator.gettext("import %(number)s") % {"number": number} if _IMPORT.fullmatch(subject) else subject


def change_names(translator: Translator) -> Mapping[OverrideKind, str]:
    """What the changes of an issue are called."""
    _ = translator.gettext
    return {
        OverrideKind.PIN: _("pinned"),
        OverrideKind.DROP: _("dropped"),
        OverrideKind.BOOST: _("boosted"),
        OverrideKind.TITLE: _("title"),
        OverrideKind.SUMMARY: _("summary"),
        OverrideKind.SECTION: _("section"),
        OverrideKind.ADD: _("added"),
        OverrideKind.INTRO: _("intro"),
        OverrideKind.CLOSING: _("closing"),
        OverrideKind.SUBJECT: _("subject"),
        OverrideKind.PREHEADER: _("preview text"),
    }
