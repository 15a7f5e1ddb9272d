"""config/digest.toml and .env, read into one frozen object; a wrong key is one line that says what would be right."""

import difflib
import os
import re
import tomllib
import types
from collections.abc import Iterator, Mapping
from datetime import time, timedelta
from email.errors import MessageError
from email.headerregistry import Address
from email.policy import SMTP
from pathlib import Path
from typing import Annotated, Any, Literal, Self, Union, get_args, get_origin
from zoneinfo import ZoneInfo, available_timezones

from dotenv import dotenv_values
from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    SecretStr,
    ValidationError,
    model_validator,
)
from pydantic_core import ErrorDetails

from digest.errors import ConfigurationError
from digest.model import Role

LANGUAGES = ("en", "ru")
SINCE_LAST = "since last"

_DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_UNITS = {"s": 1, "m": 60, "h": 3600, "d": 86400}
_LOOPBACK = ("localhost", "127.0.0.1", "::1")
_VARIABLE = re.compile(r"\$(?:\{(\w+)\}|(\w+))")


def _duration(value: object) -> timedelta:
    match = re.fullmatch(r"(\d{1,6})([smhd])", value) if isinstance(value, str) else None
    if match is None or int(match[1]) == 0:
        raise ValueError('expected a duration such as "30s", "15m", "24h" or "7d"')
    return timedelta(seconds=int(match[1]) * _UNITS[match[2]])


def _window(value: object) -> timedelta | str:
    if value == SINCE_LAST:
        return SINCE_LAST
    try:
        return _duration(value)
    except ValueError as error:
        raise ValueError('expected a duration such as "24h", or "since last"') from error


def _clock_time(value: object) -> time:
    match = re.fullmatch(r"([01]?\d|2[0-3]):([0-5]\d)", value) if isinstance(value, str) else None
    if match is None:
        raise ValueError('expected a time of day such as "07:00"')
    return time(int(match[1]), int(match[2]))


def _days(value: object) -> frozenset[int]:
    says = 'expected days such as "mon-fri", "mon,wed,sat" or "daily"'
    if not isinstance(value, str):
        raise ValueError(says)
    if value.strip().lower() == "daily":
        return frozenset(range(7))
    return frozenset(day for part in value.lower().split(",") for day in _day_range(part.strip(), says))


def _day_range(part: str, says: str) -> Iterator[int]:
    first, dash, last = (word.strip() for word in part.partition("-"))
    if first not in _DAYS or (dash and last not in _DAYS):
        raise ValueError(says)
    start, end = _DAYS.index(first), _DAYS.index(last if dash else first)
    return (day % 7 for day in range(start, end + 1 if end >= start else end + 8))


def _rate(value: object) -> float | None:
    if value == "":
        return None
    match = re.fullmatch(r"(\d{1,7})/([smh])", value) if isinstance(value, str) else None
    if match is None or int(match[1]) == 0:
        raise ValueError('expected a rate such as "14/s" or "600/m", or "" for as fast as the server takes it')
    return int(match[1]) / _UNITS[match[2]]


def _zone(value: str) -> str:
    if value not in available_timezones():
        near = difflib.get_close_matches(value, available_timezones(), 1, 0.5)
        raise ValueError(f'expected an IANA time zone such as "{near[0] if near else "Europe/Moscow"}"')
    return value


def _language(value: str) -> str:
    if value not in LANGUAGES:
        raise ValueError(f"expected one of the languages that Digest speaks: {', '.join(LANGUAGES)}")
    return value


def _web_address(value: str) -> str:
    if not re.fullmatch(r"https?://[^\s/@<>\"]+(/[^\s<>\"]*)?", value):
        raise ValueError('expected an address such as "https://gazette.example"')
    return value.rstrip("/")


def _base_url(value: str) -> str:
    if value == "":
        return value
    _web_address(value)
    host = re.sub(r"^https?://|[:/].*$", "", value)
    if not value.startswith("https://") and host not in _LOOPBACK:
        raise ValueError(
            'expected an https address such as "https://news.gazette.example" (one-click unsubscribe needs it)'
        )
    return value.rstrip("/")


