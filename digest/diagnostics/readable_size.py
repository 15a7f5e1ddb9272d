"""Sizes as people read them."""

from digest.i18n import Translator

_KB, _MB, _GB = 1000, 1_000_000, 1_000_000_000


def readable_size(octets: int) -> str:
    """A number of bytes, such as `12.3 MB`; a small one as `40 KB`."""
    if round(octets / _KB) < _MB // _KB:
        return f"{octets / _KB:.0f} KB"
    return f"{octets / _GB:.1f} GB" if octets >= _GB else f"{octets / _MB:.1f} MB"


def size_in_language(octets: int, translator: Translator) -> str:
    """The same in a language: `12,3 МБ`."""
    _ = translator.gettext
    if round(octets / _KB) < _MB // _KB:
        return _("%(size)s KB") % {"size": translator.number(round(octets / _KB))}
    if octets >= _GB:
        return _("%(size)s GB") % {"size": translator.tenths(octets / _GB)}
    return _("%(size)s MB") % {"size": translator.tenths(octets / _MB)}
