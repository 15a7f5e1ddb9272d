"""`digest send`: a test, an outbox, and the issue to its audience, once."""

import email
import email.policy
import re
import sqlite3
from collections import Counter
from contextlib import closing
from datetime import timedelta
from email.message import EmailMessage
from pathlib import Path

import pytest

from tests.support.full_disk import max_file_size
from tests.support.installation import DAY, NEXT_DAY, SLOT, Installation, day, item, rss
from tests.support.smtp_server import Log

READERS = ("anna@reader.example", "boris@reader.example", "carla@reader.example")
ISSUE = f"daily/{DAY}"


@pytest.fixture
def log(mail_server: tuple[int, Log]) -> Log:
    """What the server saw."""
    return mail_server[1]


@pytest.fixture
def site(tmp_path: Path, mail_server: tuple[int, Log]) -> Installation:
    """An installation with a feed of five articles, an SMTP server and three readers."""
    return _install(tmp_path, mail_server[0])


def _install(folder: Path, port: int, **settings: str) -> Installation:
    edition = "\n".join(['name = "daily"', *(f"{key} = {value}" for key, value in settings.items())])
    site = Installation(folder).configure(editions=[edition], smtp=f'host = "127.0.0.1"\nport = {port}')
    site.write("feed.xml", day())
    site.subscribe(*READERS)
    return site


def _recipients(log: Log) -> Counter[str]:
    return Counter(message.recipient for message in log.accepted)


def _read(content: bytes) -> EmailMessage:
    return email.message_from_bytes(content, policy=email.policy.default)


def test_send_without_terminal_requires_yes(site: Installation, log: Log) -> None:
    """Exit code 2, and nothing is made or sent."""
    site.run("send", "--date", DAY).failed(2, "add --yes")
    assert log.accepted == []
    assert site.run("editions", "--json").json == []


def test_send_cancelled_prompt_sends_nothing(site: Installation, log: Log) -> None:
    """On a terminal there is a prompt; "no" is exit code 1, "yes" sends."""
    ran = site.run("send", "--date", DAY, answer="n")
    assert ran.failed(1) == "digest: cancelled; nothing was sent"
    subject = "The news number 1 of the harbour"
    assert f"Send {ISSUE} “{subject}” with 5 articles to 3 readers? [y/N]" in ran.out
    assert site.run("editions", "--json").json == []
    assert log.accepted == []
    site.run("send", "--date", DAY, answer="y").fine()
    assert _recipients(log) == Counter(READERS)


EARLY = SLOT - timedelta(hours=2, minutes=9)
NOTICE = f"{ISSUE} is due at 07:00, in 2 h 9 min; articles until then will be missing"


@pytest.mark.parametrize("arguments", [("--yes",), ("--yes", "--date", DAY), ("--yes", "--force")])
def test_send_before_the_hour_without_a_terminal_needs_early(
    site: Installation, log: Log, arguments: tuple[str, ...]
) -> None:
    """`--yes` does not imply `--early`: exit code 1, and not a row is written."""
    assert site.run("send", *arguments, now=EARLY).failed(1, NOTICE) == f"digest: {NOTICE}; add --early to send it now"
    with closing(sqlite3.connect(site.folder / "digest.db")) as store:
        tables = ("issue", "delivery", "variant", "article", "sighting", "reading", "beat")
        assert {name: store.execute(f"SELECT count(*) FROM {name}").fetchone()[0] for name in tables} == dict.fromkeys(
            tables, 0
        )
    assert log.accepted == []


def test_send_before_the_hour_with_early_sends_and_warns(site: Installation, log: Log) -> None:
    """The notice is printed, and the issue is sent; continuing it needs no `--early`."""
    ran = site.run("send", "--yes", "--early", now=EARLY).fine()
    assert f"{NOTICE}.\n" in ran.err
    assert _recipients(log) == Counter(READERS)
    assert "nothing is left" in site.run("send", "--yes", now=EARLY).fine().out


