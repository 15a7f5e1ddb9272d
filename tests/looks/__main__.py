"""Pictures of the themes as mail apps show them, with a page to look at all of them.

`python -m tests.looks DIR [--theme NAME] [--mode NAME] [--language en|ru] [--day NAME] [--width phone|desktop]`;
each option may be repeated. Needs Chromium and npm; with DIGEST_CORPORA a real outlet's day is shown too.
"""

import argparse
import os
import tempfile
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from digest.atomic_write import write_file
from tests.looks.browser import MailBrowser, mail_browser
from tests.looks.days import DAYS, LANGUAGES, OUTLET
from tests.looks.modes import WIDTHS, Mode, modes
from tests.looks.sheets import Picture, index_page, phones, strips
from tests.looks.support_data import fetch_data


@dataclass(frozen=True)
class Choice:
    """What is made; an empty list means all."""

    themes: Sequence[str]
    modes: Sequence[str]
    languages: Sequence[str]
    days: Sequence[str]
    widths: Sequence[str]


def main(arguments: Sequence[str] | None = None) -> None:
    """Make the pictures, a strip for each theme, day, language and width, and index.html."""
    folder, choice = _options(arguments)
    folder.mkdir(parents=True, exist_ok=True)
    started, made = time.monotonic(), []
    with tempfile.TemporaryDirectory(prefix="digest-looks-") as work, mail_browser() as browser:
        for picture in _pictures(choice, browser, Path(work)):
            write_file(folder / picture.file, picture.content)
            made.append(picture)
            print(f"{time.monotonic() - started:4.0f} s  {picture.file}", flush=True)
    for name, content in (*strips(made), *phones(made)):
        write_file(folder / name, content)
    write_file(folder / "index.html", index_page(made).encode())
    print(f"{len(made)} pictures; see {folder / 'index.html'}")


def _options(arguments: Sequence[str] | None) -> tuple[Path, Choice]:
    parser = argparse.ArgumentParser(prog="python -m tests.looks", description=__doc__)
    parser.add_argument("folder", type=Path, metavar="DIR")
    for name, choices in (("theme", None), ("mode", None), ("language", LANGUAGES), ("day", DAYS), ("width", WIDTHS)):
        parser.add_argument(f"--{name}", action="append", default=[], choices=choices and list(choices))
    found = parser.parse_args(arguments)
    return found.folder, Choice(found.theme, found.mode, found.language, found.day, found.width)


def _pictures(choice: Choice, browser: MailBrowser, work: Path) -> Iterator[Picture]:
    ways = modes(fetch_data(work))
    for day, opened in DAYS.items():
        if not _is_chosen(day, choice.days) or (day == OUTLET and "DIGEST_CORPORA" not in os.environ):
            continue
        for language in choice.languages or LANGUAGES:
            with opened(language, work) as shown:
                for theme in choice.themes or shown.themes:
                    yield from _pictures_of(shown.html(theme), (theme, day, language), ways, choice, browser)


def _pictures_of(
    html: str, name: tuple[str, str, str], ways: Sequence[Mode], choice: Choice, browser: MailBrowser
) -> Iterator[Picture]:
    for way in ways:
        for width, view in way.views.items():
            if _is_chosen(way.name, choice.modes) and _is_chosen(width, choice.widths):
                yield Picture(*name, width, way.name, browser.picture(view(html), WIDTHS[width]))


def _is_chosen(name: str, chosen: Sequence[str]) -> bool:
    return not chosen or name in chosen


if __name__ == "__main__":
    main()
