"""Everything that can go wrong, as a tree.

    DigestError                   the root: one sentence for the operator, exit code 1
    ├── ConfigurationError        a setting or an argument is wrong, exit code 2
    ├── SourceError               a source could not be asked or understood
    │   ├── FetchError            the bytes did not come
    │   └── ParseError            the bytes came, and are not what they should be
    ├── StoreError                the database cannot be read or written
    ├── TemplateError             a theme's template is wrong; names the file and the line
    ├── RenderError               the rendered edition breaks a rule that no reader should meet
    ├── MailError                 the mail server, or the folder of messages, refuses us as a whole
    ├── IssueError                an issue is held, paused, cancelled or unknown
    └── StoppedError              the process was asked to stop, and abandoned what it was doing

A message is one sentence that says what, where, and how to mend it; it never carries a secret or a reader's address.
"""


class DigestError(Exception):
    """Something failed that the operator can read and act on; `exit_code` is what the command ends with."""

    exit_code = 1


class ConfigurationError(DigestError):
    """A setting or an argument is wrong; `str()` may hold several lines, one for each wrong key."""

    exit_code = 2


class SourceError(DigestError):
    """A source could not be asked or understood."""


class FetchError(SourceError):
    """The bytes of a source did not come: network, status, size, time or address."""


class ParseError(SourceError):
    """The bytes of a source came and are not what they should be."""


class StoreError(DigestError):
    """The database cannot be read or written."""


class TemplateError(DigestError):
    """A theme's template is wrong; the message names the file and the line."""


class RenderError(DigestError):
    """The rendered edition breaks a rule that no reader should meet."""


class MailError(DigestError):
    """The mail server, or the folder of messages, refuses us as a whole."""


class IssueError(DigestError):
    """An issue is held, paused, cancelled or unknown."""


class StoppedError(DigestError):
    """The process was asked to stop, and abandoned what it was doing."""
