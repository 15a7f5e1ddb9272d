"""Wrong settings: each wrong key is one line with what is expected, and no secret is repeated."""

import tomllib
from collections.abc import Callable
from datetime import date, datetime, time
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digest.errors import ConfigurationError
from digest.settings.load import load, parse, parse_toml
from tests.support.configurations import (
    SECRETS,
    SMALL,
    WHOLE,
    edition,
    feed,
    portal,
    read,
    relay,
    setting_errors,
    source,
    table,
    whole,
)

WRONG = [
    (whole, "", 'portal: is missing; add a table [portal] with name = "…" and url = "https://…"'),
    (whole, 'portal = "Gazette"', 'portal = "Gazette": expected a table'),
    (
        whole,
        '[[portal]]\nname = "G"\nurl = "https://g.example"',
        "portal = […]: expected a table; write [portal], in single brackets",
    ),
    (edition, 'from = "gazette"', 'editions.daily.from = "gazette": expected a mailbox such as "Harbour'),
    (
        edition,
        'reply_to = "a@b.example, c@d.example"',
        'editions.daily.reply_to = "a@b.example, c@d.example": expected',
    ),
    (edition, 'url = "gazette.example"', 'editions.daily.url = "gazette.example": expected a URL such as "https://'),
    (portal, 'accent = "red"', 'portal.accent = "red": expected a colour such as "#0b5a7d"'),
    (portal, "accent2 = 7", "portal.accent2 = 7: expected a string"),
    (portal, 'logo = { light = "a.png", height = 9 }', "portal.logo.width: is missing; expected the width in pixels"),
    (portal, 'logo = { light = "a.png", width = 9, height = 9 }', 'the file: portal.logo = "a.png" is a file, which'),
    (portal, 'logo = { light = "http://", width = 9, height = 9 }', 'portal.logo.light = "http://": expected a URL'),
    (portal, 'logo = { light = " ", width = 9, height = 9 }', 'portal.logo.light = " ": expected an address such as'),
    (edition, 'slots = [{ text = "x" }]', "editions.daily.slots.1.after: is missing; expected a block of the theme"),
    (edition, 'slots = [{ after = "lead" }]', "editions.daily.slots.1: expected exactly one of html, text and image"),
    (edition, 'slots = [{ after = "lead", html = "x", text = "y" }]', "editions.daily.slots.1: expected exactly one"),
    (edition, 'slots = [{ after = "lead", text = " " }]', "editions.daily.slots.1: its html or text has only spaces"),
    (
        edition,
        'slots = [{ after = "lead", image = "https://a.example/b.png" }]',
        "editions.daily.slots.1: an image needs an address",
    ),
    (
        edition,
        'slots = [{ after = "lead", html = "x", url = "https://a.example" }]',
        "editions.daily.slots.1: url belongs to a text or an image",
    ),
    (
        edition,
        'slots = [{ after = "lead", text = "x", from = "soon" }]',
        'editions.daily.slots.1.from = "soon": expected a day such as 2026-10-01',
    ),
    (
        edition,
        'slots = [{ after = "lead", text = "x", from = 2026-10-02, until = 2026-10-01 }]',
        "editions.daily.slots.1: until = 2026-10-01 is before from = 2026-10-02",
    ),
    (edition, 'title = ""', 'editions.daily.title = "": expected a string with at least 1 character'),
    (whole, f'{SMALL}[sources]\nname = "main"', "sources: expected a list of tables; write [[sources]], in double"),
    (whole, f'{SMALL}[editions.daily]\nat = "07:00"', "editions: expected a list of tables; write [[editions]], in"),
    (whole, f'sources = "rss"\n{SMALL}', 'sources = "rss": expected a list of tables; write [[sources]], in double'),
    (whole, '[portal]\nname = "G"', 'portal.url: is missing; expected a URL such as "https'),
    (portal, 'name = ""', 'portal.name = "": expected a string with at least 1 character'),
    (portal, "name = 7", "portal.name = 7: expected a string"),
    (
        table("summary"),
        'reply_to = "a@x.example"',
        "summary.reply_to: unknown key; expected one of: command; such a key is for [[editions]]",
    ),
    (
        table("images"),
        'from = "x"',
        "images.from: unknown key; expected one of: cache; such a key is for [[editions]] or",
    ),
    (
        table("collect"),
        "fresh = 5",
        "collect.fresh: unknown key; expected one of: every; such a key is for [sources.expect]",
    ),
    (
        feed,
        'date_format = "dd.MM"',
        "sources.main.date_format: unknown key; expected one of: name, role, section, language",
    ),
    (table("images"), 'password = "x"', "images.password: unknown key; expected one of: cache"),
    (portal, 'name = "  "', 'portal.name = "  ": expected one line of text, not only spaces'),
    (portal, 'TIMEZONE = "UTC"', 'portal.TIMEZONE: unknown key; did you mean "timezone"?'),
    (edition, 'four_eyes = "yes"', 'editions.daily.four_eyes = "yes": expected true or false'),
    (feed, 'language = "English"', 'sources.main.language = "English": expected a language such as "en" or "ru"'),
    (feed, 'language = " "', 'sources.main.language = " ": expected a language such as'),
    (
        feed,
        'role = "counters"\nexpect = { items = 1 }',
        'sources.main: a source with role = "counters" gives no articles, so every issue would be held; expected',
    ),
    (feed, "preset = 7", 'sources.main.preset: expected the name of a preset such as "wordpress"'),
    (
        whole,
        f'{SMALL}[[sources]]\nname = "blog"\npreset = "wordpress"\nwith = "https://b.example"',
        'sources.blog.with: expected a table such as { site = "…" }',
    ),
    (portal, 'name = "a\\nb"', r'portal.name = "a\nb": expected one line of text, without control characters'),
    (portal, 'url = "gazette.example"', 'portal.url = "gazette.example": expected a URL such as "https://'),
    (portal, 'url = "https://user:pw@gazette.example"', 'portal.url = "https://…@gazette.example": expected a URL'),
    (portal, 'url = "https://gazette.example:port"', 'portal.url = "https://gazette.example:port": expected a URL'),
    (portal, 'url = "https://[gazette"', 'portal.url = "https://[gazette": expected a URL'),
    (
        portal,
        'timezone = "Europe/Moskow"',
        'portal.timezone = "Europe/Moskow": expected an IANA time zone such as "Eur',
    ),
    (portal, 'timezone = "MSK"', 'portal.timezone = "MSK": expected an IANA time zone such as "Europe/Moscow"'),
    (portal, "languages = []", "portal.languages = []: expected a list of at least one language, such as"),
    (
        portal,
        'languages = ["de"]',
        'portal.languages.1 = "de": expected one of: en, ru',
    ),
    (portal, 'languages = "en"', 'portal.languages = "en": expected a list'),
    (portal, 'timezone = "localtime"', 'portal.timezone = "localtime": expected an IANA time zone such as'),
    (portal, 'timezone = "Factory"', 'portal.timezone = "Factory": expected an IANA time zone such as'),
    (portal, 'timezone = "posixrules"', 'portal.timezone = "posixrules": expected an IANA time zone such as'),
    (
        portal,
        'timezone = "right/Europe/Rome"',
        'portal.timezone = "right/Europe/Rome": expected an IANA time zone',
    ),
    (
        portal,
        'timezone = "posix/Europe/Rome"',
        'portal.timezone = "posix/Europe/Rome": expected an IANA time zone',
    ),
    (portal, 'zone = "UTC"', 'portal.zone: unknown key; did you mean "timezone"?'),
    (portal, '"na\\nme" = 1', r'portal.na\nme: unknown key; did you mean "name"?'),
    (whole, f"{SMALL}[colect]\n", 'colect: unknown key; did you mean "collect"?'),
    (whole, f'root = "/"\n{SMALL}', "root: unknown key; it cannot be set in this file"),
    (whole, f'secret = "s"\n{SMALL}', "secret: unknown key; it cannot be set in this file"),
    (table("collect"), 'every = "15"', 'collect.every = "15": expected a duration such as "30s", "15m", "24h" or "7d"'),
    (table("collect"), "every = 15", "collect.every = 15: expected a duration such as"),
    (table("collect"), 'every = "0m"', 'collect.every = "0m": expected a duration such as'),
    (table("collect"), 'every = "99999999h"', 'collect.every = "99999999h": expected a duration of at most "366d"'),
    (source, 'name = "a"\nkind = "rss"\nurl = "u"', 'sources.a.kind = "rss": expected one of: feed, sql, json, page'),
    (source, 'name = "a"\nkind = 7\nurl = "u"', "sources.a.kind = 7: expected one of: feed, sql, json, page"),
    (source, 'url = "u"', "sources.1.kind: is missing; expected one of: feed, sql, json, page"),
    (source, 'name = "a"\nkind = "feed"', 'sources.a.url: is missing; expected a URL such as "https'),
    (source, 'kind = "feed"\nurl = "u"', 'sources.1.name: is missing; expected a name such as "main"'),
    (
        source,
        'name = "two words"\nkind = "feed"\nurl = "u"',
        'sources.1.name = "two words": expected a name of 1 to 40',
    ),
    (source, 'name = "a"\nkind = "sql"\nurl = "u"', "sources.a.query: is missing; expected a SELECT of url, title"),
    (
        feed,
        'querry = "SELECT 1"',
        "sources.main.querry: unknown key; expected one of: name, role, section, lang",
    ),
    (feed, 'sektion = "News"', 'sources.main.sektion: unknown key; did you mean "section"?'),
    (feed, 'role = "news"', "sources.main.role = \"news\": expected 'articles', 'discussion' or 'counters'"),
    (feed, 'timezone = "Mars"', 'sources.main.timezone = "Mars": expected an IANA time zone such as'),
    (feed, 'page = "x"', 'sources.main.page = "x": expected a table'),
    (whole, f'sources = "feed"\n{SMALL}', 'sources = "feed": expected a list'),
    (whole, f"sources = [1]\n{SMALL}", "sources.1 = 1: expected a table"),
    (
        whole,
        feed("") + '[[sources]]\nname = "main"\nkind = "feed"\nurl = "u"',
        "the file: two [[sources]] have the name 'm",
    ),
    (
        table("ranking"),
        "comments_weight = 1.5",
        "ranking.comments_weight = 1.5: expected a number less than or eq",
    ),
    (table("ranking"), "comments_weight = nan", "ranking.comments_weight = nan: expected"),
    (table("ranking"), "comments_weight = true", "ranking.comments_weight = true: expected a number"),
    (table("ranking"), 'half_life = "soon"', 'ranking.half_life = "soon": expected a duration such as'),
    (edition, 'at = "25:00"', 'editions.daily.at = "25:00": expected a time of day such as "07:00"'),
    (edition, "notify_at = [6, 30]", 'editions.daily.notify_at = [6, 30]: expected a time of day such as "07:00"'),
    (edition, "at = 07:00:00", 'editions.daily.at = 07:00:00: expected a time of day such as "07:00"'),
    (edition, 'days = "weekdays"', 'editions.daily.days = "weekdays": expected days such as "mon-fri", "mon,wed,sat"'),
    (
        edition,
        'weekly = "fri"',
        'editions.daily.weekly = "fri": expected a weekday and a time of day such as "fri 07:00"',
    ),
    (edition, 'days = "mon-fri-sun"', 'editions.daily.days = "mon-fri-sun": expected days such as'),
    (
        edition,
        'window = "yesterday"',
        'editions.daily.window = "yesterday": expected a duration such as "24h", or "since',
    ),
    (edition, "top = 0", "editions.daily.top = 0: expected a number greater than or equal to 1"),
    (edition, 'top = "ten"', 'editions.daily.top = "ten": expected a whole number'),
    (edition, "top = true", "editions.daily.top = true: expected a whole number"),
    (
        edition,
        "minimum = 11",
        "editions.daily: minimum = 11 is more than top = 10, so every issue would be skipped; exp",
    ),
    (edition, "sections = [1]", "editions.daily.sections.1 = 1: expected a string"),
    (edition, 'articles = "all"', "editions.daily.articles = \"all\": expected 'own' or 'any'"),
    (edition, 'theme = "../x"', 'editions.daily.theme = "../x": expected a name of 1 to 40'),
    (edition, 'on_unknown = "drop"', "editions.daily.on_unknown = \"drop\": expected 'hold' or 'resend'"),
    (edition, 'catchup = "3h"', 'editions.daily.catchup: unknown key; did you mean "catch_up"?'),
    (table("smtp"), 'host = "ssl://smtp.x.example"', 'smtp.host = "ssl://smtp.x.example": expected a host such as'),
    (table("smtp"), 'host = "smtp.x.example:587"', 'smtp.host = "smtp.x.example:587": expected a host such as'),
    (table("smtp"), 'host = "smtp.x.example/"', 'smtp.host = "smtp.x.example/": expected a host such as'),
    (table("smtp"), 'host = "a@x.example"', 'smtp.host = "a@x.example": expected a host such as'),
    (
        table("smtp"),
        'host = "x example"',
        'smtp.host = "x example": expected a host such as "smtp.gazette.example"; `port`',
    ),
    (table("smtp"), 'host = " "', 'smtp.host = " ": expected a host such as'),
    (table("smtp"), 'host = "[smtp.x.example]"', 'smtp.host = "[smtp.x.example]": expected a host such as'),
    (table("smtp"), "port = 70000", "smtp.port = 70000: expected a number less than or equal to 65535"),
    (table("smtp"), "window = 0", 'smtp.window = 0: expected a number of messages from 1 to 100, or "auto"'),
    (table("smtp"), "window = true", "smtp.window = true: expected a number of messages"),
    (table("smtp"), 'rate = "fast"', 'smtp.rate = "fast": expected a rate such as "14/s" or "600/m", or ""'),
    (table("smtp"), 'bounce_domain = "a b"', 'smtp.bounce_domain = "a b": expected the domain of an address such as'),
    (table("smtp"), 'from = "новости@x.example"', 'smtp.from = "новости@x.example": expected a mailbox such as'),
    (table("smtp"), 'from = "a@x.example (A)"', 'smtp.from = "a@x.example (A)": expected a mailbox'),
    (table("smtp"), 'from = "A (b) a@x.example"', 'smtp.from = "A (b) a@x.example": expected a mailbox'),
    (table("smtp"), """from = '"A" (b) <a@x.example>'""", """smtp.from = ""A" (b) <a@x.example>": expected a"""),
    (table("smtp"), 'from = "b@x.example, A <a@x.example>"', 'smtp.from = "b@x.example, A <a@x.example>": expected a'),
    (table("smtp"), 'from = "A <a@x.example>, B <b@x.example>"', 'smtp.from = "A <a@x.example>, B <b@x.example>": exp'),
    (table("smtp"), 'from = "A\\nB <a@x.example>"', 'smtp.from = "A\\nB <a@x.example>": expected a mailbox'),
    (table("smtp"), 'from = "A\\u202eB <a@x.example>"', 'smtp.from = "A\\u202eB <a@x.example>": expected a mailbox'),
    (table("smtp"), 'from = "Harbour Gazette"', 'smtp.from = "Harbour Gazette": expected a mailbox such as'),
    (table("smtp"), 'from = "a@x.example, b@x.example"', 'smtp.from = "a@x.example, b@x.example": expected a mailbox'),
    (
        table("smtp"),
        'from = "a@x.example\\r\\nBcc: b@x.example"',
        'smtp.from = "a@x.example\\r\\nBcc: b@x.example": exp',
    ),
    (table("smtp"), 'sender = "a@x.example"', "smtp.sender: unknown key; expected one of: host, port"),
    (table("smtp"), 'security = "ssl"', "smtp.security = \"ssl\": expected 'starttls', 'tls' or 'none'"),
    (table("smtp"), 'host = "mail.example"\nsecurity = "none"', 'smtp: security = "none" is for a server on this mach'),
    (
        table("smtp"),
        'password = "pw"',
        "smtp.password: a secret does not belong in this file; put SMTP_PASSWORD in .env",
    ),
    (table("smtp"), 'username = "$SMTP_USER"', 'smtp.username = "$SMTP_USER": no variable is replaced here; expected'),
    (table("bounces"), 'source = "${MAILBOX}"', 'bounces.source = "${MAILBOX}": no variable is replaced here; exp'),
    (edition, 'sections = ["News", "$CITY"]', 'editions.daily.sections.2 = "$CITY": no variable is replaced here'),
    (relay, "weight = 0", "smtp.relays.1.weight = 0: expected a number greater than or equal to 0.01"),
    (relay, 'username = "digest"', "smtp.relays.1: a username has a password; expected both `username` and"),
    (relay, 'password_env = "s3cret-word"', "smtp.relays.1.password_env = …: expected the name of a variable"),
    (table("bounces"), 'done = "a/b"', 'bounces.done = "a/b": expected the name of a folder such as "Handled"'),
    (table("bounces"), 'done = ".Handled"', 'bounces.done = ".Handled": expected the name of a folder such as'),
    (relay, 'password_env = "MX1"', "smtp.relays.1.password_env: $MX1 is not set; add MX1=… to .env or to the env"),
    (relay, 'password = "pw"', "smtp.relays.1.password: a secret does not belong in this file; put it in .env, and"),
    (relay, "connections = 4", "smtp.relays.1.connections: unknown key; expected one of: host, port, security"),
    (table("smtp"), "relays = [1]", "smtp.relays.1 = 1: expected a table"),
    (table("smtp.relays"), 'host = "mx.example"', "smtp.relays: expected a list of tables; write [[smtp.relays]]"),
    (whole, f'smtp = "localhost"\n{SMALL}', 'smtp = "localhost": expected a table'),
    (table("database"), 'url = ""', 'database.url = "": expected a string with at least 1 character'),
    (
        table("web"),
        'base_url = "https://x.example/тест"',
        'web.base_url = "https://x.example/тест": expected a URL such',
    ),
    (
        table("web"),
        'base_url = "https://x.example/#news"',
        'web.base_url = "https://x.example/#news": expected a URL such as "https://news.gazette.example", without',
    ),
    (table("web"), 'base_url = "http://news.example"', 'web.base_url = "http://news.example": expected an https URL'),
    (table("web"), 'listen = "8000"', 'web.listen = "8000": expected HOST:PORT such as'),
    (table("dkim"), 'key = "k"', "dkim: a key has a selector; expected both `key` and `selector`, or neither"),
]


