"""What an operator should know of a visit to articles' pages: what failed, what was not found. Pure."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from digest.errors import SourceError
from digest.settings.page_source import ON_ARTICLE_PAGES
from digest.sources.page.structured_data import PageCounters


@dataclass(frozen=True, kw_only=True, slots=True)
class Asked:
    """A round of pages: how many were due, at most how many are asked at once, and the answers that came."""

    due: int
    most: int
    answers: tuple[PageCounters | SourceError, ...]
    selectors: Mapping[str, str]


def notes_on(asked: Asked, patience: float) -> Iterator[str]:
    """One sentence for each kind of trouble, with numbers, the selector and an example."""
    says = [answer for answer in asked.answers if isinstance(answer, PageCounters)]
    failed = [answer for answer in asked.answers if isinstance(answer, SourceError)]
    total = _pages(len(asked.answers))
    if failed:
        yield f"{len(failed)} of {total} could not be read, such as {failed[0]}"
    for name in ON_ARTICLE_PAGES:
        yield from _about(name, says, asked.selectors)
    if says and not asked.selectors and not any(answer.counters for answer in says):
        yield f'no counters in the markup of {_pages(len(says))}; name selectors, such as page = {{ views = ".views" }}'
    unreached = min(asked.due, asked.most) - len(asked.answers)
    if unreached > 0:
        yield f"{_pages(unreached)} not reached within {patience:g} s or on hosts that fail; the next visit asks again"
    if asked.due > asked.most:
        yield f"{_pages(asked.due - asked.most)} more wait for the next visit"


def _about(name: str, says: list[PageCounters], selectors: Mapping[str, str]) -> Iterator[str]:
    unmatched = sum(name in answer.unmatched for answer in says)
    if unmatched:
        yield f"{name} not found on {unmatched} of {_pages(len(says))}: {selectors[name]} matched nothing"
    unread = [answer.unread[name] for answer in says if name in answer.unread]
    if unread:
        where = f"{selectors[name]} showed" if name in selectors else "the markup says"
        example = f' "{unread[0]}"' if unread[0] else " nonsense"
        yield f"{name} made no sense on {len(unread)} of {_pages(len(says))}: {where}{example}"


def _pages(number: int) -> str:
    return "1 article page" if number == 1 else f"{number:,} article pages"
