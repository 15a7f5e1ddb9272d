"""Fifty editors change the next issue at the same moment: rows or refusals on each database, and nothing is lost."""

import html
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path
from threading import Barrier

import pytest

from digest.model.users import AuditFilter, UserRole
from tests.support.console import SignedIn, signed_in
from tests.support.installation import SLOT, Installation, day
from tests.support.web import BASE, Answer, Web, served
from tests.web.admin.test_next_issue import fields, words

EDITORS = 50
BEFORE = SLOT - timedelta(minutes=43)
KINDS = ("subject", "preheader", "intro", "closing")


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.needs("time"))])
def web(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Web]:
    """The pages of an installation with five articles, 43 minutes before the hour."""
    url = request.getfixturevalue(f"{request.param}_url")
    site = Installation(tmp_path).configure(smtp="port = 25", web=f'base_url = "{BASE}"', database=url)
    site.run("migrate").fine()
    site.write("feed.xml", day(5))
    site.run("collect", now=BEFORE).fine()
    with served(site) as web:
        web.clock.moment = BEFORE
        yield web


@pytest.fixture
def editors(web: Web) -> list[SignedIn]:
    """Fifty editors, each with a session of their own."""
    return [signed_in(web, UserRole.EDITOR, f"editor{number}@gazette.example") for number in range(EDITORS)]


def at_once(editors: Sequence[SignedIn], act: Callable[[SignedIn, int], Answer]) -> list[Answer]:
    """Let every editor act in a thread of their own, all at the same moment."""
    start = Barrier(len(editors))

    def wait_and_act(number: int) -> Answer:
        start.wait()
        return act(editors[number], number)

    with ThreadPoolExecutor(len(editors)) as pool:
        return list(pool.map(wait_and_act, range(len(editors))))


def rows_and_entries(web: Web) -> tuple[int, int]:
    """How many changes are stored, and how many entries of the audit log are about changes."""
    entries = web.app.audit.page(AuditFilter(), None, 10 * EDITORS)
    return len(web.app.overrides.changes("daily")), sum(entry.action.endswith("changed") for entry in entries)


@pytest.mark.needs("time")
@pytest.mark.unmeasured
def test_changes_of_one_title_are_one_row_and_refusals_with_the_words(web: Web, editors: list[SignedIn]) -> None:
    """All saw the same state, so one change is stored; everybody else reads who made it, and keeps what they typed."""
    page = editors[0].get("/next")
    answers = at_once(editors, lambda one, number: one.post("/next/words", words(page, 1, f"Title {number}")))
    assert Counter(answer.status for answer in answers) == {303: 1, 409: EDITORS - 1}
    ((winner, _),) = ((number, one) for number, one in enumerate(answers) if one.status == 303)
    assert rows_and_entries(web) == (1, 1)
    assert web.app.overrides.changes("daily")[0].override.value == f"Title {winner}"
    for number, answer in enumerate(answers):
        if number != winner:
            assert f"Changed by editor{winner}@gazette.example at 06:17." in html.unescape(answer.text)
            assert f'value="Title {number}"' in answer.text


def test_changes_of_different_things_are_all_stored(web: Web, editors: list[SignedIn]) -> None:
    """A link of each editor, with its title: two rows each."""
    form = fields(editors[0].get("/next"), 1) | {"seen_add": "", "seen_title": ""}

    def link(one: SignedIn, number: int) -> Answer:
        return one.post("/next/link", form | {"link": f"https://other.example/{number}", "link_title": f"T{number}"})

    assert {answer.status for answer in at_once(editors, link)} == {303}
    assert rows_and_entries(web) == (2 * EDITORS, 2 * EDITORS)
    titles = {one.override.value for one in web.app.overrides.changes("daily") if one.override.kind == "title"}
    assert titles == {f"T{number}" for number in range(EDITORS)}


@pytest.mark.needs("time")
@pytest.mark.unmeasured
def test_texts_of_the_issue_are_rows_or_refusals(web: Web, editors: list[SignedIn]) -> None:
    """Four texts, which about twelve editors write each: every stored row has its answer, and its author."""
    empty = {f"{prefix}{kind}": value for kind in KINDS for prefix, value in (("", ""), ("was_", ""), ("seen_", "0"))}
    form = {"edition": "daily", "slot": "2025-06-02", **empty}
    answers = at_once(
        editors, lambda one, number: one.post("/next/texts", form | {KINDS[number % 4]: f"Text {number}"})
    )
    stored = {number for number, answer in enumerate(answers) if answer.status == 303}
    assert {answer.status for answer in answers} == {303, 409}
    found = {(one.override.kind, one.override.value, one.override.by) for one in web.app.overrides.changes("daily")}
    assert found == {(KINDS[n % 4], f"Text {n}", f"editor{n}@gazette.example") for n in stored}
    assert len(found) == len(KINDS)
