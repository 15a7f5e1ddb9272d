"""The formulas by name, as in `[ranking] formula`; each is a file of `formulas/`."""

from digest.ranking.formulas import expected, hn, raw, reddit, velocity
from digest.ranking.scoring import Formula

DEFAULT = "expected"
BASELINE = "raw"

FORMULAS: dict[str, Formula] = {
    "expected": expected.score,
    "hn": hn.score,
    "raw": raw.score,
    "reddit": reddit.score,
    "velocity": velocity.score,
}
