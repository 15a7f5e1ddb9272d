"""The schema of config/digest.toml, one class for each table."""

from datetime import time, timedelta
from pathlib import Path
from typing import Annotated, Literal, Self
from zoneinfo import ZoneInfo

from pydantic import (
    AfterValidator,
    BeforeValidator,
    Field,
    PrivateAttr,
    SecretStr,
    Strict,
    model_validator,
)

from digest.errors import ConfigurationError
from digest.model.issues import weekly_name
from digest.settings.alerts import AlertSettings
from digest.settings.configured_path import configured_path
from digest.settings.fields import mail, times, web, words
from digest.settings.fields.table import Table, Whole
from digest.settings.fields.times import Duration, Zone
from digest.settings.fields.words import Line, Name, Text
from digest.settings.looks import LogoSettings, SlotSettings
from digest.settings.mail import DkimSettings, SmtpSettings, parse_mailbox
from digest.settings.retention import RetentionSettings
from digest.settings.sources import SourceSettings
from digest.settings.summary import SummarySettings

LANGUAGES = ("en", "ru")
FORMULAS = ("expected", "hn", "raw", "reddit", "velocity")  # names only, so that settings do not import ranking


def _known_language(value: str) -> str:
    if value not in LANGUAGES:
        raise ValueError(f"expected one of: {', '.join(LANGUAGES)}")
    return value


def _require_languages(languages: tuple[str, ...]) -> tuple[str, ...]:
    if not languages:
        raise ValueError('expected a list of at least one language, such as ["en", "ru"]')
    return languages


def _known_formula(value: str) -> str:
    if value not in FORMULAS:
        raise ValueError(f"expected one of: {', '.join(FORMULAS)}")
    return value


Language = Annotated[str, AfterValidator(_known_language)]


class PortalSettings(Table):
    """`[portal]`: the site that publishes the digest."""

    name: Text
    url: Annotated[str, AfterValidator(web.web_url)]
    timezone: Zone = "UTC"
    languages: Annotated[tuple[Language, ...], AfterValidator(_require_languages)] = ("en",)
    postal_address: Line = ""
    logo: LogoSettings | None = None
    accent: Annotated[str | None, AfterValidator(web.optional_colour)] = None
    accent2: Annotated[str | None, AfterValidator(web.optional_colour)] = None

    @property
    def colours(self) -> dict[str, str]:
        """Its own colours by their use, as themes name them."""
        own = {"accent": self.accent, "accent2": self.accent2}
        return {use: colour for use, colour in own.items() if colour is not None}

    @property
    def zone(self) -> ZoneInfo:
        """The portal's time zone."""
        return ZoneInfo(self.timezone)


class CollectSettings(Table):
    """`[collect]`: how often `digest run` collects from the sources."""

    every: Duration = timedelta(minutes=15)


class RankingSettings(Table):
    """`[ranking]`: how views and comments are weighted (docs/ranking.md)."""

    comments_weight: Annotated[float, Strict(), Field(ge=0, le=1)] = 0.3
    half_life: Duration = timedelta(hours=4)
    formula: Annotated[str, AfterValidator(_known_formula)] = "expected"
    normalise: Literal["none", "source", "section"] = "none"


_WEEK = timedelta(days=7)