def _mailbox(value: str) -> str:
    says = 'expected a mailbox such as "Harbour Gazette <news@gazette.example>"'
    if not value.isprintable():
        raise ValueError(says)
    try:
        header = SMTP.header_factory("From", value)
        addresses = header.addresses
    except (MessageError, ValueError, IndexError) as error:
        raise ValueError(says) from error
    if len(addresses) != 1 or header.defects or not addresses[0].domain or not addresses[0].addr_spec.isascii():
        raise ValueError(says)
    return value


def _name(value: str) -> str:
    if not re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9_-]{0,39}", value):
        raise ValueError("expected a name of 1 to 40 letters (a-z), digits, - and _")
    return value


def _line(value: str) -> str:
    if any(ord(char) < 32 or ord(char) == 127 for char in value):
        raise ValueError("expected one line of text, without control characters")
    return value


Duration = Annotated[timedelta, BeforeValidator(_duration)]
Name = Annotated[str, AfterValidator(_name)]
Line = Annotated[str, AfterValidator(_line)]
Text = Annotated[str, Field(min_length=1), AfterValidator(_line)]
Zone = Annotated[str, AfterValidator(_zone)]
Language = Annotated[str, AfterValidator(_language)]


class _Table(BaseModel):
    """A table of the file: frozen, and it knows its keys."""

    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True, hide_input_in_errors=True)


class PortalSettings(_Table):
    """`[portal]`: the site that publishes the digest."""

    name: Text
    url: Annotated[str, AfterValidator(_web_address)]
    timezone: Zone = "UTC"
    languages: Annotated[tuple[Language, ...], Field(min_length=1)] = ("en",)
    postal_address: Line = ""

    @property
    def zone(self) -> ZoneInfo:
        """The portal's time zone."""
        return ZoneInfo(self.timezone)


class CollectSettings(_Table):
    """`[collect]`: how often `digest run` asks the sources."""

    every: Duration = timedelta(minutes=15)


class _SourceSettings(_Table):
    name: Name
    role: Role = Role.ARTICLES
    section: Line | None = None
    language: Line | None = None
    timezone: Zone | None = None


class FeedSettings(_SourceSettings):
    """`kind = "feed"`: RSS, Atom, RDF or JSON Feed at an address or in a file."""

    kind: Literal["feed"]
    url: Annotated[str, Field(min_length=1, repr=False)]
    page: dict[str, str] | None = None


class SqlSettings(_SourceSettings):
    """`kind = "sql"`: a query on the portal's own database, opened read-only."""

    kind: Literal["sql"]
    url: Annotated[str, Field(min_length=1, repr=False)]
    query: Annotated[str, Field(min_length=1)]


class JsonSettings(_SourceSettings):
    """`kind = "json"`: a JSON API, its items and fields found by JMESPath."""

    kind: Literal["json"]
    url: Annotated[str, Field(min_length=1, repr=False)]
    headers: Annotated[dict[str, str], Field(repr=False)] = {}
    items: str = "[]"
    fields: dict[str, str]


class PageSettings(_SourceSettings):
    """`kind = "page"`: a listing page, its items and fields found by CSS selectors."""

    kind: Literal["page"]
    url: Annotated[str, Field(min_length=1, repr=False)]
    item: str
    fields: dict[str, str]
    date_format: str | None = None


SourceSettings = Annotated[FeedSettings | SqlSettings | JsonSettings | PageSettings, Field(discriminator="kind")]


class RankingSettings(_Table):
    """`[ranking]`: how views and comments are weighed (docs/ranking.md)."""

    comments_weight: Annotated[float, Field(ge=0, le=1)] = 0.3
    half_life: Duration = timedelta(hours=4)


