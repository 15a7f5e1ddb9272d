"""Checks each message before a connection gets it."""

from collections.abc import Callable, Iterable, Iterator

from digest.errors import MailError
from digest.mailers.smtp.message_queue import QueuedMessage
from digest.message.wire_format import content_defect, has_dots
from digest.model.deliveries import Outgoing
from digest.parsing.addresses import is_address


def checked(messages: Iterable[Outgoing], bounce: Callable[[Outgoing], object]) -> Iterator[QueuedMessage]:
    """The messages that can be sent.

    `bounce` gets those with an invalid address; invalid content raises MailError, because it is a fault of ours.
    """
    for message in messages:
        _require_valid(message)
        if is_address(message.recipient):
            dots = has_dots(message.content) if message.dots is None else message.dots
            yield QueuedMessage(message, has_dots=dots)
        else:
            bounce(message)


def _require_valid(message: Outgoing) -> None:
    defect = content_defect(message.content) if message.dots is None else None
    if defect is None and not is_address(message.sender):
        defect = "its envelope sender is not a valid email address"
    if defect is not None:
        raise MailError(
            f"the message of delivery {message.delivery_id} was not sent, because {defect}; please report this"
        )