@pytest.mark.parametrize(
    ("place", "wrong", "message"), WRONG, ids=[f"{wrong} -> {message}" for _, wrong, message in WRONG]
)
def test_explain_wrong_setting_is_one_line(place: Callable[[str], str], wrong: str, message: str) -> None:
    """File, key, value and what is expected; no other line."""
    (line,) = setting_errors(place(wrong))
    assert line.startswith(f"digest.toml: {message}")


def test_parse_several_wrong_keys_are_reported_together() -> None:
    """Three errors are three lines, so a file is fixed in one go."""
    text = SMALL.replace("gazette.example", "") + '[collect]\nevery = "x"\n[smtp]\nport = 0\n'
    assert [line.split(" ")[1] for line in setting_errors(text)] == ["portal.url", "collect.every", "smtp.port"]


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (None, "file not found; `digest init` writes one"),
        (b"portal = " + b"9" * 5000, "not valid TOML: "),
        (b"portal = " + b"[" * 50_000, "not valid TOML: "),
        ('[portal]\nname = "Гавань"'.encode("cp1251"), "cannot be read: not UTF-8 text in line 2; save it as UTF-8"),
    ],
    ids=["absent", "digits", "nesting", "charset"],
)
def test_load_unreadable_file_is_one_line(tmp_path: Path, content: bytes | None, message: str) -> None:
    """No file, no TOML, no UTF-8: the file's name and the reason."""
    file = tmp_path / "digest.toml"
    if content is not None:
        file.write_bytes(content)
    with pytest.raises(ConfigurationError) as caught:
        load(file, environ={})
    assert str(caught.value).startswith(f"{file}: {message}")
    assert len(str(caught.value).splitlines()) == 1


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("name = 1\nname = 2\n", "this name was set above; keep one of the two (at line 2, column 9)"),
        ("[a.b]\n[a.b]\n", "[a.b] was written above; put its keys there, or write each table of a list as [[a.b]]"),
    ],
)
def test_parse_toml_name_that_is_written_twice_is_named_in_the_terms_of_toml(text: str, problem: str) -> None:
    """Python's parser speaks of overwriting values, and names tables as tuples."""
    with pytest.raises(ConfigurationError) as caught:
        parse_toml(text, "digest.toml")
    assert str(caught.value).startswith(f"digest.toml: not valid TOML: {problem}")


