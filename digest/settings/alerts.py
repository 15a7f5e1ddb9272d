"""The settings of alerts."""

from typing import Annotated

from pydantic import AfterValidator, Field, SecretStr

from digest.settings.fields import mail, web
from digest.settings.fields.table import Table


class AlertSettings(Table):
    """`[alerts]`: who gets mail about what needs a person, and what a monitoring service is told."""

    to: tuple[Annotated[str, AfterValidator(mail.address)], ...] = ()
    apprise: tuple[Annotated[SecretStr, Field(min_length=1)], ...] = ()
    heartbeat_url: Annotated[str, Field(repr=False), AfterValidator(web.web_url_or_nothing)] = ""
