"""The tables of the configuration for what messages look like: the portal's logo, and slots between blocks."""

from datetime import date
from typing import Annotated, Self

from pydantic import AfterValidator, BeforeValidator, Field, model_validator

from digest.settings.fields import times, web
from digest.settings.fields.table import Table, Whole
from digest.settings.fields.words import Text

_ONE_OF = "expected exactly one of html, text and image (an image may have a text, which describes it)"


class LogoSettings(Table):
    """`[portal] logo`: addresses of pictures or files of the installation, and the size in which they are shown."""

    light: Annotated[str, AfterValidator(web.picture)]
    dark: Annotated[str | None, AfterValidator(web.optional_picture)] = None
    width: Annotated[Whole, Field(ge=1, le=560)]
    height: Annotated[Whole, Field(ge=1, le=200)]

    @property
    def files(self) -> tuple[str, ...]:
        """Those of its pictures that are files, as paths."""
        return tuple(one for one in (self.light, self.dark) if one is not None and not web.is_web_address(one))


class SlotSettings(Table):
    """`[[editions.slots]]`: what follows a block of the messages, from one day until another (both included)."""

    after: Text
    html: Annotated[str | None, Field(min_length=1)] = None
    text: Annotated[str | None, Field(min_length=1)] = None
    image: Annotated[str | None, AfterValidator(web.optional_web_address)] = None
    url: Annotated[str | None, AfterValidator(web.optional_web_address)] = None
    since: Annotated[date | None, Field(alias="from"), BeforeValidator(times.optional_day)] = None
    until: Annotated[date | None, BeforeValidator(times.optional_day)] = None
    label: Text | None = None

    @model_validator(mode="after")
    def _has_one_content(self) -> Self:
        if (self.html is not None) + (self.image is not None or self.text is not None) != 1:
            raise ValueError(_ONE_OF)
        if not (self.html or self.image or self.text or "").strip():
            raise ValueError("its html or text has only spaces; readers would see an empty box")
        if self.image is not None and self.url is None:
            raise ValueError('an image needs an address to lead to; expected url = "https://…"')
        if self.html is not None and self.url is not None:
            raise ValueError("url belongs to a text or an image; expected the links of html within it")
        return self

    @model_validator(mode="after")
    def _days_are_in_order(self) -> Self:
        if self.since is not None and self.until is not None and self.until < self.since:
            raise ValueError(f"until = {self.until} is before from = {self.since}; expected a later day")
        return self

    def is_on(self, day: date) -> bool:
        """Whether it is shown in the issue of that day."""
        return (self.since is None or self.since <= day) and (self.until is None or day <= self.until)
