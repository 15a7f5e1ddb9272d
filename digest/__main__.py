"""`digest` and `python -m digest`: the command line, which takes a while to import."""

import importlib
import signal


def main() -> None:
    """Run the command line; until it is imported, Ctrl-C ends the process as SIGTERM does, without a traceback."""
    before = signal.getsignal(signal.SIGINT)
    if before is signal.default_int_handler:  # which raises; it stays ignored where the parent said so
        signal.signal(signal.SIGINT, signal.SIG_DFL)
    command_line = importlib.import_module("digest.cli.main")
    signal.signal(signal.SIGINT, before)
    command_line.main()


if __name__ == "__main__":
    main()