@pytest.mark.parametrize(
    ("text", "line", "caret"),
    [
        ('[portal]\nname = "G\nurl = 7\n', 'name = "G', 9),
        ("[portal]\n\turl = https://g.example  # главная\n", " url = https://g.example  # главная", 7),
        (f"x = [{'1, ' * 50}2 3]\n", "1, 1, 2 3]", 35),
        ("[portal]\nname = 'G\nurl = 7\n", "name = 'G", 7),
        ('[portal]\nname = """G\nurl = 7\n', 'name = """G', 9),
        ("[portal]\nname = 'G'\n[smtp", "[smtp", 5),
        ("[portal]\nname = 'G'\nurl =\n\n", "url =", 5),
    ],
    ids=["string", "tab", "long", "apostrophe", "quotation marks", "bracket", "no value"],
)
def test_load_toml_error_quotes_the_line(tmp_path: Path, text: str, line: str, caret: int) -> None:
    """Below the sentence are the line, shortened where it is long, and a caret at the fault."""
    file = tmp_path / "digest.toml"
    file.write_text(text, encoding="utf-8")
    with pytest.raises(ConfigurationError) as caught:
        load(file, environ={})
    sentence, quoted, below = str(caught.value).splitlines()
    assert sentence.startswith(f"{file}: not valid TOML: ")
    assert line in quoted.removeprefix("    ")
    assert below == " " * (4 + caret) + "^"
    assert len(quoted) <= 76


