"""Finds names of sections that no source has."""

import difflib
from collections.abc import Iterable, Iterator, Mapping, Sequence

from digest.app import App
from digest.settings.schema import EditionSettings

_SHOWN = 20  # sections that are listed


def section_faults(app: App, edition: EditionSettings) -> Iterator[str]:
    """A line about each section that the edition names and no source has."""
    existing = app.articles.sections() if edition.sections else ()
    for fault in unknown_sections(edition.sections, existing):
        yield f"editions.{edition.name}.sections: {fault}"


def unknown_sections(names: Iterable[str], existing: Sequence[str]) -> Iterator[str]:
    """A sentence about each name that is not one of the `existing` sections; none before any section is known."""
    known = {name.casefold(): name for name in existing}
    for name in names:
        if known and name.casefold() not in known:
            yield f"no source has a section “{name}”; {_hint(name, known)}"


def _hint(name: str, known: Mapping[str, str]) -> str:
    near = difflib.get_close_matches(name.casefold(), known, 1, 0.6)
    listed = ", ".join(list(known.values())[:_SHOWN]) + (" …" if len(known) > _SHOWN else "")
    return f"{f'did you mean “{known[near[0]]}”? ' if near else ''}there are: {listed}"
