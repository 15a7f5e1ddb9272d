"""What OpenSSL says of certificates, and what helps where one is refused. Pure."""

from collections.abc import Callable


def phrases(_: Callable[[str], str]) -> tuple[str, ...]:
    """All of them."""
    return (
        _("certificate has expired"),
        _("certificate is not yet valid"),
        _("self-signed certificate"),
        _("self-signed certificate in certificate chain"),
        _("unable to get local issuer certificate"),
        _("unable to verify the first certificate"),
        _("Hostname mismatch, certificate is not valid for %(host)s"),
        _("IP address mismatch, certificate is not valid for %(host)s"),
        _("whoever runs the server must renew it"),
        _("check the clock of this machine"),
        _("correct the host of the address"),
        _("add its authority to those that this machine trusts"),
        _("whoever runs the server must send the whole chain, or this machine must trust its authority"),
        _("the server has no TLS 1.2 or later; whoever runs it must allow that"),
    )