@pytest.mark.parametrize(
    ("line", "below"),
    [
        ("minimum\u00a0= 1", "       ^ U+00A0 NO-BREAK SPACE"),
        ('n\u0430me = "daily"', " ^ U+0430 CYRILLIC SMALL LETTER A"),
        ("name = \u201cdaily\u201d", "       ^ U+201C LEFT DOUBLE QUOTATION MARK"),
        ("\0", "^ U+0000"),
    ],
)
def test_toml_error_names_the_character_that_looks_like_another(line: str, below: str) -> None:
    """The line alone looks right, as after copying it from a page or typing it in another layout."""
    with pytest.raises(ConfigurationError) as caught:
        parse_toml(f"[portal]\n{line}\n", "digest.toml")
    assert str(caught.value).splitlines()[-1] == f"    {below}"


@pytest.mark.parametrize(
    "line",
    [
        'password = "canary',
        'headers = { Authorization = "Bearer canary }',
        "url = postgresql://reader:canary@db.example/news",
        "form = { t = canary }",
    ],
)
def test_load_toml_error_does_not_quote_a_secret(tmp_path: Path, line: str) -> None:
    """Only the number of the line is given."""
    file = tmp_path / "digest.toml"
    file.write_text(f"{SMALL}{line}\n", encoding="utf-8")
    with pytest.raises(ConfigurationError, match=r"not valid TOML: .*line 4") as caught:
        load(file, environ={})
    assert "canary" not in str(caught.value)


