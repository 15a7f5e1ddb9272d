"""Backup files: what kind a file is, and how a database becomes one and comes back."""

import glob
import os
import re
import shutil
import sqlite3
import subprocess
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from types import MappingProxyType

from sqlalchemy import URL

from digest.atomic_write import UNFINISHED, delete_abandoned, link_target
from digest.errors import DigestError, StoreError
from digest.file_owner import give_like
from digest.operations.command import how_it_ended
from digest.operations.place import BackupKind, Place
from digest.store.engine.connection_advice import connection_advice
from digest.store.engine.sqlite_engine import opening_fault
from digest.store.tables.count_schema import COUNTING_FUNCTIONS
from digest.store.tables.metadata import all_tables
from digest.store.upkeep.sqlite_to_postgresql import move_rows

_CLIENT = "install PostgreSQL's client in the server's version or a later one"
_ADVICE = {"server version mismatch": _CLIENT, "unsupported version": _CLIENT}  # by a part of a program's message
_PLACE = re.compile(r"^\w+:(?:\S+:\d+:)?\s*(?:error:|ERROR:)?\s*")  # in which program, or in which file of ours

_FORMER_TABLES = ("hand",)  # what migrations have renamed since
_SERVICE = "digest"
_SQLITE = b"SQLite format 3\x00"
_DISK_FAULTS = {sqlite3.SQLITE_FULL, sqlite3.SQLITE_IOERR}  # the low octet of SQLite's codes; neither names the file
_UNPACKED = "unpacked-"  # begins the name of a temporary folder
_PAGES = 2_000  # of SQLite, copied at once: after each step the progress is shown, and Ctrl-C ends it


def kind_of(file: Path) -> BackupKind | None:
    """The kind of a backup file, None if it is none; raises DigestError if it cannot be read."""
    if file.exists() and not file.is_file():  # reading from a pipe or a terminal would wait for somebody
        raise DigestError(f"{file} is not a regular file; name one that is")
    try:
        with file.open("rb") as opened:
            start = opened.read(16)
    except OSError as error:
        raise DigestError(f"{file}: cannot be read: {(error.strerror or str(error)).lower()}") from None
    if start.startswith(b"PGDMP"):
        return BackupKind.POSTGRESQL
    return BackupKind.SQLITE if start == _SQLITE and _has_tables(file) else None


def revision_of(file: Path, kind: BackupKind) -> str | None:
    """The newest migration of the tables in a backup, None if it says nothing of it; raises DigestError."""
    if kind is BackupKind.POSTGRESQL:
        rows = _output_of(["pg_restore", "--data-only", "--table=alembic_version", "--file=-", str(file)])
        found = re.search(r"^COPY [^\n]*alembic_version[^\n]*;\n(\w+)$", rows, re.MULTILINE)
        return found[1] if found else None
    try:
        with closing(_read_only(file)) as opened:
            row = opened.execute("SELECT version_num FROM alembic_version").fetchone()
    except sqlite3.Error as error:
        raise StoreError(f"{file} cannot be read: {error}") from None
    return None if row is None else str(row[0])


def last_delivery_of(file: Path, kind: BackupKind) -> int | None:
    """The highest id that a delivery had when a backup was made; None if it does not say so. Raises DigestError."""
    if kind is BackupKind.POSTGRESQL:
        set_ = _output_of(["pg_restore", "--data-only", "--table=delivery_id_seq", "--file=-", str(file)])
        found = re.search(r"\bsetval\('[^']*\bdelivery_id_seq', (\d+), (?:true|(false))\)", set_)
        return None if found is None else int(found[1]) - bool(found[2])
    try:
        with closing(_read_only(file)) as opened:
            row = opened.execute("SELECT seq FROM sqlite_sequence WHERE name = 'delivery'").fetchone()
    except sqlite3.Error:
        return None
    return 0 if row is None else int(row[0])


def is_of_whole_database(dump: Path) -> bool:
    """Whether a dump of PostgreSQL holds more than tables, as that of a whole database does; raises DigestError."""
    listed = _output_of(["pg_restore", "--list", str(dump)])
    return re.search(r"^\d+; \d+ \d+ (?:FUNCTION|SCHEMA) ", listed, re.MULTILINE) is not None


