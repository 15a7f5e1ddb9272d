"""Messages that wait for the hour of their reader: what `send` and `status` report about them."""

from digest.app import App
from digest.cli.arguments.times import readable_time
from digest.model.deliveries import LaterMessages
from digest.model.issues import IssueRecord


def later_notice(app: App, record: IssueRecord, later: LaterMessages) -> str:
    """How many messages of the issue are due later, and when the last one is.

    Where the clock was set back since the issue was made, messages are due later that wait for no hour.
    """
    now, one = app.clock.now(), later.number == 1
    last = readable_time(later.last_due, app.zone, now)
    until = f"until {last}" if one else f"the last until {last}"
    if record.frozen_at is not None and now < record.frozen_at:
        return f"{later.number} {'waits' if one else 'wait'}, {until}: the clock was set back after the issue was made"
    if one:
        return f"1 waits for the hour that its reader chose, {until}"
    return f"{later.number} wait for the hour that their readers chose, {until}"
