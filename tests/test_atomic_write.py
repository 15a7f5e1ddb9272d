"""Files that are there whole or not at all."""

import os
import re
import stat
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from digest.atomic_write import write_file
from digest.errors import StoreError


def test_write_file_new_or_existing_file_is_complete(tmp_path: Path) -> None:
    """With the permissions of any new file, and no temporary file left."""
    file = tmp_path / "preview.html"
    for content in (b"first", b"", b"\x00\r\n" * 100_000):
        write_file(file, content)
        assert file.read_bytes() == content
    ordinary = tmp_path / "ordinary"
    ordinary.touch()
    assert stat.S_IMODE(file.stat().st_mode) == stat.S_IMODE(ordinary.stat().st_mode)
    assert sorted(tmp_path.iterdir()) == [ordinary, file]


def test_write_file_leaves_the_umask_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It is that of the whole process: another thread's file would get the permissions of a moment."""
    monkeypatch.setattr(os, "umask", lambda _mask: pytest.fail("the umask is changed"))
    write_file(tmp_path / "sent.json", b"{}")


def test_write_file_in_parts_keeps_none_of_them_in_memory(tmp_path: Path) -> None:
    """A list of a million readers would take hundreds of megabytes."""
    file = tmp_path / "readers.csv"
    freed = []

    class Part(bytes):
        def __del__(self) -> None:
            freed.append(self[:1])

    def parts() -> Iterator[bytes]:
        for number in range(5):
            assert len(freed) >= number - 1
            yield Part(b"%d\n" % number)

    write_file(file, parts())
    assert file.read_bytes() == b"0\n1\n2\n3\n4\n"


def test_write_file_whose_parts_end_with_an_error_keeps_the_old_file(tmp_path: Path) -> None:
    """As when the database fails in the middle of an export."""
    file = tmp_path / "readers.csv"
    file.write_bytes(b"old")

    def parts() -> Iterator[bytes]:
        yield b"new"
        raise StoreError("the database does not work")

    with pytest.raises(StoreError):
        write_file(file, parts())
    assert file.read_bytes() == b"old"
    assert list(tmp_path.iterdir()) == [file]


def test_write_file_full_disk_keeps_the_old_file(tmp_path: Path) -> None:
    """The old file is kept, no partial file is left, and the error names the file.

    A limit on the size of files replaces a full disk: the write fails in the middle in the same way.
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


def test_write_file_interrupted_keeps_the_old_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Ctrl-C before the file is replaced: the old file, and no temporary file."""
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
def test_write_file_impossible_path_is_named(tmp_path: Path, place: str) -> None:
    """A missing folder, a file in place of a folder, a folder in place of the file."""
    (tmp_path / "file").write_bytes(b"")
    (tmp_path / "folder").mkdir()
    with pytest.raises(OSError, match=re.escape(place)) as caught:
        write_file(tmp_path / place, b"new")
    assert caught.value.filename == str(tmp_path / place)
    assert sorted(path.name for path in tmp_path.rglob("*")) == ["file", "folder"]


def test_write_file_symbolic_link_is_followed(tmp_path: Path) -> None:
    """Its target is written, also if it does not exist yet."""
    target, link = tmp_path / "target", tmp_path / "link"
    link.symlink_to(target)
    for content in (b"first", b"second"):
        write_file(link, content)
        assert link.is_symlink()
        assert target.read_bytes() == content


def test_write_file_links_that_lead_to_each_other_are_refused(tmp_path: Path) -> None:
    """As any other place that cannot be written, and they stay."""
    first, second = tmp_path / "first", tmp_path / "second"
    first.symlink_to(second)
    second.symlink_to(first)
    with pytest.raises(OSError, match="symbolic links") as caught:
        write_file(first, b"new")
    assert caught.value.filename == str(first)
    assert sorted(tmp_path.iterdir()) == [first, second]


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="Linux has a device that is always full")
def test_write_file_full_device_is_named() -> None:
    """The system's error of an open file names none."""
    with pytest.raises(OSError, match="No space left") as caught:
        write_file(Path("/dev/full"), b"new")
    assert caught.value.filename == "/dev/full"


def test_write_file_device_or_pipe_is_written_to(tmp_path: Path) -> None:
    """`-o /dev/null` must not replace the device by a file: tested with a pipe, never with the real one."""
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    reader = os.open(pipe, os.O_RDONLY | os.O_NONBLOCK)
    try:
        write_file(pipe, iter([b"sa", b"id"]))
        assert pipe.is_fifo()
        assert os.read(reader, 10) == b"said"
    finally:
        os.close(reader)
    assert list(tmp_path.iterdir()) == [pipe]
