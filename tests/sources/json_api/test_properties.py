"""Properties of the JSON source: any input gives sightings or one error, and a bad item affects no other."""

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from digest.errors import ConfigurationError, ParseError, SourceError
from digest.model.articles import Sighting
from digest.parsing.counts import MAX_COUNT
from digest.settings.json_source import PLACEHOLDER
from digest.settings.sources import JsonSettings
from digest.sources.fetching.fetcher import Fetcher
from digest.sources.json_api.items import Items
from digest.sources.json_api.paging import Pager, ResponsePage
from digest.sources.json_api.request import PlaceholderValues
from digest.sources.json_api.response import load_json
from tests.support import json_sources
from tests.support.portal_database import MOSCOW, NOW, WINDOW

NAMES = st.sampled_from(["u", "t", "d", "v", "c", "x"])
SCALARS = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(max_size=20)
    | st.sampled_from(["/1", "https://gazette.example/2", "2026-09-30", "1 841", "-7", "1e999", "\ud800"])
)
VALUES = st.recursive(
    SCALARS, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(NAMES, inner, max_size=6), max_leaves=20
)
LINKS = st.text(max_size=80) | st.sampled_from(["<>; rel=next", '<?p=2>; rel="next"'])
ODD_PATHS = st.sampled_from(
    ["@", "u", "u.t", "[0]", "[]", "length(@)", "length(u)", "join('', [u, t])", "minus(v, `1`)", "sort(@)", "max(@)",
     "to_number(u)", "sum(@)", "keys(@)", "[?v > `1`]", "reverse(u)", "@ == u", "nofunction(@)", "*.u", "to_string(@)"]
)  # fmt: skip


def gathered(settings: JsonSettings, items: list[Any]) -> tuple[Sighting, ...]:
    """The sightings that items make."""
    found = Items(settings, zone=MOSCOW, base="https://gazette.example", taken_at=NOW)
    found.add(ResponsePage(value=items, items=items))
    return found.visit().sightings


@given(body=st.binary(max_size=60) | VALUES.map(lambda value: json.dumps(value).encode()))
@example(b"\xff\xfe")
@example(b'{"a":' * 50_000)
@example(b"1" * 6_000)
def test_read_json_any_bytes_are_a_value_or_one_error(body: bytes) -> None:
    """Only ParseError is raised."""
    try:
        load_json(body, None)
    except ParseError:
        return


@given(value=VALUES, items=ODD_PATHS, field=ODD_PATHS)
def test_json_source_any_json_is_sightings_or_one_error(
    value: Any, items: str, field: str, tmp_path_factory: Any
) -> None:
    """Whatever the paths find or fail at."""
    folder: Path = tmp_path_factory.getbasetemp()
    (folder / "law.json").write_text(json.dumps(value), "utf-8")
    fields = {**json_sources.FIELDS, "views": field, "url": field, "published_at": field}
    settings = json_sources.settings(url="law.json", items=items, fields=fields)
    try:
        visit = json_sources.source(Fetcher(), settings, folder).visit(WINDOW, NOW, None)
    except SourceError:
        return
    counts = [one.counters.views for one in visit.sightings]
    assert all(count is None or 0 <= count <= MAX_COUNT for count in counts)


@given(good=st.integers(min_value=1, max_value=5), bad=st.lists(VALUES, max_size=5), data=st.data())
def test_json_source_bad_item_changes_no_other(good: int, bad: list[Any], data: st.DataObject) -> None:
    """The sightings of the good items are the same with bad ones among them."""
    settings = json_sources.settings(url="x.json")
    fine = [{"u": f"/good/{number}", "t": "Good", "v": number} for number in range(good)]
    mixed: list[Any] = list(fine)
    for one in bad:
        mixed.insert(data.draw(st.integers(min_value=0, max_value=len(mixed))), one)
    alone, among = gathered(settings, fine), gathered(settings, mixed)
    assert [one for one in among if "/good/" in one.url] == list(alone)


@given(value=VALUES, path=ODD_PATHS, link=LINKS)
def test_paging_any_response_continues_or_ends(value: Any, path: str, link: str) -> None:
    """After any response there is one request to the same host, or none, or one error."""
    values = PlaceholderValues(start=WINDOW.start, end=WINDOW.end, now=NOW, zone=MOSCOW)
    here = "https://a.example/"
    for following, url in ((path, f"{here}?c={{cursor}}"), (path, here), ("Link", here)):
        pager = Pager(json_sources.settings(url=url, next=following), values)
        try:
            after = pager.after(ResponsePage(value=value, items=[], url="https://a.example/", link=link))
        except SourceError:
            continue
        assert after is None or after.url.startswith(("https://a.example", "http://a.example"))


@pytest.mark.parametrize("start", ["https://", "https://me:s3cret@"])
@pytest.mark.parametrize("found", ["http://a.example/?page=2", "http://a.example:80/?page=2", "/?page=2"])
def test_paging_next_url_without_encryption_keeps_https(start: str, found: str) -> None:
    """A server behind a proxy writes `http`; the login and the headers of the source are never sent as plain text."""
    values = PlaceholderValues(start=WINDOW.start, end=WINDOW.end, now=NOW, zone=MOSCOW)
    pager = Pager(json_sources.settings(url=f"{start}a.example/", next="next"), values)
    after = pager.after(ResponsePage(value={"next": found}, items=[], url="https://a.example/"))
    assert after is not None
    assert after.url == f"{start}a.example/?page=2"


@given(text=st.text(alphabet="{}:startendowpgofcurs01", max_size=30))
def test_json_source_every_accepted_placeholder_is_filled(text: str) -> None:
    """Every placeholder that the settings accept is replaced."""
    try:
        json_sources.settings(url=f"https://a.example/{text}")
    except ConfigurationError:
        return
    assert "{" not in PLACEHOLDER.sub("", text)