def test_send_before_the_hour_at_a_terminal_asks(site: Installation, log: Log) -> None:
    """The notice comes before the question; `--yes` at a terminal asks nothing and so needs `--early` too."""
    ran = site.run("send", now=EARLY, answer="n")
    assert ran.failed(1) == "digest: cancelled; nothing was sent"
    assert NOTICE in ran.err
    assert f"Send {ISSUE} “The news number 1 of the harbour” with 5 articles to 3 readers?" in ran.out
    assert site.run("editions", "--json").json == []
    site.run("send", "--yes", now=EARLY, answer="y").failed(1, NOTICE)
    site.run("send", now=EARLY, answer="y").fine()
    assert _recipients(log) == Counter(READERS)


def test_send_at_the_hour_needs_no_early(site: Installation, log: Log) -> None:
    """To the second; one second before, it is a minute."""
    almost = SLOT - timedelta(seconds=1)
    site.run("send", "--yes", now=almost).failed(1, "is due at 07:00, in 1 min; articles")
    site.run("send", "--yes", now=SLOT).fine()
    assert _recipients(log) == Counter(READERS)


@pytest.mark.parametrize("more", [("--yes",), ("--yes", "--early"), ("--yes", "--early", "--force"), ()])
def test_send_with_a_mistyped_date_leaves_no_row(site: Installation, log: Log, more: tuple[str, ...]) -> None:
    """A year that is to come has no issue, whichever options are given."""
    ran = site.run("send", "--date", "2052-06-02", *more, now=SLOT, answer=None if more else "y")
    assert "daily/2052-06-02 is due on 2052-06-02 at 07:00, in 9862 d; articles until then will be missing" in ran.err
    assert ran.code == (1 if more == ("--yes",) else 0)
    assert site.run("editions", "--json").json == []
    assert log.accepted == []


def test_send_of_a_slot_that_run_passed_over_works(site: Installation, log: Log) -> None:
    """`digest run` first saw the edition an hour too late for today's issue; an operator sends it."""
    site.known_since(SLOT + timedelta(hours=1))
    site.run("send", "--yes", now=SLOT + timedelta(hours=2)).fine()
    assert _recipients(log) == Counter(READERS)


def test_send_each_reader_gets_one_message(site: Installation, log: Log) -> None:
    """Each reader has one readable message; a second send finds nothing left."""
    ran = site.run("send", "--date", DAY, "--yes").fine()
    assert ran.out == f"{ISSUE}: 3 sent of 3\n"
    assert _recipients(log) == Counter(READERS)
    for accepted in log.accepted:
        message = _read(accepted.content)
        assert message["To"] == accepted.recipient
        assert message["Subject"] == "The news number 1 of the harbour"
        assert {"List-Unsubscribe", "List-Id", "Message-ID", "Date"} <= set(message.keys())
        assert [part.get_content_type() for part in message.iter_parts()] == ["text/plain", "text/html"]
        assert not [
            reader for reader in READERS if reader != accepted.recipient and reader.encode() in accepted.content
        ]
    assert len(log.copies) == 3
    again = site.run("send", "--date", DAY, "--yes").fine()
    assert again.out == f"{ISSUE}: nothing is left to send (3 sent)\n"
    assert _recipients(log) == Counter(READERS)


def test_send_without_date_sends_todays_issue(site: Installation, log: Log) -> None:
    """The day is that in the portal's zone, at any hour."""
    site.run("send", "--yes", now=SLOT + timedelta(hours=16, minutes=59)).fine()
    assert site.status()["slot"] == DAY
    assert _recipients(log) == Counter(READERS)


def test_send_reader_added_after_the_freeze_gets_nothing(site: Installation, log: Log) -> None:
    """The audience is that of the freeze."""
    site.run("send", "--date", DAY, "--yes").fine()
    site.run("subscribers", "add", "late@reader.example").fine()
    assert "nothing is left" in site.run("send", "--date", DAY, "--yes").fine().out
    assert "late@reader.example" not in _recipients(log)
    assert site.status()["audience"] == 3


