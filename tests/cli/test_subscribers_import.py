"""`digest subscribers import`: its output, what is stored when it is interrupted, and what it does not load."""

import fcntl
import gzip
import json
import os
import signal
import sqlite3
import subprocess
import sys
import termios
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path
from typing import IO
from unittest import mock

import pytest
from click.testing import CliRunner, Result

import digest
from digest.cli.subscribers import subscribers
from digest.errors import ConfigurationError, DigestError
from digest.store.subscribers.subscribers import Subscribers
from digest.subscribers.import_result import BATCH
from tests.support.process_states import process_state

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
    """One line for each kind of fault; a repeated address is one, however far away the first is."""
    lines = readers(BATCH)
    lines[3:3] = ["somebody,Anna", "READER0@post.example,Anna"]
    lines += ["reader7@post.example,Again", "late@post.example,Late"]
    ran = run(config, lines)
    assert ran.exit_code == 0
    assert ran.stdout == f"{BATCH + 1} added, 0 changed, 0 unchanged, 3 bad rows\n"
    assert ran.stderr.splitlines() == [
        "digest: line 4: not a valid email address: expected name@domain",
        f"digest: 2 rows: repeats an earlier line (lines 5, {BATCH + 4})",
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
        "bad_total": 1,
        "ignored": ["city"],
        "notes": [],
        "dry_run": False,
        "outcomes": [{"result": "added", "status": "confirmed", "rows": 1}],
    }


def test_import_file_of_bad_rows_exits_1(config: Path) -> None:
    """A script can check the exit code."""
    assert run(config, ["email", "somebody"]).exit_code == 1


@pytest.fixture
def interruptible() -> Iterator[None]:
    """Let the processes that a test starts obey Ctrl-C, also where the tests run in a shell's background and do not."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


def wants_more(process: subprocess.Popen[str], pipe: IO[str]) -> bool:
    """Whether it has read all of the pipe and sleeps."""
    unread = int.from_bytes(fcntl.ioctl(pipe, termios.FIONREAD, bytes(4)), sys.byteorder)
    return not unread and process_state(process.pid) == "S"


@pytest.mark.usefixtures("interruptible")
def test_import_interrupted_keeps_the_stored_batches(config: Path) -> None:
    """Ctrl-C reports how many rows are stored, and the whole list can be imported again."""
    lines = readers(BATCH + 50)
    command = [sys.executable, "-m", "digest", "subscribers", "import", "-", "--config", str(config)]
    environment = os.environ | {"PYTHONPATH": str(Path(digest.__file__).parent.parent), "PYTHONUNBUFFERED": "1"}
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
    with subprocess.Popen(command, env=environment, text=True, **pipes) as process:  # type: ignore[call-overload]
        process.stdin.writelines(f"{line}\n" for line in lines[:-1])
        process.stdin.flush()
        try:
            patience = time.monotonic() + 60
            while not (config.with_name("digest.db").exists() and stored(config)) and time.monotonic() < patience:
                time.sleep(0.05)
            process.stdin.write(f"{lines[-1]}\n")
            process.stdin.flush()
            # The last row is read after the others are counted.
            while not wants_more(process, process.stdin) and time.monotonic() < patience:
                time.sleep(0.05)
            process.send_signal(signal.SIGINT)
            assert process.wait(30) == 130  # its input stays open until then
            message = process.stderr.read()
        finally:
            process.kill()
    assert f"digest: {BATCH} rows imported; import the same file again for the rest" in message
    assert "Traceback" not in message
    assert stored(config) == BATCH
    assert run(config, lines).stdout == f"50 added, 0 changed, {BATCH} unchanged, 0 bad rows\n"


def test_import_dry_run_interrupted_does_not_claim_that_rows_are_stored(
    config: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """There is no rest to import."""
    monkeypatch.setattr(Subscribers, "preview_rows", mock.Mock(side_effect=KeyboardInterrupt))
    ran = run(config, readers(3), "--dry-run")
    assert ran.exit_code == 1
    assert "imported" not in ran.stderr


GHOST = [
    "id,email,name,subscribed_to_emails,created_at",
    "1,stays@post.example,A,true,2024",
    "2,left@post.example,B,false,2024",
]


def statuses(config: Path) -> dict[str, str]:
    """The statuses in the database by address."""
    with closing(sqlite3.connect(config.with_name("digest.db"))) as connection:
        return dict(connection.execute("SELECT email, status FROM subscriber ORDER BY email_key"))


def test_import_of_an_export_keeps_who_left(config: Path) -> None:
    """The numbers say how many rows came with which status."""
    ran = run(config, GHOST)
    assert ran.exit_code == 0
    assert ran.stdout == (
        "2 added, 0 changed, 0 unchanged, 0 bad rows\n  1 added as confirmed\n  1 added as unsubscribed\n"
    )
    assert statuses(config) == {"left@post.example": "unsubscribed", "stays@post.example": "confirmed"}


def test_import_with_an_unknown_status_writes_nothing_and_asks(config: Path) -> None:
    """Also when the value is far below: exit code 2, one line, and the way out."""
    lines = [*readers(BATCH + 5), "late@post.example,Late"]
    lines = [f"{line},member_status" if not number else f"{line},active" for number, line in enumerate(lines)]
    lines[-1] = "late@post.example,Late,gone"
    ran = run(config, lines)
    assert isinstance(ran.exception, ConfigurationError)
    assert "member_status (gone)" in str(ran.exception)
    assert stored(config) == 0
    assert run(config, lines, "--status", "unsubscribed").exit_code == 0
    assert statuses(config)["late@post.example"] == "unsubscribed"
    assert statuses(config)["reader0@post.example"] == "confirmed"


def test_import_of_boxes_without_a_tick_has_the_status_that_was_asked_for(config: Path) -> None:
    """Also where another column calls the account active: the question was about these rows."""
    lines = ["email,active,newsletter", "a@post.example,1,1", "b@post.example,1,", "c@post.example,1,1"]
    ran = run(config, lines)
    assert "by the column newsletter (empty); " in str(ran.exception)
    assert run(config, lines, "--status", "unsubscribed").exit_code == 0
    kept = {"a@post.example": "confirmed", "b@post.example": "unsubscribed", "c@post.example": "confirmed"}
    assert statuses(config) == kept


def test_import_of_a_file_called_unsubscribed_asks(config: Path) -> None:
    """No column states a status, so the file's name counts, unless the command states one."""
    file = config.with_name("unsubscribed_export.csv")
    file.write_text("email\nleft@post.example\n")
    command = ["import", str(file), "--config", str(config)]
    refused = CliRunner().invoke(subscribers, command)
    assert isinstance(refused.exception, ConfigurationError)
    assert "the file is called unsubscribed" in str(refused.exception)
    assert stored(config) == 0
    assert CliRunner().invoke(subscribers, [*command, "--status", "unsubscribed"]).exit_code == 0
    assert statuses(config) == {"left@post.example": "unsubscribed"}


