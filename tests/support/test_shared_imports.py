"""Test files that the processes of one run compile together."""

import sys
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest

from tests.support.shared_imports import import_share


def imported_by(worker: dict[str, object], folder: Path, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Which of four files in a package are imported; the second of them is broken, the third left out."""
    package = folder / "shared_files"
    package.mkdir()
    for name, content in {"a": "", "b": "1 / 0", "c": "", "d": ""}.items():
        (package / f"test_{name}.py").write_text(content)
    ignored = SimpleNamespace(pytest_ignore_collect=lambda collection_path, **_: collection_path.stem == "test_c")
    config = SimpleNamespace(
        rootpath=folder, invocation_params=SimpleNamespace(dir=folder), args=["shared_files"], hook=ignored, **worker
    )
    monkeypatch.syspath_prepend(folder)
    before = set(sys.modules)
    import_share(cast("Any", config))
    made = sorted(set(sys.modules) - before)
    for name in made:
        monkeypatch.delitem(sys.modules, name)
    return [name.removeprefix("shared_files.test_") for name in made if "." in name]


@pytest.mark.parametrize(("number", "share"), [(0, ["a"]), (1, ["d"])])
def test_import_share_of_a_process_imports_what_it_will_collect(
    number: int, share: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Two processes import two files each; one that is broken or left out is passed over."""
    worker: dict[str, object] = {"workerinput": {"workerid": f"gw{number}", "workercount": 2}}
    assert imported_by(worker, tmp_path, monkeypatch) == share


def test_import_share_without_xdist_imports_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A single process has nobody to share with."""
    assert imported_by({}, tmp_path, monkeypatch) == []
