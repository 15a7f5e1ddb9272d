"""Signs messages with DKIM (RFC 6376): RSA-SHA256 over relaxed headers and a relaxed body (pure).

What all messages of a variant share is canonicalised once. There is no `t=` and no `x=`, and RSA with PKCS #1 padding
has no randomness: a retry has the same signature.
"""

import base64
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from hashlib import sha256

# In the order in which they are signed; From and Subject twice, so that nobody can add another one (RFC 6376, 8.15).
# Both List-Unsubscribe headers must be covered (RFC 8058, 4), and Feedback-ID too:
# https://support.google.com/a/answer/6254652
_SIGNED = (
    *("from", "to", "subject", "date", "message-id", "reply-to", "mime-version", "content-type", "list-id"),
    *("list-unsubscribe", "list-unsubscribe-post", "list-archive", "feedback-id", "auto-submitted", "precedence"),
    "x-postmaster-msgtype",
)
_TWICE = ("from", "subject")
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
    """The signature of a variant's messages, except for what differs between recipients."""

    signer: Signer
    fields: Mapping[str, bytes] = field(repr=False)
    names: tuple[str, ...]

    @classmethod
    def of(cls, signer: Signer, shared: bytes, personal: bytes) -> "SignatureTemplate":
        """The template for messages whose header fields are `shared`, and named as those in `personal`."""
        fields = relaxed_fields(shared)
        present = fields.keys() | relaxed_fields(personal).keys()
        return cls(signer, fields, tuple(name for name in _SIGNED if name in present))

    def header(self, personal: bytes, canonical_body: Iterable[bytes]) -> bytes:
        """The header field `DKIM-Signature` of one message, with CRLF."""
        hashed = sha256()
        for piece in canonical_body:
            hashed.update(piece)
        fields = {**self.fields, **relaxed_fields(personal)}
        tags = self._tags(base64.b64encode(hashed.digest()).decode())
        header = f"DKIM-Signature: {tags}"
        signed = b"".join(fields[name] for name in self.names) + relaxed_header(header.encode()).rstrip(b"\r\n")
        signature = base64.b64encode(self.signer.sign(signed)).decode()
        folded = "\r\n ".join(signature[start : start + _LINE] for start in range(0, len(signature), _LINE))
        return f"{header}{folded}\r\n".encode()

    def _tags(self, body_hash: str) -> str:
        names = [name for name in self.names for _ in range(2 if name in _TWICE else 1)]
        return (
            f"v=1; a=rsa-sha256; c=relaxed/relaxed;\r\n d={self.signer.domain}; s={self.signer.selector};\r\n"
            f" h={_folded_names(names)};\r\n bh={body_hash};\r\n b="
        )


def relaxed_fields(headers: bytes) -> dict[str, bytes]:
    """Header fields in the relaxed form by their names in small letters."""
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
