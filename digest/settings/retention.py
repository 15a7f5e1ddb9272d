"""The settings of what is kept for how long."""

from datetime import timedelta
from typing import Self

from pydantic import ValidationInfo, field_validator, model_validator

from digest.settings.fields.table import Table
from digest.settings.fields.times import Retention

_SHORTEST = {
    "readings": (14, "an issue after an outage covers up to 14 days"),
    "deliveries": (30, "issues and bounces look back at what readers got"),
    "audit": (30, "what was changed lately must be explained"),
}


class RetentionSettings(Table):
    """`[retention]`: for how long what is no longer needed is kept."""

    readings: Retention = timedelta(days=60)
    articles: Retention = timedelta(days=400)
    deliveries: Retention = timedelta(days=180)
    audit: Retention = timedelta(days=400)

    @field_validator(*_SHORTEST)
    @classmethod
    def _keeps_what_issues_need(cls, value: timedelta, info: ValidationInfo) -> timedelta:
        days, why = _SHORTEST[info.field_name or ""]
        if value < timedelta(days=days):
            raise ValueError(f'expected a duration of at least "{days}d", because {why}')
        return value

    @model_validator(mode="after")
    def _articles_outlive_readings(self) -> Self:
        if self.articles < self.readings:
            raise ValueError("articles go with their readings; expected `articles` to be at least `readings`")
        return self
