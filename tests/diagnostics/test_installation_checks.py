"""The checks that need an installation: signatures, rules of messages, themes, pages, readers, languages."""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import IO, Any
from unittest.mock import MagicMock

import dns.rcode
import pytest
from cryptography.hazmat.primitives.asymmetric import rsa

from digest import bootstrap
from digest.diagnostics.context import CheckContext
from digest.diagnostics.http_probe import Ask, HttpAnswer, Unreachable, ask
from digest.diagnostics.installation.configuration import check_configuration
from digest.diagnostics.installation.database import check_database
from digest.diagnostics.installation.own_templates import check_own_templates
from digest.diagnostics.installation.reader_preferences import check_preferences, judge
from digest.diagnostics.installation.sources import check_sources, visit_sources
from digest.diagnostics.installation.story_encoder import check_stories
from digest.diagnostics.installation.theme_contrast import check_themes
from digest.diagnostics.installation.web_pages import check_web
from digest.diagnostics.mail.dkim import check_dkim
from digest.diagnostics.mail.dns_lookup import Dns
from digest.diagnostics.mail.message_rules import check_message
from digest.diagnostics.mail.providers import check_providers, hints
from digest.diagnostics.results import CannotTellError, CheckResult, Level
from digest.dkim_keys import dns_value, make_key, read_key
from digest.errors import StoreError
from digest.settings.load import load
from digest.store.engine.health import DatabaseHealth
from digest.store.ledger.server_changes import ServerChanges
from digest.store.subscribers.preference_counts import CountedPreferences
from digest.store.upkeep.beats import RUN
from digest.store.upkeep.job_tables import JobTables
from tests.support.checking import always, context, levels, only, settings
from tests.support.dns_server import Answer, dns_server
from tests.support.feed_server import FeedServer
from tests.support.installation import FrozenClock, Installation, day

_NOW = datetime(2025, 6, 2, 3, tzinfo=UTC)
_NAME = "s1._domainkey.gazette.example"
_OK = HttpAnswer(status=200, headers={})


@contextmanager
def _installed(site: Installation, answers: Mapping[str, Answer] = {}, **changes: Any) -> Iterator[CheckContext]:
    given = load(site.folder / "config/digest.toml", environ={})
    with bootstrap.open_app(given, FrozenClock(_NOW)) as app, dns_server(answers) as log:
        log.resolver.timeout = 0.3
        yield context(
            given,
            clock=app.clock,
            dns=Dns(log.resolver),
            open_app=always(app),
            visit_sources=lambda: visit_sources(app),
            **changes,
        )


@pytest.fixture
def site(tmp_path: Path) -> Installation:
    """An installation with one feed of five articles."""
    site = Installation(tmp_path).configure()
    site.write("feed.xml", day(5))
    return site


@pytest.fixture
def signing(site: Installation) -> Installation:
    """An installation that signs."""
    make_key(site.folder / "dkim/s1.pem")
    return site.configure(smtp='\n[dkim]\nkey = "dkim/s1.pem"\nselector = "s1"')


def _record(site: Installation) -> str:
    return dns_value(read_key(site.folder / "dkim/s1.pem"))


def _txt(value: str) -> list[str]:
    """A TXT record in the form of zone files."""
    escaped = value.replace(";", "\\;")
    return [" ".join(f'"{escaped[start : start + 200]}"' for start in range(0, len(escaped), 200))]


def _messages(found: Iterable[CheckResult], level: Level) -> str:
    return "\n".join(one.message for one in found if one.level is level)


def test_check_dkim_published_key_and_real_message_are_right(signing: Installation) -> None:
    """The key is ours, and a message of the stored articles verifies with the published one."""
    with _installed(signing, {f"TXT {_NAME}": _txt(_record(signing))}) as given:
        found = list(check_dkim(given))
    assert levels(found) == [Level.OK, Level.OK]
    assert "is our key, 2048 bits" in found[0].message


