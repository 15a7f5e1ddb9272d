"""Files that are there whole or not at all."""

import os
import re
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from digest.atomic_write import write_file


def test_a_file_is_written_whole(tmp_path: Path) -> None:
    """New or in the place of another, with the rights that any new file gets, and nothing left beside it."""
    file = tmp_path / "preview.html"
    for content in (b"first", b"", b"\x00\r\n" * 100_000):
        write_file(file, content)
        assert file.read_bytes() == content
    ordinary = tmp_path / "ordinary"
    ordinary.touch()
    assert stat.S_IMODE(file.stat().st_mode) == stat.S_IMODE(ordinary.stat().st_mode)
    assert sorted(tmp_path.iterdir()) == [ordinary, file]


def test_a_full_disk_leaves_what_was_there(tmp_path: Path) -> None:
    """The old file stands, no half of the new one does, and the error names the file.

    A limit on the size of files stands in for a full disk: the write fails in the middle in the same way.
    """
    file = tmp_path / "preview.html"
    file.write_bytes(b"old")
    script = (
        "import resource, signal, sys; from pathlib import Path; from digest.atomic_write import write_file;"
        "signal.signal(signal.SIGXFSZ, signal.SIG_IGN); resource.setrlimit(resource.RLIMIT_FSIZE, (5000, 5000));"
        "write_file(Path(sys.argv[1]), b'x' * 100_000)"
    )
    answer = subprocess.run(
        [sys.executable, "-c", script, str(file)], capture_output=True, text=True, check=False, timeout=60
    )
    assert re.search(rf"OSError: \[Errno \d+\] File too large: '{re.escape(str(file))}'", answer.stderr)
    assert file.read_bytes() == b"old"
    assert list(tmp_path.iterdir()) == [file]


def test_an_interruption_leaves_what_was_there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Ctrl-C at the worst moment: the old file, and nothing beside it."""
    file = tmp_path / "preview.html"
    file.write_bytes(b"old")

    def interrupted(_handle: int) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(os, "fsync", interrupted)
    with pytest.raises(KeyboardInterrupt):
        write_file(file, b"new")
    assert file.read_bytes() == b"old"
    assert list(tmp_path.iterdir()) == [file]


@pytest.mark.parametrize("place", ["absent/preview.html", "file/preview.html", "folder"])
def test_a_place_that_is_none_is_named(tmp_path: Path, place: str) -> None:
    """A folder that is missing, a file where a folder should be, a folder where the file should be."""
    (tmp_path / "file").write_bytes(b"")
    (tmp_path / "folder").mkdir()
    with pytest.raises(OSError, match=re.escape(place)) as caught:
        write_file(tmp_path / place, b"new")
    assert caught.value.filename == str(tmp_path / place)
    assert sorted(path.name for path in tmp_path.rglob("*")) == ["file", "folder"]


def test_a_link_stays_a_link(tmp_path: Path) -> None:
    """What it leads to is written, also where that is still to be made."""
    target, link = tmp_path / "target", tmp_path / "link"
    link.symlink_to(target)
    for content in (b"first", b"second"):
        write_file(link, content)
        assert link.is_symlink()
        assert target.read_bytes() == content


def test_what_is_no_file_is_written_to(tmp_path: Path) -> None:
    """`-o /dev/null` must not put a file in the device's place: shown on a pipe of our own, never on the real one."""
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    reader = os.open(pipe, os.O_RDONLY | os.O_NONBLOCK)
    try:
        write_file(pipe, b"said")
        assert pipe.is_fifo()
        assert os.read(reader, 10) == b"said"
    finally:
        os.close(reader)
    assert list(tmp_path.iterdir()) == [pipe]