def test_send_only_readers_of_the_edition_get_it(site: Installation, log: Log) -> None:
    """Readers of another edition, unsubscribed and pending ones get nothing."""
    site.configure(editions=['name = "daily"', 'name = "weekly"'], smtp=_smtp_of(site))
    site.write("more.csv", "email,edition,status\nw@reader.example,weekly,\np@reader.example,,pending\n")
    site.run("subscribers", "import", "more.csv").fine()
    site.run("subscribers", "remove", "anna@reader.example").fine()
    site.run("send", "--date", DAY, "--yes").fine()
    assert _recipients(log) == Counter(READERS[1:])


def _smtp_of(site: Installation) -> str:
    lines = (site.folder / "config/digest.toml").read_text().splitlines()
    return "\n".join(line for line in lines if line.startswith(("host", "port")))


def test_send_to_freezes_and_marks_nothing(site: Installation, log: Log) -> None:
    """--to never prompts, and marks nothing as used or sent."""
    ran = site.run("send", "--date", DAY, "--to", "me@gazette.example", "--to", "you@gazette.example").fine()
    assert ran.out == "2 of 2 messages sent\n"
    assert _recipients(log) == Counter(["me@gazette.example", "you@gazette.example"])
    assert site.run("editions", "--json").json == []
    assert site.run("send", "--date", DAY, "--yes").fine().out == f"{ISSUE}: 3 sent of 3\n"


def test_send_edition_with_its_own_sender_is_from_it(tmp_path: Path, mail_server: tuple[int, Log]) -> None:
    """The issue as it is really sent has the edition's sender in its headers and its envelope."""
    site = Installation(tmp_path).configure(
        editions=['name = "daily"\nfrom = "Evening <evening@evening.example>"'],
        smtp=f'host = "127.0.0.1"\nport = {mail_server[0]}',
    )
    site.write("feed.xml", day())
    site.subscribe(READERS[0])
    site.run("send", "--date", DAY, "--yes", now=SLOT).fine()
    (accepted,) = mail_server[1].accepted
    assert _read(accepted.content)["From"] == "Evening <evening@evening.example>"
    assert accepted.sender.endswith("@evening.example")


def test_send_test_has_a_mark_in_the_subject_only(site: Installation, log: Log) -> None:
    """A test to an address or into a folder is marked; the rest is what preview shows, and the issue has no mark."""
    preview = ("preview", "--date", DAY, "--for", READERS[0], "--eml", "real.eml")
    site.run(*preview, now=SLOT).fine()
    site.run("send", "--date", DAY, "--to", READERS[0], "--outbox", "out", now=SLOT).fine()
    (file,) = (site.folder / "out").iterdir()
    mark = b"Subject: [Test] "
    assert file.read_bytes().count(mark) == 1
    assert file.read_bytes().replace(mark, b"Subject: ") == (site.folder / "real.eml").read_bytes()
    site.run("send", "--date", DAY, "--to", READERS[0], now=SLOT).fine()
    site.run("send", "--date", DAY, "--yes", now=SLOT).fine()
    assert [mark in one.content for one in log.accepted] == [True, False, False, False]


def test_send_outbox_of_one_reader_says_1_message(site: Installation) -> None:
    """A number has its own noun."""
    site.run("subscribers", "add", "one@reader.example").fine()
    tried = site.run("send", "--date", DAY, "--outbox", "out", "--to", "one@reader.example").fine()
    assert tried.out == "1 of 1 message written to out\n"


