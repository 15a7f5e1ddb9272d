"""What editors read about an issue, in the language of the page: reasons, and rules that its message breaks. Pure."""

from collections.abc import Callable

from digest.diagnostics.phrases import rule_phrases
from digest.diagnostics.phrases.phrase_book import PhraseBook
from digest.i18n import Translator


def reason_in_language(message: str, translator: Translator) -> str:
    """The message of a reason, whose parts are between semicolons."""
    return _REASONS.translated(message, translator)


def finding_in_language(message: str, translator: Translator) -> str:
    """What a rule found in a message."""
    return _FINDINGS.translated(message, translator)


def _reasons(_: Callable[[str], str]) -> tuple[str, ...]:
    return (
        _("published %(time)s"),
        _("no date: first seen %(time)s"),
        _("first seen after the previous issue was made"),
        *_counter_phrases(_),
        _("formula %(name)s"),
        _("normalised: %(group)s moved by %(shift)s"),
        _("pinned by %(name)s: place %(place)s"),
        _("pinned by %(name)s"),
        _("boosted by %(name)s: %(value)s"),
        _("added by %(name)s"),
        _("retitled by %(name)s"),
        _("new summary by %(name)s"),
        _("moved to another section by %(name)s"),
        _("story of %(number)s"),
        _("told by %(number)s sources"),
        _("MMR penalty %(value)s"),
        _("limit reached: %(number)s articles of section %(name)s"),
        _("limit reached: %(number)s articles of source %(name)s"),
        _("limit reached: %(number)s article of section %(name)s"),
        _("limit reached: %(number)s article of source %(name)s"),
        _("shown below “%(title)s”"),
        _("placed here because of its section (%(name)s), above a higher score"),
    )


def _counter_phrases(_: Callable[[str], str]) -> tuple[str, ...]:
    return (
        _("views unknown"),
        _("comments unknown"),
        _("no counters: scored as an average article"),
        _("%(number)s views at age %(hours)s h, %(share)s of the final count"),
        _("%(number)s view at age %(hours)s h, %(share)s of the final count"),
        _("%(number)s comments at age %(hours)s h, %(share)s of the final count"),
        _("%(number)s comment at age %(hours)s h, %(share)s of the final count"),
        _("over %(percent)s"),
        _("expected %(total)s = %(number)s + %(more)s to come, %(pull)s"),
        _("expected %(total)s = %(number)s + %(more)s to come"),
        _("lowered towards a usual article"),
        _("slightly lowered towards a usual article"),
        _("strongly lowered towards a usual article"),
        _("raised towards a usual article"),
        _("slightly raised towards a usual article"),
        _("strongly raised towards a usual article"),
        _("a usual article ends with %(number)s views (%(curve)s)"),
        _("a usual article ends with %(number)s view (%(curve)s)"),
        _("a usual article ends with %(number)s comments (%(curve)s)"),
        _("a usual article ends with %(number)s comment (%(curve)s)"),
        _("default curve"),
        _("portal's own curve from %(number)s articles"),
        _("portal's own curve from %(number)s article"),
        _("weight of views %(views)s, of comments %(comments)s; one comment counts as %(ratio)s views"),
    )


def findings(_: Callable[[str], str]) -> tuple[str, ...]:
    """What rules find that editors can repair, and the rest."""
    return (
        *rule_phrases.phrases(_),
        _("it has %(number)s characters; expected 1 to 150"),
        _("the preheader has %(number)s characters; expected 40 to 130"),
        _("the preheader repeats the subject"),
        _("there is no preheader: the HTML part has no hidden text"),
        _("one-click unsubscribe needs https: set [web] base_url to an https address"),
        _("the encoded HTML part has %(size)s KB, and Gmail clips it; the limit is %(limit)s"),
        _("the encoded HTML part has %(size)s KB; Gmail clips a little above %(limit)s"),
        _("the message has %(size)s KB; the limit is %(limit)s"),
        _("the unsubscribe link is behind byte %(place)s, where Gmail may clip it"),
        _("there are only %(number)s characters of text beside the images"),
        _("an image's address is not absolute: %(address)s"),
        _("an image is http, which mail clients may not show: %(address)s"),
        _("an image has no alt: %(address)s"),
        _("an image has no width, so that Outlook shows it in its own size: %(address)s"),
        _("a link is not absolute: %(address)s"),
        _("a link has a user name in it: %(address)s"),
        _("a link uses a URL shortener: %(address)s"),
        _("a link leads to this machine and works nowhere else: %(address)s"),
        _("a link's host is an IP address: %(address)s"),
        _("a link of our own is not https: %(address)s"),
        _("a link is not https: %(address)s"),
        _("a link's text names another host than its address: %(address)s"),
        _("the text part lacks %(address)s"),
        _("the HTML part lacks %(address)s"),
        _("%(address)s and %(number)s more"),
        _("the links lead to %(number)s hosts; many hosts look like spam"),
        _("no part has the sender's postal address: set [portal] postal_address"),
        _("the sender accepts no replies, and there is no Reply-To with a mailbox that does"),
    )


_REASONS = PhraseBook(_reasons, nested=("share", "pull", "curve"))
_FINDINGS = PhraseBook(findings, nested=("address", *rule_phrases.NESTED))
