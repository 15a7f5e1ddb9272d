"""Test files that the processes of one run compile together, each a share of them."""

from contextlib import suppress
from importlib import import_module

import pytest


def import_share(config: pytest.Config) -> None:
    """Import a share of the test files that will be collected, another one in each process of xdist.

    Each process then finds what the others compiled. In a new copy of the project all of them would otherwise compile
    every file at the same moment, which takes longer than the rest of collecting (2026-11).
    """
    process: dict[str, object] | None = getattr(config, "workerinput", None)
    if process is None:
        return
    number, count = int(str(process["workerid"]).removeprefix("gw")), int(str(process["workercount"]))
    folders = [config.invocation_params.dir / argument for argument in config.args]
    files = sorted({file for folder in folders for file in folder.rglob("test_*.py")})
    for file in files[number::count]:
        if not config.hook.pytest_ignore_collect(collection_path=file, config=config):
            with suppress(Exception):  # collecting reports it
                import_module(".".join(file.relative_to(config.rootpath).with_suffix("").parts))
