"""Loading settings: every key is understood, defaults apply, paths and secrets come from the right place."""

import os
from collections.abc import Callable
from datetime import time, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digest.bootstrap import built_in_config
from digest.errors import ConfigurationError
from digest.model.articles import Role
from digest.settings.load import environment, find_settings, load, project_root
from digest.settings.mail import SmtpSettings
from digest.settings.sources import FeedSettings, JsonSettings, PageSettings, SqlSettings
from tests.support.configurations import SECRETS, SMALL, WHOLE, edition, feed, read, table

PROJECT = Path(__file__).parents[2]


def test_load_every_key_is_understood() -> None:
    """Each key has its meaning, and a missing key has its default."""
    settings = read(WHOLE, SECRETS)
    front, archive, board, blog = settings.sources
    weekdays, weekend = settings.editions
    assert (settings.portal.url, settings.portal.zone) == ("https://vestnik.example", ZoneInfo("Asia/Vladivostok"))
    assert settings.portal.languages == ("ru", "en")
    assert settings.collect.every == timedelta(seconds=90)
    assert isinstance(front, FeedSettings)
    assert (front.section, front.page, front.role) == ("Новости", {"views": ".v", "comments": ".c"}, Role.ARTICLES)
    assert isinstance(archive, SqlSettings)
    assert (archive.url, archive.timezone) == (SECRETS["ARCHIVE_URL"], "UTC")
    assert isinstance(board, PageSettings)
    assert (board.role, board.item, board.date_format) == (Role.DISCUSSION, "li.thread", "dd.MM HH:mm")
    assert isinstance(blog, JsonSettings)
    assert (blog.headers, blog.items, blog.language) == ({"Authorization": "Bearer canary-blog"}, "posts[]", "en")
    assert (settings.ranking.comments_weight, settings.ranking.half_life) == (1.0, timedelta(minutes=90))
    assert (weekdays.at, weekdays.days, weekdays.window) == (time(6, 30), frozenset(range(5)), "since last")
    assert (weekdays.top, weekdays.minimum, weekdays.most_discussed) == (12, 4, 0)
    assert (weekdays.catch_up, weekdays.deadline) == (timedelta(hours=2), timedelta(days=1))
    assert (weekend.at, weekend.days, weekend.window) == (time(7), frozenset({5, 6}), timedelta(days=7))
    assert (settings.language_of(weekdays), settings.language_of(weekend)) == ("en", "ru")
    assert (settings.smtp.rate, settings.smtp.password.get_secret_value()) == (10.0, "canary-smtp")
    shown = settings.portal_of(weekdays)
    assert (shown.name, shown.url, shown.postal_address) == (
        "Harbour Herald",
        "https://vestnik.example/en",
        "1 Port Street",
    )
    assert settings.portal_of(weekend) == settings.portal
    assert weekdays.sender == "Harbour Herald <herald@vestnik.example>"
    assert (weekdays.reply_to, weekend.reply_to) == ("letters@vestnik.example", None)
    assert settings.smtp.mailbox.display_name == "Вестник гавани"
    assert settings.smtp.mailbox.addr_spec == "news@vestnik.example"
    assert settings.database.url == "postgresql://digest:canary-database@db.example/digest"
    assert (settings.web.listen, settings.web.base_url) == ("0.0.0.0:8080", "https://news.vestnik.example")
    assert settings.secret.get_secret_value() == "canary-signing-key"


@pytest.mark.parametrize(
    "file", [built_in_config() / "digest.example.toml", PROJECT / "digest" / "sample" / "digest.toml"], ids=str
)
def test_load_packaged_files_are_valid(file: Path) -> None:
    """The file that `digest init` writes and the sample portal's file load unchanged, without any secret."""
    assert load(file, environ={}).portal.name == "Harbour Gazette"


