"""Opens the mailbox that a text names."""

from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from importlib import import_module
from pathlib import Path
from types import ModuleType

from digest.errors import ConfigurationError, MailError
from digest.mailboxes.maildir import Maildir
from digest.mailboxes.mbox import Mbox
from digest.protocols import Mailbox
from digest.settings.configured_path import configured_path
from digest.settings.schema import Settings


def _is_url(source: str) -> bool:
    """Whether a source is the address of a server."""
    return "://" in source


def check_source(source: str) -> None:
    """Raise ConfigurationError if `[bounces] source` is the address of a server that is not valid."""
    try:
        if _is_url(source):
            _imap().parse_imap_url(source)
    except ConfigurationError as error:
        raise ConfigurationError(f"[bounces] source: {error}") from None


@contextmanager
def open_mailbox(source: str, root: Path, password: str, done: str) -> Iterator[Mailbox]:
    """The Maildir, the mbox or the IMAP folder; relative paths start from `root`.

    Messages that are done move to the folder `done`. Raises ConfigurationError, MailError.
    """
    mailbox = _mailbox(source, root, password, done)
    try:
        yield mailbox
    finally:
        mailbox.close()


def open_bounces(settings: Settings) -> AbstractContextManager[Mailbox]:
    """The mailbox of `[bounces]`; raises ConfigurationError, MailError."""
    bounces = settings.bounces
    return open_mailbox(bounces.source, settings.root, bounces.password.get_secret_value(), bounces.done)


def _mailbox(source: str, root: Path, password: str, done: str) -> Mailbox:
    if _is_url(source):
        folder: Mailbox = _imap().ImapFolder(_imap().parse_imap_url(source), password, done)
        return folder
    path = configured_path(source, root)
    if (path / "cur").is_dir() or (path / "new").is_dir():
        return Maildir(path, done)
    if path.is_dir():
        raise MailError(f"{path} is not a Maildir: it has no folders cur and new")
    if not path.exists():
        raise MailError(f"there is no mailbox {path}; expected a Maildir, an mbox or imaps://user@host/INBOX")
    return Mbox(path, done)


def _imap() -> ModuleType:
    return import_module("digest.mailboxes.imap")  # its library is loaded only for a mailbox on a server
