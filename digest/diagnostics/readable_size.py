"""Sizes as people read them."""

from digest.i18n import Translator

_MB = 1_000_000


def readable_size(octets: int) -> str:
    """A number of bytes, such as `12.3 MB`."""
    return f"{octets / 1000 / _MB:.1f} GB" if octets >= 1000 * _MB else f"{octets / _MB:.1f} MB"


def size_in_language(octets: int, translator: Translator) -> str:
    """The same in a language: `12,3 МБ`."""
    _ = translator.gettext
    if octets >= 1000 * _MB:
        return _("%(size)s GB") % {"size": translator.tenths(octets / 1000 / _MB)}
    return _("%(size)s MB") % {"size": translator.tenths(octets / _MB)}
