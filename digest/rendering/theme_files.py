"""The files of themes: which file a name means, in the theme that is rendered and the themes that it extends.

A theme is a folder of templates with a `theme.toml`. The operator's folder comes before that of the package.
`footer.mjml` is the file of the theme that is rendered, else of the one that it extends, and so on; a file that names
itself means the next one. `letter/footer.mjml` begins with the theme `letter`, and `package/letter/footer.mjml` leaves
out the operator's files.
"""

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import jinja2

from digest.errors import TemplateError
from digest.parsing.encodings.utf_8 import not_utf_8
from digest.rendering.page_templates import PAGES
from digest.rendering.theme_toml import ThemeToml, read_theme_toml

DEFAULT = "default"
"""What the operator's themes extend if they do not say: the operator's own folder of that name, over Quay."""

ROOT_THEME = "quay"
"""The theme that all others extend at last."""

_PACKAGE = "package"
_THEME_FILES = ("*.mjml", "*.txt", "theme.toml")


class ThemeFiles:
    """The themes of these folders, in order of precedence; the last folder is that of the package."""

    def __init__(self, folders: Sequence[Path]) -> None:
        self.folders = tuple(folders)

    @property
    def names(self) -> tuple[str, ...]:
        """The names of all themes that have a folder, in alphabetical order."""
        found = (file for folder in self.folders for kind in _THEME_FILES for file in folder.glob(f"*/{kind}"))
        return tuple(sorted({file.parent.name for file in found if _may_be_theme(file.parent.name)}))

    @property
    def known(self) -> tuple[str, ...]:
        """The names that an edition or a theme may name: `default` need not have a folder."""
        return tuple(dict.fromkeys((DEFAULT, *self.names)))

    def tables(self, name: str) -> Iterator[ThemeToml]:
        """What each `theme.toml` of the theme says, the package's first; raises ConfigurationError."""
        for folder in reversed(self.folders):
            file = folder / name / "theme.toml"
            if file.is_file():
                yield read_theme_toml(file)

    def lineage(self, name: str) -> tuple[str, ...]:
        """The theme and those that it extends, up to Quay; raises ConfigurationError for an unknown one or a circle."""
        found = [name]
        while (parent := self._parent(found)) is not None:
            found.append(parent)
        return tuple(found)

    def lineage_or_itself(self, name: str) -> tuple[str, ...]:
        """The lineage of a theme; the name alone where there is no such theme."""
        return self.lineage(name) if name in self.known else (name,)

    def own_blocks(self, lineage: Sequence[str]) -> set[str]:
        """The names of all `.mjml` files of these themes, any of which may be a block."""
        return {file.stem for theme in lineage for folder in self.folders for file in (folder / theme).glob("*.mjml")}

    def candidates(self, theme: str, name: str, lineage: Callable[[str], Sequence[str]]) -> list[Path]:
        """The files that a template's name may mean in a theme, in order of precedence; `lineage` is of each theme."""
        first, *rest = name.split("/")
        if not _is_plain(name):
            return []
        if not rest:
            beside = [folder / name for folder in self.folders]
            return _existing([*_of_themes(lineage(theme), name, self.folders), *beside])
        if first == _PACKAGE and len(rest) > 1:
            return _existing(_of_themes(lineage(rest[0]), "/".join(rest[1:]), self.folders[-1:]))
        return _existing(_of_themes(lineage(first), "/".join(rest), self.folders))

    def _parent(self, found: Sequence[str]) -> str | None:
        """What the last of these themes extends."""
        name = found[-1]
        if name == ROOT_THEME:
            return None
        stated = [table for table in self.tables(name) if table.extends is not None]
        if not stated:
            return ROOT_THEME if name == DEFAULT else DEFAULT
        return stated[-1].parent(self.known, found)


class ThemeLoader(jinja2.BaseLoader):
    """Loads the templates of one theme by names that `resolve` makes, which stand for exactly one file."""

    def __init__(self, files: ThemeFiles, theme: str) -> None:
        self._files = files
        self._theme = theme
        self._watched = [folder / one for one in (".", *files.lineage(theme)) for folder in files.folders]
        self._stamp: list[int] = []
        self._resolved: dict[tuple[str, str | None], str] = {}
        self._lineages: dict[str, tuple[str, ...]] = {}
        self._paths: set[str] = set()  # a template may name no other file of the machine

    def refresh(self) -> None:
        """Forget which file a name means if a folder of the theme has changed since."""
        stamp = [_changed_at(folder) for folder in self._watched]
        if stamp != self._stamp:
            # New ones: what another thread is still finding out goes into the old ones, and is forgotten with them.
            self._lineages, self._resolved = {}, {}
            self._stamp = stamp

    def resolve(self, name: str, parent: str | None) -> str:
        """The path of the file that a name means in the template `parent`; the name itself where there is none."""
        known = self._resolved
        found = known.get((name, parent))
        if found is None:
            found = known[name, parent] = self._resolve(name, parent)
        return found

    def get_source(self, _environment: jinja2.Environment, template: str) -> tuple[str, str, Callable[[], bool]]:
        """The text of a resolved template; raises TemplateError if it is not UTF-8."""
        if template not in self._paths:
            raise jinja2.TemplateNotFound(template)
        file = Path(template)
        changed_at = _changed_at(file)
        try:
            source = file.read_text(encoding="utf-8-sig")
        except FileNotFoundError:
            raise jinja2.TemplateNotFound(template) from None
        except UnicodeDecodeError as error:
            raise TemplateError(f"{template}: cannot be read: {not_utf_8(error)}") from None
        return source, template, lambda: _changed_at(file) == changed_at

    def _resolve(self, name: str, parent: str | None) -> str:
        paths = [str(path) for path in self._files.candidates(self._theme, name, self._lineage)]
        following = paths[paths.index(parent) + 1 :] if parent in paths else paths
        self._paths.update(paths)
        return following[0] if following else name

    def _lineage(self, theme: str) -> tuple[str, ...]:
        known = self._lineages
        found = known.get(theme)
        if found is None:
            found = known[theme] = self._files.lineage_or_itself(theme)
        return found


def _may_be_theme(name: str) -> bool:
    """Whether a folder can be a theme: not that of the pages, nor one whose name no configuration can hold."""
    return name != PAGES and name.isprintable()


def _is_plain(name: str) -> bool:
    """Whether a name leads to nothing outside the folders."""
    return "\\" not in name and all(part not in {"", ".", ".."} for part in name.split("/"))


def _of_themes(themes: Sequence[str], file: str, folders: Sequence[Path]) -> list[Path]:
    return [folder / one / file for one in themes for folder in folders]


def _existing(paths: Sequence[Path]) -> list[Path]:
    return [path for path in dict.fromkeys(paths) if path.is_file()]


def _changed_at(path: Path) -> int:
    """When a file or the list of a folder's files was changed, in nanoseconds; 0 if there is none."""
    try:
        return path.stat().st_mtime_ns
    except OSError:
        return 0
