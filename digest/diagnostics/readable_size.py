"""Sizes as people read them."""

_MB = 1_000_000


def readable_size(octets: int) -> str:
    """A number of bytes, such as `12.3 MB`."""
    return f"{octets / 1000 / _MB:.1f} GB" if octets >= 1000 * _MB else f"{octets / _MB:.1f} MB"
