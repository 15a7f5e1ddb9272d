"""`digest correct`: a message to exactly those who have an issue, once, and its page says so."""

import sqlite3
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import pytest

from digest.model.issues import Slot
from digest.model.web import Correction
from digest.operations.corrections import plan_correction
from tests.support.installation import DAY, SLOT, Installation, item, rss
from tests.support.smtp_server import Log
from tests.support.web import message_of, paths_of, served
from tests.web.conftest import configured

NAME = f"daily/{DAY}"
LATER = SLOT + timedelta(hours=2)
TEXT = (
    "The bridge opens on Monday, not on Sunday.\n\nWe are sorry for the mistake & <b>. See https://gazette.example/a.\n"
)


def test_correct_reaches_those_who_have_the_issue_and_are_still_subscribed(
    site: Installation, mail: tuple[int, Log]
) -> None:
    """Not who left since, and not who subscribed since; with the usual headers, and the page shows the correction.

    Its addresses are links there and in the message.
    """
    log = mail[1]
    site.subscribe("later@readers.example")
    site.run("subscribers", "remove", "boris@readers.example").fine()
    log.accepted.clear()
    site.write("correction.txt", TEXT)
    sent = site.run("correct", NAME, "--text", "correction.txt", "--yes", now=LATER).fine().out
    assert f"{NAME}.2: 1 sent of 1" in sent
    (accepted,) = log.accepted
    assert accepted.recipient == "anna@readers.example"
    message = message_of(accepted)
    assert str(message["subject"]).startswith("Correction: ")
    assert message["list-unsubscribe-post"] == "List-Unsubscribe=One-Click"
    assert f"/archive/{NAME}" in paths_of(accepted)
    assert '<a class="accent" style="color:#0b5a7d" href="https://gazette.example/a">' in str(
        [*message.iter_parts()][1].get_content()
    )
    with served(site) as web:
        page = web.get(f"/archive/{NAME}").text
        assert "The bridge opens on Monday, not on Sunday." in page
        assert '<a href="https://gazette.example/a">https://gazette.example/a</a>.' in page
        assert web.get(f"/archive/{NAME}.2").status == 404
        assert web.get("/archive").text.count(f"/archive/daily/{DAY}") == 1
        assert "the mistake &amp;amp; &amp;lt;b&amp;gt;." in web.get("/archive/feed.atom").text
        (leave,) = (path for path in paths_of(accepted) if path.startswith("/leave/"))
        assert web.post(leave).status == 200


@pytest.mark.parametrize(
    ("language", "sentence"),
    [
        ("en", "because you got the issue of 2 Jun 2025. Harbour Gazette"),
        ("ru", "вам пришёл выпуск за 2 июня 2025 года. Harbour Gazette"),
    ],
)
def test_correction_footnote_names_the_day_of_the_issue_in_a_sentence(
    tmp_path: Path, mail: tuple[int, Log], language: str, sentence: str
) -> None:
    """In the case that the sentence needs, with one full stop, in both parts."""
    edition = f'name = "daily"\nlanguage = "{language}"\narticles = "any"'
    site = configured(tmp_path, mail[0], editions=(edition,))
    site.write("feed.xml", rss(*(item(number, comments=9) for number in range(1, 5))))
    site.subscribe("anna@readers.example")
    site.run("send", "--yes", "--date", DAY, now=SLOT).fine()
    mail[1].accepted.clear()
    site.write("correction.txt", TEXT)
    site.run("correct", NAME, "--text", "correction.txt", "--yes", now=LATER).fine()
    (accepted,) = mail[1].accepted
    for part in message_of(accepted).iter_parts():
        assert sentence in " ".join(str(part.get_content()).split())


def test_correct_repeated_sends_nothing_again_and_another_text_is_another_correction(
    site: Installation, mail: tuple[int, Log]
) -> None:
    """The same command is safe to run again; a second correction gets the next number."""
    command = ("correct", NAME, "--text", "correction.txt", "--yes")
    site.write("correction.txt", TEXT)
    site.run(*command, now=LATER).fine()
    mail[1].accepted.clear()
    assert "nothing is left to send" in site.run(*command, now=LATER).fine().out
    assert not mail[1].accepted
    site.write("correction.txt", "The bridge opens on Tuesday.")
    assert f"{NAME}.3: 2 sent of 2" in site.run(*command, now=LATER).fine().out


def test_correct_by_two_people_at_once_is_sent_once(site: Installation) -> None:
    """Both were asked before the other one had answered, or an editor pressed the button twice."""
    with served(site) as web:
        corrections = web.app.corrections
        record = web.app.issues.find("daily", Slot(day=SLOT.date()))
        assert record is not None
        first, second = (Correction(subject="Wrong", text=TEXT, by=by, at=LATER) for by in ("anna", "boris"))
        assert corrections.find(record.id, first) is None
        assert corrections.find(record.id, second) is None
        planned = plan_correction(web.app, record, first)
        assert plan_correction(web.app, record, second).name == planned.name == f"{NAME}.2"
        assert len(corrections.of_issue(record.id)) == 1
        assert web.app.tallies.of_issue(planned.id).audience == 2


