"""Prints command lines of the README: its first two `sh` blocks (quick-start), or all lines of the tour (tour)."""

import re
import sys
from pathlib import Path


def blocks(readme: str, heading: str) -> list[str]:
    """The sh blocks of the section whose heading holds these words."""
    sections = re.split(r"^## ", readme, flags=re.MULTILINE)
    section = next((one for one in sections if heading in one.partition("\n")[0].lower()), "")
    return [block.strip() for block in re.findall(r"^```sh\n(.*?)^```$", section, re.DOTALL | re.MULTILINE)]


def main() -> None:
    """Print the lines that the first argument asks for; exit 1 where the README does not have them."""
    readme = Path(sys.argv[2]).read_text(encoding="utf-8")
    if sys.argv[1] == "tour":
        lines = "\n".join(blocks(readme, "tour"))
        sys.exit(None if lines and print(lines) is None else "README.md: there is no tour with sh blocks")
    first_two = blocks(readme, "quick start")[:2]
    if len(first_two) != 2 or any("\n" in block for block in first_two):
        sys.exit('README.md: "## Quick start" must begin with two sh blocks of one line each')
    print("\n".join(first_two))


main()
