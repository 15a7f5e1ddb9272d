"""Prints the first two blocks of a page (quick-start), or all of its tour (tour), each with a null byte after it."""

import re
import sys
from pathlib import Path


def blocks(page: str, heading: str) -> list[str]:
    """The sh blocks of the section whose heading holds these words."""
    sections = re.split(r"^## ", page, flags=re.MULTILINE)
    section = next((one for one in sections if heading in one.partition("\n")[0].lower()), "")
    return [block.strip() for block in re.findall(r"^```sh\n(.*?)^```$", section, re.DOTALL | re.MULTILINE)]


def main() -> None:
    """Print the blocks that the first argument asks for; exit 1 where the page does not have them."""
    name = sys.argv[2]
    page = Path(name).read_text(encoding="utf-8")
    if sys.argv[1] == "tour":
        found = blocks(page, "tour")
        if not found:
            sys.exit(f"{name}: there is no tour with sh blocks")
    else:
        found = blocks(page, "quick start")[:2]
        if len(found) != 2 or any("\n" in block for block in found):
            sys.exit(f'{name}: "## Quick start" must begin with two sh blocks of one line each')
    print("\0".join(found), end="\0")


main()
