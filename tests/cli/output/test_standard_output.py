"""What a command says of a standard output that cannot be written."""

from pathlib import Path

import pytest

from tests.support.installation import Installation

FULL = Path("/dev/full")


@pytest.mark.skipif(not FULL.exists(), reason="Linux has a device that is always full")
@pytest.mark.parametrize("command", ["status", "rank --json", "--help"])
def test_command_whose_output_has_no_room_names_standard_output(site: Installation, command: str) -> None:
    """The system's error names no file. Nothing follows it: Python flushes the rest of the output at its end."""
    with FULL.open("wb") as full:
        ran = site.run_into(full, *command.split())
    assert ran.failed(1).endswith("digest: standard output: no space left on device")
    assert "Exception" not in ran.err
