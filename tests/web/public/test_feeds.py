"""The feeds of the archive as documents, whatever their texts are."""

import xml.etree.ElementTree as ET
from datetime import datetime, timedelta

from digest.web.public import feeds
from tests.support.installation import SLOT
from tests.support.web import BASE

ATOM = {"a": "http://www.w3.org/2005/Atom"}
HOSTILE = "<script>alert(1)</script> & <b>bold</b> {{7*7}}"


def test_atom_feed_has_any_text_as_text_and_the_time_of_the_last_change() -> None:
    """Whatever editors and portals write; feed readers show an issue again once it was corrected."""
    later = SLOT + timedelta(hours=1)
    entry = feeds.FeedEntry(
        id=f"{BASE}/1",
        url=f"{BASE}/?a=1&b=2",
        title=HOSTILE,
        summary=HOSTILE,
        html=HOSTILE,
        language="en",
        moment=SLOT,
        changed_at=later,
    )
    found = ET.fromstring(feeds.atom(feeds.Feed(id=BASE, title=HOSTILE, home_url=BASE, feed_url=BASE, entries=[entry])))
    (shown,) = found.findall("a:entry", ATOM)
    assert found.findtext("a:title", "", ATOM) == HOSTILE
    assert [shown.findtext(f"a:{name}", "", ATOM) for name in ("title", "summary", "content")] == [HOSTILE] * 3
    times = [found.findtext("a:updated", "", ATOM), shown.findtext("a:updated", "", ATOM)]
    assert list(map(datetime.fromisoformat, times)) == [later] * 2
    assert datetime.fromisoformat(shown.findtext("a:published", "", ATOM)) == SLOT