class EditionSettings(Table):
    """`[[editions]]`: an edition, when it is published and what it contains."""

    name: Name
    title: Text | None = None
    language: Language | None = None
    url: Annotated[str | None, AfterValidator(web.optional_web_url)] = None
    postal_address: Line | None = None
    sender: Annotated[str | None, Field(alias="from"), AfterValidator(mail.optional_mailbox)] = None
    reply_to: Annotated[str | None, AfterValidator(mail.optional_mailbox)] = None
    articles: Literal["own", "any"] = "own"
    at: Annotated[time, BeforeValidator(times.clock_time)] = time(7)
    days: Annotated[frozenset[int], BeforeValidator(times.days)] = frozenset(range(7))
    window: Annotated[timedelta | Literal["since last"], BeforeValidator(times.window)] = timedelta(hours=24)
    weekly: Annotated[tuple[int, time] | None, BeforeValidator(times.weekly)] = None
    top: Annotated[Whole, Field(ge=1, le=200)] = 10
    minimum: Annotated[Whole, Field(ge=0, le=200)] = 3
    per_story: Annotated[Whole, Field(ge=1, le=200)] = 1
    per_section: Annotated[Whole, Field(ge=0, le=200)] = 3
    per_source: Annotated[Whole, Field(ge=0, le=200)] = 0
    diversity: Annotated[float, Strict(), Field(ge=0, le=1)] = 0.3
    sections: tuple[Text, ...] = ()
    most_discussed: Annotated[Whole, Field(ge=0, le=50)] = 5
    theme: Name = "default"
    subject: Text | None = None
    catch_up: Duration = timedelta(hours=3)
    deadline: Duration = timedelta(hours=12)
    on_unknown: Literal["hold", "resend"] = "hold"
    on_doubt: Literal["hold", "send"] = "hold"
    unless_touched: Literal["send", "hold"] = "send"
    notify_at: Annotated[time | None, BeforeValidator(times.clock_time_or_none)] = None
    four_eyes: Annotated[bool, Strict()] = False
    links: Literal["direct", "redirect"] = "direct"
    slots: tuple[SlotSettings, ...] = ()

    @model_validator(mode="after")
    def _minimum_is_within_top(self) -> Self:
        if self.minimum > self.top and "minimum" in self.model_fields_set:
            problem = f"minimum = {self.minimum} is more than top = {self.top}, so every issue would be skipped"
            raise ValueError(f"{problem}; expected a minimum of at most {self.top}")
        return self

    _weekly_of: str | None = PrivateAttr(default=None)

    @property
    def readers_of(self) -> str:
        """The edition whose readers get its issues: its own name, or that of which it is the weekly issue."""
        return self._weekly_of or self.name

    @property
    def is_weekly(self) -> bool:
        """Whether it is the weekly issue of an edition."""
        return self._weekly_of is not None

    @property
    def weekly_edition(self) -> "EditionSettings | None":
        """Its weekly issue, which covers the seven days before, as an edition of its own; None if it has none."""
        if self.weekly is None:
            return None
        day, at = self.weekly
        own = {"name": weekly_name(self.name), "at": at, "days": frozenset({day}), "window": _WEEK, "weekly": None}
        edition = self.model_copy(update=own)
        edition._weekly_of = self.name  # noqa: SLF001 - a copy of itself
        return edition

    @property
    def needed(self) -> int:
        """How many articles an issue needs: `minimum`, but at least 1 and at most `top`."""
        return max(1, min(self.minimum, self.top))


class BouncesSettings(Table):
    """`[bounces]`: where bounces are read, off without a source; the password is BOUNCES_PASSWORD in `.env`."""

    source: Line = ""
    every: Duration = timedelta(minutes=10)
    done: Annotated[str, AfterValidator(words.folder)] = "Handled"
    password: SecretStr = SecretStr("")


class DatabaseSettings(Table):
    """`[database]`: Digest's own database, SQLite or PostgreSQL."""

    url: Annotated[str, Field(min_length=1, repr=False)] = "sqlite:///digest.db"


class WebSettings(Table):
    """`[web]`: the public pages; without `base_url` messages do not link to them, and nobody can subscribe."""

    listen: Annotated[str, AfterValidator(web.listen)] = "127.0.0.1:8000"
    base_url: Annotated[str, AfterValidator(web.base_url)] = ""
    trusted_proxies: tuple[Annotated[str, AfterValidator(web.network)], ...] = ()
    allowed_origins: tuple[Annotated[str, AfterValidator(web.origin)], ...] = ()
    user_header: Annotated[str, AfterValidator(words.header_name)] = ""
    separate_consents: Annotated[bool, Strict()] = False
    privacy_url: Annotated[str, AfterValidator(web.web_url_or_nothing)] = ""
    consent_text: Line = ""

    def console_link(self, token: str) -> str:
        """The address at which a user of the console sets a password."""
        return f"{self.base_url or f'http://{self.listen}'}/admin/link/{token}"

    @model_validator(mode="after")
    def _user_header_needs_a_proxy(self) -> Self:
        if self.user_header and not self.trusted_proxies:
            raise ValueError("user_header needs trusted_proxies: only a proxy that is named there is believed")
        return self


class ImagesSettings(Table):
    """`[images]`: whether the web pages serve the pictures of articles that messages show."""

    cache: Annotated[bool, Strict()] = False


