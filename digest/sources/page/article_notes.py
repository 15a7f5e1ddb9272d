"""Notes for the operator on a visit to articles' pages: what failed, what was not found. Pure."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from digest.errors import SourceError
from digest.model.articles import ON_ARTICLE_PAGES
from digest.sources.page.structured_data import PageCounters


@dataclass(frozen=True, kw_only=True, slots=True)
class PageRound:
    """One round of pages: how many were `due`, the `limit` of a round, and what each page that was read gave."""

    due: int
    limit: int
    results: tuple[PageCounters | SourceError, ...]
    selectors: Mapping[str, str]


def notes_on(round_: PageRound, seconds: float) -> Iterator[str]:
    """One sentence for each kind of trouble, with numbers, the selector and an example."""
    read = [result for result in round_.results if isinstance(result, PageCounters)]
    failed = [result for result in round_.results if isinstance(result, SourceError)]
    if failed:
        yield f"{len(failed)} of {_pages(len(round_.results))} could not be read, such as {failed[0]}"
    for name in ON_ARTICLE_PAGES:
        yield from _field_notes(name, read, round_.selectors)
    if read and not round_.selectors and not any(result.counters for result in read):
        yield f'no counters in the markup of {_pages(len(read))}; name selectors, such as page = {{ views = ".views" }}'
    unreached = min(round_.due, round_.limit) - len(round_.results)
    if unreached > 0:
        yield f"{_pages(unreached)} not reached within {seconds:g} s or on hosts that fail; retried at the next visit"
    if round_.due > round_.limit:
        more = round_.due - round_.limit
        many = f"{_pages(more)} more wait for the next visit"
        yield "1 article page more waits for the next visit" if more == 1 else many


def _field_notes(name: str, read: list[PageCounters], selectors: Mapping[str, str]) -> Iterator[str]:
    unmatched = sum(name in result.unmatched for result in read)
    if unmatched:
        yield f"{name} not found on {unmatched} of {_pages(len(read))}: {selectors[name]} matched nothing"
    unread = [result.unread[name] for result in read if name in result.unread]
    if unread:
        where = f"{selectors[name]} showed" if name in selectors else "the markup has"
        example = f' "{unread[0]}"' if unread[0] else " no number"
        yield f"{name} not understood on {len(unread)} of {_pages(len(read))}: {where}{example}"


def _pages(number: int) -> str:
    return "1 article page" if number == 1 else f"{number:,} article pages"
