"""DKIM: the published key is ours and long enough, and a message that is signed now verifies with it (RFC 6376)."""

from collections.abc import Iterator, Sequence
from functools import partial

from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa

from digest.diagnostics.context import CheckContext
from digest.diagnostics.results import CheckResult, fail, ok, warn
from digest.diagnostics.specimen import make_specimen
from digest.dkim_keys import KEY_IS_CLOSED, dns_name, dns_value, read_key
from digest.errors import ConfigurationError
from digest.message.dkim_verify import signature_fault
from digest.message.parsed_message import ParsedMessage
from digest.message.trust_rules import signature
from digest.parsing.dns.dkim_record import DkimRecord, parse_dkim


def check_dkim(context: CheckContext) -> Iterator[CheckResult]:
    """The record of the selector, and the signature of a message made now."""
    settings = context.settings
    if not settings.dkim.key:
        message = "Digest does not sign messages; Gmail, Yahoo and Microsoft refuse bulk mail without DKIM"
        yield warn(message, "`digest init --dkim`, unless your mail server signs for the domain in From")
        return
    try:
        own = read_key(settings.path(settings.dkim.key))
    except ConfigurationError as error:
        message = str(error)
        yield fail(message, "" if message.endswith(KEY_IS_CLOSED) else "`digest init --dkim` makes a key")
        return
    name, fix = dns_name(settings.dkim.selector, settings.dkim_domain), dns_value(own)
    texts = [text for text in context.dns.txt(name.rstrip(".")) if "p=" in text]
    yield from judged(texts, own, name.rstrip("."), f'publish: {name} IN TXT "{fix}"')
    yield from _signature(context, _published_key(texts) or own.public_key())


def judged(texts: Sequence[str], own: rsa.RSAPrivateKey, name: str, fix: str) -> Iterator[CheckResult]:
    """The results for what is published at the selector's name."""
    if len(texts) != 1:
        found = "no DKIM record" if not texts else f"{len(texts)} DKIM records, and receivers may take the wrong one"
        yield fail(f"{name} has {found}", fix)
        return
    try:
        record = parse_dkim(texts[0])
    except ValueError as error:
        yield fail(f"the DKIM record {name}: {error}", fix)
        return
    yield from _judged_key(record, own, name, fix)
    if record.is_test:
        yield warn(f"{name} is in test mode (t=y): receivers may ignore the signatures", "remove t=y from the record")


def _judged_key(record: DkimRecord, own: rsa.RSAPrivateKey, name: str, fix: str) -> Iterator[CheckResult]:
    published = _public_key(record.key)
    if not record.key:
        yield fail(f"the key {name} is revoked (empty p=)", "`digest dkim rotate` makes the next one")
    elif published is None or record.kind != "rsa":
        yield fail(f"{name} is not an RSA key", fix)
    elif published.public_numbers() != own.public_key().public_numbers():
        yield fail(f"{name} is another key than the one that signs", fix)
    elif not record.takes_sha256 or not record.is_for_mail:
        yield fail(f"{name} is not for mail signed with SHA-256 (h=, s=)", "remove h= and s= from the record")
    else:
        yield ok(f"{name} is our key, {published.key_size} bits")


def _published_key(texts: Sequence[str]) -> rsa.RSAPublicKey | None:
    """The key that receivers verify with; None where they find none."""
    try:
        return _public_key(parse_dkim(texts[0]).key) if len(texts) == 1 else None
    except ValueError:
        return None


def _public_key(der: bytes) -> rsa.RSAPublicKey | None:
    try:
        key = serialization.load_der_public_key(der)
    except (ValueError, TypeError, UnsupportedAlgorithm):
        return None
    return key if isinstance(key, rsa.RSAPublicKey) else None


def _signature(context: CheckContext, key: rsa.RSAPublicKey) -> Iterator[CheckResult]:
    """Whether a message that is made now has a valid signature over all headers that count."""
    content = make_specimen(context.app, context.settings.edition(None)).message.content
    fix = "another `dkim.key` or `dkim.selector` signs than the one that is published; compare them"
    fault = signature_fault(content, partial(_is_valid, key))
    if fault:
        yield fail(f"the signature of a message made now is not valid: {fault}", fix)
        return
    faults = [text for _level, text in signature(ParsedMessage(content))]
    yield from (fail(text, "please report this: the headers that are signed cannot be configured") for text in faults)
    if not faults:
        yield ok("a message made now has a valid signature over every header that receivers require")


def _is_valid(key: rsa.RSAPublicKey, value: bytes, data: bytes) -> bool:
    try:
        key.verify(value, data, padding.PKCS1v15(), hashes.SHA256())
    except InvalidSignature:
        return False
    return True
