"""Prints the first two `sh` code blocks of the README's section "Quick start", a command line each."""

import re
import sys
from pathlib import Path

section = Path(sys.argv[1]).read_text(encoding="utf-8").partition("\n## Quick start\n")[2].partition("\n## ")[0]
blocks = [block.strip() for block in re.findall(r"^```sh\n(.*?)^```$", section, re.DOTALL | re.MULTILINE)][:2]
if len(blocks) != 2 or any("\n" in block for block in blocks):
    sys.exit('README.md: "## Quick start" must begin with two sh blocks of one line each')
print("\n".join(blocks))
