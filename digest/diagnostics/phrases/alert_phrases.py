"""What alerts, checks and errors say, in the language of who reads it: the commands show them in English. Pure."""

import re
from collections.abc import Callable, Sequence

from digest.diagnostics.phrases import (
    certificate_phrases,
    check_phrases,
    dns_phrases,
    error_phrases,
    issue_phrases,
    source_phrases,
)
from digest.diagnostics.phrases.phrase_book import PhraseBook
from digest.i18n import Translator

_SEVERAL = re.compile(r"(.+) \(and (\d+) more\)", re.DOTALL)  # an alert about a check that fails for several reasons


def with_number_of_others(messages: Sequence[str]) -> str:
    """The first of the messages, and how many more there are."""
    return f"{messages[0]} (and {len(messages) - 1} more)" if len(messages) > 1 else messages[0]


def in_language(message: str, translator: Translator) -> str:
    """The message, or the advice beside it, in that language; what is not known, such as a reply, stays as it is."""
    _ = translator.gettext
    several = _SEVERAL.fullmatch(message)
    if several and (problem := _BOOK.translated(several[1], translator)) != several[1]:
        return _("%(problem)s (and %(number)s more)") % {"problem": problem, "number": several[2]}
    return _BOOK.translated(message, translator)


def with_language(message: str, translator: Translator) -> tuple[str, str]:
    """The message in that language, and the language in which it is: English where no phrase is known."""
    shown = in_language(message, translator)
    return shown, translator.language if shown != message else "en"


def _phrases(_: Callable[[str], str]) -> tuple[str, ...]:
    """The phrases of issues, sources, receivers, warnings of checks and the web pages."""
    return (
        _("%(issue)s is held: %(reasons)s"),
        _("%(issue)s is paused: %(reasons)s"),
        _("%(name)s holds it"),
        _("edited by %(name)s, and somebody else must approve it"),
        _("nobody has edited or approved it"),
        _("too few articles: %(number)s, and the edition's minimum is %(needed)s"),
        _("too late after a stop: folded into the next issue"),
        _("by an operator"),
        _("paused by hand"),
        _("the database was restored from a backup"),
        _("the mail server refuses us: %(reply)s"),
        _("the mail server %(server)s refused %(step)s with %(reply)s"),
        _("check %(name)s and %(password)s in .env"),
        _("after a change restart `digest run`"),
        _("check [smtp] in the configuration, or ask its administrator"),
        _("%(sent)s of its messages were sent and the database knows of %(known)s, as after a restored backup"),
        _("the database is on another PostgreSQL server, which may not know the last messages that were sent"),
        _("%(command)s ends it, and to go on may send twice"),
        _("source %(name)s failed"),
        _("source %(name)s: 1 article, expected at least %(expected)s"),
        _("source %(name)s: %(number)s articles, expected at least %(expected)s"),
        _("source %(name)s: no articles, expected one from the last %(span)s"),
        _("source %(name)s: the newest article is %(age)s old, expected one from the last %(span)s"),
        _("source %(name)s: %(field)s missing in %(number)s of %(all)s articles"),
        _("source %(name)s: all %(counter)s unknown, usually %(share)s known"),
        _("1 article, usually %(usual)s"),
        _("%(number)s articles, usually %(usual)s"),
        _("the receiver %(receiver)s refuses our mail: %(reply)s"),
        _("%(issue)s is late: it was due at %(time)s, and is not made yet"),
        _("%(issue)s is late: %(number)s of %(all)s messages could not be sent"),
        _("%(issue)s is late: %(number)s of %(all)s messages could not be sent: %(reply)s"),
        _("%(issue)s may not have arrived: %(number)s of %(all)s messages are unknown"),
        _("%(issue)s may not have arrived: %(number)s of %(all)s messages are unknown: %(reply)s"),
        _("%(issue)s: %(number)s of %(all)s messages bounced for good"),
        _("%(issue)s: %(number)s of %(all)s readers reported it as spam"),
        _("check %(name)s: %(warning)s"),
        _("%(size)s free on the disk of %(folder)s"),
        _("it is %(number)s s ahead of that of %(other)s"),
        _("it is %(number)s s behind that of %(other)s"),
        _("the certificate of %(server)s is trusted and ends in 1 day"),
        _("the certificate of %(server)s is trusted and ends in %(days)s days"),
        _("%(number)s messages in an hour were asked for on the web pages: sign-ups are paused"),
        _("%(number)s days"),
        _("%(number)s h"),
        _("%(number)s min"),
    )


def _all_phrases(_: Callable[[str], str]) -> tuple[str, ...]:
    return (
        *_phrases(_),
        *certificate_phrases.phrases(_),
        *check_phrases.phrases(_),
        *dns_phrases.phrases(_),
        *error_phrases.phrases(_),
        *issue_phrases.findings(_),
        *source_phrases.phrases(_),
    )


_NESTED = (
    "reasons age span warning problem reason use extensions readers text columns file step mail_server database other"
    " expected state rows pages found answer flaw origin place link markup address size advice"
)
_BOOK = PhraseBook(_all_phrases, nested=_NESTED.split(), listed=("contents", "routes", "names"))
