"""Messages that a mail server stores compressed, as Dovecot does where it is told to: only the server reads them."""

from pathlib import Path

from digest.errors import MailError

# gzip, bzip2, xz, Zstandard, and LZ4 as Dovecot writes it: none of them begins a header.
_BEGINNINGS = (b"\x1f\x8b", b"BZh", b"\xfd7zXZ\0", b"\x28\xb5\x2f\xfd", b"Dovecot-LZ4\x0d\x2a\x9b\xc5")


def require_uncompressed(start: bytes, file: Path) -> None:
    """Raise MailError if a file begins like a compressed one."""
    if start.startswith(_BEGINNINGS):
        raise MailError(f"{file} is compressed; read the mailbox through its server: imaps://user@host/INBOX")
