"""The page that adds one reader: with a note how they agreed, or with a message that asks them to confirm."""

from typing import Any

from starlette.responses import Response

from digest.model.readers import ConsentNote, Reader
from digest.model.subscribers import RowOutcome, Subscriber, SubscriberStatus
from digest.model.users import Permission
from digest.parsing.addresses import check_address
from digest.parsing.text import clean_line
from digest.settings.schema import LANGUAGES
from digest.store.access.mail_limits import Asked
from digest.subscribers.cells import LONGEST_LINE
from digest.subscribers.preferences import names_none, stored_editions
from digest.web.admin.console import Console, ConsoleRequest, ConsoleRoute
from digest.web.signing_up import CONSOLE, NewReader, ask_to_confirm, signup_request

_LONGEST_NOTE = 500  # characters
_MOST_TEXT = 100_000  # characters that are read: nothing that was typed is cut
_CONFIRM, _NOTE = "confirm", "note"


def add_page(console: Console, request: ConsoleRequest, fault: str = "", status: int = 422) -> Response:
    """The form; `fault` is what is wrong with it."""
    names = console.site.edition_names()
    shown: dict[str, Any] = {name: request.value(name) for name in ("email", "name", "language", "note")}
    can_ask = bool(console.site.pages.base_url)
    return console.page(
        request,
        "reader_add.html",
        status if fault else 200,
        fault=fault,
        given=shown,
        how=request.value("how") or (_CONFIRM if can_ask else _NOTE),
        can_ask=can_ask,
        editions=names,
        chosen=request.form.get("edition", list(names)),
        longest_note=_LONGEST_NOTE,
        longest_name=LONGEST_LINE,
    )


def add(console: Console, request: ConsoleRequest) -> Response:
    """Add the reader, as `digest subscribers add` does, or ask them by mail."""
    # First: a form that is shown again for another reason, and has none ticked, asks for all.
    if names_none(request.form.get("edition", ()), console.site.edition_names()):
        return add_page(console, request, "edition")
    try:
        address = check_address(request.value("email"))
    except ValueError:
        return add_page(console, request, "email")
    if len(_given_name(request) or "") > LONGEST_LINE:
        return add_page(console, request, "name")
    if request.value("how") == _NOTE:
        return _add_with_note(console, request, address)
    return _ask(console, request, address)


def _add_with_note(console: Console, request: ConsoleRequest, address: str) -> Response:
    note = clean_line(request.value("note"), _MOST_TEXT)
    if not note:
        return add_page(console, request, "note")
    if len(note) > _LONGEST_NOTE:
        return add_page(console, request, "long-note")
    added = Subscriber(
        email=address,
        name=_given_name(request),
        language=_given_language(request),
        editions=stored_editions(
            request.form.get("edition", ()), _given_language(request), console.site.edition_languages
        ),
    )
    now, entry = console.site.now, console.entry(request, "reader added")
    before = console.app.readers.find_address(address)
    result = console.app.subscribers.add(added, now, ConsentNote(now, request.user.email, note), entry)
    known = console.app.readers.find_address(address)
    if result is RowOutcome.LEFT or known is None:
        return add_page(console, request, _why_not_added(known), 409)
    was_subscribed = before is not None and before.subscriber.status is SubscriberStatus.CONFIRMED
    done = "kept" if known.subscriber.editions != added.editions else "replaced" if was_subscribed else "added"
    return console.see_other(f"/readers/{known.id}", done=done)


def _ask(console: Console, request: ConsoleRequest, address: str) -> Response:
    known = console.app.readers.find_address(address)
    if not console.site.pages.base_url:
        return add_page(console, request, "note")
    if known is not None and known.subscriber.status is SubscriberStatus.CONFIRMED:
        return add_page(console, request, "subscribed", 409)
    language = _given_language(request) or console.app.settings.portal.languages[0]
    reader = NewReader(
        address=address,
        client=request.client,
        origin=CONSOLE,
        language=language,
        editions=request.form.get("edition", ()),
        consents=(),
        name=_given_name(request),
    )
    entry = console.entry(request, "reader asked to confirm")
    outcome = ask_to_confirm(
        console.site, signup_request(console.site, reader), console.site.translator(language), entry
    )
    known = console.app.readers.find_address(address)
    if outcome is not Asked.MAILED or known is None:
        return add_page(console, request, "enough" if outcome is Asked.ENOUGH else "limit", 429)
    return console.see_other(f"/readers/{known.id}", done="asked")


def _why_not_added(known: Reader | None) -> str:
    """Why nobody was added."""
    if known is None:
        return "erased"
    return "suppressed" if known.subscriber.status is SubscriberStatus.SUPPRESSED else "unsubscribed"


def _given_name(request: ConsoleRequest) -> str | None:
    return clean_line(request.value("name"), _MOST_TEXT) or None


def _given_language(request: ConsoleRequest) -> str | None:
    return request.value("language") if request.value("language") in LANGUAGES else None


ROUTES = (
    ConsoleRoute("GET", "/readers/add", add_page, Permission.READERS),
    ConsoleRoute("POST", "/readers/add", add, Permission.READERS),
)