def test_load_toml_error_does_not_quote_a_value_of_several_lines(tmp_path: Path) -> None:
    """What is never closed may be a secret where it began on an earlier line."""
    file = tmp_path / "digest.toml"
    file.write_text(f"{SMALL}body = [\n'canary\n", encoding="utf-8")
    with pytest.raises(ConfigurationError, match=r"not valid TOML: .*end of document") as caught:
        load(file, environ={})
    assert "canary" not in str(caught.value)


def test_parse_missing_variable_names_its_key() -> None:
    """One line for each unset `$NAME`: file, key, name, and where to set it."""
    missing = {
        "sources.archive.url": "ARCHIVE_URL",
        "sources.blog.headers.Authorization": "BLOG_TOKEN",
        "database.url": "DATABASE_PASSWORD",
    }
    assert setting_errors(WHOLE) == [
        f"digest.toml: {key}: ${name} is not set; add {name}=… to .env or to the environment"
        for key, name in missing.items()
    ]


def test_load_folder_or_unreadable_env_file_is_one_line(tmp_path: Path) -> None:
    """A folder in place of the file, and an `.env` that is not UTF-8, are named."""
    with pytest.raises(ConfigurationError, match="cannot be read: Is a directory"):
        load(tmp_path, environ={})
    (tmp_path / "digest.toml").write_text(SMALL, encoding="utf-8")
    (tmp_path / ".env").write_bytes("SMTP_PASSWORD=пароль".encode("cp1251"))
    with pytest.raises(
        ConfigurationError, match=r"\.env: cannot be read: expected lines NAME=value in UTF-8, and line 1 is not"
    ):
        load(tmp_path / "digest.toml", environ={})