def test_load_commented_keys_of_the_example_are_valid() -> None:
    """Every commented key of the example can be switched on, and its value is the default."""
    text = (built_in_config() / "digest.example.toml").read_text(encoding="utf-8")
    switched_on = "\n".join(
        line.removeprefix("# ").removeprefix("  ") if line.startswith("# ") and "Digest's" not in line else line
        for line in text.splitlines()
        if not line.startswith(("# ──", "# Keys", "# Digest"))
    )
    settings = read(
        switched_on,
        {
            "PORTAL_DATABASE_URL": "sqlite:///portal.db",
            "STATS_TOKEN": "t",
            "HEARTBEAT_URL": "https://hc.example/1",
            "ALERT_CHAT": "x",
        },
    )
    assert [source.name for source in settings.sources] == ["main", "portal-db", "discussion", "blog", "stats"]
    plain = read(text)
    assert (settings.ranking, settings.collect) == (plain.ranking, plain.collect)
    assert (settings.database, settings.web) == (plain.database, plain.web)
    assert settings.smtp.model_dump(exclude={"sender"}) == plain.smtp.model_dump(exclude={"sender"})
    changed = {
        "sections",
        "subject",
        "language",
        "title",
        "url",
        "postal_address",
        "sender",
        "reply_to",
        "weekly",
        "slots",
    }
    assert settings.editions[0].model_dump(exclude=changed) == plain.editions[0].model_dump(exclude=changed)


def test_load_relative_paths_start_from_the_parent_of_config(tmp_path: Path) -> None:
    """The root is the parent of `config/`, else the folder of the file; `.env` is read only there."""
    for folder, root in ((tmp_path / "a" / "config", tmp_path / "a"), (tmp_path / "b", tmp_path / "b")):
        folder.mkdir(parents=True)
        file = folder / "digest.toml"
        file.write_text(SMALL, encoding="utf-8")
        (root / ".env").write_text(f"SMTP_PASSWORD={root.name}\n", encoding="utf-8")
        settings = load(file, environ={})
        assert settings.root == root == project_root(file)
        assert settings.smtp.password.get_secret_value() == root.name
        assert settings.path("certs/ca.pem") == root / "certs" / "ca.pem"
        assert settings.path("/etc/ca.pem") == Path("/etc/ca.pem")
        assert settings.path("~/ca.pem") == Path.home() / "ca.pem"


def test_load_environment_overrides_the_env_file(tmp_path: Path) -> None:
    """`.env` provides what the environment does not; a byte order mark in either file is ignored."""
    (tmp_path / ".env").write_text("\ufeffSMTP_PASSWORD=file\nFEED=https://a.example/rss\n", encoding="utf-8")
    source = '[[sources]]\nname = "a"\nkind = "feed"\nurl = "$FEED"\n'
    (tmp_path / "digest.toml").write_text("\ufeff" + SMALL + source, encoding="utf-8")
    from_file = load(tmp_path / "digest.toml", environ={})
    assert from_file.smtp.password.get_secret_value() == "file"
    assert from_file.sources[0].url == "https://a.example/rss"
    environ = {"SMTP_PASSWORD": "environment", "FEED": "https://b.example/rss"}
    from_environment = load(tmp_path / "digest.toml", environ=environ)
    assert from_environment.smtp.password.get_secret_value() == "environment"
    assert from_environment.sources[0].url == "https://b.example/rss"


@pytest.mark.parametrize(
    ("lines", "security"),
    [
        ("", "none"),
        ('host = "localhost"', "none"),
        ('host = "127.0.0.1"', "none"),
        ('host = "::1"', "none"),
        ('host = "[::1]"', "none"),
        ('host = " LOCALHOST "', "none"),
        ('host = "mail.example"', "starttls"),
        ('host = "mail.example"\nsecurity = "tls"', "tls"),
        ('host = "localhost"\nsecurity = "starttls"', "starttls"),
        ('host = "mail.example"\nport = 465', "tls"),
        ('host = "mail.example"\nport = 465\nsecurity = "starttls"', "starttls"),
        ('host = "localhost"\nport = 465', "none"),
    ],
)
def test_smtp_security_default_is_off_only_on_loopback(lines: str, security: str) -> None:
    """The default of `smtp.security` depends on the host, and on the port: 465 is that of TLS."""
    assert read(table("smtp")(lines)).smtp.security == security