class Settings(Table):
    """All settings of one installation; relative paths start from the folder `root`."""

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
    alerts: AlertSettings = AlertSettings()
    database: DatabaseSettings = DatabaseSettings()
    retention: RetentionSettings = RetentionSettings()
    web: WebSettings = WebSettings()
    images: ImagesSettings = ImagesSettings()
    summary: SummarySettings = SummarySettings()

    @model_validator(mode="after")
    def _signing_domain_is_the_senders(self) -> Self:
        own = (parse_mailbox(edition.sender) for edition in self.editions if edition.sender)
        for mailbox in (self.smtp.mailbox, *own) if self.dkim.key else ():
            sender = mailbox.domain.lower()
            if not f".{sender}".endswith(f".{self.dkim_domain}"):
                problem = f'dkim.domain "{self.dkim_domain}" is not a domain of the sender'
                raise ValueError(f'{problem}; expected "{sender}" or a domain above it')
        return self

    @model_validator(mode="after")
    def _logo_files_have_an_address(self) -> Self:
        files = self.portal.logo.files if self.portal.logo else ()
        if files and not self.web.base_url:
            problem = f'portal.logo = "{files[0]}" is a file, which needs the public address of the web pages'
            raise ValueError(f"{problem}; expected [web] base_url, or the https address of a picture")
        return self

    @model_validator(mode="after")
    def _redirects_have_an_address(self) -> Self:
        redirecting = next((edition.name for edition in self.editions if edition.links == "redirect"), None)
        if redirecting is not None and not self.web.base_url:
            problem = f'editions.{redirecting}.links = "redirect" needs the public address of the web pages'
            raise ValueError(f"{problem}; expected [web] base_url")
        return self

    @model_validator(mode="after")
    def _readings_cover_every_window(self) -> Self:
        for edition in self.all_editions:
            if isinstance(edition.window, timedelta) and edition.window > self.retention.readings:
                problem = f"retention.readings is shorter than the window of editions.{edition.name}"
                days = -(-edition.window // timedelta(days=1))
                raise ValueError(f'{problem}; expected at least "{days}d"')
        return self

    @property
    def all_editions(self) -> tuple[EditionSettings, ...]:
        """The editions, each followed by its weekly issue if it has one."""
        pairs = ((edition, edition.weekly_edition) for edition in self.editions)
        return tuple(one for pair in pairs for one in pair if one is not None)

    @model_validator(mode="after")
    def _names_are_unique(self) -> Self:
        for key, tables in (("sources", self.sources), ("editions", self.all_editions)):
            names = [table.name for table in tables]
            duplicates = {name for name in names if names.count(name) > 1}
            if duplicates:
                raise ValueError(f"two [[{key}]] have the name {min(duplicates)!r}; expected unique names")
        return self

    def find_edition(self, name: str) -> EditionSettings | None:
        """The edition of that name, or the weekly issue of one; None without one."""
        return next((one for one in self.all_editions if one.name == name), None)

    def edition(self, name: str | None) -> EditionSettings:
        """The edition of that name, or the first one; raises ConfigurationError."""
        found = next((edition for edition in self.all_editions if name in (None, edition.name)), None)
        if found is None:
            names = ", ".join(edition.name for edition in self.all_editions)
            raise ConfigurationError(
                f"there is no edition {name!r}; the configuration has: {names or 'none (add [[editions]])'}"
            )
        return found

    def language_of(self, edition: EditionSettings) -> str:
        """The edition's language; the default is the portal's first."""
        return edition.language or self.portal.languages[0]

    @property
    def dkim_domain(self) -> str:
        """The domain that signs messages."""
        return self.dkim.domain or self.smtp.mailbox.domain.lower()

    @property
    def languages(self) -> frozenset[str]:
        """The languages of the portal and of its editions."""
        return frozenset((*self.portal.languages, *(self.language_of(edition) for edition in self.editions)))

    def portal_of(self, edition: EditionSettings) -> PortalSettings:
        """The portal as the edition's readers see it: with the edition's own title, address and site."""
        own = {"name": edition.title, "url": edition.url, "postal_address": edition.postal_address}
        return self.portal.model_copy(update={key: value for key, value in own.items() if value is not None})

    def path(self, text: str) -> Path:
        """A path of the configuration, resolved against the root."""
        return configured_path(text, self.root)
