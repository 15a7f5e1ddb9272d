"""The templates of the pages, the operator's before the packaged ones."""

from collections.abc import Callable, Sequence
from pathlib import Path

import jinja2

from digest.errors import TemplateError
from digest.parsing.encodings.utf_8 import not_utf_8

PAGES = "web"
"""The folder of the pages in each folder of templates."""


class PageTemplates(jinja2.FileSystemLoader):
    """Loads the templates of pages from these folders, in order of precedence."""

    def __init__(self, folders: Sequence[Path]) -> None:
        super().__init__([str(folder / PAGES) for folder in folders], encoding="utf-8-sig")

    def get_source(self, environment: jinja2.Environment, template: str) -> tuple[str, str, Callable[[], bool]]:
        """The text of a template; raises TemplateError with the file if it cannot be read or is not UTF-8."""
        try:
            return super().get_source(environment, template)
        except UnicodeDecodeError as error:
            raise TemplateError(f"templates/{PAGES}/{template}: {not_utf_8(error)}") from None
        except PermissionError:
            problem = "cannot be read: permission denied; let the user that runs Digest read it"
            raise TemplateError(f"templates/{PAGES}/{template}: {problem}") from None