@pytest.mark.parametrize(
    ("written", "host"),
    [
        ("Mail.Gazette.example", "mail.gazette.example"),
        (" mail.gazette.example. ", "mail.gazette.example"),
        ("почта.вестник.рф", "xn--80a1acny.xn--b1agjinxh.xn--p1ai"),
        ("mail_relay", "mail_relay"),
        ("192.0.2.7", "192.0.2.7"),
        ("2001:DB8::7", "2001:db8::7"),
        ("[2001:db8::7]", "2001:db8::7"),
        ("fe80::1%eth0", "fe80::1%eth0"),
    ],
)
def test_smtp_host_is_read_in_the_form_that_is_looked_up(written: str, host: str) -> None:
    """Its certificate is for a name in ASCII without a full stop at the end."""
    relays = read(f'{SMALL}[[smtp.relays]]\nhost = "{written}"\n').smtp.relays
    assert read(table("smtp")(f'host = "{written}"')).smtp.host == relays[0].host == host


@pytest.mark.parametrize(
    ("written", "language"), [("EN", "en"), ("en-GB", "en"), ("ru_RU", "ru"), ("rus", "ru"), ("", None)]
)
def test_source_language_is_read_like_that_of_a_feed(written: str, language: str | None) -> None:
    """Else every article would be in another language than the edition."""
    assert read(feed(f'language = "{written}"')).sources[0].language == language


def test_settings_text_like_a_price_is_no_variable() -> None:
    """Only a value that is nothing but a name in capitals is taken for a mistake."""
    settings = read(edition('title = "$100"\nsubject = "$NAME of the day"'))
    assert (settings.editions[0].title, settings.editions[0].subject) == ("$100", "$NAME of the day")


def test_settings_line_of_spaces_is_empty() -> None:
    """A section of spaces would be an empty heading."""
    assert read(feed('section = "  "')).sources[0].section == ""


def test_relays_passwords_come_from_the_variables_that_they_name() -> None:
    """Each relay has the password of its own variable, and [smtp] keeps SMTP_PASSWORD."""
    relays = '[[smtp.relays]]\nhost = "mx1.example"\nusername = "digest"\npassword_env = "MX1"\nweight = 3\n'
    settings = read(
        f'{SMALL}{relays}[[smtp.relays]]\nhost = "localhost"\n', {"MX1": "tide-table", "SMTP_PASSWORD": "main"}
    )
    first, second = settings.smtp.servers
    assert (first.host, first.security, first.password.get_secret_value()) == ("mx1.example", "starttls", "tide-table")
    assert (second.host, second.security, second.password.get_secret_value()) == ("localhost", "none", "")
    assert "tide-table" not in repr(settings.smtp.relays[0])
    assert settings.smtp.password.get_secret_value() == "main"


def test_smtp_without_relays_is_one_server() -> None:
    """[smtp] itself is the server."""
    settings = read(SMALL)
    assert settings.smtp.servers == (settings.smtp,)


def test_smtp_settings_made_in_code_are_encrypted_by_default() -> None:
    """Settings made in code follow the same rule as those of the file."""
    assert SmtpSettings(host="mail.example").security == "starttls"
    assert read(SMALL).smtp.security == SmtpSettings().security == "none"


def test_place_of_a_mail_server_with_an_ipv6_address_has_brackets() -> None:
    """In ::1:25 the port looks like a part of the address; it is written in messages."""
    assert SmtpSettings(host="::1").place == "[::1]:25"
    assert SmtpSettings(host="mail.example", port=465).place == "mail.example:465"


@pytest.mark.parametrize(
    ("text", "days"),
    [
        ("daily", {0, 1, 2, 3, 4, 5, 6}),
        ("mon-fri", {0, 1, 2, 3, 4}),
        ("fri-mon", {4, 5, 6, 0}),
        ("Mon, wed ,SAT", {0, 2, 5}),
        ("sun-sun", {6}),
        ("sat-sun,wed", {2, 5, 6}),
    ],
)
def test_days_lists_and_ranges_are_read(text: str, days: set[int]) -> None:
    """A range may wrap around the end of the week, and a list may contain ranges."""
    assert read(edition(f'days = "{text}"')).editions[0].days == days


