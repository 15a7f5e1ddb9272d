"""The settings of what is kept for how long."""

from datetime import timedelta
from typing import Self

from pydantic import model_validator

from digest.settings.fields import Retention, Table

_SHORTEST = (
    ("readings", 14, "an issue after an outage covers up to 14 days"),
    ("deliveries", 30, "issues and bounces look back at what readers got"),
    ("audit", 30, "what was changed lately must be explained"),
)


class RetentionSettings(Table):
    """`[retention]`: for how long what is no longer needed is kept."""

    readings: Retention = timedelta(days=60)
    articles: Retention = timedelta(days=400)
    deliveries: Retention = timedelta(days=180)
    audit: Retention = timedelta(days=400)

    @model_validator(mode="after")
    def _keeps_what_issues_need(self) -> Self:
        for name, days, why in _SHORTEST:
            if getattr(self, name) < timedelta(days=days):
                raise ValueError(f'{name} is too short: {why}; expected at least "{days}d"')
        if self.articles < self.readings:
            raise ValueError("articles go with their readings; expected `articles` to be at least `readings`")
        return self
