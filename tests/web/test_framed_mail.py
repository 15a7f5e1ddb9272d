"""The headers with which a page shows a message in a frame."""

import pytest

from digest.web.framed_mail import framed_mail_headers


@pytest.mark.parametrize(
    ("base_url", "images"),
    [
        ("", "'self' data:"),
        ("https://gazette.example/digest", "'self' https://gazette.example data:"),
        ("https://новости.example:443", "'self' https://xn--b1amnebsh.example data:"),
        ("http://[2001:db8::1]:8080", "'self' http://[2001:db8::1]:8080 data:"),
        ("https://a;b.example", "'self' data:"),
    ],
)
def test_framed_mail_headers_permit_nothing_but_styles_and_pictures(base_url: str, images: str) -> None:
    """No script, form, other frame or referrer, and it is stored nowhere."""
    assert framed_mail_headers(base_url) == {
        "content-security-policy": (
            f"default-src 'none'; style-src 'unsafe-inline'; img-src {images}; form-action 'none';"
            " frame-ancestors 'self'; base-uri 'none'; sandbox"
        ),
        "x-frame-options": "SAMEORIGIN",
        "referrer-policy": "no-referrer",
        "cache-control": "no-store",
    }