@pytest.mark.parametrize(
    "name",
    [
        "Gazette.example",
        "St. Petersburg News",
        "Вестник, газета",
        "Вестник (Гавань)",
        "Gazette: daily",
        "Gazette; daily",
        "Gazette [beta]",
        "news@gazette.example",
        "Gazette 🗞️👨\u200d👩\u200d👧",
        "Gazette \U0001faea",
        "Letters, etc.",
    ],
)
def test_sender_name_that_needs_quotes_is_read_without_them(name: str) -> None:
    """A name in parentheses is a comment in a header, where it is lost; a comma would separate two senders."""
    smtp = read(table("smtp")(f"from = '{name} <news@gazette.example>'")).smtp
    assert (smtp.mailbox.display_name, smtp.mailbox.addr_spec) == (name, "news@gazette.example")
    quoted = read(table("smtp")(f"from = '\"{name}\" <news@gazette.example>'")).smtp
    assert quoted.mailbox == smtp.mailbox


@pytest.mark.parametrize(
    "sender", ["Gazette\u00a0daily <news@gazette.example>", "Gazette  daily<news@gazette.example>"]
)
def test_sender_spaces_of_any_kind_are_spaces(sender: str) -> None:
    """As they are in the header."""
    smtp = read(table("smtp")(f"from = '{sender}'")).smtp
    assert smtp.sender.startswith("Gazette daily")
    assert smtp.mailbox.addr_spec == "news@gazette.example"


def test_domains_of_other_letters_are_read_in_ascii() -> None:
    """Headers, envelopes and requests of readers have them so."""
    smtp = read(table("smtp")('from = "Вестник <news@вестник.рф>"\nbounce_domain = "почта.вестник.рф"')).smtp
    assert (smtp.mailbox.display_name, smtp.mailbox.addr_spec) == ("Вестник", "news@xn--b1agjinxh.xn--p1ai")
    assert smtp.bounce_domain == "xn--80a1acny.xn--b1agjinxh.xn--p1ai"
    assert read(table("web")('base_url = "https://вестник.рф:8443/n/"')).web.base_url == (
        "https://xn--b1agjinxh.xn--p1ai:8443/n"
    )


@pytest.mark.parametrize(
    "host", ["http://localhost:8000", "http://127.0.0.1", "http://[::1]:8000", "https://x.example"]
)
def test_base_url_of_this_machine_may_be_http(host: str) -> None:
    """One-click unsubscribe needs https; a trial on this machine does not."""
    assert read(table("web")(f'base_url = "{host}/"')).web.base_url == host


@pytest.mark.parametrize(
    ("written", "origin"),
    [
        ("https://Gazette.Example:443/", "https://gazette.example"),
        ("https://гавань.рф", "https://xn--80aafc7c0e.xn--p1ai"),
        ("http://127.0.0.1:8080", "http://127.0.0.1:8080"),
    ],
)
def test_allowed_origin_is_what_browsers_send(written: str, origin: str) -> None:
    """The header `Origin` has the host in ASCII and no usual port, however the operator writes it."""
    settings = read(f'{SMALL}\n[web]\nallowed_origins = ["{written}"]')
    assert settings.web.allowed_origins == (origin,)


def test_edition_is_found_by_name() -> None:
    """The default is the first one; an error lists the known names."""
    settings = read(WHOLE, SECRETS)
    assert settings.edition(None).name == "weekdays"
    assert settings.edition("weekend").name == "weekend"
    with pytest.raises(ConfigurationError, match="no edition 'weekly'; the configuration has: weekdays, weekend"):
        settings.edition("weekly")
    with pytest.raises(ConfigurationError, match="none"):
        read(f"editions = []\n{SMALL}").edition(None)