class EditionSettings(_Table):
    """`[[editions]]`: a standing edition, when it appears and what enters it."""

    name: Name
    language: Language | None = None
    articles: Literal["own", "any"] = "own"
    at: Annotated[time, BeforeValidator(_clock_time)] = time(7)
    days: Annotated[frozenset[int], BeforeValidator(_days)] = frozenset(range(7))
    window: Annotated[timedelta | Literal["since last"], BeforeValidator(_window)] = timedelta(hours=24)
    top: Annotated[int, Field(ge=1, le=200)] = 10
    minimum: Annotated[int, Field(ge=0, le=200)] = 3
    sections: tuple[Text, ...] = ()
    most_discussed: Annotated[int, Field(ge=0, le=50)] = 5
    theme: Name = "default"
    subject: Text | None = None
    catch_up: Duration = timedelta(hours=3)
    deadline: Duration = timedelta(hours=12)
    on_unknown: Literal["hold", "resend"] = "hold"


class SmtpSettings(_Table):
    """`[smtp]`: the server that takes our mail; the password is SMTP_PASSWORD in `.env`."""

    host: Text = "localhost"
    port: Annotated[int, Field(ge=1, le=65535)] = 25
    security: Literal["starttls", "tls", "none"] = "starttls"
    username: Line = ""
    password: SecretStr = SecretStr("")
    ca_file: str = ""
    connections: Annotated[int, Field(ge=1, le=100)] = 10
    rate: Annotated[float | None, BeforeValidator(_rate)] = None
    sender: Annotated[str, Field(alias="from"), AfterValidator(_mailbox)] = "Digest <digest@localhost>"
    bounce_domain: Line = ""

    @model_validator(mode="before")
    @classmethod
    def _secure_unless_loopback(cls, data: Any) -> Any:
        loopback = isinstance(data, dict) and data.get("host", "localhost") in _LOOPBACK
        if loopback and "security" not in data:
            return {**data, "security": "none"}
        return data

    @model_validator(mode="after")
    def _none_on_loopback_only(self) -> Self:
        if self.security == "none" and self.host not in _LOOPBACK:
            raise ValueError('security = "none" is for a server on this machine only; expected "starttls" or "tls"')
        return self

    @property
    def mailbox(self) -> Address:
        """The sender's display name and address."""
        address: Address = SMTP.header_factory("From", self.sender).addresses[0]
        return address


class DkimSettings(_Table):
    """`[dkim]`: off until a key is named."""


class BouncesSettings(_Table):
    """`[bounces]`: where bounces arrive."""


class DatabaseSettings(_Table):
    """`[database]`: Digest's own store, SQLite or PostgreSQL."""

    url: Annotated[str, Field(min_length=1, repr=False)] = "sqlite:///digest.db"


class WebSettings(_Table):
    """`[web]`: the public pages; without `base_url` messages carry no link to them."""

    listen: Annotated[str, Field(pattern=r"^\S+:\d{1,5}$")] = "127.0.0.1:8000"
    base_url: Annotated[str, AfterValidator(_base_url)] = ""
    trusted_proxies: tuple[str, ...] = ()


class Settings(_Table):
    """All settings of one installation; `root` is the folder from which relative paths start."""

    root: Path = Path()
    secret: SecretStr = SecretStr("")
    portal: PortalSettings
    collect: CollectSettings = CollectSettings()
    sources: tuple[SourceSettings, ...] = ()
    ranking: RankingSettings = RankingSettings()
    editions: tuple[EditionSettings, ...] = (EditionSettings(name="daily"),)
    smtp: SmtpSettings = SmtpSettings(security="none")
    dkim: DkimSettings = DkimSettings()
    bounces: BouncesSettings = BouncesSettings()
    database: DatabaseSettings = DatabaseSettings()
    web: WebSettings = WebSettings()

    @model_validator(mode="after")
    def _names_are_unique(self) -> Self:
        for what, tables in (("sources", self.sources), ("editions", self.editions)):
            names = [table.name for table in tables]
            twice = {name for name in names if names.count(name) > 1}
            if twice:
                raise ValueError(f"two [[{what}]] are called {min(twice)!r}; expected a name of its own for each")
        return self

    def edition(self, name: str | None) -> EditionSettings:
        """The edition of that name, or the first one; raises ConfigurationError."""
        found = next((edition for edition in self.editions if name in (None, edition.name)), None)
        if found is None:
            names = ", ".join(edition.name for edition in self.editions)
            raise ConfigurationError(
                f"there is no edition {name!r}; the configuration has: {names or 'none (add [[editions]])'}"
            )
        return found

    def language_of(self, edition: EditionSettings) -> str:
        """The edition's language, by default the portal's first."""
        return edition.language or self.portal.languages[0]

    def path(self, text: str) -> Path:
        """A path of the configuration; relative ones start from the root."""
        return self.root / Path(text).expanduser()


