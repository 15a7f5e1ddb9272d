"""The settings of the demo: the sample portal's, with servers of this process alone, and its readers."""

from pathlib import Path
from typing import Any

from digest.demo.days import HOUR
from digest.demo.mail_server import HOST
from digest.demo.portal import FIELDS, STORIES, THREADS
from digest.model.subscribers import Subscriber
from digest.settings.load import SAMPLE, parse, parse_toml
from digest.settings.schema import Settings

EDITOR = "editor@gazette.example"
USER_HEADER = "x-demo-user"
PREFIX = "/digest"  # of the readers' pages and the console; the rest of the origin is the portal
_EVERY_EDITION = {
    "at": f"{HOUR:%H:%M}",
    "top": 8,  # a day of the demo has about twelve articles in each language
    "links": "redirect",  # so that clicks are counted
    "deadline": "7d",  # minutes, as the clock of the demo runs
}
_READERS = {
    "daily": {"anna": "Anna", "ben": "Ben", "clara": "Clara", "david": "David", "emma": "Emma", "frank": "Frank"},
    "daily-ru": {
        "anton": "Антон",
        "boris": "Борис",
        "vera": "Вера",
        "daria": "Дарья",
        "egor": "Егор",
        "yana": "Яна",
    },
}


def demo_settings(folder: Path, *, origin: str, smtp_port: int) -> Settings:
    """What the demo runs with, whatever configuration, `.env` and environment variables the machine has."""
    sample = sample_tables()
    tables: dict[str, Any] = {
        **sample,
        "portal": {**sample["portal"], "url": origin},
        "collect": {"every": "1h"},
        "sources": [
            _source("portal", origin + STORIES, "articles"),
            _source("discussion", origin + THREADS, "discussion"),
        ],
        "editions": [
            {"title": sample["portal"]["name"], **edition, **_EVERY_EDITION} for edition in sample["editions"]
        ],
        "smtp": {**sample["smtp"], "host": HOST, "port": smtp_port, "security": "none"},
        "database": {"url": "sqlite:///digest.db"},
        "web": {"base_url": origin + PREFIX, "user_header": USER_HEADER, "trusted_proxies": [HOST]},
    }
    return parse(tables, file="digest demo", root=folder, environ={})


def sample_tables() -> dict[str, Any]:
    """The sample portal's own configuration."""
    return parse_toml(SAMPLE.read_text(encoding="utf-8"), str(SAMPLE))


def readers() -> list[Subscriber]:
    """The readers of each edition."""
    return [
        Subscriber(email=f"{local_part}@readers.example", name=name, editions=(edition,))
        for edition, names in _READERS.items()
        for local_part, name in names.items()
    ]


def _source(name: str, url: str, role: str) -> dict[str, Any]:
    return {
        "name": name,
        "kind": "json",
        "role": role,
        "url": f"{url}?since={{start}}",
        "fields": FIELDS,
    }
