"""The operator's own templates that nothing reads, such as one with a mistyped name, and pages that have an error."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import chain
from pathlib import Path, PurePosixPath

import jinja2

from digest.app import App
from digest.diagnostics.context import CheckContext
from digest.diagnostics.results import CheckResult, fail, warn
from digest.errors import TemplateError
from digest.i18n import Translator
from digest.rendering.environment import make_environment
from digest.rendering.page_templates import PAGES, PageTemplates
from digest.settings.fields.words import nearest

_KINDS = {".html", ".mjml", ".txt", ".css", ".js", ".toml"}
_OF_BLOCKS = {".mjml", ".txt"}  # `order` names a block by its stem
_DEEPEST = 4  # folders: `web/admin/` and one of the operator's own below it
_NO_NAME = "rename or delete the file; see docs/themes.md"


def check_own_templates(context: CheckContext) -> Iterator[CheckResult]:
    """A warning for each file that replaces no template of ours and that no other file of the operator names.

    Another page that cannot be compiled fails; the templates of messages are compiled by the check of the message.
    """
    *own, packaged = context.app.system_mail_renderer.theme_folders
    known = _templates_below(packaged)
    in_themes = {PurePosixPath(name).name for name in known if not name.startswith(f"{PAGES}/")}
    pages = set()
    for folder in own:
        found = _templates_below(folder)
        texts = {name: _readable_text(file) for name, file in found.items()}
        for name, file in found.items():
            names = _names_beside(name, known, in_themes)
            if name not in names and not _is_mentioned(name, texts):
                free = {PurePosixPath(one).stem: one for one in names if one.endswith(file.suffix) and one not in found}
                near = nearest(file.stem, free)
                fix = f"the nearest name is templates/{free[near]}" if near else _NO_NAME
                yield warn(f"templates/{name} replaces no template, so it is not used", fix)
            elif name.startswith(f"{PAGES}/"):
                pages.add(name.removeprefix(f"{PAGES}/"))
    yield from _broken_pages(context.app, sorted(pages))


def _broken_pages(app: App, names: Iterable[str]) -> Iterator[CheckResult]:
    environment = make_environment(PageTemplates(app.system_mail_renderer.theme_folders), Translator("en", app.zone))
    for name in names:
        try:
            environment.get_template(name)
        except TemplateError as error:
            message, _, correction = str(error).partition("; ")
            yield fail(message, correction)
        except jinja2.TemplateSyntaxError as error:
            yield fail(f"templates/{PAGES}/{error.name}:{error.lineno}: {error.message}", "correct the template")


def _templates_below(folder: Path) -> Mapping[str, Path]:
    """The templates below a folder by their paths in it, without hidden files and notes such as `README.txt`."""
    levels = (folder.glob("/".join("*" * depth)) for depth in range(1, _DEEPEST + 1))  # they follow links, unlike `**`
    files = (file for file in sorted(chain.from_iterable(levels)) if file.suffix in _KINDS and file.is_file())
    found = {file.relative_to(folder).as_posix(): file for file in files if file.stem.lower() != "readme"}
    return {name: file for name, file in found.items() if "/." not in f"/{name}"}


def _names_beside(name: str, known: Mapping[str, Path], in_themes: set[str]) -> Sequence[str]:
    """What a file in that folder may be called: a theme may have any file that ours have."""
    folder = PurePosixPath(name).parent
    if PAGES in {folder.as_posix(), *map(str, folder.parents)} or folder == PurePosixPath():
        return [one for one in known if PurePosixPath(one).parent == folder]
    return [f"{folder}/{one}" for one in sorted(in_themes)]


def _is_mentioned(name: str, texts: Mapping[str, str]) -> bool:
    """Whether another file names it: includes it, or its block in an `order`."""
    file = PurePosixPath(name)
    written = file.stem if file.suffix in _OF_BLOCKS else file.name
    word = re.compile(rf"(?<![\w-]){re.escape(written)}(?![\w-])")
    # Hardly any text has it, which `in` finds out 40 times as fast as the pattern: there may be a thousand files.
    return any(written in text and word.search(text) for other, text in texts.items() if other != name)


def _readable_text(file: Path) -> str:
    try:
        return file.read_text(errors="replace")
    except OSError:
        return ""