def load(file: Path, environ: Mapping[str, str] = os.environ) -> Settings:
    """Read the file and the `.env` beside it; raises ConfigurationError with a line for each wrong key."""
    root = project_root(file)
    return parse(_toml(file), file=str(file), root=root, environ={**_dotenv(root / ".env"), **environ})


def project_root(file: Path) -> Path:
    """The folder from which relative paths start: the one that holds `config/`, else the file's own."""
    folder = file.resolve().parent
    return folder.parent if folder.name == "config" else folder


def parse(data: dict[str, Any], *, file: str, root: Path, environ: Mapping[str, str]) -> Settings:
    """Make settings of the file's tables; `$NAME` in addresses and headers is taken from `environ`."""
    reserved = [f"{file}: {key}: unknown key; it is not set in this file" for key in ("root", "secret") if key in data]
    smtp = data.get("smtp", {})
    if isinstance(smtp, dict) and "password" in smtp:
        reserved.append(f"{file}: smtp.password: a secret does not belong in this file; put SMTP_PASSWORD into .env")
    if reserved:
        raise ConfigurationError("\n".join(reserved))
    tables, missing = _expanded(data, environ)
    if missing:
        raise ConfigurationError(
            "\n".join(
                f"{file}: {key}: ${name} is not set; add {name}=… to .env or to the environment"
                for key, name in missing
            )
        )
    if isinstance(smtp, dict):
        tables["smtp"] = {**smtp, "password": environ.get("SMTP_PASSWORD", "")}
    try:
        return Settings.model_validate({**tables, "root": root, "secret": environ.get("DIGEST_SECRET", "")})
    except ValidationError as error:
        lines = [_explain(detail, data, file) for detail in error.errors(include_url=False)]
        raise ConfigurationError("\n".join(dict.fromkeys(lines))) from None


