"""Installations that are prepared once in a test process, and copied for each test."""

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.support.installation import Installation

Prepare = Callable[[Installation], object]
Copy = Callable[[Prepare, Path], Installation]


@pytest.fixture(scope="session")
def copied(tmp_path_factory: pytest.TempPathFactory) -> Copy:
    """`copied(prepare, folder)`: a copy of what `prepare` makes of an empty folder, with its database and its files."""
    made: dict[Prepare, Path] = {}

    def copy(prepare: Prepare, folder: Path) -> Installation:
        if prepare not in made:
            original = tmp_path_factory.mktemp("prepared")
            prepare(Installation(original))
            made[prepare] = original
        shutil.copytree(made[prepare], folder, dirs_exist_ok=True)
        return Installation(folder)

    return copy
