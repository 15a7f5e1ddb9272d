"""How often the steps of `digest run` are repeated."""

from datetime import timedelta

LOOK = timedelta(seconds=5)  # between two looks at the timetable and at the ledger
MINUTE = timedelta(minutes=1)  # between two beats, and before a server or a source that failed is tried again
QUARTER = timedelta(minutes=15)  # between two looks for silent sources, bounces and complaints
HOUR = timedelta(hours=1)  # between two attempts to rewrite the files after readers were erased
DAY = timedelta(days=1)  # between two runs of the checks
