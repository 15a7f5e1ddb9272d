"""Headers of a message that a page shows in a frame: with its own styles, without scripts, in an origin of its own."""

from digest.parsing.urls import url_origin


def framed_mail_headers(base_url: str, *, more_images: str = "", sandbox: str = "") -> dict[str, str]:
    """The headers; pictures come from our own origin and from `more_images`, and `sandbox` says what it permits."""
    # WebKit takes nothing for 'self' in a sandbox, because its origin is opaque; Chromium and Firefox do (2026-11).
    own = " ".join(filter(None, ("'self'", url_origin(base_url), more_images, "data:")))
    policy = (
        "default-src 'none'",
        "style-src 'unsafe-inline'",
        f"img-src {own}",
        "form-action 'none'",
        "frame-ancestors 'self'",
        "base-uri 'none'",
        f"sandbox {sandbox}".rstrip(),
    )
    return {
        "content-security-policy": "; ".join(policy),
        "x-frame-options": "SAMEORIGIN",
        "referrer-policy": "no-referrer",
        "cache-control": "no-store",
    }
