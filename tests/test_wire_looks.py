"""Looking a run of messages over: the quick look sees what the thorough one sees."""

from hypothesis import given
from hypothesis import strategies as st

from digest.mailers import smtp_looks
from digest.mailers.smtp_looks import Looks
from digest.mailers.smtp_rules import content_defect, dot_stuffed

_BIT = st.sampled_from(
    [b"\r\n", b".", b"\r", b"\n", b"\r\n.", b"a", b"ab" * 30, b"x" * 600, b"\0", b"\xff", b"\r\n\r\n", b"y" * 2048]
)
_TEXT = st.lists(_BIT, max_size=14).map(b"".join)


@st.composite
def _runs(draw: st.DrawFn) -> list[bytes]:
    """Messages that are made of the same few pieces, some of them changed in one place."""
    base = draw(_TEXT) + b"\r\n"
    run = [base]
    for _turn in range(draw(st.integers(1, 6))):
        at = draw(st.integers(0, len(base)))
        behind = min(len(base), at + draw(st.integers(0, 40)))
        run.append(base[:at] + draw(_TEXT) + base[behind:])
    return run


class TestLooks:
    """Nothing that a thorough look finds is missed because the message before it was good."""

    @given(_runs(), st.sampled_from([1, 2, 7, 64, 2048]))
    def test_a_quick_look_is_as_good_as_a_thorough_one(self, run: list[bytes], block: int) -> None:
        """The same messages are refused, and a line with a dot in front is never overlooked."""
        looks = Looks()
        before = smtp_looks._BLOCK
        smtp_looks._BLOCK = block
        try:
            for content in run:
                defect, dots = looks.look(content)
                assert (defect is None) == (content_defect(content) is None)
                if defect is None and not dots:
                    assert dot_stuffed(content) == content
        finally:
            smtp_looks._BLOCK = before

    def test_the_wrong_octet_is_found_wherever_it_is(self) -> None:
        """Each octet of a good message in turn becomes a bare CR, and is found behind its good forerunner."""
        good = b"Subject: x\r\n\r\n" + (b"x" * 70 + b"\r\n") * 60
        looks = Looks()
        for place in range(len(good)):
            assert looks.look(good) == (None, False)
            bad = good[:place] + b"\r" + good[place + 1 :]
            assert (looks.look(bad)[0] is None) == (bad == good)
