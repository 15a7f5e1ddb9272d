"""`velocity`: what the counters gain per hour, measured over the last three hours. Pure."""

from digest.model.reasons import Reason
from digest.ranking.scoring import PACE_HOURS, Scores, ScoringInput, mix_counters


def score(data: ScoringInput) -> Scores:
    """As `raw`, of (count - count three hours before) / 3 h, or of count / age if the earlier count is unknown."""
    mix = mix_counters(data, lambda counter: counter.pace)

    def reasons(place: int) -> tuple[Reason, ...]:
        counters = {"views": data.candidates[place].views, "comments": data.candidates[place].comments}
        gains = ", ".join(f"{counter.pace:.1f} {name}" for name, counter in counters.items() if counter is not None)
        message = f"gained {gains or 'nothing known'} per hour (last {PACE_HOURS:.0f} h)"
        return (*mix.reasons(place), Reason(name="pace", value=None, message=message))

    return Scores(mix.values, reasons)
