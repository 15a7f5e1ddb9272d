"""Types of fields that several requests share, each with its form in OpenAPI."""

from datetime import UTC, date, datetime
from ipaddress import ip_address
from typing import Annotated

from fastapi import Path
from pydantic import AfterValidator, AwareDatetime, BaseModel, BeforeValidator, ConfigDict, Field

from digest.composing.editorial import LONGEST_WORDS
from digest.parsing.addresses import check_address
from digest.parsing.text import clean_line
from digest.parsing.urls import web_url
from digest.subscribers.preferences import known_zones

EDITION_NAME = r"^[A-Za-z0-9][A-Za-z0-9_-]{0,59}$"  # also of weekly issues, with "-weekly"


_EARLIEST, _LATEST = datetime(1970, 1, 1, tzinfo=UTC), datetime(9000, 1, 1, tzinfo=UTC)


class Body(BaseModel):
    """The body of a request: JSON without unknown fields."""

    model_config = ConfigDict(extra="forbid")


def _ip(text: str) -> str:
    try:
        return str(ip_address(text))
    except ValueError:
        raise ValueError("not an IP address") from None


def _article_url(text: str) -> str:
    url = web_url(text)
    if url is None:
        raise ValueError("not an article's address such as https://gazette.example/news/1")
    return url


def _line(text: str) -> str:
    line = clean_line(text, 4 * len(text))  # composed letters may become several: nothing is cut
    if not line:
        raise ValueError("no text")
    return line


def _iso_text(value: object) -> object:
    """Refuse numbers, which pydantic takes for seconds."""
    if isinstance(value, str) and not value.strip().lstrip("+-").isdecimal():
        return value
    raise ValueError("expected a text in ISO 8601")


def _whole(value: object) -> object:
    return int(value) if isinstance(value, float) and value.is_integer() else value


def _zone(text: str) -> str:
    if text not in known_zones():
        raise ValueError("not an IANA time zone such as Europe/Moscow")
    return text


Email = Annotated[
    str,
    Field(min_length=6, max_length=254, json_schema_extra={"format": "email"}, description="The reader's address."),
    AfterValidator(check_address),
]
IpAddress = Annotated[
    str,
    Field(
        max_length=45,
        json_schema_extra={"anyOf": [{"format": "ipv4"}, {"format": "ipv6"}]},
        description="The IP address of the reader, by whose network sign-ups are limited.",
    ),
    AfterValidator(_ip),
]
TimeZone = Annotated[
    str,
    Field(max_length=64, json_schema_extra={"format": "time-zone"}, description="An IANA name."),
    AfterValidator(_zone),
]
# 7.0 is an integer too (JSON Schema, 6.1.1); a text and a boolean are none.
SeenId = Annotated[int, Field(strict=True, ge=0), BeforeValidator(_whole)]
Hour = Annotated[int, Field(strict=True, ge=0, le=23), BeforeValidator(_whole)]
Line = Annotated[str, Field(min_length=1, max_length=300), AfterValidator(_line)]
Summary = Annotated[str, Field(min_length=1, max_length=LONGEST_WORDS["summary"]), AfterValidator(_line)]
Language = Annotated[str, Field(pattern=r"^[a-z]{2,3}(-[a-z0-9]{2,8})?$", description="A code such as `en` or `ru`.")]
EditionName = Annotated[str, Field(json_schema_extra={"format": "edition"})]  # names are listed in OpenAPI
EditionPath = Annotated[str, Path(pattern=EDITION_NAME, description="The edition's name.")]
CivilDay = Annotated[date, BeforeValidator(_iso_text), Field(ge=_EARLIEST.date(), le=_LATEST.date())]
Moment = Annotated[AwareDatetime, BeforeValidator(_iso_text), Field(ge=_EARLIEST, le=_LATEST)]
ArticleUrl = Annotated[
    str, Field(min_length=1, max_length=2000, json_schema_extra={"format": "uri"}), AfterValidator(_article_url)
]