def test_correct_asks_first_and_sends_nothing_without_an_answer(site: Installation, mail: tuple[int, Log]) -> None:
    """The question names the subject and the number of readers."""
    mail[1].accepted.clear()
    site.write("correction.txt", TEXT)
    site.run("correct", NAME, "--text", "correction.txt", now=LATER).failed(2, "add --yes")
    question = site.run(
        "correct", NAME, "--text", "correction.txt", "--subject", "We were wrong", answer="n", now=LATER
    )
    assert f"Send “We were wrong” to 2 readers who have {NAME}?" in question.out
    question.failed(1, "nothing was sent")
    assert not mail[1].accepted


def test_correct_is_refused_while_the_issue_is_being_sent(site: Installation) -> None:
    """Those who get it later would have it without the correction."""
    with closing(sqlite3.connect(site.folder / "digest.db")) as connection, connection:
        connection.execute("UPDATE issue SET state = 'sending'")
    site.write("correction.txt", TEXT)
    command = ("correct", NAME, "--text", "correction.txt", "--yes")
    site.run(*command, now=LATER).failed(1, f"{NAME} is still being sent", f"digest pause {NAME}")


def test_correct_of_an_issue_whose_recipients_were_deleted_is_one_error(
    site: Installation, mail: tuple[int, Log]
) -> None:
    """A message that may have arrived is kept, and its reader is not the only one who has the issue."""
    with closing(sqlite3.connect(site.folder / "digest.db")) as connection, connection:
        connection.execute("UPDATE delivery SET state = 'unknown', claim_token = 'x' WHERE address LIKE 'anna%'")
    with served(site) as web:
        assert list(web.app.folding.fold(LATER)) == [1]
    mail[1].accepted.clear()
    site.write("correction.txt", TEXT)
    site.run("correct", NAME, "--text", "correction.txt", "--yes", now=LATER).failed(1, f"{NAME} is too old to correct")
    assert not mail[1].accepted


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        (b"", "there is no text in it; write the correction into it"),
        (b" \n\n", "there is no text in it"),
        (b"\xff\xfe", "not UTF-8 text"),
        (b"x" * 3_001, "3,001 characters are too many"),
    ],
)
def test_correct_with_a_wrong_text_is_one_error(site: Installation, content: bytes, problem: str) -> None:
    """Nothing is planned."""
    site.write("correction.txt", content)
    site.run("correct", NAME, "--text", "correction.txt", "--yes", now=LATER).failed(1, problem)
    assert f"{NAME}.2" not in site.run("editions", now=LATER).fine().out


def test_correct_with_a_long_paragraph_sends_all_of_it(site: Installation, mail: tuple[int, Log]) -> None:
    """And the longest subject."""
    mail[1].accepted.clear()
    words = " ".join(f"word{number}" for number in range(300))
    site.write("correction.txt", words)
    subject = "We were wrong about the bridge. " * 4 + "It opens on Monday now"
    assert len(subject) == 150
    site.run("correct", NAME, "--text", "correction.txt", "--subject", subject, "--yes", now=LATER).fine()
    message = message_of(mail[1].accepted[0])
    assert message["subject"] == subject
    plain = message.get_body(("plain",))
    assert plain is not None
    assert words in " ".join(plain.get_content().split())


def test_correct_with_a_subject_that_is_too_long_exits_2(site: Installation) -> None:
    """The message would have a part of it."""
    site.write("correction.txt", TEXT)
    command = ("correct", NAME, "--text", "correction.txt", "--subject", "x" * 151, "--yes")
    site.run(*command, now=LATER).failed(2, "--subject: the subject has 151 characters, and may have 150; shorten it")


@pytest.mark.parametrize(
    ("name", "problem"), [("daily/2020-01-01", "daily/2020-01-01"), (f"{NAME}.2", "is a correction itself")]
)
def test_correct_of_another_issue_is_one_error(site: Installation, name: str, problem: str) -> None:
    """Of one that does not exist, and of a correction."""
    site.write("correction.txt", TEXT)
    site.run("correct", NAME, "--text", "correction.txt", "--yes", now=LATER).fine()
    site.run("correct", name, "--text", "correction.txt", "--yes", now=LATER).failed(1, problem)


def test_correct_leaves_the_next_issue_as_it_is(site: Installation, mail: tuple[int, Log]) -> None:
    """The next day's issue is due, has its whole window, and no article twice."""
    site.write("correction.txt", TEXT)
    before = site.run("status", "--due", "--json", now=LATER).json
    site.run("correct", NAME, "--text", "correction.txt", "--yes", now=LATER).fine()
    assert site.run("status", "--due", "--json", now=LATER).json == before
