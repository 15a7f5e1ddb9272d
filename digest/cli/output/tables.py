"""Where tables and bars are drawn, with a width that they can have."""

from rich.console import Console

_USUAL_WIDTH = 80  # columns, where the terminal does not say
_WIDEST = 10_000  # columns: a wider line takes memory and shows no more


def sized_console(*, stderr: bool = False) -> Console:
    """Standard output or standard error; COLUMNS=0, which some programs set, is no width, and neither is a huge one."""
    console = Console(highlight=False, stderr=stderr)
    width = min(console.width or _USUAL_WIDTH, _WIDEST)
    return console if console.width == width else Console(highlight=False, stderr=stderr, width=width)
