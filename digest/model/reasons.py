"""Why an article has its place: the steps of its score."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import overload


@dataclass(frozen=True, kw_only=True, slots=True)
class Reason:
    """One step of a score: its name, its value and an explanation for the editor.

    `common` is the end of the message (or all of it) that is the same for all articles.
    """

    name: str
    value: float | None
    message: str
    common: str = ""

    @property
    def own(self) -> str:
        """The part of the message that is about this article alone."""
        return self.message.removesuffix(self.common).removesuffix("; ")


class LazyReasons(Sequence[Reason]):
    """Reasons that are computed when they are read: few of many articles are ever explained."""

    __slots__ = ("_compute", "_reasons")

    def __init__(self, compute: Callable[[], tuple[Reason, ...]]) -> None:
        self._compute: Callable[[], tuple[Reason, ...]] | None = compute
        self._reasons: tuple[Reason, ...] = ()

    def _computed(self) -> tuple[Reason, ...]:
        compute = self._compute  # another thread may compute them, too
        if compute is not None:
            self._reasons = compute()
            self._compute = None
        return self._reasons

    @overload
    def __getitem__(self, place: int) -> Reason: ...
    @overload
    def __getitem__(self, place: slice) -> tuple[Reason, ...]: ...
    def __getitem__(self, place: int | slice) -> Reason | tuple[Reason, ...]:
        return self._computed()[place]

    def __len__(self) -> int:
        return len(self._computed())

    def __eq__(self, other: object) -> bool:
        return self._computed() == (other._computed() if isinstance(other, LazyReasons) else other)

    def __hash__(self) -> int:
        return hash(self._computed())

    def __repr__(self) -> str:
        return repr(self._computed())
