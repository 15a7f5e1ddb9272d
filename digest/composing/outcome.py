"""What happens to the coming issue at its hour, in words. Pure."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from digest.composing.release import Hold, HoldCause
from digest.i18n import Translator
from digest.model.decisions import Release

_DAY = timedelta(days=1)


@dataclass(frozen=True, kw_only=True, slots=True)
class Coming:
    """The coming issue as it would be made `now`, to be sent at `at`.

    `hold`: why it waits; `released`: who approved it; `breaks_rules`: whether its message breaks a rule of level error;
    `is_scheduled`: whether `digest run` is running.
    """

    at: datetime
    now: datetime
    readers: int
    articles: int
    needed: int
    hold: Hold | None = None
    released: Release | None = None
    breaks_rules: bool = False
    is_scheduled: bool = True

    @property
    def has_passed(self) -> bool:
        """Whether its hour has come."""
        return self.at <= self.now

    @property
    def is_sent_at_once(self) -> bool:
        """Whether somebody sends it before its hour."""
        return self.released is not None and self.released.at_once and not self.has_passed

    @property
    def lacks_articles(self) -> bool:
        """Whether it has fewer articles than the edition's minimum."""
        return self.articles < self.needed

    @property
    def can_be_made(self) -> bool:
        """Whether it has enough articles, and its message breaks no rule."""
        return not (self.lacks_articles or self.breaks_rules)

    @property
    def is_sent(self) -> bool:
        """Whether it goes out if nobody does anything."""
        return self.hold is None and self.can_be_made and self.is_scheduled


def outcome(coming: Coming, translator: Translator) -> str:
    """What happens if nobody does anything, in the translator's language; `digest run` is between backticks."""
    return " ".join(_sentences(coming, translator))


def _sentences(coming: Coming, translator: Translator) -> Iterator[str]:
    _ = translator.gettext
    values = {
        "when": _when(coming.at, coming.now, translator),
        "at": _at(coming.at, coming.now, translator),
        "left": _left(coming, translator),
        "readers": _readers(coming, translator),
    }
    if coming.hold is not None:
        yield _held(coming.hold, coming.now, translator)
    if not coming.can_be_made:
        yield from _obstacle(coming, translator)
        if not coming.has_passed:
            yield _("Its hour is %(when)s, %(left)s.") % values
    elif coming.hold is not None and coming.has_passed:
        yield _("Its hour, %(when)s, has passed: once approved, it is sent at once %(readers)s.") % values
    elif coming.hold is not None:
        yield _("Its hour is %(when)s, %(left)s; it goes %(readers)s.") % values
    elif coming.is_sent_at_once and coming.released is not None:
        text = _("%(name)s sends it now: it goes out in a moment %(readers)s.")
        yield text % {**values, "name": coming.released.by}
    else:
        if coming.released is not None:
            yield _("%(name)s has approved it.") % {"name": coming.released.by}
        if coming.has_passed:
            yield _("It is due now, and will be sent in a moment %(readers)s.") % values
        else:
            yield _("Goes out %(at)s, %(left)s, %(readers)s, unless somebody holds it.") % values
    if not coming.is_scheduled:
        yield _("But `digest run` is not running: nothing is sent until it is started.")


def _held(hold: Hold, now: datetime, translator: Translator) -> str:
    _ = translator.gettext
    texts = {
        HoldCause.PERSON: _("%(name)s has held it since %(when)s. It waits until somebody approves it."),
        HoldCause.FOUR_EYES: _("%(name)s edited it %(at)s. It waits until somebody else approves it."),
        HoldCause.ANOMALIES: _("It looks wrong: %(why)s. It waits until somebody approves it, or nothing looks wrong."),
        HoldCause.UNTOUCHED: _("Nobody has edited it. It waits until somebody edits or approves it."),
    }
    values = {"name": hold.by, "why": "; ".join(hold.anomalies)}
    if hold.at is not None:
        values |= {"when": _when(hold.at, now, translator), "at": _at(hold.at, now, translator)}
    return texts[hold.cause] % values


def _obstacle(coming: Coming, translator: Translator) -> Iterator[str]:
    """Why it cannot be made, and what follows."""
    _ = translator.gettext
    if not coming.lacks_articles:
        yield _("Its message breaks a rule (see the preview). It waits until that is fixed.")
        return
    values = {"found": translator.number(coming.articles), "needed": translator.stories(coming.needed)}
    yield _("It has too few articles: %(found)s of at least %(needed)s.") % values
    if coming.hold is None:
        yield _("Unless more arrive, the issue is skipped.")
    else:
        yield _("Once approved, it is skipped unless more arrive.")


def _when(moment: datetime, now: datetime, translator: Translator) -> str:
    """The time of day, from a day on with its date."""
    return translator.time(moment) if _is_near(moment, now) else translator.day_time(moment)


def _at(moment: datetime, now: datetime, translator: Translator) -> str:
    """The same with the preposition, which the date changes."""
    _ = translator.gettext
    text = _("at %(time)s") if _is_near(moment, now) else _("on %(day)s, %(time)s")
    return text % {"day": translator.day(moment), "time": translator.time(moment)}


def _is_near(moment: datetime, now: datetime) -> bool:
    return abs(moment - now) < _DAY


def _left(coming: Coming, translator: Translator) -> str:
    left = max(coming.at - coming.now, timedelta())
    if left < timedelta(hours=2):
        minutes = -(-int(left.total_seconds()) // 60)
        text, number = translator.ngettext("in %(num)s minute", "in %(num)s minutes", minutes), minutes
    elif left < 2 * _DAY:
        hours = round(left / timedelta(hours=1))
        text, number = translator.ngettext("in %(num)s hour", "in %(num)s hours", hours), hours
    else:
        today, day = (one.astimezone(translator.zone).date() for one in (coming.now, coming.at))
        days = (day - today).days  # as people count from the date beside it: Friday is five days after Sunday evening
        text, number = translator.ngettext("in %(num)s day", "in %(num)s days", days), days
    return text % {"num": translator.number(number)}


def _readers(coming: Coming, translator: Translator) -> str:
    text = translator.ngettext("to %(num)s reader", "to %(num)s readers", coming.readers)
    return text % {"num": translator.number(coming.readers)}