def test_send_outbox_has_a_file_for_each_reader(site: Installation, log: Log) -> None:
    """CRLF .eml files directly in the folder; nothing is sent or frozen, and a second call makes the same files."""
    assert site.run("send", "--date", DAY, "--outbox", "out").fine().out == "3 of 3 messages written to out\n"
    files = sorted((site.folder / "out").iterdir())
    assert len(files) == 3
    assert {file.suffix for file in files} == {".eml"}
    assert {_read(file.read_bytes())["To"] for file in files} == set(READERS)
    assert not [file for file in files if re.search(rb"(?<!\r)\n", file.read_bytes())]
    assert log.connections == 0
    assert site.run("editions", "--json").json == []
    assert site.run("status", "--json").json == []


def test_send_outbox_of_a_weekly_issue_has_its_the_readers_of_its_edition(
    tmp_path: Path, mail_server: tuple[int, Log]
) -> None:
    """Whose rows name the edition, as it has no readers by its own name."""
    site = _install(tmp_path, mail_server[0], weekly='"mon 07:00"')
    site.run("subscribers", "add", READERS[0], "--edition", "daily").fine()
    site.run("send", "--date", DAY, "--edition", "daily-weekly", "--outbox", "out", now=SLOT).fine()
    assert len(list((site.folder / "out").iterdir())) == 3


def test_send_outbox_of_the_sample_portal_needs_no_configuration(tmp_path: Path) -> None:
    """A new user can have the message as a file."""
    site = Installation(tmp_path)
    site.run("send", "--to", "me@gazette.example", "--outbox", "out").fine()
    (file,) = (tmp_path / "out").iterdir()
    assert _read(file.read_bytes())["To"] == "me@gazette.example"
    assert site.files() == {f"out/{file.name}"}


def test_send_outbox_without_subscribers_has_an_example(tmp_path: Path) -> None:
    """Without subscribers the message is addressed to an example reader, and this is reported."""
    site = Installation(tmp_path)
    ran = site.run("send", "--outbox", "out").fine()
    assert "the edition daily has no subscribers yet; writing to reader@localhost.example" in ran.err
    (file,) = (tmp_path / "out").iterdir()
    assert _read(file.read_bytes())["To"] == "reader@localhost.example"


def test_send_outbox_that_cannot_be_written_is_one_line(site: Installation) -> None:
    """A file in its place is exit code 2, a folder without space exit code 1; no partial file is left."""
    site.write("out", "a file")
    site.run("send", "--date", DAY, "--outbox", "out").failed(2, "is a file")
    site.run("send", "--date", DAY, "--outbox", "out/inner").failed(1, "the outbox out/inner cannot be written")
    new = Installation(site.folder / "new")
    new.folder.mkdir()
    with max_file_size(20_000):
        ran = new.run("send", "--to", "me@gazette.example", "--outbox", "out")
    ran.failed(1, "the outbox out cannot be written")
    assert new.files() == set()


def test_send_used_articles_are_not_repeated(tmp_path: Path, mail_server: tuple[int, Log]) -> None:
    """The next day's issue of the edition has only what was not sent; another edition may have them."""
    site = _install(tmp_path, mail_server[0], window='"48h"', minimum="1")
    site.run("send", "--date", DAY, "--yes").fine()
    site.write("feed.xml", rss(*(item(number, comments=9) for number in (1, 2, 3, 8))))
    answer = site.run("preview", "--date", NEXT_DAY, "--json").fine().json
    assert [one["url"] for one in answer["articles"]] == ["https://gazette.example/news/8"]
    assert answer["left_out"] == ["5 already sent in an earlier issue"]
    site.run("send", "--date", NEXT_DAY, "--yes").fine()
    assert site.status()["slot"] == NEXT_DAY


def test_send_too_few_articles_skip_the_issue(site: Installation, log: Log) -> None:
    """Exit code 0; it is reported and stored; with enough articles the same send succeeds."""
    site.write("feed.xml", day(2))
    ran = site.run("send", "--date", DAY, "--yes").fine()
    assert ran.out.startswith(f"{ISSUE} is skipped: too few articles: 2, and the edition's minimum is 3")
    (row,) = site.run("editions", "--json").json
    assert (row["state"], row["frozen_at"], row["audience"]) == ("skipped", None, 0)
    assert "too few articles" in row["reason"]
    assert log.accepted == []
    site.write("feed.xml", day())
    site.run("send", "--date", DAY, "--yes").fine()
    assert _recipients(log) == Counter(READERS)