def test_check_dkim_alias_to_the_record_is_followed(signing: Installation) -> None:
    """Providers publish keys by CNAME."""
    answers: dict[str, Answer] = {f"CNAME {_NAME}": ["s1.provider.example."]}
    with _installed(signing, {**answers, "TXT s1.provider.example": _txt(_record(signing))}) as given:
        assert set(levels(check_dkim(given))) == {Level.OK}


def _other_key() -> str:
    return dns_value(rsa.generate_private_key(public_exponent=65537, key_size=2048))


@pytest.mark.parametrize(
    ("publish", "message"),
    [
        (lambda _own: [], "no DKIM record"),
        (lambda own: _txt(own) + _txt("v=DKIM1; p=AAAA"), "2 DKIM records"),
        (lambda _own: _txt("v=DKIM1; k=rsa; p="), "is revoked"),
        (lambda _own: _txt(_other_key()), "is another key"),
        (lambda own: _txt(own.replace("k=rsa", "k=ed25519")), "not an RSA key"),
        (lambda own: _txt(own.replace("k=rsa", "h=sha1")), "not for mail signed with SHA-256"),
        (lambda own: _txt(own.replace("k=rsa", "k=rsa; k=rsa")), "occurs twice"),
        (lambda _own: _txt("v=DKIM1; p=AAAA"), "not an RSA key"),
    ],
)
def test_check_dkim_wrong_record_fails(
    signing: Installation, publish: Callable[[str], list[str]], message: str
) -> None:
    """Each sentence has the record that should be published."""
    own = _record(signing)
    with _installed(signing, {f"TXT {_NAME}": publish(own)}) as given:
        found = list(check_dkim(given))
    assert message in _messages(found, Level.FAIL)
    if "another key" in message:
        assert "is not valid" in _messages(found, Level.FAIL)


def test_check_dkim_name_server_that_fails_names_the_record_as_the_other_results_do(signing: Installation) -> None:
    """Without the full stop at its end."""
    failing: dict[str, Answer] = {f"TXT {_NAME}": int(dns.rcode.SERVFAIL)}
    with _installed(signing, failing) as given, pytest.raises(CannotTellError, match=re.escape(f"{_NAME} (TXT)")):
        list(check_dkim(given))


def test_check_dkim_test_mode_warns(signing: Installation) -> None:
    """With t=y receivers may ignore signatures."""
    with _installed(signing, {f"TXT {_NAME}": _txt(_record(signing) + "; t=y")}) as given:
        assert levels(check_dkim(given)) == [Level.OK, Level.WARN, Level.OK]


def test_check_dkim_key_that_cannot_be_used_fails(signing: Installation) -> None:
    """The file is named, its content is not shown."""
    signing.write("dkim/s1.pem", "secret")
    given = context(load(signing.folder / "config/digest.toml", environ={}))
    found = only(check_dkim(given))
    assert found.level is Level.FAIL
    assert "s1.pem" in found.message
    assert "secret" not in found.message


def test_check_dkim_without_key_warns() -> None:
    """The mail server may sign."""
    assert only(check_dkim(context())).level is Level.WARN


def test_check_message_of_the_stored_articles_keeps_the_rules(site: Installation) -> None:
    """The sources are asked, so a new installation is checked with a real issue."""
    with _installed(site) as given:
        found = list(check_message(given))
    assert "daily: the next issue has 5 articles" in _messages(found, Level.OK)
    assert not _messages(found, Level.FAIL)


def test_check_message_without_articles_is_tried_with_invented_ones(site: Installation) -> None:
    """An edition whose sources are empty; what is invented causes no warning of its own."""
    site.write("feed.xml", day(0))
    with _installed(site) as given:
        found = list(check_message(given))
    assert "Preheader" not in _messages(found, Level.WARN)
    assert "tried with invented ones" in _messages(found, Level.OK)


def test_check_message_broken_rule_fails(site: Installation) -> None:
    """A theme whose text part has no links to the stories breaks rule 26."""
    site.write("templates/short/issue.txt", "{{ links.unsubscribe }} 1 {{ '[[' }}")
    site.configure(editions=['name = "daily"\ntheme = "short"'])
    with _installed(site) as given:
        assert "daily: rule 2" in _messages(check_message(given), Level.FAIL)


