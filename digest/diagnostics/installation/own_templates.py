"""The operator's own templates that nothing reads, such as one with a mistyped name."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path, PurePosixPath

from digest.diagnostics.context import CheckContext
from digest.diagnostics.results import CheckResult, warn
from digest.settings.fields.words import nearest

_KINDS = {".html", ".mjml", ".txt", ".css", ".js", ".toml"}
_PAGES = "web"
_NO_NAME = "rename or delete the file; see docs/themes.md"


def check_own_templates(context: CheckContext) -> Iterator[CheckResult]:
    """A warning for each file that replaces no template of ours and that no other file of the operator names."""
    *own, packaged = context.app.system_mail_renderer.theme_folders
    known = _templates_below(packaged)
    in_themes = {PurePosixPath(name).name for name in known if not name.startswith(f"{_PAGES}/")}
    for folder in own:
        found = _templates_below(folder)
        for name, file in found.items():
            names = _names_beside(name, known, in_themes)
            if name not in names and not _is_mentioned(file, found.values()):
                stems = {PurePosixPath(one).stem: one for one in names if one.endswith(file.suffix)}
                near = nearest(file.stem, stems)
                fix = f"the nearest name is templates/{stems[near]}" if near else _NO_NAME
                yield warn(f"templates/{name} replaces no template, so it is not used", fix)


def _templates_below(folder: Path) -> Mapping[str, Path]:
    """The templates below a folder by their paths in it, without hidden files."""
    found = {file.relative_to(folder).as_posix(): file for file in sorted(folder.rglob("*"))}
    return {name: file for name, file in found.items() if file.suffix in _KINDS and "/." not in f"/{name}"}


def _names_beside(name: str, known: Mapping[str, Path], in_themes: set[str]) -> Sequence[str]:
    """What a file in that folder may be called: a theme may have any file that ours have."""
    folder = PurePosixPath(name).parent
    if _PAGES in {folder.as_posix(), *map(str, folder.parents)} or folder == PurePosixPath():
        return [one for one in known if PurePosixPath(one).parent == folder]
    return [f"{folder}/{one}" for one in sorted(in_themes)]


def _is_mentioned(file: Path, others: Iterable[Path]) -> bool:
    """Whether another file names it: includes it, or as a block in its `order`."""
    name = file.stem if file.suffix == ".mjml" else file.name
    word = re.compile(rf"(?<![\w-]){re.escape(name)}(?![\w-])")
    return any(word.search(_readable_text(one)) for one in others if one != file)


def _readable_text(file: Path) -> str:
    try:
        return file.read_text(errors="replace")
    except OSError:
        return ""
