"""The rows of an import in batches, and what became of them: how many had which result, and the bad rows. Pure."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import islice
from typing import Any

from digest.model.subscribers import ImportedRows, RowOutcome, RowResult, Subscriber, SubscriberStatus
from digest.parsing.tables.csv_table import BadRow

BATCH = 5_000  # rows in a transaction: small enough for progress and for other writers, large enough for speed
_MOST_BAD_ROWS = 1_000  # that are listed


def batches(rows: Iterable[Subscriber | BadRow]) -> Iterator[tuple[list[Subscriber], list[BadRow]]]:
    """The good and the bad rows, as many at once as a transaction stores."""
    remaining = iter(rows)
    while batch := list(islice(remaining, BATCH)):
        yield [row for row in batch if isinstance(row, Subscriber)], [row for row in batch if isinstance(row, BadRow)]


@dataclass(kw_only=True, slots=True)
class ImportResult:
    """The result of the rows that were read.

    `kept_editions`: how many of them left the readers the editions that they chose on their page.
    """

    counts: Counter[RowResult] = field(default_factory=Counter)
    kept_editions: int = 0
    bad: int = 0
    bad_rows: list[BadRow] = field(default_factory=list)

    @property
    def rows(self) -> int:
        """How many rows were read."""
        return self.counts.total() + self.bad

    def add(self, rows: ImportedRows, bad_rows: Iterable[BadRow]) -> None:
        """Count the rows of a batch."""
        self.counts.update(rows.results)
        self.kept_editions += rows.kept
        for row in bad_rows:
            self.bad += 1
            if len(self.bad_rows) < _MOST_BAD_ROWS:
                self.bad_rows.append(row)

    def totals(self) -> Counter[RowOutcome]:
        """How many rows had each outcome, whatever status they state."""
        totals: Counter[RowOutcome] = Counter()
        for result, count in self.counts.items():
            totals[result.outcome] += count
        return totals

    def ordered_counts(self) -> list[tuple[RowResult, int]]:
        """The numbers in the order in which they are shown."""
        outcomes, statuses = list(RowOutcome), list(SubscriberStatus)
        return sorted(
            self.counts.items(), key=lambda one: (outcomes.index(one[0].outcome), statuses.index(one[0].status))
        )

    def as_json(self) -> dict[str, Any]:
        """The result as an object, from which `from_json` makes it again."""
        totals = self.totals()
        return {
            **{outcome.value: totals[outcome] for outcome in RowOutcome},
            "kept_editions": self.kept_editions,
            "bad": [{"line": row.line, "says": row.message} for row in self.bad_rows],
            "bad_total": self.bad,
            "outcomes": [
                {"result": result.outcome.value, "status": result.status.value, "rows": count}
                for result, count in self.ordered_counts()
            ],
        }

    @classmethod
    def from_json(cls, stored: Mapping[str, Any]) -> "ImportResult":
        """The result that an object shows; an empty one is that of no rows."""
        return cls(
            counts=Counter({_stored_result(one): one["rows"] for one in stored.get("outcomes", ())}),
            kept_editions=stored.get("kept_editions", 0),
            bad=stored.get("bad_total", 0),
            bad_rows=[BadRow(one["line"], one["says"]) for one in stored.get("bad", ())],
        )


def _stored_result(stored: Mapping[str, Any]) -> RowResult:
    return RowResult(RowOutcome(stored["result"]), SubscriberStatus(stored["status"]))
