"""Interpreter settings: overlapping blocks in any order leave the process as it was."""

import gc
import sys
from collections.abc import Callable
from contextlib import AbstractContextManager, ExitStack

import pytest

from digest import interpreter
from digest.interpreter import (
    tuned_for_collecting,
    tuned_for_importing,
    tuned_for_ranking,
    tuned_for_sending,
    tuned_for_serving,
)

Settings = tuple[float, tuple[int, int, int], bool, int]


@pytest.fixture(autouse=True)
def unfrozen(monkeypatch: pytest.MonkeyPatch) -> None:
    """A process that has loaded no command yet, and in which blocks freeze and unfreeze objects as elsewhere."""
    monkeypatch.setattr(interpreter, "gc", gc)
    gc.unfreeze()


def current() -> Settings:
    """The settings of this process that the blocks change."""
    return sys.getswitchinterval(), gc.get_threshold(), gc.isenabled(), gc.get_freeze_count()


@pytest.mark.parametrize("first_in", ["collecting", "sending"])
@pytest.mark.parametrize("first_out", ["collecting", "sending"])
def test_collecting_and_sending_overlapping_restore_the_settings(first_in: str, first_out: str) -> None:
    """The most demanding value holds while both last; the one that remains keeps its own."""
    before = current()
    blocks = {"collecting": ExitStack(), "sending": ExitStack()}
    tuned = {"collecting": tuned_for_collecting, "sending": tuned_for_sending}
    second_in, last_out = (next(name for name in blocks if name != one) for one in (first_in, first_out))
    for name in (first_in, second_in):
        blocks[name].enter_context(tuned[name]())
    assert sys.getswitchinterval() == pytest.approx(0.0002)
    assert gc.get_threshold()[0] == 10_000
    blocks[first_out].close()
    assert sys.getswitchinterval() == pytest.approx(0.0005 if last_out == "collecting" else 0.0002)
    assert (gc.get_threshold()[0] == 10_000) is (last_out == "sending")
    blocks[last_out].close()
    assert current() == before


@pytest.mark.parametrize("tuned", [tuned_for_collecting, tuned_for_sending, tuned_for_ranking, tuned_for_serving])
def test_two_blocks_of_one_kind_restore_the_settings(tuned: Callable[[], AbstractContextManager[None]]) -> None:
    """The settings hold until the last block has ended, in the order in which they began and when one raises."""
    before = current()
    first, last = ExitStack(), ExitStack()
    first.enter_context(tuned())
    last.enter_context(tuned())
    changed = current()
    first.close()
    assert current()[:3] == changed[:3] != before[:3]
    with pytest.raises(ZeroDivisionError), last:
        _ = 1 / 0
    assert current() == before


def test_tuned_for_importing_freezes_what_is_there_at_the_end() -> None:
    """The collector is off in the block, and on again afterwards without a look at what was made."""
    lasting: list[object] = []
    try:
        with tuned_for_importing():
            assert not gc.isenabled()
            lasting.append([lasting])
        assert gc.isenabled()
        assert not any(one is lasting for one in gc.get_objects())
    finally:
        gc.unfreeze()