def test_settings_secrets_are_not_shown() -> None:
    """Neither the text of the settings nor an error about another key shows a password, a token or the signing key."""
    settings = read(WHOLE, SECRETS)
    shown = [f"{settings!r} {settings} {settings.sources} {settings.database} {settings.smtp}"]
    for old, new in (('"90s"', '"x"'), ("port = 587", 'port = "x"'), ('kind = "sql"', 'kind = "x"')):
        shown += setting_errors(WHOLE.replace(old, new), SECRETS)
    assert not [text for text in shown if "canary" in text]


@pytest.mark.parametrize(
    "text",
    [
        table("database")('url = ["postgresql://user:canary/canary@db.example"]'),
        f'{SMALL}[[database]]\nurl = "postgresql://user:canary@db.example"',
        f'{SMALL}[[smtp]]\npassword = "canary"',
        table("smtp")('password = "canary"'),
        portal('url = "https://user:canary@gazette.example/@x"'),
        source('name = "a"\nkind = "json"\nurl = "u"\nfields = {}\nheaders = { Cookie = ["canary"] }'),
        source('name = "a"\nkind = "json"\nurl = "u"\nfields = {}\nheaders = "Cookie: canary"'),
    ],
)
def test_explain_misplaced_secret_is_not_repeated(text: str) -> None:
    """The error names the key and not the secret."""
    assert not [line for line in setting_errors(text) if "canary" in line]


