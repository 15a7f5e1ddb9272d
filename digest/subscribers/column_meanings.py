"""The ways in which the values of a column may state who is subscribed. Pure."""

from enum import Enum, auto


class Meaning(Enum):
    """How the values of a column are to be read."""

    STATUS = auto()  # one word
    STATUS_LETTER = auto()  # the plugin Newsletter of WordPress
    SUBSCRIBER_TYPE = auto()  # Buttondown
    SUBSCRIBED = auto()  # yes or no
    SUBSCRIBER = auto()  # the same, or else a name, which states nothing
    CONFIRMED = auto()  # yes or no; no is pending
    CONFIRMED_AT = auto()  # a moment; without one, what other columns say, else unknown
    UNSUBSCRIBED = auto()  # yes or no, or when
    SUPPRESSED = auto()  # yes or no, or when
    UNSUBSCRIBED_IF_FILLED = auto()  # a moment, a reason, a campaign
    SUPPRESSED_IF_FILLED = auto()
    DO_NOT_CONTACT = auto()  # Mautic: 0 no, 1 unsubscribed, 2 bounced, 3 by hand
    AVAILABILITY = auto()  # UniSender
    PERMISSION = auto()  # Constant Contact: a status, or how somebody agreed
    EU_CONSENT = auto()  # Drip, beside a status
    REASON = auto()  # why something failed or ended, perhaps the mail; beside a status it does not matter
    CHECK = auto()  # what a service that checks addresses found: a good address states nothing, a bad one is suppressed
    PERHAPS_CHECK = auto()  # the same, or the result of something else: anything but a bad or doubtful one is none
    CHECK_FLAG = auto()  # yes is a doubt about an address, which does not matter beside a good result
    STATE = auto()  # a status, or where somebody lives
    UNKNOWN = auto()  # looks like a status, but which values it has is not known
    UNKNOWN_UNLESS_YES = auto()
    UNKNOWN_UNLESS_NO = auto()
    UNKNOWN_UNLESS_NUMBER = auto()
    UNKNOWN_IF_FILLED = auto()
    PERHAPS = auto()  # may be about a mailing: yes, no and never are not known to be a status, anything else is none
    PERHAPS_IF_NO = auto()  # may be about a mailing, but yes changes nothing
    PERHAPS_DETAIL = auto()  # the same, and an empty value of a database is none


def words(text: str) -> frozenset[str]:
    """The words of a list that spaces separate."""
    return frozenset(text.split())
