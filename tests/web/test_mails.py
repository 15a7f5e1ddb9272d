"""The messages that the pages send."""

from datetime import UTC, datetime

import pytest

from digest import bootstrap
from digest.i18n import Translator
from digest.model.web import RequestKind
from digest.settings.load import SAMPLE, load
from digest.web import mails
from digest.web.site import Site
from tests.support.installation import FrozenClock


@pytest.mark.parametrize("language", ["en", "ru"])
def test_mails_text_part_speaks_of_no_button(language: str) -> None:
    """There are only links in it, and apps for text alone show nothing else."""
    with bootstrap.open_app(load(SAMPLE, environ={}), FrozenClock(datetime(2026, 10, 1, tzinfo=UTC))) as app:
        site, translator = Site.of(app), Translator(language, app.zone)
        messages = [
            mails.confirmation(site, translator),
            mails.invitation(site, translator, site.today),
            mails.link_message(site, translator),
            *(
                mails.request_message(site, translator, kind)
                for kind in (RequestKind.EXPORT, RequestKind.ERASE, RequestKind.ADDRESS)
            ),
            mails.new_address_message(site, translator),
            mails.known_address_message(site, translator),
            mails.moved_message(site, translator, "r…@readers.example"),
        ]
    for text in (one.content.text for one in messages):
        assert "button" not in text
        assert "кноп" not in text
