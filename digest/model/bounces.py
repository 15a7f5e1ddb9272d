"""What came back: the reports that one message makes, and what it quotes of the message that it is about."""

from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple


class ReportClass(StrEnum):
    """What a returned message means for one recipient."""

    HARD = "hard"  # there is no such mailbox, or nothing says that the failure ends
    SOFT = "soft"  # a state that ends
    ABOUT_US = "about-us"  # the sender is refused, whatever the recipient
    COMPLAINT = "complaint"
    AUTO_REPLY = "auto-reply"
    UNSUBSCRIBE = "unsubscribe"
    NONE = "none"  # an ordinary message


class Report(NamedTuple):
    """The report about one recipient: `status` such as 5.1.1; `text` is the server's reply or the reader's line.

    `is_delayed`: the message is still tried, so nothing failed yet. `is_certain`: its reason was recognised.
    `forwarded_to`: the address behind the recipient's that failed, if the report names both.
    """

    address: str | None
    report_class: ReportClass
    status: str | None = None
    text: str = ""
    is_delayed: bool = False
    is_certain: bool = True
    forwarded_to: str | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class ReturnedMessage:
    """A message as it was read: its reports, at least one.

    `recipients` are the addresses that it was sent to; `quoted_ids` the Message-IDs that it refers to.
    """

    message_id: str
    subject: str
    reports: tuple[Report, ...]
    recipients: tuple[str, ...]
    quoted_ids: tuple[str, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class ProvenReport:
    """A report about one of our deliveries, from a message whose content has the hash `message_key`."""

    message_key: str
    delivery_id: int
    report: Report
    may_unsubscribe: bool
