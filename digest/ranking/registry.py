"""The formulas by name; each is a file of `digest/formulas`, and `[ranking] formula` picks one of them."""

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