def is_database_in_use(file: Path) -> bool:
    """Whether a SQLite file writes ahead, as the database of an installation does and no backup."""
    with file.open("rb") as opened:
        header = opened.read(19)
    return header.startswith(_SQLITE) and header[18:] == b"\x02"  # the version of the file format


@contextmanager
def replacing(file: Path) -> Iterator[Path]:
    """A new private file beside `file`, which takes its name when the block ends well; raises DigestError.

    A symbolic link stays, and the file that it leads to is replaced: it may be on the disk that is meant for backups.
    What root makes belongs to the owner of the file that it replaces, or of the folder. What a killed process left is
    deleted after a day.
    """
    try:
        file = link_target(file)
        delete_abandoned(file.parent, glob.escape(file.name))
        handle, name = tempfile.mkstemp(dir=file.parent, prefix=f".{file.name}.{UNFINISHED}")
        try:
            give_like(handle, file if file.exists() else file.parent)
        finally:
            os.close(handle)
    except OSError as error:
        raise _cannot_be_written(file, error) from None
    temporary = Path(name)
    try:
        yield temporary
        try:
            with temporary.open("rb") as written:
                os.fsync(written.fileno())
            temporary.replace(file)
        except OSError as error:
            raise _cannot_be_written(file, error) from None
    finally:
        for end in ("", "-wal", "-shm", "-journal"):
            with suppress(OSError):  # what stays is deleted as what a killed process left
                Path(name + end).unlink(missing_ok=True)


def _cannot_be_written(file: Path, error: OSError) -> DigestError:
    return DigestError(f"{file}: cannot be written: {(error.strerror or str(error)).lower()}")


def copy_sqlite(source: Path, target: Path, on_progress: Callable[[int, int], None] = lambda _done, _all: None) -> None:
    """Copy a SQLite database while others use it; `on_progress` gets the pages that were copied, and all of them.

    Raises StoreError.
    """

    def progress(_status: int, left: int, pages: int) -> None:
        on_progress(pages - left, pages)

    try:
        with closing(_read_only(source)) as old, closing(sqlite3.connect(target)) as new:
            # In a transaction, or SQLite would begin the copy again after each commit of another process.
            old.execute("BEGIN")
            old.execute("SELECT count(*) FROM sqlite_master").fetchone()
            old.backup(new, pages=_PAGES, progress=progress)
            new.execute("PRAGMA journal_mode = DELETE")
            (found,) = new.execute("PRAGMA quick_check(1)").fetchone()
    except sqlite3.Error as error:
        code = getattr(error, "sqlite_errorcode", 0)  # missing where Python itself refuses
        if code & 0xFF in _DISK_FAULTS:
            folders = " or of ".join(dict.fromkeys(str(file.absolute().parent) for file in (source, target)))
            advice = f"the disk of {folders} is full or reports an error; free some space"
            raise StoreError(f"{source} cannot be copied: {advice}") from None
        fault = opening_fault(str(error), str(source)) or f"cannot be copied: {error}"
        raise StoreError(f"the database {source} {fault}") from None
    if found != "ok":
        raise StoreError(f"the database {source} is damaged: {found.splitlines()[-1]}")


def dump_postgresql(url: URL, target: Path) -> None:
    """Write Digest's tables of a PostgreSQL database to a file in pg_dump's own format; raises DigestError."""
    tables = [*(table.name for table in all_tables.sorted_tables), *_FORMER_TABLES, "alembic_version"]
    named = [f"--table={name}" for name in tables]
    format_ = ["--format=custom", "--no-owner", "--no-privileges", f"--file={target}"]
    _connected_output_of(["pg_dump", "--no-password", "--encoding=UTF8", *format_, *named], url)


