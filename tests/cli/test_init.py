"""The first steps: init, migrate, help, the sample portal, and the answers to a wrong command line."""

import re
import shlex
import subprocess
import sys
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

import click
import pytest

from digest.cli.init import fill_dates
from digest.cli.main import cli
from digest.settings.load import load
from tests.support.full_disk import max_file_size
from tests.support.installation import DAY, Installation, day
from tests.support.permissions import ordinary_permissions

_COMMANDS = [
    *("init", "preview", "collect", "rank", "edit", "send", "pause", "cancel", "run", "worker", "bounces"),
    *("editions", "status", "stories", "evaluate", "forget", "migrate", "subscribers", "subscribers add"),
    *("subscribers import", "subscribers list", "subscribers remove", "subscribers export"),
]
_CHANGING = [
    *("collect", "edit --pin https://gazette.example/news/1", "send --yes", "send --to me@reader.example"),
    "send --resume daily/2026-10-01",
    *("send --resend-unknown daily/2026-10-01", "pause daily/2026-10-01", "cancel daily/2026-10-01", "run", "worker"),
    *("migrate", "subscribers add a@reader.example", "subscribers list", "subscribers remove a@reader.example"),
    *("subscribers suppress a@reader.example", "subscribers unsuppress a@reader.example"),
    *("subscribers import -", "subscribers export", "forget main --yes"),
    *("serve", "dkim rotate", "bounces Maildir", "retract https://gazette.example/news/1"),
    *("tokens add portal --scope read", "tokens list", "tokens revoke portal"),
    *("users add anna@gazette.example --role editor", "users list", "backup digest.backup", "restore digest.backup"),
    "correct daily/2026-10-01 --text -",
]
_READING = ["preview", "rank", "editions", "status", "status --due", "send --outbox out"]


def test_init_writes_a_valid_configuration(empty: Installation) -> None:
    """An empty folder gets a commented configuration, an example of .env and the theme; Digest starts with them."""
    ran = empty.run("init").fine()
    assert empty.files() >= {"config/digest.toml", ".env.example", "templates/default/issue.mjml"}
    assert "digest preview --open" in ran.out
    written = (empty.folder / "config/digest.toml").read_text()
    assert written.count("#") > 20
    settings = load(empty.folder / "config/digest.toml", environ={})
    assert (settings.portal.name, settings.editions[0].name) == ("Harbour Gazette", "daily")
    assert empty.run("status", "--json").fine().json == []
    assert [row["edition"] for row in empty.run("status", "--due", "--json").fine().json] == ["daily"]


def _as_a_shell_reads_them(lines: Sequence[str], folder: Path) -> list[tuple[Installation, list[str]]]:
    """Where each call of Digest in these lines runs, and its arguments."""
    program = f"{shlex.quote(sys.executable)} -m digest "
    show = 'show() { printf \'%s\\0\' "$PWD" "$@"; echo; }'
    script = "\n".join(["set -e", show, *(line.replace(program, "show ") for line in lines)])
    shown = subprocess.run(["/bin/sh", "-c", script], cwd=folder, capture_output=True, text=True, check=True)
    calls = [line.removesuffix("\0").split("\0") for line in shown.stdout.splitlines()]
    return [(Installation(Path(where)), arguments) for where, *arguments in calls]


def test_init_then_its_next_steps_as_printed_work_offline(empty: Installation) -> None:
    """Preview, rank, edit and send --outbox succeed as a shell reads them, before anything is changed or collected."""
    printed = empty.spawn("init", "my portal").fine().out
    steps = _as_a_shell_reads_them([line for line in printed.splitlines() if line.startswith("  ")], empty.folder)
    assert [arguments[0] for _, arguments in steps] == ["preview", "rank", "edit", "send"]
    for portal, arguments in steps:
        assert portal.folder.samefile(empty.folder / "my portal")
        portal.run(*arguments, env={"PATH": "/nowhere"}).fine()  # where no browser is found
    page = (portal.folder / "preview.html").read_text()
    links = re.findall("<link>(.*?)</link>", (portal.folder / "config/example-feed.xml").read_text())[1:]
    assert len(links) == 8
    assert sum(link in page for link in links) >= 4
    (message,) = (portal.folder / "outbox").iterdir()
    assert links[0].encode() in message.read_bytes().replace(b"=\r\n", b"")
    assert portal.run("rank", "--json").fine().json[0]["url"] == links[0]  # the pinned one


