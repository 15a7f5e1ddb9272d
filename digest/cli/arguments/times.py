"""Moments as people write them, in the portal's zone."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from digest.model.articles import Window


def readable_time(moment: datetime, zone: ZoneInfo, now: datetime) -> str:
    """A moment such as `today 07:00`, `tomorrow 07:00`, `Fri 28 Nov 18:30` or, in another year, `28 Nov 2025 18:30`."""
    local, today = moment.astimezone(zone), now.astimezone(zone).date()
    words = {timedelta(days=-1): "yesterday", timedelta(): "today", timedelta(days=1): "tomorrow"}
    form = "%a %-d %b" if local.year == today.year else "%-d %b %Y"
    return f"{words.get(local.date() - today) or local.strftime(form)} {local:%H:%M}"


def readable_window(window: Window, zone: ZoneInfo) -> str:
    """A window such as `2026-11-28 07:00 to 2026-11-29 07:00 MSK`."""
    start, end = window.start.astimezone(zone), window.end.astimezone(zone)
    return f"{start:%Y-%m-%d %H:%M} to {end:%Y-%m-%d %H:%M %Z}"
