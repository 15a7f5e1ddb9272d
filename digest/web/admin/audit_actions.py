"""What the actions of the audit log are called on its page; the log itself holds them in English."""

from digest.i18n import Translator
from digest.store.schema import OverrideKind


def action_name(action: str, translator: Translator) -> str:
    """The action in the language of the page; one that is not known as it is stored."""
    _ = translator.gettext
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
        **{f"{kind} changed": _("issue changed") for kind in OverrideKind},
    }
    return names.get(action, action)
