"""`velocity`: what the counters gain in an hour, measured over the last three. Pure."""

from digest.candidates import PACE, Candidate, Day, Verdict, mixed
from digest.model import Reason


def score(day: Day) -> list[Verdict]:
    """As `raw`, of (count - count three hours before) / 3 h, or of count / age where nothing is known of then."""
    counted = mixed(day, lambda counter: counter.pace)
    return [_named(verdict, one) for verdict, one in zip(counted, day.candidates, strict=True)]


def _named(verdict: Verdict, one: Candidate) -> Verdict:
    paces = {"views": one.views, "comments": one.comments}

    def reasons() -> tuple[Reason, ...]:
        says = ", ".join(f"{counter.pace:.1f} {name}" for name, counter in paces.items() if counter is not None)
        last = f"gains {says or 'nothing known'} an hour (last {PACE:.0f} h)"
        return (*verdict.reasons(), Reason(name="pace", value=None, says=last))

    return Verdict(verdict.score, reasons)
