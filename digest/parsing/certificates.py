"""What helps where a server's certificate is refused, by the code of OpenSSL (`X509_V_ERR_…`). Pure."""

_DATES = {9: "check the clock of this machine", 10: "whoever runs the server must renew it"}
_TRUST = "add its authority to those that this machine trusts"
_INCOMPLETE = "whoever runs the server must send the whole chain, or this machine must trust its authority"
_HOST = "correct the host of the address"
_ADVICE = _DATES | {18: _TRUST, 19: _TRUST, 20: _INCOMPLETE, 21: _INCOMPLETE, 62: _HOST, 64: _HOST}


def date_advice(code: int) -> str | None:
    """What helps where a certificate has expired or is not valid yet; None for another code."""
    return _DATES.get(code)


def certificate_advice(code: int) -> str:
    """What helps where a server's certificate is refused, as the end of a sentence; nothing of what is rare."""
    advice = _ADVICE.get(code)
    return f"; {advice}" if advice else ""
