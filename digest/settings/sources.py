"""`[[sources]]` of config/digest.toml: a table for each kind of place that knows articles or counters."""

from typing import Annotated, Any, Literal, Self, get_args

from pydantic import AfterValidator, Field, model_validator

from digest.model.articles import Role
from digest.settings import json_source, page_source
from digest.settings.fields import Duration, Line, Name, Table, Whole, Zone

SourceField = Literal[
    "url",
    "title",
    "summary",
    "image_url",
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
"""All that a source can tell of an article."""


class Expectation(Table):
    """`expect = { … }` of a source: an issue that it does not hold for is held, and not sent."""

    items: Annotated[Whole, Field(ge=1, le=10_000)] | None = None
    fresh: Duration | None = None
    fields: tuple[SourceField, ...] = ()


class _SourceSettings(Table):
    name: Name
    role: Role = Role.ARTICLES
    section: Line | None = None
    language: Line | None = None
    timezone: Zone | None = None
    page: page_source.ArticlePageFields | None = None
    preset: str | None = None  # applied before the table is read (digest/settings/presets.py)
    with_: dict[str, str | int] = Field(alias="with", repr=False, default_factory=dict)

    @model_validator(mode="after")
    def _with_a_preset(self) -> Self:
        if self.with_ and self.preset is None:
            raise ValueError('with is what a preset needs to know; expected preset = "…" beside it')
        return self

    expect: Expectation = Expectation()


class FeedSettings(_SourceSettings):
    """`kind = "feed"`: RSS, Atom, RDF or JSON Feed at an address or in a file."""

    kind: Literal["feed"]
    url: Annotated[str, Field(min_length=1, repr=False)]


class SqlSettings(_SourceSettings):
    """`kind = "sql"`: a query on the portal's own database, opened read-only."""

    kind: Literal["sql"]
    url: Annotated[str, Field(min_length=1, repr=False)]
    query: Annotated[str, Field(min_length=1)]


class JsonSettings(_SourceSettings):
    """`kind = "json"`: a JSON API, its items and fields found by JMESPath."""

    kind: Literal["json"]
    url: Annotated[str, Field(min_length=1, repr=False), AfterValidator(json_source.address)]
    headers: Annotated[dict[str, str], Field(repr=False, default_factory=dict)]
    body: Annotated[dict[str, Any] | list[Any] | str | None, Field(repr=False), AfterValidator(json_source.body)] = None
    form: Annotated[dict[str, str] | None, Field(repr=False), AfterValidator(json_source.form)] = None
    items: Annotated[str, AfterValidator(json_source.expression)] = "[]"
    fields: Annotated[dict[str, str], AfterValidator(json_source.fields(COLUMNS))]
    next: Annotated[str | None, AfterValidator(json_source.next_page)] = None
    pages: Annotated[Whole, Field(ge=1, le=100)] = 10
    look_back: Duration | None = None

    @property
    def asks_about_addresses(self) -> bool:
        """Whether it counts only the articles that it is asked about."""
        return json_source.asks_about_addresses(self.body)

    @model_validator(mode="after")
    def _tells_enough(self) -> Self:
        if self.body is not None and self.form is not None:
            raise ValueError("a request has one body; expected body (sent as JSON) or form, not both")
        if isinstance(self.body, str) and not self.asks_about_addresses:
            raise ValueError('a body is a table or a list, or one of the texts "{urls}" and "{paths}"')
        if self.asks_about_addresses and self.role is not Role.COUNTERS:
            raise ValueError('{urls} and {paths} are the articles that others told; expected role = "counters"')
        if self.asks_about_addresses and self.page is not None:
            raise ValueError("page = { … } is for a source that tells articles by itself; expected it there")
        needed = ["url"] * (not self.asks_about_addresses) + ["title"] * (self.role is not Role.COUNTERS)
        missing = [name for name in needed if name not in self.fields]
        if missing:
            raise ValueError(f"fields names no {' and no '.join(missing)}; expected a JMESPath for it")
        return self


class PageSettings(_SourceSettings):
    """`kind = "page"`: a listing page, its items and fields found by CSS selectors."""

    kind: Literal["page"]
    url: Annotated[str, Field(min_length=1, repr=False)]
    item: page_source.ItemSelector
    fields: Annotated[dict[str, str], AfterValidator(page_source.selectors(COLUMNS))]
    date_format: page_source.DateFormat | None = None

    @model_validator(mode="after")
    def _tells_enough(self) -> Self:
        missing = [
            name
            for name in ("url", "title")
            if name not in self.fields and (name, self.role) != ("title", Role.COUNTERS)
        ]
        if missing:
            raise ValueError(
                f'fields names no {" and no ".join(missing)}; expected such as {{ title = "a", url = "a@href" }}'
            )
        return self


SourceSettings = Annotated[FeedSettings | SqlSettings | JsonSettings | PageSettings, Field(discriminator="kind")]
