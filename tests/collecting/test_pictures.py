"""Fetching the pictures of an issue when the process is stopped meanwhile."""

import threading
from collections.abc import Collection, Iterator, Mapping

import pytest

from digest.collecting.pictures import fetch_pictures
from digest.errors import StoppedError
from digest.model.pictures import PictureSize, StoredPicture

WANTED = [PictureSize(url=f"https://gazette.example/{number}.jpg", width=300) for number in range(20)]


class SlowPictures:
    """A host that does not answer until the `end`."""

    def __init__(self) -> None:
        self.begun: list[str] = []
        self.end = threading.Event()
        self.first = threading.Event()

    def fetch(self, url: str, widths: Collection[int]) -> Mapping[int, StoredPicture]:
        """Wait."""
        self.begun.append(url)
        self.first.set()
        self.end.wait(30)
        return {}


@pytest.fixture
def slow() -> Iterator[SlowPictures]:
    """The host."""
    host = SlowPictures()
    yield host
    host.end.set()


def test_pictures_that_ctrl_c_interrupts_do_not_delay_the_end_of_the_process(slow: SlowPictures) -> None:
    """`digest send` ended only after the limits of all of them, then of the four that were under way."""

    def interrupt() -> bool:
        assert slow.first.wait(10)
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        fetch_pictures(slow, WANTED, stop=interrupt)
    threads = [thread for thread in threading.enumerate() if thread.name == "pictures"]
    assert threads
    assert all(thread.daemon for thread in threads)
    slow.end.set()
    for thread in threads:
        thread.join(10)
    assert len(slow.begun) < len(WANTED)


def test_pictures_of_a_stopped_process_are_abandoned(slow: SlowPictures) -> None:
    """`digest run` makes the issue after its next start."""
    with pytest.raises(StoppedError):
        fetch_pictures(slow, WANTED, stop=slow.first.is_set)


def test_pictures_that_are_late_leave_the_others(slow: SlowPictures) -> None:
    """An issue goes out without them."""
    known = StoredPicture(content=b"a", media_type="image/jpeg")

    class PartlySlow(SlowPictures):
        def fetch(self, url: str, widths: Collection[int]) -> Mapping[int, StoredPicture]:
            return {300: known} if url == WANTED[0].url else slow.fetch(url, widths)

    found = fetch_pictures(PartlySlow(), WANTED[:2], deadline=0.05)

    assert WANTED[1] not in found
    assert set(found.values()) <= {known}
