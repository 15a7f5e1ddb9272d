"""`velocity`: what the counters gain in an hour, measured over the last three. Pure."""

from digest.model.articles import Reason
from digest.ranking.scoring import PACE, Scores, ScoringInput, mixed


def score(day: ScoringInput) -> Scores:
    """As `raw`, of (count - count three hours before) / 3 h, or of count / age where nothing is known of then."""
    counted = mixed(day, lambda counter: counter.pace)

    def reasons(place: int) -> tuple[Reason, ...]:
        paces = {"views": day.candidates[place].views, "comments": day.candidates[place].comments}
        says = ", ".join(f"{counter.pace:.1f} {name}" for name, counter in paces.items() if counter is not None)
        last = f"gains {says or 'nothing known'} an hour (last {PACE:.0f} h)"
        return (*counted.reasons(place), Reason(name="pace", value=None, says=last))

    return Scores(counted.scores, reasons)