def test_check_sources_and_database_of_an_installation(site: Installation) -> None:
    """The feed counts comments; the database is SQLite."""
    with _installed(site) as given:
        assert only(check_sources(given)).message.startswith("main: 5 items, the newest is 5 h old, comments for 5")
        assert only(check_database(given)).message.startswith("SQLite: reachable, up to date and writable")


def test_check_database_whose_failover_is_not_noticed_warns(
    site: Installation, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Some hosted databases do not tell which server they are."""
    monkeypatch.setattr(ServerChanges, "can_be_noticed", lambda _changes: False)
    with _installed(site) as given:
        assert levels(check_database(given)) == [Level.OK, Level.WARN]


def test_check_database_whose_commits_wait_for_a_standby_that_is_gone_fails(
    site: Installation, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It answers and can be written, but no commit ends."""
    monkeypatch.setattr(DatabaseHealth, "lacks_standby", lambda _health: True)
    with _installed(site) as given:
        found = only(check_database(given))
    assert found.level is Level.FAIL
    assert "synchronous_standby_names" in str(found.fix)


@pytest.mark.parametrize("is_installed", [False, True])
def test_check_database_whose_pooler_the_cluster_cannot_use_fails(
    is_installed: bool, site: Installation, monkeypatch: pytest.MonkeyPatch
) -> None:
    """`digest run` with the extra would end at once; all else works."""
    monkeypatch.setattr("digest.diagnostics.installation.database.is_cluster_installed", lambda: is_installed)
    monkeypatch.setattr(JobTables, "are_possible", True)
    monkeypatch.setattr(JobTables, "require_own_sessions", MagicMock(side_effect=StoreError("the pooler")))
    with _installed(site) as given:
        assert levels(check_database(given)) == [Level.OK, *([Level.FAIL] if is_installed else [])]


@pytest.mark.parametrize("date", ["yesterday", "Mon, 01 Jun 2999 10:00:00 GMT"])
def test_check_sources_dates_of_which_none_is_understood_warn(site: Installation, date: str) -> None:
    """The articles would be dated by when they were first seen: an unknown form of dates, or a wrong zone."""
    site.write("feed.xml", re.sub("<pubDate>[^<]*", f"<pubDate>{date}", day(5)))
    with _installed(site) as given:
        found = next(iter(check_sources(given)))
    assert (found.level, found.message[-18:]) == (Level.WARN, ": no date is known")


def test_check_configuration_unknown_theme_and_section(site: Installation) -> None:
    """A theme that does not exist fails; a section that no source has warns."""
    site.configure(editions=['name = "daily"\nsections = ["Nowhere"]'])
    site.write("feed.xml", day(5).replace("<description>", "<category>Port</category><description>"))
    with _installed(site) as given:
        given.visit_sources()
        assert levels(check_configuration(given)) == [Level.WARN, Level.OK]
    site.configure(editions=['name = "daily"\ntheme = "none"'])
    with _installed(site) as given:
        assert "unknown theme" in only(check_configuration(given)).message


def test_check_themes_faint_theme_fails_where_it_is_used(site: Installation) -> None:
    """Another one only warns."""
    site.write("templates/pale/theme.toml", '[light]\nquiet = "#ccc"\n')
    with _installed(site) as given:
        found = list(check_themes(given))
    assert "quiet on paper 1.6 (light)" in _messages(found, Level.WARN)
    assert not _messages(found, Level.FAIL)
    site.configure(editions=['name = "daily"\ntheme = "pale"'])
    with _installed(site) as given:
        assert "pale" in _messages(check_themes(given), Level.FAIL)


def test_check_themes_names_the_nearest_colours(site: Installation) -> None:
    """As the file has them in which they are: the theme's, or [portal]."""
    site.write("templates/default/theme.toml", '[light]\nquiet = "#aaaaaa"\n[dark]\nink = "#444444"\n')
    with _installed(site) as given:
        (result,) = [one for one in check_themes(given) if one.level is Level.FAIL]
    assert "templates/default/theme.toml" in result.fix
    assert 'light.quiet = "#6' in result.fix
    assert 'dark.ink = "#9' in result.fix
    site.write("templates/default/theme.toml", "")
    site.configure(portal='accent = "#ffcc00"')
    with _installed(site) as given:
        (result,) = [one for one in check_themes(given) if one.level is Level.FAIL]
    assert 'portal.accent = "#8' in result.fix
    assert "dark" not in result.fix


def test_check_themes_template_that_nothing_reads_is_named(site: Installation) -> None:
    """With the nearest free name, if there is one; not what replaces a template, or another file includes or orders."""
    used = ["web/leave.html", "web/admin/test.html", "web/admin/console.css", "web/mine.html", "preview.html"]
    used += ["default/footer.mjml", "default/weather.mjml", "default/theme.toml", "night/grid.mjml", "night/.old.mjml"]
    used += ["default/weather.txt", "README.txt", "night/ReadMe.txt"]
    unused = ["web/admin/trial.html", "web/un-subscribe.html", "night/fotter.mjml", "web/admin/isues.html"]
    for name in [*used, *unused, "default/footer2.mjml"]:
        site.write(f"templates/{name}", "")
    site.write("templates/web/leave.html", '{% include "mine.html" %}')
    site.write("templates/default/theme.toml", 'order = ["lead", "weather"]')
    with _installed(site) as given:
        found = {one.message.split()[0]: one.fix.split()[-1] for one in check_own_templates(given)}
    assert found == {
        "templates/default/footer2.mjml": "docs/themes.md",
        "templates/night/fotter.mjml": "templates/night/footer.mjml",
        "templates/web/admin/isues.html": "templates/web/admin/issues.html",
        "templates/web/admin/trial.html": "docs/themes.md",
        "templates/web/un-subscribe.html": "templates/web/subscribe.html",
    }


def test_check_themes_page_with_an_error_is_named_with_its_line(site: Installation) -> None:
    """Also one that is not UTF-8; a byte order mark is none."""
    site.write("templates/web/leave.html", "\n{% if %}")
    site.write("templates/web/left.html", '\ufeff{% extends "layout.html" %}')
    site.write("templates/web/error.html", "")
    (site.folder / "templates/web/error.html").write_bytes("Ошибка".encode("cp1251"))
    with _installed(site) as given:
        found = [(one.level, one.message.split(": ")[0], one.fix) for one in check_own_templates(given)]
    assert found == [
        (Level.FAIL, "templates/web/error.html", "save it as UTF-8"),
        (Level.FAIL, "templates/web/leave.html:2", "correct the template"),
    ]


def test_check_themes_page_that_may_not_be_read_is_named(site: Installation, monkeypatch: pytest.MonkeyPatch) -> None:
    """The other pages are checked as well."""
    site.write("templates/web/leave.html", "")
    site.write("templates/web/left.html", "{{")

    def refusing(file: str, encoding: str | None = None) -> IO[str]:
        if file.endswith("leave.html"):
            raise PermissionError(13, "Permission denied", file)
        return Path(file).open(encoding=encoding)

    monkeypatch.setattr("jinja2.loaders.open", refusing, raising=False)
    with _installed(site) as given:
        closed, broken = check_own_templates(given)
    assert closed.level is Level.FAIL
    assert closed.message == "templates/web/leave.html: cannot be read: permission denied"
    assert closed.fix == "let the user that runs Digest read it"
    assert broken.message.startswith("templates/web/left.html:1: ")


@pytest.mark.parametrize("name", ["tailwind.js", "leave\udccf.html"])
def test_check_themes_page_that_nothing_reads_is_no_error(site: Installation, name: str) -> None:
    """Such as the configuration of a tool, or a name that is not UTF-8, which no template can have."""
    site.write(f"templates/web/{name}", "{{")
    with _installed(site) as given:
        (found,) = check_own_templates(given)
    assert found.level is Level.WARN
    assert found.message.endswith("replaces no template, so it is not used")


def test_check_themes_folder_behind_a_link_is_checked(site: Installation, tmp_path: Path) -> None:
    (tmp_path / "night").mkdir()
    (tmp_path / "night/fotter.mjml").touch()
    site.write("templates/web/leave.html", "")
    (site.folder / "templates/night").symlink_to(tmp_path / "night")
    with _installed(site) as given:
        (found,) = check_own_templates(given)
    assert found.message.startswith("templates/night/fotter.mjml ")


@pytest.mark.parametrize(
    ("post", "level"),
    [
        (_OK, Level.OK),
        (HttpAnswer(status=404, headers={}), Level.CANNOT_TELL),
        (HttpAnswer(status=302, headers={"location": "/login"}), Level.FAIL),
        (HttpAnswer(status=403, headers={}), Level.FAIL),
        (Unreachable(reason="timed out"), Level.FAIL),
    ],
)
def test_check_web_one_click_is_judged(site: Installation, post: HttpAnswer | Unreachable, level: Level) -> None:
    """A redirect loses the form; pages that are not served say nothing."""
    site.configure(web='base_url = "https://news.gazette.example"\ntrusted_proxies = ["127.0.0.1"]')
    seen: list[tuple[Any, ...]] = []

    def answer(*arguments: Any) -> HttpAnswer | Unreachable:
        seen.append(arguments)
        return _OK if arguments[0] == "GET" else post

    with _installed(site, ask=answer) as given:
        found = list(check_web(given))
    assert levels(found) == [Level.OK, level]
    method, url, form = seen[1]
    assert (method, form) == ("POST", "List-Unsubscribe=One-Click")
    assert url.startswith("https://news.gazette.example/leave/")


def test_check_web_behind_a_proxy_that_is_not_trusted_warns(site: Installation) -> None:
    """Something adds the TLS, and without its name all readers share the limits of one network."""
    site.configure(web='base_url = "https://news.gazette.example"')
    with _installed(site, ask=always(_OK)) as given:
        found = list(check_web(given))
    assert levels(found) == [Level.OK, Level.WARN, Level.OK]
    assert "20 times an hour" in _messages(found, Level.WARN)


def test_check_web_real_server_gets_the_form(site: Installation) -> None:
    """On loopback http is enough to try it out."""
    with FeedServer() as server:
        site.configure(web=f'base_url = "{server.url("/")}"')
        server.answer("/", "hello")
        with _installed(site, ask=ask) as given:
            found = list(check_web(given))
    assert levels(found) == [Level.WARN, Level.OK, Level.CANNOT_TELL]
    assert server.requests[-1].body == b"List-Unsubscribe=One-Click"
    assert server.requests[-1].headers["content-type"] == "application/x-www-form-urlencoded"


@pytest.mark.parametrize(
    ("base_url", "ask_answer", "level"),
    [
        ("", _OK, Level.WARN),
        ("https://a.example", Unreachable(reason="certificate"), Level.FAIL),
        ("https://a.example", HttpAnswer(status=502, headers={}), Level.FAIL),
    ],
)
def test_check_web_without_server_is_judged(base_url: str, ask_answer: HttpAnswer, level: Level) -> None:
    """No address, no connection, no answer."""
    answer: Ask = always(ask_answer)
    assert only(check_web(context(settings(web={"base_url": base_url}), ask=answer))).level is level


def test_hints_are_for_providers_with_five_percent_of_the_audience() -> None:
    """Domains of one provider count together; others get no hint."""
    found = list(hints({"gmail.com": 40, "mail.ru": 3, "bk.ru": 3, "yandex.ru": 4, "own.example": 50}))
    assert [one.message for one in found] == ["40% of 100 readers are at Gmail", "6% of 100 readers are at Mail.ru"]
    assert "postmaster.mail.ru" in found[1].fix
    assert "none of the large providers" in only(hints({"own.example": 100, "yandex.ru": 4})).message


def test_hints_for_one_reader_are_in_the_singular() -> None:
    """A new installation has one: its operator."""
    assert only(hints({"gmail.com": 1})).message == "100% of 1 reader is at Gmail"
    assert only(hints({"own.example": 1})).message == "none of the large providers has 5% of 1 reader"


def test_check_providers_counts_confirmed_readers(site: Installation) -> None:
    """Without readers there is nothing to hint at."""
    with _installed(site) as given:
        assert only(check_providers(given)).level is Level.WARN
    site.subscribe("Anna@Yandex.ru", "boris@ya.ru", "vera@own.example")
    site.run("subscribers", "remove", "boris@ya.ru").fine()
    with _installed(site) as given:
        assert only(check_providers(given)).message == "50% of 2 readers are at Yandex"


def test_check_stories_encoder_matters_for_two_languages(monkeypatch: pytest.MonkeyPatch) -> None:
    """With one language it is not needed."""
    two = context(settings(portal={"name": "G", "url": "https://gazette.example", "languages": ["en", "ru"]}))
    monkeypatch.setattr("digest.diagnostics.installation.story_encoder.is_encoder_installed", lambda: False)
    assert only(check_stories(context())).level is Level.OK
    assert only(check_stories(two)).level is Level.WARN
    monkeypatch.setattr("digest.diagnostics.installation.story_encoder.is_encoder_installed", lambda: True)
    assert only(check_stories(two)).level is Level.OK


def test_check_preferences_counts_what_takes_effect(site: Installation) -> None:
    """What was imported, without a reader's address; unset values do not count."""
    lines = ("email,language,sections,frequency,timezone", "anna@readers.example,en,Chess,weekdays,Asia/Tokyo")
    site.write("readers.csv", "\n".join([*lines, "boris@readers.example,,,,"]))
    with _installed(site) as given:
        assert "no reader has chosen" in only(check_preferences(given)).message
    site.run("subscribers", "import", "readers.csv", "--all-editions").fine()
    with _installed(site) as given:
        (result,) = check_preferences(given)
    assert result.message == "readers with preferences that count: language 1, sections 1, frequency 1, timezone 1"


def test_check_preferences_edition_with_a_new_name_counts_who_gets_no_issue(site: Installation) -> None:
    """Who chose another edition as well, or every one, gets that; so does who chose one of another host."""
    both = ('name = "daily"', 'name = "weekly"')
    site.configure(editions=both)
    lines = ("email,edition", "anna@r.example,daily", "boris@r.example,daily;weekly", "vera@r.example,")
    site.write("readers.csv", "\n".join(lines))
    site.run("subscribers", "import", "readers.csv").fine()
    with _installed(site) as given:
        assert all(one.level is Level.OK for one in check_preferences(given))
    site.configure(editions=('name = "morning"', both[1]))
    with _installed(site) as given:
        *_others, result = check_preferences(given)
    assert result.message.startswith("edition: 1 reader chose only editions")
    assert result.fix.endswith("import the list with morning, weekly")
    with _installed(site) as given:
        given.app.beats.record(RUN, ["daily"], given.clock.now())
        assert all(one.level is Level.OK for one in check_preferences(given))


def test_judge_warns_about_preferences_that_are_not_understood() -> None:
    """Each with the number of readers and what would be understood; upper and lower case do not matter."""
    found = CountedPreferences(
        language={"ru": 5, "en-gb": 2, "de": 1},
        sections={("sport",): 7, ("Chess", "Go"): 3, ("Chess", "SPORT"): 1},
        frequency={"daily": 9, "hourly": 2, "weekly": 6},
        timezone={"Europe/Moscow": 1, "MSK+0": 4},
    )
    results = judge(found, frozenset({"en", "ru"}), ["Sport", "City"], has_weekly=False)
    warnings = [one for one in results if one.level is Level.WARN]
    assert [one.message.partition(" with")[0].partition(" chose")[0] for one in warnings] == [
        "sections: 3 readers",
        "frequency: 2 readers",
        "frequency: 6 readers",
        "timezone: 4 readers",
        "language: 1 reader",
    ]
    assert "Sport, City" in warnings[0].fix