@contextmanager
def piped(text: str) -> Iterator[IO[bytes]]:
    """The end of a pipe from which a text can be read."""
    out, into = os.pipe()

    def write() -> None:
        with os.fdopen(into, "w") as stream:
            stream.write(text)

    writer = threading.Thread(target=write)
    writer.start()
    with os.fdopen(out, "rb") as pipe:
        yield pipe
    writer.join()


@pytest.mark.parametrize("value", ["active", "gone"])
def test_import_with_a_status_from_a_pipe_is_checked_first(config: Path, value: str) -> None:
    """A pipe cannot be read twice, so it is copied; nothing is lost or written too early."""
    lines = [
        "email,status",
        *(f"reader{number}@post.example,active" for number in range(BATCH)),
        f"late@post.example,{value}",
    ]
    with piped("".join(f"{line}\n" for line in lines)) as pipe:
        ran = CliRunner().invoke(subscribers, ["import", "-", "--config", str(config)], input=pipe)
    code = ran.exception.exit_code if isinstance(ran.exception, DigestError) else ran.exit_code
    assert (code, stored(config)) == ((0, BATCH + 1) if value == "active" else (2, 0)), ran.stderr


def test_import_of_a_gzipped_export_is_checked_first(config: Path) -> None:
    """As a plain file."""
    file = config.with_name("ghost.csv.gz")
    file.write_bytes(gzip.compress("\n".join(GHOST).encode("utf-16")))
    ran = CliRunner().invoke(subscribers, ["import", str(file), "--config", str(config)])
    assert ran.exit_code == 0
    assert statuses(config) == {"left@post.example": "unsubscribed", "stays@post.example": "confirmed"}


def test_import_dry_run_shows_each_kind_of_row_and_writes_nothing(config: Path) -> None:
    """The same numbers as the import that follows."""
    assert run(config, ["email,status", "same@post.example,", "gone@post.example,unsubscribed"]).exit_code == 0
    before = statuses(config)
    lines = [*GHOST, "3,gone@post.example,,true,", "4,same@post.example,,true,", "5,nobody,,,"]
    ran = run(config, lines, "--dry-run")
    assert ran.exit_code == 0
    assert ran.stdout.splitlines() == [
        (
            "nothing was written; it would be: 2 added, 0 changed, 1 unchanged, 1 unsubscribed earlier and not added, "
            "1 bad row"
        ),
        "  1 added as confirmed",
        "  1 added as unsubscribed",
        "  1 unchanged, confirmed",
        "  1 not subscribed again: unsubscribed or suppressed earlier",
    ]
    assert ran.stderr.splitlines()[0] == "digest: line 6: not a valid email address: expected name@domain"
    assert statuses(config) == before
    wanted = json.loads(run(config, lines, "--dry-run", "--json").stdout)
    done = json.loads(run(config, lines, "--json").stdout)
    assert wanted == {**done, "dry_run": True}
    assert done["outcomes"] == [
        {"result": "added", "status": "confirmed", "rows": 1},
        {"result": "added", "status": "unsubscribed", "rows": 1},
        {"result": "same", "status": "confirmed", "rows": 1},
        {"result": "left", "status": "confirmed", "rows": 1},
    ]