def test_send_too_few_articles_before_the_hour_is_not_sent(site: Installation, log: Log) -> None:
    """It is not skipped: nothing is stored, and it may have enough at its hour."""
    site.write("feed.xml", day(2))
    ran = site.run("send", "--yes", "--early", now=EARLY).fine()
    why = "too few articles: 2, and the edition's minimum is 3"
    assert ran.out.startswith(f"{ISSUE} is not sent before its hour: {why}")
    assert site.run("editions", "--json").json == []
    assert log.accepted == []


def test_send_issue_that_waits_for_an_editor_before_the_hour_is_not_sent(
    tmp_path: Path, mail_server: tuple[int, Log]
) -> None:
    """It is not held yet; the command that is named sends it."""
    site = _install(tmp_path, mail_server[0], unless_touched='"hold"')
    command = f"digest send --date {DAY} --edition daily --early --force"
    waits = f"{ISSUE} is not sent before its hour: nobody has edited or approved it; `{command}` sends it"
    site.run("send", "--yes", "--early", now=EARLY).failed(1, waits)
    assert site.run("editions", "--json").json == []
    site.run(*command.split()[1:], "--yes", now=EARLY).fine()
    assert _recipients(mail_server[1]) == Counter(READERS)


def test_send_too_few_articles_after_failed_source_exits_1(site: Installation, log: Log) -> None:
    """It can be retried: each source is named in words of its own, which can be translated; nothing is skipped."""
    (site.folder / "feed.xml").unlink()
    sources = [
        f'name = "{name}"\nkind = "feed"\nurl = "{file}.xml"' for name, file in (("main", "feed"), ("gone", "gone"))
    ]
    site.configure(sources=sources, smtp=_smtp_of(site))
    ran = site.run("send", "--date", DAY, "--yes")
    ran.failed(1, "too few articles: 0", "; source main failed; source gone failed")
    assert "skipped" not in [row["state"] for row in site.run("editions", "--json").json]
    assert log.accepted == []
    site.write("feed.xml", day())
    site.run("send", "--date", DAY, "--yes").fine()
    assert _recipients(log) == Counter(READERS)


def test_send_one_source_of_two_fails_is_named(site: Installation, log: Log) -> None:
    """Every reader gets the issue of the other."""
    good = 'name = "main"\nkind = "feed"\nurl = "feed.xml"'
    site.configure(sources=['name = "gone"\nkind = "feed"\nurl = "gone.xml"', good], smtp=_smtp_of(site))
    ran = site.run("send", "--date", DAY, "--yes").fine()
    assert "digest: source gone failed: " in ran.err
    assert _recipients(log) == Counter(READERS)


def test_send_without_subscribers_exits_1(tmp_path: Path) -> None:
    """No issue is made."""
    site = Installation(tmp_path).configure()
    site.write("feed.xml", day())
    site.run("send", "--date", DAY, "--yes").failed(1, "no subscribers", "digest subscribers add")
    assert site.run("editions", "--json").json == []


def test_send_held_issue_needs_force(site: Installation, log: Log) -> None:
    """Exit code 1 with the reason; --force sends it."""
    site.write("feed.xml", day(2))
    site.run("send", "--date", DAY, "--yes").fine()
    site.write("feed.xml", day())
    with closing(sqlite3.connect(site.folder / "digest.db")) as store, store:
        store.execute("UPDATE issue SET state='held', reason='the editor looks first'")
    site.run("send", "--date", DAY, "--yes").failed(
        1, f"{ISSUE} is held: the editor looks first; `digest send --date {DAY} --edition daily --force` sends it"
    )
    assert log.accepted == []
    site.run("send", "--date", DAY, "--yes", "--force").fine()
    assert _recipients(log) == Counter(READERS)


