"""The exceptions of Digest, as a tree.

    DigestError                     the base class: one sentence for the operator, exit code 1
    ├── ConfigurationError          a setting or an argument is wrong, exit code 2
    ├── SourceError                 a source could not be fetched or parsed
    │   ├── FetchError              the bytes could not be fetched
    │   └── ParseError              the bytes could not be parsed
    ├── StoreError                  the database cannot be read or written
    │   └── StoreUnavailableError   the database is away: another attempt may succeed
    ├── EditConflictError           another editor changed the same thing meanwhile
    ├── TemplateError               a theme has an error; names the file and the line
    ├── RenderError                 the rendered issue breaks a rule
    ├── MailError                   the mail server or the folder of messages cannot be used
    │   └── SenderRefusedError      the mail server refuses this sender before any message
    ├── IssueError                  an issue is held, paused, cancelled or unknown
    │   ├── IssueChangedError       people changed an issue while it was made
    │   └── IssueFrozenError        a change does not reach an issue, because it is made
    └── StoppedError                the process was stopped before the work was done

A message is one sentence that says what is wrong, where, and how to fix it, without secrets or readers' addresses.
"""

import datetime as dt


class DigestError(Exception):
    """A failure that the operator can act on; `exit_code` is that of the command."""

    exit_code = 1


class ConfigurationError(DigestError):
    """A setting or an argument is wrong; the message has one line for each wrong key."""

    exit_code = 2


class SourceError(DigestError):
    """A source could not be fetched or parsed."""


class FetchError(SourceError):
    """The bytes of a source could not be fetched: network, status, size, time or URL."""


class ParseError(SourceError):
    """The bytes of a source could not be parsed."""


class StoreError(DigestError):
    """The database cannot be read or written."""


class StoreUnavailableError(StoreError):
    """The database does not answer, or another process holds it locked; another attempt may succeed."""


class EditConflictError(DigestError):
    """Another editor changed the same thing meanwhile: `by` is their name, `at` the time.

    It has neither where nothing is known of what the editor saw: it is deleted, or never was.
    """

    def __init__(self, by: str = "", at: dt.datetime | None = None) -> None:
        found = f"{by} has changed this meanwhile" if by else "the change that was seen is not in force"
        super().__init__(f"{found}; look at what is in force now, and make the change again if it is needed")
        self.by = by
        self.at = at


class TemplateError(DigestError):
    """A theme has an error; the message names the file and the line."""


class RenderError(DigestError):
    """The rendered issue breaks a rule."""


class MailError(DigestError):
    """The mail server or the folder of messages cannot be used; `lasted`: for how many seconds it was tried in vain."""

    def __init__(self, message: str, lasted: float = 0.0) -> None:
        super().__init__(message)
        self.lasted = lasted


class SenderRefusedError(MailError):
    """The mail server refuses this sender at connect or login; another try cannot help."""


class IssueError(DigestError):
    """An issue is held, paused, cancelled or unknown."""


class IssueChangedError(IssueError):
    """People changed an issue while it was made; another try makes it with what they did."""


class IssueFrozenError(IssueError):
    """A change does not reach the issue of that name, because it is made."""

    def __init__(self, name: str) -> None:
        super().__init__(f"{name} is frozen: its content does not change any more")


class StoppedError(DigestError):
    """The process was stopped before the work was done."""
