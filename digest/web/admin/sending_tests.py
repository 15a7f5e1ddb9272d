"""The page Send a test: the coming issue to chosen colleagues, as readers of some topics would get it."""

import json
import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from typing import Any

from starlette.exceptions import HTTPException
from starlette.responses import Response

from digest.diagnostics.phrases.alert_phrases import in_language
from digest.diagnostics.trial_message import send_test
from digest.errors import DigestError
from digest.i18n import Translator
from digest.mailers.unrecorded import UnrecordedJournal
from digest.model.deliveries import Outcome
from digest.model.drafts import Draft
from digest.model.users import AuditEntry, Permission
from digest.operations.draft_messages import recipient
from digest.parsing.addresses import check_address, email_key, typed_address
from digest.parsing.redaction import masked_address
from digest.pipeline import IssueRun
from digest.store.access.sent_tests import MOST
from digest.web.admin.console import Console, ConsoleRequest, ConsoleRoute, RefusedError
from digest.web.admin.next_issue import gone, run_of

_MOST_TOPIC_SETS = 30  # that can be chosen: those of the most readers
_SEPARATOR = re.compile(r"[,;\n]|(?<=>)")
_QUOTED_NAME = re.compile(r'"[^"@\n]*"(?=\s*<)')  # as in `"Orlova, Anna" <anna@mail.example>`


def form_page(console: Console, request: ConsoleRequest) -> Response:
    """The form."""
    return _form(console, request, run_of(console, request.query.get("edition", "")))


def send(console: Console, request: ConsoleRequest) -> Response:
    """Send the issue as it is now to the addresses of the form."""
    issue_run = run_of(console, request.value("edition"))
    try:
        if str(issue_run.slot) != request.value("slot"):
            raise RefusedError(gone(request), 409)
        _send(console, request, issue_run)
    except RefusedError as refused:
        return _form(console, request, issue_run, refused)
    except DigestError as error:
        why = _not_sent(request.translator, in_language(str(error), request.translator))
        return _form(console, request, issue_run, RefusedError(why, 503))
    return console.see_other("/next/test", edition=issue_run.edition.name, done="sent")


def _form(
    console: Console, request: ConsoleRequest, issue_run: IssueRun, refused: RefusedError | None = None
) -> Response:
    app, edition = console.app, issue_run.edition
    topic_sets = app.issues.topic_sets(app.audience(edition, issue_run.slot))[:_MOST_TOPIC_SETS]
    chosen = request.form.get("colleague", ()) if request.form else (request.user.email,)
    shown: dict[str, Any] = {
        "titles": console.site.issue_titles(request.translator),
        "edition": edition.name,
        "slot": issue_run.slot,
        "colleagues": [(one, one in chosen) for one in _colleagues(console)],
        "topic_sets": [(json.dumps(one, ensure_ascii=False), ", ".join(one)) for one in topic_sets],
        "typed": {name: request.text(name) for name in ("to", "topics", "reader")},
        "left": app.sent_tests.left(console.site.now),
        "most": MOST,
    }
    return console.form_page(request, "test.html", refused, **shown)


def _send(console: Console, request: ConsoleRequest, issue_run: IssueRun) -> None:
    addresses = _addresses(request)
    draft = _as_sent_to(_topics(console, request), issue_run, request)
    if not console.app.sent_tests.admit(len(addresses), _entry(console, request, issue_run, addresses)):
        raise RefusedError(_too_many(console, request.translator), 429)
    journal = send_test(console.app, draft, [recipient(one) for one in addresses], console.app.make_prompt_mailer())
    if journal.outcomes[Outcome.SENT] < len(addresses):
        raise RefusedError(_not_accepted(journal, len(addresses), request.translator), 502)


def _addresses(request: ConsoleRequest) -> list[str]:
    """The addresses that were chosen and typed, each once; one that was copied may have a name before it."""
    parts = _SEPARATOR.split(_QUOTED_NAME.sub("", request.value("to")))
    typed = [one for part in parts for one in ([part.strip()] if ">" in part else part.split())]
    found: dict[str, str] = {}
    for text in filter(None, (*request.form.get("colleague", ()), *typed)):
        try:
            address = check_address(typed_address(text))
        except ValueError:
            message = request.translator.gettext("“%(text)s” is not an email address. Nothing was sent.")
            raise RefusedError(message % {"text": text[:100]}, field="to") from None
        found.setdefault(email_key(address), address)
    if not found:
        raise RefusedError(request.translator.gettext("Choose a colleague or write an address."), field="to")
    return list(found.values())


def _topics(console: Console, request: ConsoleRequest) -> Sequence[str]:
    """The topics of the form or of the reader that it names, empty for all; raises HTTPException 422."""
    if request.value("reader"):
        request.require(Permission.ADDRESSES)
        found = console.app.subscribers.find(typed_address(request.value("reader")))
        if found is None:
            text = request.translator.gettext("No reader has this address. Nothing was sent.")
            raise RefusedError(text, field="reader")
        return found.sections
    if not request.value("topics"):
        return ()
    try:
        topics = json.loads(request.value("topics"))
    except ValueError:
        raise HTTPException(422) from None
    if not (isinstance(topics, list) and all(isinstance(one, str) for one in topics)):
        raise HTTPException(422)
    return topics


def _as_sent_to(topics: Sequence[str], issue_run: IssueRun, request: ConsoleRequest) -> Draft:
    """The draft with the content of readers who chose these topics."""
    draft, translator = issue_run.stored_draft(), request.translator
    if not draft.shown:
        raise RefusedError(translator.gettext("The issue has no articles yet. Nothing was sent."))
    if not topics:
        return draft
    content = issue_run.topic_variants(draft)(topics).content
    if content is None:
        text = translator.gettext("The issue has no article of these topics: such readers get no message.")
        raise RefusedError(text, field="reader" if request.value("reader") else "topics")
    return replace(draft, rendered=content.rendered)


def _entry(console: Console, request: ConsoleRequest, issue_run: IssueRun, addresses: Collection[str]) -> AuditEntry:
    """The entry of the audit log, in which addresses are masked: each may be a reader's."""
    colleagues = set(_colleagues(console))
    named = [one if email_key(one) in colleagues else masked_address(one) for one in addresses]
    return console.entry(request, "test sent", issue_run.name, after=", ".join(named))


def _colleagues(console: Console) -> list[str]:
    """The addresses of the users who may sign in."""
    return [one.email for one in console.app.users.list() if one.disabled_at is None]


def _too_many(console: Console, translator: Translator) -> str:
    left = console.app.sent_tests.left(console.site.now)
    text = translator.gettext("%(most)s test messages an hour may be sent, and %(left)s are left. Nothing was sent.")
    return text % {"most": MOST, "left": left}


def _not_accepted(journal: UnrecordedJournal, number: int, translator: Translator) -> str:
    text = translator.gettext("The mail server accepted %(sent)s of %(all)s messages. It says: %(reply)s")
    values: Mapping[str, object] = {"sent": journal.outcomes[Outcome.SENT], "all": number, "reply": journal.reply}
    return text % values


def _not_sent(translator: Translator, why: str) -> str:
    return translator.gettext("The test was not sent: %(why)s") % {"why": why}


ROUTES = (
    ConsoleRoute("GET", "/next/test", form_page, Permission.EDIT),
    ConsoleRoute("POST", "/next/test", send, Permission.EDIT),
)
