"""The size limits of a message, in bytes.

Gmail clips a message when its HTML is larger than about 102 KB as it is sent, and hides the rest behind a link. The
figure is measured by senders, not documented: https://github.com/hteumeuleu/email-bugs/issues/41
"""

KB = 1024

HTML_LIMIT = 100 * KB
"""The encoded HTML part: an error above this, which leaves a margin below Gmail's limit."""

HTML_WARNING = 90 * KB
"""The encoded HTML part: a warning above this."""

UNSUBSCRIBE_LIMIT = 90_000
"""The place in the encoded HTML part before which the unsubscribe link must be."""

RENDERED_LIMIT = UNSUBSCRIBE_LIMIT - 2_000
"""The encoded HTML part as it is rendered: the personal links take more space in the finished message."""

MESSAGE_LIMIT = 500 * KB
"""The whole message."""