def test_import_of_an_old_list_subscribes_nobody_again(config: Path) -> None:
    """Whoever ended it; `--resubscribe` is the way to say that they asked for it."""
    run(config, ["email,status", "a@post.example,unsubscribed", "b@post.example,suppressed"])
    ran = run(config, ["email", "A@post.example", "B@post.example", "c@post.example"])
    assert ran.stdout.startswith("1 added, 0 changed, 0 unchanged, 2 unsubscribed earlier and not added, 0 bad rows\n")
    ran = run(config, ["email", "A@post.example", "B@post.example"], "--resubscribe")
    assert ran.stdout == "0 added, 2 changed, 0 unchanged, 0 bad rows\n"
    assert set(statuses(config).values()) == {"confirmed"}


def test_import_json_lists_a_thousand_bad_rows(config: Path) -> None:
    """The total says how many there are; for people they are one line."""
    lines = ["email", *["somebody"] * 1_200, "a@post.example"]
    answer = json.loads(run(config, lines, "--json").stdout)
    assert (len(answer["bad"]), answer["bad_total"]) == (1_000, 1_200)
    assert run(config, lines).stderr.splitlines() == [
        "digest: 1200 rows: not a valid email address: expected name@domain (lines 2, 3, 4, 5, 6 …)"
    ]


def test_import_faults_of_one_kind_are_one_line(config: Path) -> None:
    """Whatever their values are."""
    lines = ["email,language", "a@post.example,klingon!", "b@post.example,?", "c@post.example,en"]
    assert run(config, lines).stderr.splitlines() == [
        "digest: 2 rows: the language is not a code such as en or ru (lines 2, 3)"
    ]


@pytest.fixture
def two_editions(config: Path) -> Path:
    """The configuration of a portal with two editions."""
    config.write_text(_CONFIG.replace('name = "daily"', 'name = "daily"\n\n[[editions]]\nname = "weekly"'))
    return config


def editions(config: Path) -> dict[str, str]:
    """The stored editions by address."""
    with closing(sqlite3.connect(config.with_name("digest.db"))) as connection:
        return dict(connection.execute("SELECT email, editions FROM subscriber ORDER BY email_key"))


def test_import_without_editions_into_several_asks_for_one(two_editions: Path) -> None:
    """Exit code 2, and nobody is added; the message names the choices."""
    ran = run(two_editions, ["email", "a@post.example"])
    assert isinstance(ran.exception, ConfigurationError)
    assert "choose with --edition daily or --edition weekly, or --all-editions" in str(ran.exception)
    assert stored(two_editions) == 0


@pytest.mark.parametrize(
    ("options", "stored_editions"),
    [
        (["--edition", "daily"], '["daily"]'),
        (["--edition", "daily", "--edition", "weekly"], '["daily", "weekly"]'),
        (["--all-editions"], "[]"),
    ],
)
def test_import_edition_option_applies_to_rows_without_one(
    two_editions: Path, options: list[str], stored_editions: str
) -> None:
    """A row's own edition counts more."""
    assert run(two_editions, ["email", "a@post.example"], *options).exit_code == 0
    assert run(two_editions, ["email,edition", "b@post.example,", "c@post.example,weekly"], *options).exit_code == 0
    assert editions(two_editions) == {
        "a@post.example": stored_editions,
        "b@post.example": stored_editions,
        "c@post.example": '["weekly"]',
    }


def test_import_with_a_column_edition_needs_no_option(two_editions: Path) -> None:
    """An empty cell means every edition there, as in an export of our own."""
    assert run(two_editions, ["email,edition", "a@post.example,"]).exit_code == 0
    assert editions(two_editions) == {"a@post.example": "[]"}


def test_import_edition_in_another_case_is_that_of_the_configuration(two_editions: Path) -> None:
    """It is not reported as unknown, and its readers get that edition."""
    ran = run(two_editions, ["email,edition", "a@post.example,Daily|WEEKLY"])
    assert ran.stderr == ""
    assert editions(two_editions) == {"a@post.example": '["daily", "weekly"]'}


@pytest.mark.parametrize("options", [["--edition", "dialy"], ["--edition", "daily", "--all-editions"]])
def test_import_edition_option_that_cannot_be_meant_is_refused(two_editions: Path, options: list[str]) -> None:
    """Nobody is added to an edition that does not exist."""
    assert run(two_editions, ["email", "a@post.example"], *options).exit_code != 0
    assert not two_editions.with_name("digest.db").exists() or stored(two_editions) == 0