def test_load_line_of_env_that_is_no_assignment_is_named(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    """By file and line, without what it says: it may be a password."""
    (tmp_path / ".env").write_text('A=1\nSMTP_PASSWORD: hunter2\nB="two\nlines"\n\nBARE\n', encoding="utf-8")
    environment(tmp_path, {})
    lines = [f"{tmp_path}/.env: line {line} is ignored: expected NAME=value" for line in (2, 6)]
    assert [record.getMessage() for record in caplog.records] == lines


def test_load_default_environment_is_the_process_environment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without an argument the variables of the process are used."""
    (tmp_path / "digest.toml").write_text(SMALL, encoding="utf-8")
    monkeypatch.setenv("SMTP_PASSWORD", "from the process")
    assert os.environ["SMTP_PASSWORD"] == load(tmp_path / "digest.toml").smtp.password.get_secret_value()


@pytest.mark.parametrize(
    ("line", "password"),
    [
        ("SMTP_PASSWORD='ab${cd}ef'", "ab${cd}ef"),
        ("export SMTP_PASSWORD = '${OTHER}'", "${OTHER}"),
        ("'SMTP_PASSWORD'='${OTHER:-x}$y'", "${OTHER:-x}$y"),
        ('SMTP_PASSWORD="${OTHER}-${SET}"', "one-two"),
        ("SMTP_PASSWORD=${OTHER}$y${NONE:-z}", "one$yz"),
        ("SMTP_PASSWORD=a$b$1$$", "a$b$1$$"),
    ],
)
def test_dotenv_reference_is_resolved_except_in_single_quotes(line: str, password: str, tmp_path: Path) -> None:
    """As in a shell; what the environment sets wins over the file here, too."""
    (tmp_path / ".env").write_text(f"OTHER=one\nSET=file\n{line}\n", encoding="utf-8")
    assert environment(tmp_path, {"SET": "two"})["SMTP_PASSWORD"] == password


def test_dotenv_reference_to_nothing_is_ignored_with_a_warning(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """A password with such characters would be another one, silently; the warning shows no part of it."""
    (tmp_path / ".env").write_text('A=1\nSMTP_PASSWORD="ab${cd}ef"\nB=${A}\n', encoding="utf-8")
    assert environment(tmp_path, {}) == {"A": "1", "B": "1"}
    (message,) = caplog.messages
    assert message.startswith(f"{tmp_path}/.env: line 2 is ignored: ")
    assert "single quotes" in message
    assert "cd" not in message.replace(str(tmp_path), "")


@given(st.text(st.characters(exclude_characters="'\r\\", exclude_categories=["Cs"]), max_size=20))
def test_dotenv_value_in_single_quotes_is_taken_as_it_is(value: str) -> None:
    """Whatever characters a password has."""
    with TemporaryDirectory() as folder:
        (Path(folder) / ".env").write_text(f"SMTP_PASSWORD='{value}'\n", encoding="utf-8")
        assert environment(Path(folder), {}) == {"SMTP_PASSWORD": value}


def test_load_links_that_lead_to_each_other_are_one_sentence(tmp_path: Path) -> None:
    """As any other file that cannot be read."""
    link = tmp_path / "digest.toml"
    link.symlink_to(link)
    with pytest.raises(ConfigurationError, match=r"(?i)cannot be read: too many levels of symbolic links"):
        load(link, environ={})


def _make_folder(file: Path) -> None:
    file.mkdir()


def _make_broken_link(file: Path) -> None:
    file.symlink_to("gone")


@pytest.mark.parametrize(
    ("make", "reason"), [(_make_folder, "Is a directory"), (_make_broken_link, "No such file or directory")]
)
def test_dotenv_that_is_no_file_is_an_error(make: Callable[[Path], None], reason: str, tmp_path: Path) -> None:
    """Docker makes a folder of a mount that does not exist; without its secrets, links would get another key."""
    (tmp_path / "digest.toml").write_text(SMALL, encoding="utf-8")
    make(tmp_path / ".env")

    with pytest.raises(ConfigurationError) as raised:
        load(tmp_path / "digest.toml", environ={})

    assert str(raised.value) == f"{tmp_path}/.env: cannot be read: {reason}"


def test_dotenv_that_is_a_pipe_is_not_waited_for(tmp_path: Path) -> None:
    (tmp_path / "digest.toml").write_text(SMALL, encoding="utf-8")
    os.mkfifo(tmp_path / ".env")

    assert load(tmp_path / "digest.toml", environ={}).portal.name


def test_find_settings_with_a_link_to_nothing_is_not_the_sample(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A configuration on a disk that is not mounted."""
    (tmp_path / "config").mkdir()
    (tmp_path / "config" / "digest.toml").symlink_to("gone")
    monkeypatch.chdir(tmp_path)

    with pytest.raises(ConfigurationError, match="file not found"):
        find_settings(None)
