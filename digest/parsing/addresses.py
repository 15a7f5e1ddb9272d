"""The one grammar of mail addresses. Pure: nobody is asked whether an address exists."""

import re
from functools import lru_cache

import idna
from email_validator import SPECIAL_USE_DOMAIN_NAMES, EmailNotValidError, validate_email
from email_validator.rfc_constants import CASE_INSENSITIVE_MAILBOX_NAMES

_MAX_LOCAL, _MAX_ADDRESS = 64, 254  # RFC 5321, 4.5.3.1, less the angle brackets
_MAX_LABEL = 63  # RFC 1035, 2.3.1
# Spaces and invisible characters that are copied along with an address; no line breaks, which may begin a command.
_AROUND = " \u00a0\u00ad\u034f\u061c\u180e\u202f\ufeff" + "".join(
    map(chr, (*range(0x200B, 0x2010), *range(0x202A, 0x202F), *range(0x2060, 0x206A)))
)
_PLAIN = re.compile(r"([\w+-]+(?:\.[\w+-]+)*)@((?:[a-zA-Z0-9]+(?:-[a-zA-Z0-9]+)*\.)+([a-zA-Z]{2,}))", re.ASCII)
_SCHEME = re.compile(r"(?i)^mailto:")
_RESERVED = frozenset(name.rpartition(".")[2] for name in SPECIAL_USE_DOMAIN_NAMES)
_ROLES = frozenset(CASE_INSENSITIVE_MAILBOX_NAMES)
_INTERNAL = re.compile(r"(?i)(?:.*\.)?(?:localhost|local|test)")  # names of internal networks, where mail is sent too


def check_address(text: str) -> str:
    """The address in the form that mail servers take (RFC 5321): ASCII, the domain in lower case and IDNA.

    Raises ValueError with a message that does not repeat the address.
    """
    address = text.strip(_AROUND)
    return _plain_address(address) or _any_address(address)


def typed_address(text: str) -> str:
    """An address that somebody typed or copied, as `check_address` writes it; any other text as it is.

    Mail programs copy it with a name, as in `Anna <anna@mail.example>`, and browsers as `mailto:anna@mail.example`.
    A text with a second address is another text: neither is left out.
    """
    name, _, copied = text.strip(_AROUND).removesuffix(">").rpartition("<")
    try:
        address = check_address(_SCHEME.sub("", copied))
    except ValueError:
        return text
    named = (with_ascii_domain(word.strip("<>'\"")) for word in name.split() if "@" in word)
    return address if all(email_key(one) == email_key(address) for one in named) else text


def email_key(address: str) -> str:
    """The address case-folded: addresses that differ only in case belong to one reader."""
    return address.casefold()


def with_ascii_domain(address: str) -> str:
    """The address with its domain as `check_address` writes it; the same where its domain has no such form."""
    local, _, domain = address.rpartition("@")
    try:
        return address if domain.isascii() else f"{local}@{idna.encode(domain, uts46=True).decode('ascii')}"
    except idna.IDNAError:
        return address


def written_forms(address: str) -> frozenset[str]:
    """The address, and that which people write where its domain is international: `xn--…` in its own letters."""
    local, _, domain = address.rpartition("@")
    try:
        return frozenset({address, f"{local}@{idna.decode(domain)}"})
    except idna.IDNAError:
        return frozenset({address})


@lru_cache(maxsize=1_000)  # several steps of sending check the same recipient (benchmarks: fan_out)
def is_address(text: str) -> bool:
    """Whether a text is a mail address in a form that an SMTP envelope can hold."""
    try:
        return email_key(check_address(text)) == email_key(text)
    except ValueError:
        return False


def _plain_address(address: str) -> str | None:
    """Quick path for simple addresses, with the result of email-validator (benchmarks: importing, fan_out)."""
    match = _PLAIN.fullmatch(address)
    if match is None:
        return None
    local, domain, top = match.groups()
    if len(local) > _MAX_LOCAL or len(domain) > _MAX_LABEL or top.lower() in _RESERVED or local.lower() in _ROLES:
        return None
    return f"{local}@{domain.lower()}"


def _any_address(address: str) -> str:
    local, at, domain = address.rpartition("@")
    if not at or not local or not domain:
        raise ValueError("not a valid email address: expected name@domain")
    if not local.isascii():
        raise ValueError("not an email address that every server accepts: non-ASCII letters before @")
    if len(local) > _MAX_LOCAL:
        raise ValueError(f"not a valid email address: more than {_MAX_LOCAL} characters before @")
    checked = _validated(local, domain)
    if len(checked) > _MAX_ADDRESS:
        raise ValueError(f"not a valid email address: more than {_MAX_ADDRESS} characters")
    return checked


def _validated(local: str, domain: str) -> str:
    # email-validator refuses special-use domains by a global list; with a suffix it still checks their labels.
    suffix = ".example" if _INTERNAL.fullmatch(domain) else ""
    try:
        found = validate_email(
            f"{local}@{domain}{suffix}", allow_smtputf8=False, check_deliverability=False, strict=True
        ).ascii_email
    except EmailNotValidError:
        found = None
    if found is None:
        raise ValueError("not a valid email address")
    return found.removesuffix(suffix)
