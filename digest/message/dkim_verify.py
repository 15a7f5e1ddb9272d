"""Verifies the DKIM signature of a message (RFC 6376, 6.1) as receivers do (pure).

It canonicalises the whole message again, unlike the signer, which works with the pieces of a template.
"""

import base64
import re
from collections.abc import Callable
from hashlib import sha256

from digest.message.dkim import relaxed_body, relaxed_header
from digest.parsing.dns.tag_list import parse_tags

Verify = Callable[[bytes, bytes], bool]
"""Whether a signature (the first argument) is that of the data, by the public key."""

_FIELD_END = re.compile(rb"\r\n(?![ \t])")
_SIGNATURE_VALUE = re.compile(rb"(;[ \t\r\n]*b=)[^;]*", re.IGNORECASE)


def signature_fault(content: bytes, verify: Verify) -> str:
    """Why the first signature of a message is not valid; empty if it is. Only relaxed/relaxed is known."""
    head, _, body = content.partition(b"\r\n\r\n")
    fields = _FIELD_END.split(head)
    signature = next((one for one in fields if one.lower().startswith(b"dkim-signature:")), None)
    if signature is None:
        return "it has no DKIM-Signature"
    try:
        tags = parse_tags(signature.partition(b":")[2].decode("ascii"))
        signed_names = [name.strip().lower() for name in tags["h"].split(":")]
        value, body_hash = _decoded(tags["b"]), _decoded(tags["bh"])
    except (ValueError, KeyError):
        return "its DKIM-Signature cannot be read"
    if sha256(canonical_body(body)).digest() != body_hash:
        return "its body is not the one that was signed"
    fields.remove(signature)
    data = _signed_fields(fields, signed_names) + relaxed_header(_SIGNATURE_VALUE.sub(rb"\1", signature)).rstrip(
        b"\r\n"
    )
    return "" if verify(value, data) else "its headers are not those that were signed, or the key is another one"


def canonical_body(body: bytes) -> bytes:
    """The body in the relaxed form (RFC 6376, 3.4.4)."""
    trimmed = relaxed_body(body + b"\r\n").rstrip(b"\r\n")
    return trimmed + b"\r\n" if trimmed else b""


def _signed_fields(fields: list[bytes], names: list[str]) -> bytes:
    """The header fields of these names, the last one of a name first; a name without a field left adds nothing."""
    left = list(fields)
    found = []
    for name in names:
        of_name = [one for one in left if one.partition(b":")[0].strip().lower() == name.encode()]
        if of_name:
            found.append(relaxed_header(of_name[-1]))
            left.reverse()
            left.remove(of_name[-1])
            left.reverse()
    return b"".join(found)


def _decoded(text: str) -> bytes:
    return base64.b64decode(re.sub(r"\s+", "", text), validate=True)