TEXTS = st.one_of(
    st.text(max_size=12),
    st.sampled_from(
        ["7d", "mon-", "-", "07:00", "$X", "${SMTP}", "a@b", "<>", "http://[", "//x@", "feed", "sql", "{{", "\u2028"]
    ),
)
VALUES = st.recursive(
    st.one_of(
        TEXTS,
        st.integers(),
        st.floats(),
        st.booleans(),
        st.datetimes(),
        st.just(date(2026, 10, 1)),
        st.just(time(7)),
        st.just(datetime(2026, 10, 1, tzinfo=ZoneInfo("UTC"))),
    ),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXTS, inner, max_size=3),
    max_leaves=5,
)
PLACES = st.lists(st.one_of(st.integers(0, 30), TEXTS), min_size=1, max_size=4)


@given(st.lists(st.tuples(PLACES, VALUES), min_size=1, max_size=3))
def test_parse_any_file_gives_settings_or_error_lines(changes: list[tuple[list[int | str], Any]]) -> None:
    """Any values at any keys: either settings, or an error whose lines all name the file; never another error."""
    data = tomllib.loads(WHOLE)
    for place, value in changes:
        _insert(data, place, value)
    try:
        parse(data, file="digest.toml", root=Path("/srv"), environ=SECRETS)
    except ConfigurationError as error:
        message = str(error)
    else:
        return
    assert message
    assert all(line.startswith("digest.toml: ") and len(line) > 20 for line in message.splitlines())
    assert "canary" not in message


def _insert(data: Any, place: list[int | str], value: Any) -> None:
    """Insert the value at that path; a number selects an existing key by its position."""
    for step, part in enumerate(place):
        keys = list(data) if isinstance(data, dict) else list(range(len(data)))
        number = part if isinstance(part, int) else len(part)
        key = keys[number % len(keys)] if keys and (isinstance(part, int) or isinstance(data, list)) else str(part)
        inner = data[key] if key in keys else None
        if step == len(place) - 1 or not isinstance(inner, dict | list):
            if isinstance(data, dict) or key in keys:
                data[key] = value
            return
        data = inner
