"""Whether a SQLite file is still where it was opened."""

from pathlib import Path

from digest.store.engine.opened_file import OpenedFile


def test_opened_file_where_nobody_can_tell_counts_as_in_place(tmp_path: Path) -> None:
    """Such as while a network file system does not answer; a process that cannot look never stops for that."""
    file = tmp_path / "digest.db"
    file.touch()
    below = file / "digest.db"  # a file is no folder
    opened = OpenedFile.at(file)
    assert opened is not None
    assert opened._replace(path=below).is_in_place()
    assert OpenedFile.at(below) is None


def test_opened_file_behind_a_link_is_the_one_that_the_link_leads_to(tmp_path: Path) -> None:
    """A link that leads elsewhere has replaced it."""
    link = tmp_path / "digest.db"
    for name in ("one", "other"):
        (tmp_path / name).touch()
    link.symlink_to("one")
    opened = OpenedFile.at(link)
    assert opened is not None
    assert opened.is_in_place()
    link.unlink()
    link.symlink_to("other")
    assert not opened.is_in_place()
