"""A reader's preferences in words. Pure."""

from digest.model.subscribers import Preferences


def preference_line(chosen: Preferences) -> str:
    """What a reader chose, for operators; empty where they chose nothing."""
    parts = (
        chosen.sections and f"topics: {', '.join(chosen.sections)}",
        chosen.frequency,
        None if chosen.hour is None else f"from {chosen.hour:02d}:00",
        chosen.timezone,
        chosen.language and f"language: {chosen.language}",
        chosen.paused_until and f"paused until {chosen.paused_until}",
    )
    return "; ".join(part for part in parts if part)
