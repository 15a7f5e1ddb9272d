"""`[[sources]]` of config/digest.toml: a table for each kind of place that knows articles or counters."""

from typing import Annotated, Literal

from pydantic import Field

from digest.model import Role
from digest.setting_forms import Duration, Line, Name, Table, Whole, Zone

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
    expect: Expectation = Expectation()


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
    headers: Annotated[dict[str, str], Field(repr=False, default_factory=dict)]
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
