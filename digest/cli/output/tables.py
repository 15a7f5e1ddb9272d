"""Where `rank` and `evaluate` draw their tables."""

from rich.console import Console

_USUAL_WIDTH = 80  # columns, where the terminal does not say


def table_console() -> Console:
    """Standard output for tables; COLUMNS=0, which some programs set, is no width."""
    console = Console(highlight=False)
    return console if console.width else Console(highlight=False, width=_USUAL_WIDTH)