def test_send_message_that_breaks_a_rule_is_held(site: Installation, log: Log) -> None:
    """A placeholder left in the text part: held with the rule before it is frozen, sent only with --force."""
    page = '{% extends "package/default/issue.txt" %}{% block sections %}{{ "{{ name }}" }} {{ super() }}{% endblock %}'
    site.write("templates/default/issue.txt", page)
    site.run("send", "--date", DAY, "--yes").failed(1, f"{ISSUE} is held: rule 27 Placeholders: ", "--force")
    assert log.accepted == []
    assert [row["state"] for row in site.run("editions", "--json").json] == ["held"]
    assert f"`digest send --date {DAY} --edition daily --force` sends it" in site.run("status").fine().out
    site.run("send", "--date", DAY, "--yes", "--force").fine()
    assert _recipients(log) == Counter(READERS)


@pytest.mark.parametrize(
    ("known", "changed"),
    [
        ("[portal]\nname = ", '[portal]\nname = "None of the Above"\n#'),
        ("[[editions]]\n", '[[editions]]\ntitle = "Undefined, or undefined"\n'),
        (
            "[[editions]]\n",
            '[[editions]]\nslots = [{after = "lead", text = "None of us.\\n\\nNone of you.", label = "None"}]\n',
        ),
        (
            "[[editions]]\n",
            '[[editions]]\nslots = [{after = "lead", html = "<p>None <b>of us</b> None<br>None</p>"}]\n',
        ),
    ],
)
def test_send_issue_with_none_in_the_operators_own_texts_is_sent(
    site: Installation, log: Log, known: str, changed: str
) -> None:
    """The word is a mistake of a template only where nobody wrote it."""
    config = site.folder / "config" / "digest.toml"
    assert known in config.read_text()
    config.write_text(config.read_text().replace(known, changed, 1))
    site.run("send", "--date", DAY, "--yes").fine()
    assert _recipients(log) == Counter(READERS)


def test_send_resume_unknown_issue_exits_1(site: Installation) -> None:
    """The error names the command that lists the issues."""
    reopened = [["send", option] for option in ("--resume", "--resend-unknown", "--resend-expired")]
    for arguments in (*reopened, ["pause"], ["cancel"]):
        site.run(*arguments, ISSUE).failed(1, f"there is no issue {ISSUE}", "digest editions")


def test_send_reopening_two_issues_at_once_exits_2(site: Installation) -> None:
    """One command continues one issue."""
    site.run("send", "--resume", ISSUE, "--resend-expired", "daily/2020-01-01").failed(2, "must name the same issue")


def test_send_resuming_an_empty_name_exits_2(site: Installation) -> None:
    """A script whose variable is not set must not send today's issue instead."""
    site.write("feed.xml", day(3))
    site.run("send", "--early", "--yes", "--resume", "").failed(2, "'--resume'", "it is empty")


@pytest.mark.parametrize("other", [("--to", READERS[0]), ("--outbox", "out"), ("--edition", "daily"), ("--date", DAY)])
@pytest.mark.parametrize("option", ["--resume", "--resend-unknown", "--resend-expired"])
def test_send_reopening_with_the_options_of_another_issue_exits_2(
    site: Installation, option: str, other: tuple[str, str]
) -> None:
    """A test would be one of the coming issue, and not of the one that is named."""
    site.run("send", option, ISSUE, *other).failed(2, "name the issue to send", other[0])


def test_send_resume_issue_never_frozen_exits_1(site: Installation) -> None:
    """The error explains how to make it."""
    site.write("feed.xml", day(1))
    site.run("send", "--date", DAY, "--yes").fine()
    site.run("send", "--resume", ISSUE).failed(
        1, f"{ISSUE} was never frozen; `digest send --date {DAY} --edition daily` makes it"
    )