def _toml(file: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(file.read_text(encoding="utf-8-sig"))
    except FileNotFoundError:
        raise ConfigurationError(f"{file}: there is no such file; `digest init` writes one") from None
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigurationError(
            f"{file}: cannot be read: {getattr(error, 'strerror', None) or 'it is not UTF-8 text'}"
        ) from None
    except tomllib.TOMLDecodeError as error:
        raise ConfigurationError(f"{file}: not valid TOML: {error}") from None


def _dotenv(file: Path) -> dict[str, str]:
    try:
        values = dotenv_values(file) if file.is_file() else {}
    except (OSError, UnicodeDecodeError):
        raise ConfigurationError(f"{file}: cannot be read; expected lines NAME=value in UTF-8") from None
    return {name: value for name, value in values.items() if value is not None}


def _expanded(data: dict[str, Any], environ: Mapping[str, str]) -> tuple[dict[str, Any], list[tuple[str, str]]]:
    missing: list[tuple[str, str]] = []

    def walk(value: Any, key: str) -> Any:
        if isinstance(value, dict):
            return {name: walk(inner, f"{key}.{name}" if key else name) for name, inner in value.items()}
        if isinstance(value, list):
            return [walk(inner, f"{key}.{_label(inner, place)}") for place, inner in enumerate(value)]
        if isinstance(value, str) and (key.endswith(".url") or ".headers." in key):
            return _VARIABLE.sub(lambda match: _variable(match[1] or match[2], key, environ, missing), value)
        return value

    return walk(data, ""), missing


def _variable(name: str, key: str, environ: Mapping[str, str], missing: list[tuple[str, str]]) -> str:
    if name not in environ:
        missing.append((key, name))
    return environ.get(name, "")


def _label(table: Any, place: int) -> str:
    name = table.get("name") if isinstance(table, dict) else None
    return name if isinstance(name, str) and name.isprintable() else str(place + 1)


def _explain(detail: ErrorDetails, data: dict[str, Any], file: str) -> str:
    loc = [
        part
        for place, part in enumerate(detail["loc"])
        if not (place == 2 and detail["loc"][0] == "sources" and part in _KINDS)
    ]
    key, value = _place(loc, data)
    if detail["type"] == "extra_forbidden":
        return f"{file}: {key}: unknown key{_nearest(str(loc[-1]), _known_keys(loc[:-1], data))}"
    if detail["type"] == "missing":
        return f"{file}: {key}: is missing{_EXAMPLES.get(str(loc[-1]), '')}"
    if detail["type"] == "union_tag_not_found":
        return f"{file}: {key}.kind: is missing; expected one of: {', '.join(_KINDS)}"
    if detail["type"] == "union_tag_invalid":
        return f"{file}: {key}.kind = {_shown('kind', value.get('kind'))}: expected one of: {', '.join(_KINDS)}"
    says = detail["msg"].removeprefix("Value error, ")
    says = _plain(says)
    if isinstance(value, dict):
        return f"{file}: {key or 'the file'}: {says}"
    return f"{file}: {key} = {_shown(str(loc[-1]), value)}: {says}"


def _plain(says: str) -> str:
    for pydantic_says, we_say in _WORDING:
        says = says.replace(pydantic_says, we_say)
    return says


def _place(loc: list[int | str], data: Any) -> tuple[str, Any]:
    parts: list[str] = []
    for part in loc:
        inner = (
            data.get(part)
            if isinstance(data, dict)
            else data[part]
            if isinstance(data, list) and isinstance(part, int) and part < len(data)
            else None
        )
        parts.append(_label(inner, part) if isinstance(part, int) else str(part))
        data = inner
    return ".".join(parts), data


def _shown(key: str, value: Any) -> str:
    if key in {"headers", "password"}:
        return "…"
    text = f'"{value}"' if isinstance(value, str) else str(value).lower() if isinstance(value, bool) else str(value)
    text = re.sub(r"//[^/@\s]+@", "//…@", text)
    return text if len(text) <= 80 else text[:79] + "…"


def _nearest(key: str, known: list[str]) -> str:
    near = difflib.get_close_matches(key, known, 1, 0.6)
    return f'; did you mean "{near[0]}"?' if near else f"; known here: {', '.join(known) or 'nothing yet'}"


def _known_keys(loc: list[int | str], data: dict[str, Any]) -> list[str]:
    model: Any = Settings
    for part in loc:
        if isinstance(part, int):
            continue
        model = _inner_model(model.model_fields[part].annotation, _place(list(loc), data)[1])
    keys = [field.alias or name for name, field in model.model_fields.items()]
    return [key for key in keys if key not in {"root", "secret", "password"}]


def _inner_model(annotation: Any, value: Any) -> Any:
    candidates = list(_models_in(annotation))
    if len(candidates) > 1 and isinstance(value, dict):
        return next(
            (kind for kind in candidates if get_args(kind.model_fields["kind"].annotation) == (value.get("kind"),)),
            candidates[0],
        )
    return candidates[0]


def _models_in(annotation: Any) -> Iterator[Any]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
    if get_origin(annotation) in (tuple, Union, Annotated, types.UnionType):
        for inner in get_args(annotation):
            yield from _models_in(inner)


_WORDING = (
    ("Input should be", "expected"),
    ("List should", "expected a list that should"),
    ("Tuple should", "expected a list that should"),
    ("String should", "expected a text that should"),
    ("a valid tuple", "a list"),
    ("a valid dictionary", "a table"),
    ("a valid integer", "a whole number"),
    ("a valid ", "a "),
)
_KINDS = ("feed", "sql", "json", "page")
_EXAMPLES: Mapping[str, str] = {
    "name": '; expected a name such as "main"',
    "url": '; expected an address such as "https://gazette.example/rss.xml"',
    "query": "; expected a SELECT of url, title, published_at … with published_at >= :start AND published_at < :end",
    "portal": '; expected a table [portal] with name = "…" and url = "https://…"',
}