@pytest.mark.parametrize("minutes", [0, 1, 179, 181, 240, 300, 720, 1_439])
def test_preview_after_init_at_any_hour_has_articles(empty: Installation, minutes: int) -> None:
    """At these minutes after 07:00, within `catch_up` and beyond it, the coming issue has enough articles."""
    now = datetime(2026, 10, 1, 4, tzinfo=UTC) + timedelta(minutes=minutes)
    empty.run("init", now=now).fine()
    ran = empty.run("preview", "--json", now=now + timedelta(minutes=1)).fine()
    assert len(ran.json["articles"]) >= 4
    assert ran.json["sources"][0]["notes"] == []


def test_example_feed_has_dates_and_counters(empty: Installation) -> None:
    """Eight articles of the last day, each with views and comments, and addresses of that day."""
    now = datetime(2026, 10, 1, 20, tzinfo=UTC)
    empty.run("init", now=now).fine()
    rows = empty.run("rank", "--json", now=now).fine().json
    assert len(rows) == 8
    for row in rows:
        assert row["url"].startswith("https://gazette.example/2026-10-01/")
        assert timedelta() < now - datetime.fromisoformat(row["published_at"]) < timedelta(days=1)
        assert row["views"] > row["comments"] > 0
        assert row["section"] in {"City", "Culture", "Port", "Sport"}


def test_example_feed_of_a_russian_portal_is_russian(empty: Installation) -> None:
    """Once the portal's language is Russian, a deleted example feed is written again in Russian."""
    empty.run("init").fine()
    config = empty.folder / "config/digest.toml"
    config.write_text(config.read_text().replace('languages = ["en"]', 'languages = ["ru"]'))
    (empty.folder / "config/example-feed.xml").unlink()
    assert "next" not in empty.run("init").fine().out
    answer = empty.run("preview", "--json").fine().json
    assert answer["language"] == "ru"
    assert len(answer["articles"]) >= 4
    assert "паром" in (empty.folder / "config/example-feed.xml").read_text()


def test_example_feed_that_exists_is_kept(empty: Installation) -> None:
    """A second init leaves the feed as it is, whatever the time."""
    empty.run("init").fine()
    before = (empty.folder / "config/example-feed.xml").read_bytes()
    empty.run("init", now=datetime(2030, 1, 1, tzinfo=UTC)).fine()
    assert (empty.folder / "config/example-feed.xml").read_bytes() == before


def test_fill_dates_replaces_ages_and_the_day() -> None:
    """Dates are RFC 2822, the day is that of `now`."""
    now = datetime(2026, 10, 1, 0, 30, tzinfo=UTC)
    assert fill_dates("{today} {45 minutes ago}", now) == "2026-10-01 Wed, 30 Sep 2026 23:45:00 +0000"


def test_init_with_a_folder_creates_it(empty: Installation) -> None:
    """A missing folder is created."""
    empty.run("init", "some/where").fine()
    assert "some/where/config/digest.toml" in empty.files()


def test_init_existing_files_are_kept(empty: Installation) -> None:
    """What the operator has changed is kept, and named; what is missing is added."""
    empty.write("config/digest.toml", "# mine\n")
    empty.write("templates/default/issue.mjml", "mine")
    ran = empty.run("init").fine()
    assert (empty.folder / "config/digest.toml").read_text() == "# mine\n"
    assert (empty.folder / "templates/default/issue.mjml").read_text() == "mine"
    assert (empty.folder / "templates/default/issue.txt").exists()
    assert ran.out.count("exists, left unchanged") == 2
    assert "config/example-feed.xml" not in empty.files()  # the operator's configuration does not use it


