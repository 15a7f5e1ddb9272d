"""Permissions of files that apply to root too, as to everybody else."""

import ctypes
from collections.abc import Iterator
from contextlib import contextmanager

_VERSION = 0x20080522  # of the structures: a header, then effective, permitted and inheritable capabilities, twice
_CAP_DAC_OVERRIDE, _CAP_DAC_READ_SEARCH = 1 << 1, 1 << 2


@contextmanager
def ordinary_permissions() -> Iterator[None]:
    """Let this thread, and those that it starts, do without what lets root pass permissions by (capabilities(7))."""
    header, sets = (ctypes.c_uint32 * 2)(_VERSION, 0), (ctypes.c_uint32 * 6)()
    kernel = ctypes.CDLL(None)
    assert kernel.capget(header, sets) == 0
    effective = sets[0]
    sets[0] = effective & ~(_CAP_DAC_OVERRIDE | _CAP_DAC_READ_SEARCH)
    assert kernel.capset(header, sets) == 0
    try:
        yield
    finally:
        sets[0] = effective
        assert kernel.capset(header, sets) == 0
