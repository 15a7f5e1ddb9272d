"""`digest subscribers import`: its output, what is stored when it is interrupted, and what it does not load."""

import json
import os
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

import digest
from digest.cli.subscribers import BATCH, subscribers

_CONFIG = """
[portal]
name = "Harbour Gazette"
url = "https://gazette.example"
timezone = "UTC"

[[editions]]
name = "daily"

[database]
url = "sqlite:///digest.db"
"""


@pytest.fixture
def config(tmp_path: Path) -> Path:
    """The configuration of an installation that has no subscribers yet."""
    file = tmp_path / "digest.toml"
    file.write_text(_CONFIG)
    return file


def run(config: Path, lines: Sequence[str], *options: str) -> Result:
    """Import a file of these lines."""
    file = config.with_name("readers.csv")
    file.write_text("".join(f"{line}\n" for line in lines))
    return CliRunner().invoke(subscribers, ["import", str(file), "--config", str(config), *options])


def readers(count: int) -> list[str]:
    """Return a list with a number of readers."""
    return ["email,name", *(f"reader{number}@post.example,Reader {number}" for number in range(count))]


def stored(config: Path) -> int:
    """How many subscribers are in the database, as another process sees it."""
    with sqlite3.connect(config.with_name("digest.db")) as connection:
        try:
            number: int = connection.execute("SELECT count(*) FROM subscriber").fetchone()[0]
        except sqlite3.OperationalError:  # the tables are being made
            number = 0
    connection.close()
    return number


def test_import_several_batches_again_changes_nothing(config: Path) -> None:
    """The second time all rows are unchanged."""
    lines = readers(BATCH + 100)
    assert run(config, lines).stdout == f"{BATCH + 100} added, 0 changed, 0 unchanged, 0 bad rows\n"
    assert run(config, lines).stdout == f"0 added, 0 changed, {BATCH + 100} unchanged, 0 bad rows\n"
    assert stored(config) == BATCH + 100


def test_import_bad_rows_are_on_stderr_without_addresses(config: Path) -> None:
    """Each with its line; a repeated address too, however far away the first is."""
    lines = readers(BATCH)
    lines[3:3] = ["somebody,Anna", "READER0@post.example,Anna"]
    lines += ["reader7@post.example,Again", "late@post.example,Late"]
    ran = run(config, lines)
    assert ran.exit_code == 0
    assert ran.stdout == f"{BATCH + 1} added, 0 changed, 0 unchanged, 3 bad rows\n"
    assert ran.stderr.splitlines() == [
        "digest: line 4: not a valid email address: expected name@domain",
        "digest: line 5: repeats line 2",
        f"digest: line {BATCH + 4}: repeats line 11",
    ]


def test_import_json_is_the_only_output(config: Path) -> None:
    """Counts and bad rows as JSON, and nothing else on either stream."""
    ran = run(config, ["email,name,city", "anna@post.example,Anna,Port", "somebody,,"], "--json")
    assert ran.stderr == ""
    assert json.loads(ran.stdout) == {
        "added": 1,
        "changed": 0,
        "same": 0,
        "left": 0,
        "bad": [{"line": 3, "says": "not a valid email address: expected name@domain"}],
        "ignored": ["city"],
    }


def test_import_file_of_bad_rows_exits_1(config: Path) -> None:
    """A script can check the exit code."""
    assert run(config, ["email", "somebody"]).exit_code == 1


def test_import_interrupted_keeps_the_stored_batches(config: Path) -> None:
    """Ctrl-C reports how many rows are stored, and the whole list can be imported again."""
    lines = readers(BATCH + 50)
    command = [sys.executable, "-m", "digest", "subscribers", "import", "-", "--config", str(config)]
    environment = os.environ | {"PYTHONPATH": str(Path(digest.__file__).parent.parent), "PYTHONUNBUFFERED": "1"}
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
    with subprocess.Popen(command, env=environment, text=True, **pipes) as process:  # type: ignore[call-overload]
        process.stdin.writelines(f"{line}\n" for line in lines)
        process.stdin.flush()
        patience = time.monotonic() + 60
        while not (config.with_name("digest.db").exists() and stored(config)) and time.monotonic() < patience:
            time.sleep(0.05)
        process.send_signal(signal.SIGINT)
        message = process.stderr.read()
        assert process.wait(30) == 130
    assert f"digest: {BATCH} rows imported; import the same file again for the rest" in message
    assert "Traceback" not in message
    assert stored(config) == BATCH
    assert run(config, lines).stdout == f"50 added, 0 changed, {BATCH} unchanged, 0 bad rows\n"


def test_import_does_not_load_renderer_or_mailer() -> None:
    """An import of a million readers must not need their memory."""
    code = (
        "import sys, digest.cli.subscribers; "
        "sys.exit(' '.join({'digest.rendering.render', 'digest.bootstrap', 'digest.sources.sql.source'} "
        "& set(sys.modules)))"
    )
    environment = os.environ | {"PYTHONPATH": str(Path(digest.__file__).parent.parent)}
    ran = subprocess.run([sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=False)
    assert ran.stderr.strip() == ""