def test_init_copied_theme_is_used(site: Installation) -> None:
    """The copy replaces the packaged theme: a change of it is visible."""
    site.run("init").fine()
    theme = site.folder / "templates/default/issue.txt"
    theme.write_text(theme.read_text() + "\nOur own last line\n")
    site.run("preview", "--date", DAY, "--text", "issue.txt").fine()
    assert "Our own last line" in (site.folder / "issue.txt").read_text()


def test_init_file_in_place_of_a_folder_is_one_line(empty: Installation) -> None:
    """It names the file, and no partial file is written."""
    empty.write("config", "a file")
    empty.run("init").failed(1, "config", "exists")
    assert empty.files() == {"config"}


def test_init_read_only_folder_is_one_line(empty: Installation) -> None:
    """No file is left."""
    empty.folder.chmod(0o555)
    try:
        with ordinary_permissions():
            empty.run("init").failed(1, "permission denied")
    finally:
        empty.folder.chmod(0o755)
    assert empty.files() == set()


def test_init_full_disk_leaves_no_partial_file(empty: Installation) -> None:
    """The file for which there was no space is named."""
    with max_file_size(100):
        empty.run("init").failed(1, "config/digest.toml")
    assert empty.files() == set()


@pytest.mark.parametrize("command", _COMMANDS)
def test_help_of_every_command_does_nothing(empty: Installation, command: str) -> None:
    """`--help` describes the command, and changes nothing."""
    ran = empty.run(*command.split(), "--help").fine()
    assert ran.out.startswith(f"Usage: digest {command} ")
    assert len(ran.out.splitlines()[2].strip()) > 20
    assert empty.files() == set()


def test_help_and_version_of_the_program_are_printed(empty: Installation) -> None:
    """The program lists its commands, and prints its version."""
    printed = empty.run("--help").fine().out
    assert all(f"  {name}" in printed for name in ("preview", "send", "run", "subscribers"))
    assert empty.run("--version").fine().out.startswith("digest, version ")


@pytest.mark.parametrize(
    ("arguments", "phrase"),
    [
        ("nonsense", "there is no command"),
        ("preview --nonsense", "No such option"),
        ("preview --date 2025-13-01", "expected a date such as"),
        ("preview --date 0001-01-01", "expected a date such as"),
        ("rank --date 9999-12-31", "expected a date such as"),
        ("preview --edition weekly", "there is no edition 'weekly'; the configuration has: daily"),
        ("preview --for nobody", "--for: "),
        ("preview -o .", "is a directory"),
        ("send", "add --yes"),
        ("send --to nobody", "--to: "),
        ("send --resume daily", "expected EDITION/SLOT"),
        ("pause daily/tomorrow", "expected EDITION/SLOT"),
        ("edit", "nothing to change; use --pin, --drop, "),
        ("subscribers add nobody", "name@domain"),
        ("subscribers import nowhere.csv", "nowhere.csv"),
        ("subscribers list --status happy", "happy"),
        ("status --config nowhere.toml", "nowhere.toml: file not found; `digest init` writes one"),
        ("status --config .", "cannot be read"),
    ],
)
def test_commands_wrong_usage_exits_2(site: Installation, arguments: str, phrase: str) -> None:
    """The last line has the reason, and no file is made."""
    before = site.files() | {"digest.db"}
    site.run(*arguments.split()).failed(2, phrase)
    assert site.files() <= before


def test_commands_wrong_configuration_is_a_line_for_each_key(site: Installation) -> None:
    """File, key, value and what is expected; exit code 2."""
    file = site.folder / "config/digest.toml"
    file.write_text(file.read_text().replace('name = "daily"', 'name = "daily"\nat = "25:00"\ntopp = 3'))
    ran = site.run("status")
    ran.failed(2)
    assert ran.err.splitlines() == [
        'digest: config/digest.toml: editions.daily.at = "25:00": expected a time of day such as "07:00"',
        'digest: config/digest.toml: editions.daily.topp: unknown key; did you mean "top"?',
    ]


@pytest.mark.parametrize("broken", ["[portal", 'name = "\\z"', "\udcff"])
def test_commands_invalid_toml_names_the_file(site: Installation, broken: str) -> None:
    """Without a traceback."""
    site.write("config/digest.toml", broken.encode("utf-8", "surrogateescape"))
    ran = site.run("status")
    ran.failed(2)
    assert ran.err.startswith("digest: config/digest.toml: ")


