"""Prints the lower bounds of the dependencies as constraints for pip: `NAME==VERSION`, one a line."""

import re
import tomllib
from pathlib import Path


def main() -> None:
    """Read pyproject.toml: what Digest needs, and what its extras need, but not what only tests need."""
    project = tomllib.loads(Path("pyproject.toml").read_text(encoding="utf-8"))["project"]
    extras = {name: needed for name, needed in project["optional-dependencies"].items() if name != "test"}
    for requirement in [*project["dependencies"], *(one for needed in extras.values() for one in needed)]:
        if found := re.match(r"([\w.-]+)(?:\[\w+\])?>=([\d.]+)", requirement):
            print(f"{found[1]}=={found[2]}")


main()
