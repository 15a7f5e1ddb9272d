"""What a check finds: a level, a sentence, and how to fix it."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import TypeVar

T = TypeVar("T")


class Level(StrEnum):
    """How a check ended; `CANNOT_TELL`: what it needed did not answer, so nothing is known to be wrong."""

    FAIL = "fail"
    WARN = "warn"
    CANNOT_TELL = "cannot-tell"
    OK = "ok"


@dataclass(frozen=True, kw_only=True, slots=True)
class CheckResult:
    """One result; a check may have several. `fix` is empty where there is nothing to do.

    `is_urgent`: a warning that somebody has to hear of before it becomes a failure.
    """

    level: Level
    message: str
    fix: str = ""
    is_urgent: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class NamedResult:
    """A result with the name of its check."""

    check: str
    result: CheckResult


class CannotTellError(Exception):
    """What a check needs is not available; the message says what, `fix` what to do about it."""

    def __init__(self, message: str, fix: str = "") -> None:
        super().__init__(message)
        self.fix = fix


def for_each(subjects: Iterable[T], judge: Callable[[T], Iterable[CheckResult]]) -> Iterator[CheckResult]:
    """The results of each subject; one that cannot be judged does not hide the others."""
    for subject in subjects:
        try:
            yield from judge(subject)
        except CannotTellError as error:
            yield cannot_tell(str(error), error.fix)


def ok(message: str, fix: str = "") -> CheckResult:
    """A result of level ok; `fix` is a hint."""
    return CheckResult(level=Level.OK, message=message, fix=fix)


def warn(message: str, fix: str, *, is_urgent: bool = False) -> CheckResult:
    """A result of level warn."""
    return CheckResult(level=Level.WARN, message=message, fix=fix, is_urgent=is_urgent)


def fail(message: str, fix: str) -> CheckResult:
    """A result of level fail."""
    return CheckResult(level=Level.FAIL, message=message, fix=fix)


def cannot_tell(message: str, fix: str = "") -> CheckResult:
    """A result of level cannot-tell."""
    return CheckResult(level=Level.CANNOT_TELL, message=message, fix=fix)