def test_commands_without_sources_exit_2(site: Installation) -> None:
    """There is no source to collect from."""
    site.configure(sources=[])
    for command in ("collect", "rank", "preview"):
        site.run(command).failed(2, "no source")


@pytest.mark.parametrize("command", _CHANGING)
def test_changing_command_on_the_sample_portal_is_refused(empty: Installation, command: str) -> None:
    """A command that would change or keep something exits with 2, names the remedy and writes nothing."""
    arguments = command.split()
    name = " ".join(arguments[:2]) if arguments[0] in {"subscribers", "dkim", "tokens", "users"} else arguments[0]
    empty.run(*arguments).failed(2, f"`digest {name}` does not work on the built-in sample portal", "`digest init`")
    assert empty.files() == set()


def test_commands_in_the_wrong_folder_name_it(empty: Installation) -> None:
    """As of cron, which starts in another one: that nothing was sent yet is true of the sample alone."""
    missing = f"{empty.folder} has no config/digest.toml"
    empty.run("send", "--yes").failed(2, f"{missing}; use the installation's folder, or run `digest init`")
    for command in ("status", "editions"):
        assert empty.run(command).fine().err == f"this is the built-in sample portal; {missing}\n"


@pytest.mark.parametrize("command", _READING)
def test_reading_command_on_the_sample_portal_succeeds(empty: Installation, command: str) -> None:
    """Commands that only show or test something need no configuration."""
    empty.run(*command.split()).fine()
    assert "digest.db" not in empty.files()


def test_commands_on_the_sample_portal_are_all_tried() -> None:
    """Every command but those that never read the portal is refused or works in the two tests above."""
    tried = {command.split()[0] for command in [*_CHANGING, *_READING]}
    assert set(cli.list_commands(click.Context(cli))) - tried == {"init", "check", "demo", "stories", "evaluate"}


def test_migrate_sqlite_has_nothing_to_do(site: Installation) -> None:
    """Every command upgrades SQLite."""
    assert site.run("status", "--json").fine().json == []
    assert site.run("migrate").fine().out == "the database is up to date\n"


def test_migrate_postgresql_creates_the_tables(site: Installation, postgres_url: str) -> None:
    """A new database is refused with the command that fixes it; after that everything works."""
    site.configure(database=postgres_url)
    for command in ("status", "editions", "collect", "rank", "preview", "worker", "subscribers list"):
        site.run(*command.split()).failed(1, "run `digest migrate`")
    assert "brought up to date" in site.run("migrate").fine().out
    assert site.run("migrate").fine().out == "the database is up to date\n"
    site.subscribe("a@reader.example", "b@reader.example")
    assert len(site.run("subscribers", "list", "--json").fine().json) == 2
    assert len(site.run("rank", "--date", DAY, "--json").fine().json) == 5
    site.run("send", "--date", DAY, "--outbox", "out").fine()
    assert len(list((site.folder / "out").iterdir())) == 2


def test_rank_closed_pipe_is_no_traceback(site: Installation) -> None:
    """`digest rank --json | head -1` prints no traceback."""
    site.write("feed.xml", day(300))
    ran = site.run_into_closed_pipe("rank", "--date", DAY, "--json")
    assert "Traceback" not in ran.err
    assert "BrokenPipe" not in ran.err
    assert ran.code == 1


@pytest.mark.parametrize("wrong", [("--domain", "bad domain"), ("--domain", "com"), ("--selector", "a b")])
def test_init_dkim_wrong_domain_or_selector_writes_nothing(tmp_path: Path, wrong: tuple[str, str]) -> None:
    """So that the corrected command makes a new installation, with the key in its configuration."""
    site = Installation(tmp_path)
    arguments = {"--domain": "gazette.example", "--selector": "digest1"} | dict([wrong])
    site.run("init", "--dkim", *(text for pair in arguments.items() for text in pair)).failed(
        2, "--domain: expected the domain of an address" if wrong[1] == "com" else "--domain and --selector"
    )
    assert site.files() == set()
