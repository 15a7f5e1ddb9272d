"""Messages that wait for the hour of their reader: what `send` and `status` report about them."""

from datetime import datetime

from digest.app import App
from digest.cli.arguments.times import readable_time


def later_notice(app: App, number: int, last_due: datetime) -> str:
    """How many messages are due later, and when the last one is."""
    last = readable_time(last_due, app.zone, app.clock.now())
    if number == 1:
        return f"1 waits for the hour that its reader chose, until {last}"
    return f"{number} wait for the hour that their readers chose, the last until {last}"
