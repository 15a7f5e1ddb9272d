"""The schema of `[[sources]]` in config/digest.toml, one class for each kind."""

from typing import Annotated, Any, Literal, Self, get_args
from zoneinfo import ZoneInfo

from pydantic import AfterValidator, Field, model_validator

from digest.model.articles import Role
from digest.parsing.language import primary_language
from digest.settings import json_source, page_source
from digest.settings.fields.table import Table, Whole
from digest.settings.fields.times import Duration, Zone
from digest.settings.fields.words import Line, Name

SourceField = Literal[
    "url",
    "title",
    "summary",
    "image_url",
    "image_width",
    "image_height",
    "image_credit",
    "section",
    "author",
    "language",
    "published_at",
    "updated_at",
    "views",
    "comments",
    "rating",
]
COLUMNS: tuple[SourceField, ...] = get_args(SourceField)
"""The fields of an article that a source can provide."""


def _language(value: str | None) -> str | None:
    """The language of a tag such as `en` or `en-GB`; the empty string is none."""
    if not value:
        return None
    language = primary_language(value)
    if language is None:
        raise ValueError('expected a language such as "en" or "ru"')
    return language


class Expectation(Table):
    """`expect = { … }` of a source: an issue that does not meet it is held instead of sent."""

    items: Annotated[Whole, Field(ge=1, le=10_000)] | None = None
    fresh: Duration | None = None
    fields: tuple[SourceField, ...] = ()


class _SourceSettings(Table):
    name: Name
    role: Role = Role.ARTICLES
    section: Line | None = None
    language: Annotated[str | None, AfterValidator(_language)] = None
    timezone: Zone | None = None
    page: page_source.ArticlePageFields | None = None
    preset: str | None = None  # applied before the table is read (digest/settings/presets.py)
    with_: dict[str, str | int] = Field(alias="with", repr=False, default_factory=dict)

    @model_validator(mode="after")
    def _with_needs_a_preset(self) -> Self:
        if self.with_ and self.preset is None:
            raise ValueError('with is for presets; expected preset = "…" beside it')
        return self

    expect: Expectation = Expectation()

    @model_validator(mode="after")
    def _expects_what_it_gives(self) -> Self:
        if self.role is Role.COUNTERS and self.expect != Expectation():
            problem = 'a source with role = "counters" gives no articles, so every issue would be held'
            raise ValueError(f"{problem}; expected expect = {{ … }} at the source of the articles")
        return self

    def zone_or(self, portal_zone: ZoneInfo) -> ZoneInfo:
        """Its own time zone, else the portal's."""
        return ZoneInfo(self.timezone) if self.timezone else portal_zone


class FeedSettings(_SourceSettings):
    """`kind = "feed"`: RSS, Atom, RDF or JSON Feed, by URL or in a file."""

    kind: Literal["feed"]
    url: Annotated[str, Field(min_length=1, repr=False)]


class SqlSettings(_SourceSettings):
    """`kind = "sql"`: a query on the portal's own database, which is opened read-only."""

    kind: Literal["sql"]
    url: Annotated[str, Field(min_length=1, repr=False)]
    query: Annotated[str, Field(min_length=1)]


class JsonSettings(_SourceSettings):
    """`kind = "json"`: a JSON API whose items and fields are selected by JMESPath."""

    kind: Literal["json"]
    url: Annotated[str, Field(min_length=1, repr=False), AfterValidator(json_source.url)]
    headers: Annotated[dict[str, str], Field(repr=False, default_factory=dict), AfterValidator(json_source.headers)]
    body: Annotated[Any, Field(repr=False), AfterValidator(json_source.body)] = None
    form: Annotated[dict[str, str] | None, Field(repr=False), AfterValidator(json_source.form)] = None
    items: Annotated[str, AfterValidator(json_source.expression)] = "[]"
    fields: Annotated[dict[str, str], AfterValidator(json_source.fields(COLUMNS))]
    next: Annotated[str | None, AfterValidator(json_source.next_page)] = None
    pages: Annotated[Whole, Field(ge=1, le=100)] = 10
    look_back: Duration | None = None

    @property
    def counts_given_urls(self) -> bool:
        """Whether the API returns counters only for the URLs in the request."""
        return json_source.uses_url_lists(self.body)

    @model_validator(mode="after")
    def _is_complete(self) -> Self:
        if self.body is not None and self.form is not None:
            raise ValueError("a request has one body; expected body (sent as JSON) or form, not both")
        if isinstance(self.body, str) and not self.counts_given_urls:
            raise ValueError('expected body to be a table, a list, "{urls}" or "{paths}"')
        if self.counts_given_urls and self.role is not Role.COUNTERS:
            raise ValueError('{urls} and {paths} are articles of the other sources; expected role = "counters"')
        if self.counts_given_urls and self.page is not None:
            raise ValueError("page = { … } does not work with {urls} and {paths}; expected it at a source of articles")
        needed = ["url"] * (not self.counts_given_urls) + ["title"] * (self.role is not Role.COUNTERS)
        missing = [name for name in needed if name not in self.fields]
        if missing:
            raise ValueError(f"fields has no {' and no '.join(missing)}; expected a JMESPath expression for it")
        return self


class PageSettings(_SourceSettings):
    """`kind = "page"`: a listing page whose items and fields are selected by CSS selectors."""

    kind: Literal["page"]
    url: Annotated[str, Field(min_length=1, repr=False)]
    item: page_source.ItemSelector
    fields: Annotated[dict[str, str], AfterValidator(page_source.selectors(COLUMNS))]
    date_format: page_source.DateFormat | None = None

    @model_validator(mode="after")
    def _is_complete(self) -> Self:
        missing = [
            name
            for name in ("url", "title")
            if name not in self.fields and (name, self.role) != ("title", Role.COUNTERS)
        ]
        if missing:
            raise ValueError(
                f'fields has no {" and no ".join(missing)}; expected for example {{ title = "a", url = "a@href" }}'
            )
        return self


SourceSettings = Annotated[FeedSettings | SqlSettings | JsonSettings | PageSettings, Field(discriminator="kind")]
