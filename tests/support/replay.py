"""The settings with which tests and benchmarks replay past days; each of them changes what it needs."""

from datetime import time, timedelta
from zoneinfo import ZoneInfo

from digest.evaluation.replay import ReplaySettings
from digest.ranking.registry import FORMULAS

REPLAY = ReplaySettings(
    formulas=FORMULAS,
    hours=[time(7)],
    zone=ZoneInfo("UTC"),
    top=10,
    window=timedelta(hours=24),
    train=timedelta(days=60),
    target="views",
    weight=0.3,
    half_life=4,
)
