"""Configurations to read: one with every key, the smallest one, and the errors of a wrong one."""

import tomllib
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from digest.errors import ConfigurationError
from digest.settings.load import parse
from digest.settings.schema import Settings

WHOLE = """
[portal]
name = "Вестник гавани"
url = "https://vestnik.example/"
timezone = "Asia/Vladivostok"
languages = ["ru", "en"]
postal_address = "Портовая ул., 1"

[collect]
every = "90s"

[[sources]]
name = "front"
kind = "feed"
url = "https://vestnik.example/rss"
section = "Новости"
page = { views = ".v", comments = ".c" }

[[sources]]
name = "archive"
kind = "sql"
url = "$ARCHIVE_URL"
timezone = "UTC"
query = "SELECT url, title, published_at FROM news WHERE published_at >= :start AND published_at < :end"

[[sources]]
name = "board"
kind = "page"
role = "discussion"
url = "https://vestnik.example/board"
item = "li.thread"
fields = { title = "a", url = "a@href", comments = "b" }
date_format = "dd.MM HH:mm"

[[sources]]
name = "blog"
kind = "json"
language = "en"
url = "https://blog.example/posts?after={start}"
headers = { Authorization = "Bearer ${BLOG_TOKEN}" }
items = "posts[]"
fields = { url = "link", title = "title.rendered" }

[ranking]
comments_weight = 1
half_life = "90m"

[[editions]]
name = "weekdays"
title = "Harbour Herald"
url = "https://vestnik.example/en"
postal_address = "1 Port Street"
from = "Harbour Herald <herald@vestnik.example>"
reply_to = "letters@vestnik.example"
language = "en"
articles = "any"
at = "6:30"
days = "mon-fri"
window = "since last"
top = 12
minimum = 4
sections = ["Порт", "Город"]
most_discussed = 0
theme = "harbour"
subject = "{{ lead.title }}"
catch_up = "2h"
deadline = "1d"
on_unknown = "resend"

[[editions]]
name = "weekend"
days = "sat,sun"
window = "7d"

[smtp]
host = "mail.vestnik.example"
port = 587
security = "starttls"
username = "robot"
ca_file = "certs/own.pem"
connections = 3
rate = "600/m"
from = "Вестник гавани <news@vestnik.example>"
bounce_domain = "bounces.vestnik.example"

[dkim]
[bounces]

[database]
url = "postgresql://digest:${DATABASE_PASSWORD}@db.example/digest"

[web]
listen = "0.0.0.0:8080"
base_url = "https://news.vestnik.example/"
trusted_proxies = ["10.0.0.1"]
"""
SMALL = '[portal]\nname = "Harbour Gazette"\nurl = "https://gazette.example"\n'
SECRETS = {
    "ARCHIVE_URL": "postgresql://reader:canary-archive@db.example/news",
    "BLOG_TOKEN": "canary-blog",
    "DATABASE_PASSWORD": "canary-database",
    "SMTP_PASSWORD": "canary-smtp",
    "DIGEST_SECRET": "canary-signing-key",
}


def read(text: str, environ: Mapping[str, str] | None = None) -> Settings:
    """The settings of a file with that text."""
    return parse(tomllib.loads(text), file="digest.toml", root=Path("/srv"), environ=environ or {})


def setting_errors(text: str, environ: Mapping[str, str] | None = None) -> list[str]:
    """The lines of the error that a file with that text raises."""
    with pytest.raises(ConfigurationError) as caught:
        read(text, environ)
    return str(caught.value).splitlines()


def portal(line: str) -> str:
    """The small file with this line added or replaced in [portal]."""
    key = line.partition(" ")[0]
    return "".join(f"{row}\n" for row in SMALL.splitlines() if not row.startswith(f"{key} ")) + line + "\n"


def table(name: str) -> Callable[[str], str]:
    """Makes the small file with a line in another table."""
    return lambda line: f"{SMALL}[{name}]\n{line}\n"


def edition(line: str) -> str:
    """The small file with an edition with this line."""
    return f'{SMALL}[[editions]]\nname = "daily"\n{line}\n'


def feed(line: str) -> str:
    """The small file with a feed with this line."""
    return f'{SMALL}[[sources]]\nname = "main"\nkind = "feed"\nurl = "https://gazette.example/rss"\n{line}\n'


def source(text: str) -> str:
    """The small file with a source made of these lines."""
    return f"{SMALL}[[sources]]\n{text}\n"


def whole(text: str) -> str:
    """The text, unchanged."""
    return text


def relay(line: str) -> str:
    """The small file with a relay with this line."""
    return f'{SMALL}[[smtp.relays]]\nhost = "mx.example"\n{line}\n'
