"""Signs messages with DKIM (RFC 6376): RSA-SHA256 over relaxed headers and a relaxed body (pure).

What all messages of a variant share is canonicalised once. There is no `t=` and no `x=`, and RSA with PKCS #1 padding
has no randomness: a retry has the same signature.
"""

import base64
import re
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, field
from hashlib import sha256

# In the order in which they are signed. Both List-Unsubscribe headers must be covered (RFC 8058, 4), and Feedback-ID
# too: https://support.google.com/a/answer/6254652
_SIGNED = (
    *("from", "to", "cc", "subject", "date", "message-id", "reply-to", "mime-version", "content-type", "list-id"),
    *("list-unsubscribe", "list-unsubscribe-post", "list-archive", "feedback-id", "auto-submitted", "precedence"),
    "x-postmaster-msgtype",
)
# Named once more than they occur, so that nobody can send the message on with another one (RFC 6376, 8.15): apps show
# it instead of ours, answer to it, or read the parts by its boundary. Mailing lists add other headers, and may.
_SEALED = ("from", "to", "cc", "subject", "date", "message-id", "reply-to", "mime-version", "content-type")
_LINE = 72  # characters of a folded line of the signature

_FIELD_END = re.compile(rb"\r\n(?![ \t])")
_SPACES = re.compile(rb"[ \t]+")
_FOLDS = re.compile(rb"(?:(?:\r\n)?[ \t])+")


@dataclass(frozen=True, kw_only=True, slots=True)
class Signer:
    """A key as messages use it: the domain and the selector of its DNS record, and RSA-SHA256 of some bytes."""

    domain: str
    selector: str
    sign: Callable[[bytes], bytes] = field(repr=False)


@dataclass(frozen=True, slots=True)
class SignatureTemplate:
    """The signature of a variant's messages, except for what differs between recipients.

    `start`: its header field up to the hash of the body, and `canonical_start` in the relaxed form.
    """

    signer: Signer
    fields: Mapping[str, bytes] = field(repr=False)
    names: tuple[str, ...]
    start: bytes
    canonical_start: bytes

    @classmethod
    def of(cls, signer: Signer, shared: bytes, personal: bytes) -> "SignatureTemplate":
        """The template for messages whose header fields are `shared`, and named as those in `personal`."""
        fields = _relaxed_fields(shared)
        present = fields.keys() | _relaxed_fields(personal).keys()
        names = tuple(name for name in _SIGNED if name in present)
        start = _start(signer, names)
        return cls(signer, fields, names, start, relaxed_header(start).rstrip(b"\r\n"))

    def header(self, personal: bytes, canonical_body: Iterable[bytes]) -> bytes:
        """The header field `DKIM-Signature` of one message, with CRLF."""
        # Joined, because hashlib lets other threads run while it hashes a large piece, and then waits for its turn.
        body_hash = base64.b64encode(sha256(b"".join(canonical_body)).digest())
        fields = {**self.fields, **_relaxed_fields(personal)}
        signed = b"".join([*map(fields.__getitem__, self.names), self.canonical_start, body_hash, b"; b="])
        signature = base64.b64encode(self.signer.sign(signed))
        folded = b"\r\n ".join(signature[start : start + _LINE] for start in range(0, len(signature), _LINE))
        return b"".join([self.start, body_hash, b";\r\n b=", folded, b"\r\n"])


def _start(signer: Signer, names: Collection[str]) -> bytes:
    listed = [name for name in _SIGNED for _ in range((name in names) + (name in _SEALED))]
    return (
        f"DKIM-Signature: v=1; a=rsa-sha256; c=relaxed/relaxed;\r\n d={signer.domain}; s={signer.selector};\r\n"
        f" h={_folded_names(listed)};\r\n bh="
    ).encode()


def _relaxed_fields(headers: bytes) -> dict[str, bytes]:
    """Header fields in the relaxed form by their names in lower case."""
    fields = [relaxed_header(one) for one in _FIELD_END.split(headers) if one]
    return {line.partition(b":")[0].decode(): line for line in fields}


def relaxed_header(header: bytes) -> bytes:
    """A header field in the relaxed form, with CRLF (RFC 6376, 3.4.2)."""
    name, _, value = _FOLDS.sub(b" ", header).partition(b":")
    return name.strip().lower() + b":" + value.strip(b" \r\n") + b"\r\n"


def relaxed_body(piece: bytes) -> bytes:
    """A piece of a body in the relaxed form (RFC 6376, 3.4.4).

    White space must not run on into a neighbouring piece, and the last piece must end with one CRLF.
    """
    return _SPACES.sub(b" ", piece).replace(b" \r\n", b"\r\n")


def _folded_names(names: Iterable[str]) -> str:
    lines = [""]
    for name in names:
        if len(lines[-1]) + len(name) > _LINE:
            lines.append("")
        lines[-1] += f"{name}:"
    return "\r\n  ".join(lines).removesuffix(":")
