"""Foreign texts that hypothesis draws, and whether a line of one is safe to show."""

import re
import unicodedata

from hypothesis import strategies as st

ODD = "\u200b\u200c\u200d\u200e\u202e\u2066\u2069\ufeff\u00ad\u2028\u2029\x00\x07\x1b\x7f\x85\r\n\t\ue000\u0301"
ODD += "\U0001f3f4\U000e0067\U000e007f"
FOREIGN = st.text(alphabet=st.one_of(st.characters(), st.sampled_from(ODD + "<>&;/ .!?…br«»")), max_size=80)
TAG_FLAG = re.compile("\U0001f3f4[\U000e0030-\U000e007a]{3,6}\U000e007f")
# Between these two ranges are the selectors of variants of Chinese characters.
_RESERVED = "\U000e0000-\U000e00ff\U000e01f0-\U000e0fff"
NEVER_VISIBLE = re.compile(f"[\u2065\ufdd0-\ufdef\ufff0-\ufff8\ufffe\uffff\U0001fffe{_RESERVED}]")


def is_safe(line: str) -> bool:
    """No control, bidi, private, reserved or lone surrogate character, and no white space but single spaces."""
    joiners = TAG_FLAG.sub("", line).replace("\u200c", "").replace("\u200d", "")
    unseen = [char for char in joiners if unicodedata.category(char) in {"Cc", "Cf", "Co", "Cs", "Zl", "Zp"}]
    return not unseen and not NEVER_VISIBLE.search(joiners) and line == " ".join(line.split())