def load_postgresql(url: URL, dump: Path, *, afterwards: str, state: Path) -> None:
    """Replace Digest's tables by those of a dump and run `afterwards`, in one transaction; raises DigestError.

    The dump is unpacked in the private folder `state`.
    """
    listed = _output_of(["pg_restore", "--list", str(dump)]).splitlines()
    dumped = [line.split(" TABLE ", 1)[1].split()[1] for line in listed if " TABLE " in line and " DATA " not in line]
    ours = dict.fromkeys([*(table.name for table in all_tables.sorted_tables), "alembic_version", *dumped])
    # Without notices about what is dropped the first line that psql prints is an error.
    drop = "SET client_min_messages = error;\n" + "".join(f'DROP TABLE IF EXISTS "{name}" CASCADE;\n' for name in ours)
    with _unpacking(state) as folder:
        first, middle, last = (folder / name for name in ("first", "middle", "last"))
        # A dump of tables has their triggers, and not the functions that these call.
        first.write_text("".join([drop, *(f"{function};\n" for function in COUNTING_FUNCTIONS)]), encoding="utf-8")
        last.write_text(f"RESET search_path;\n{afterwards}", encoding="utf-8")
        _output_of(["pg_restore", "--no-owner", "--no-privileges", f"--file={middle}", str(dump)])
        files = [f"--file={file}" for file in (first, middle, last)]
        settings = ["--no-psqlrc", "--quiet", "--no-password", "--single-transaction", "--set=ON_ERROR_STOP=1"]
        _connected_output_of(["psql", *settings, *files], url)


def load_sqlite(place: Place, file: Path, *, afterwards: str) -> None:
    """The same with a backup of SQLite; no program of PostgreSQL is needed. Raises DigestError."""
    with _unpacking(place.state) as folder:
        copy_sqlite(file, folder / "digest.db")  # a backup may be older, and is itself left as it is
        move_rows(folder / "digest.db", place.url, place.root, afterwards=afterwards.splitlines())


@contextmanager
def _unpacking(state: Path) -> Iterator[Path]:
    """A temporary folder in the private folder `state`; what a killed process left of one is deleted."""
    for left in state.glob(f"{_UNPACKED}*/"):
        shutil.rmtree(left, ignore_errors=True)
    with tempfile.TemporaryDirectory(prefix=_UNPACKED, dir=state) as folder:
        yield Path(folder)


def _connected_output_of(command: Sequence[str], url: URL) -> str:
    """The standard output of a program that connects to `url`; no secret is among its arguments, which others can see.

    The password is in its environment, and the one of a client key, which has no variable there, in a service file.
    """
    secret, key_secret = url.query.get("password", url.password), url.query.get("sslpassword")
    public = URL.create("postgresql", url.username, None, url.host, url.port, url.database, url.query)
    public = public.difference_update_query(["password", "sslpassword"])
    environment = {"PGPASSWORD": str(secret)} if secret else {}
    with tempfile.TemporaryDirectory(prefix="digest-") as folder:
        if key_secret:
            if "service" in url.query:
                raise DigestError(
                    "[database] url has a service and sslpassword; write sslpassword into the service file"
                )
            services = Path(folder) / "services"
            services.write_text(f"[{_SERVICE}]\nsslpassword={key_secret}\n", encoding="utf-8")
            environment["PGSERVICEFILE"] = str(services)
            public = public.update_query_dict({"service": _SERVICE})
        return _output_of([*command, f"--dbname={public.render_as_string()}"], environment)


def _output_of(command: Sequence[str], secrets: Mapping[str, str] = MappingProxyType({})) -> str:
    """The standard output of a program of PostgreSQL, with `secrets` in its environment."""
    program = command[0]
    if shutil.which(program) is None:
        raise DigestError(f"{program} is not installed; PostgreSQL's client has it (apt install postgresql-client)")
    environment = {**os.environ, "LC_ALL": "C", **secrets}
    done = subprocess.run(  # noqa: S603  # the command is ours, and no shell reads it
        command, env=environment, capture_output=True, text=True, check=False, errors="replace"
    )
    if done.returncode:
        # Only the first line: later ones may quote rows, and rows hold addresses.
        message = next((line for line in done.stderr.splitlines() if line.strip()), how_it_ended(done.returncode))
        known = next((advice for part, advice in _ADVICE.items() if part in message), "")
        reason, advice = _PLACE.sub("", message), known or connection_advice(message)
        raise DigestError(f"{program} failed: {reason}{f'; {advice}' if advice else ''}")
    return done.stdout


def _read_only(file: Path) -> sqlite3.Connection:
    return sqlite3.connect(f"{file.resolve().as_uri()}?mode=ro", uri=True, timeout=30)


def _has_tables(file: Path) -> bool:
    """Whether the SQLite database is one of Digest."""
    try:
        with closing(_read_only(file)) as opened:
            names = {name for (name,) in opened.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
    except sqlite3.Error:
        return False
    return {"alembic_version", "delivery", "subscriber"} <= names
