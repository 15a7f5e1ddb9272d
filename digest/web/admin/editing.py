"""Changes of the next issue from the console: the same rows as those of `digest edit`."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from starlette.exceptions import HTTPException
from starlette.responses import Response

from digest.composing.editorial import cleaned_text, cleaned_words, latest_step, section_fault, undone_with
from digest.composing.order import can_stand_at, places_after_move
from digest.diagnostics.phrases.alert_phrases import in_language
from digest.errors import EditConflictError, IssueFrozenError
from digest.model.issues import EditorialChange
from digest.model.overrides import Override, OverrideKind
from digest.model.users import AuditEntry, Permission
from digest.parsing.canonical_key import canonical_key
from digest.parsing.urls import web_url
from digest.pipeline import IssueRun
from digest.web.admin.console import Console, ConsoleRequest, ConsoleRoute, RefusedError, row_number
from digest.web.admin.next_issue import changes_of, gone, has_changed, run_of, show_issue

_PASSAGES = (OverrideKind.SUBJECT, OverrideKind.PREHEADER, OverrideKind.INTRO, OverrideKind.CLOSING)
_WORDS = (OverrideKind.TITLE, OverrideKind.SUMMARY, OverrideKind.SECTION)
_WEIGHTS = {"1.4", "0.7", "-0.7"}


@dataclass(frozen=True, slots=True)
class _FormChange:
    """What a form changes: an article by its key, or for an empty key the issue."""

    key: str
    kind: OverrideKind
    value: str | None


def place_article(console: Console, request: ConsoleRequest) -> Response:
    """Put an article first, keep it out, or bring it in."""
    issue_run, action = run_of(console, request.value("edition")), request.value("action")
    url = _article(console, request)
    if action not in {OverrideKind.PIN, OverrideKind.DROP, OverrideKind.ADD}:
        raise HTTPException(422)
    change = _FormChange(canonical_key(url), OverrideKind(action), url if action == OverrideKind.ADD else None)
    return _keep_changes(console, request, issue_run, [change])


def move_article(console: Console, request: ConsoleRequest) -> Response:
    """Give an article a place, and those with a place that it displaces their new ones."""
    issue_run, key = run_of(console, request.value("edition")), canonical_key(_article(console, request))
    try:
        wanted = _places(request, issue_run, key, request.value("to"))
    except RefusedError as refused:
        return show_issue(console, request, issue_run, refused)
    return _keep_changes(console, request, issue_run, wanted, f"row-{wanted[0].value}")


def reword_article(console: Console, request: ConsoleRequest) -> Response:
    """Store those words of an article that differ from what the user saw, its weight and its place."""
    issue_run, key = run_of(console, request.value("edition")), canonical_key(_article(console, request))
    try:
        wanted = [*_words(request, issue_run, key), *_weight(request, key)]
        if request.value("place") != request.value("was_place"):
            wanted += _places(request, issue_run, key, request.value("place"))
    except RefusedError as refused:
        return _show_refused(console, request, issue_run, refused)
    return _keep_changes(console, request, issue_run, wanted)


def add_link(console: Console, request: ConsoleRequest) -> Response:
    """Bring in an article that no source lists, with its title."""
    issue_run = run_of(console, request.value("edition"))
    try:
        link, title = _link(request)
    except RefusedError as refused:
        return _show_refused(console, request, issue_run, refused)
    url = console.app.articles.present_url(link)
    key = canonical_key(url)  # its title first: without it the issue would show the address
    wanted = [_FormChange(key, OverrideKind.TITLE, title), _FormChange(key, OverrideKind.ADD, url)]
    return _keep_changes(console, request, issue_run, wanted)


def write_texts(console: Console, request: ConsoleRequest) -> Response:
    """Store those texts of the issue that differ from what the user saw."""
    issue_run = run_of(console, request.value("edition"))
    changed = [kind for kind in _PASSAGES if request.text(kind).split() != request.text(f"was_{kind}").split()]
    try:
        wanted = [_FormChange("", kind, _cleaned(request, cleaned_text, kind, kind)) for kind in changed]
    except RefusedError as refused:
        return _show_refused(console, request, issue_run, refused)
    return _keep_changes(console, request, issue_run, wanted)


def undo(console: Console, request: ConsoleRequest) -> Response:
    """Take a change back: what it replaced holds again."""
    return _undo(console, request, lambda change, stored: undone_with(change.id, stored))


def undo_latest(console: Console, request: ConsoleRequest) -> Response:
    """Take back what the latest command or click did to the article of a change."""
    return _undo(console, request, lambda change, stored: latest_step(stored, change.override.key))


def _undo(
    console: Console,
    request: ConsoleRequest,
    undone_by: Callable[[EditorialChange, Sequence[EditorialChange]], Sequence[EditorialChange]],
) -> Response:
    """Undo what `undone_by` finds of the named change among those of the issue, unless something else holds by now."""
    issue_run = run_of(console, request.value("edition"))
    if str(issue_run.slot) != request.value("slot"):
        return show_issue(console, request, issue_run, RefusedError(gone(request), 409))
    number, edition = row_number(request.value("change")), issue_run.edition.name
    changes = console.app.overrides.changes(edition)
    stored = [one for one in changes if one.slot in {None, issue_run.slot}]
    named = next((one for one in stored if one.id == number), None)
    undone = [] if named is None else undone_by(named, stored)
    if named is not None and not (named in undone and named in changes_of(issue_run)):
        replaced = RefusedError(has_changed(request.translator), 409)
        return show_issue(console, request, issue_run, replaced)
    if _leaves_untitled(console, undone, stored):
        text = request.translator.gettext("No source lists this article, so it needs a title. Undo that it was added.")
        return show_issue(console, request, issue_run, RefusedError(text))
    entry = console.entry(request, "change undone", issue_run.name, before=_described(undone))
    by, now = request.user.email, console.app.clock.now()
    try:
        console.app.overrides.undo(edition, undone, by, now, entry, unfrozen=issue_run.slot)
    except IssueFrozenError:
        return show_issue(console, request, run_of(console, edition), RefusedError(gone(request), 409))
    return console.see_other("/next", edition=edition, done="undone")


def _leaves_untitled(console: Console, undone: Sequence[EditorialChange], stored: Sequence[EditorialChange]) -> bool:
    """Whether readers would see the address of an added article in place of a title."""
    left = {(one.override.key, one.override.kind) for one in stored if one not in undone}
    keys = {one.override.key for one in undone if one.override.kind is OverrideKind.TITLE}
    added = {key for key in keys if (key, "add") in left and (key, "title") not in left}
    return bool(added - console.app.listed_articles(added).keys())


def _show_refused(console: Console, request: ConsoleRequest, issue_run: IssueRun, refused: RefusedError) -> Response:
    """The page with what was typed, and the field that was refused."""
    return show_issue(console, request, issue_run, refused, _typed(request))


def _article(console: Console, request: ConsoleRequest) -> str:
    """The address of the form's article, which may have moved since the page was made; raises HTTPException 422."""
    url = web_url(request.value("url"))
    if url is None:
        raise HTTPException(422)
    return console.app.articles.present_url(url)


def _words(request: ConsoleRequest, issue_run: IssueRun, key: str) -> list[_FormChange]:
    changed = [kind for kind in _WORDS if request.value(kind).split() != request.value(f"was_{kind}").split()]
    words = {kind: _cleaned(request, cleaned_words, kind, kind) for kind in changed}
    if empty := [kind for kind, word in words.items() if not word]:
        text = request.translator.gettext("An empty text changes nothing. Undo brings the source's text back.")
        raise RefusedError(text, field=empty[0])
    section = words.get(OverrideKind.SECTION)
    if section and (fault := section_fault(section, issue_run.edition)):
        raise RefusedError(in_language(fault, request.translator), field=OverrideKind.SECTION)
    return [_FormChange(key, kind, value) for kind, value in words.items()]


def _link(request: ConsoleRequest) -> tuple[str, str]:
    """The address and the title of the form for a link; raises RefusedError."""
    link = web_url(request.value("link"))
    title = _cleaned(request, cleaned_words, OverrideKind.TITLE, "link_title")
    if link is None or not title:
        text = request.translator.gettext("An added link needs an address that begins with https:// and a title.")
        raise RefusedError(text, field="link" if link is None else "link_title")
    return link, title


def _cleaned(request: ConsoleRequest, clean: Callable[[str, str], str], kind: OverrideKind, field: str) -> str:
    """The text of a field as it is stored; raises RefusedError."""
    try:
        return clean(kind, request.text(field))
    except ValueError as error:
        raise RefusedError(in_language(str(error), request.translator), field=field) from None


def _weight(request: ConsoleRequest, key: str) -> list[_FormChange]:
    weight = request.value("boost")
    return [_FormChange(key, OverrideKind.BOOST, weight)] if weight in _WEIGHTS else []


def _places(request: ConsoleRequest, issue_run: IssueRun, key: str, typed: str) -> list[_FormChange]:
    """The place of the article, first, and the new ones of those that it displaces."""
    if str(issue_run.slot) != request.value("slot"):
        raise RefusedError(gone(request), 409)
    issue, sections, _ = issue_run.stored_draft().issue, issue_run.edition.sections, request.translator.gettext
    place, last = row_number(typed), len(issue.selected)
    one = next((one for one in (*issue.articles, *issue.others) if one.article.key == key), None)
    if one is None:
        raise RefusedError(_("This article is not in the issue any more. Nothing was stored."))
    if place is None or not 1 <= place <= last:
        text = _("A place is a number from 1 to %(last)s. Nothing was stored.")
        raise RefusedError(text % {"last": request.translator.number(last)}, field="place")
    is_shown = any(other.article.key == key for other in issue.selected)
    if is_shown and not can_stand_at(issue.selected, one, place, sections):
        text = _("Articles of one section stay together, so this one cannot have place %(place)s.")
        raise RefusedError(text % {"place": request.translator.number(place)}, field="place")
    places = places_after_move(issue.selected, one, place, sections)
    others = (_FormChange(other, OverrideKind.PIN, str(at)) for other, at in places.items() if other != key)
    return [_FormChange(key, OverrideKind.PIN, str(place)), *others]


def _keep_changes(
    console: Console,
    request: ConsoleRequest,
    issue_run: IssueRun,
    wanted: Sequence[_FormChange],
    fragment: str = "",
) -> Response:
    """Keep changes for this issue, all of them, unless others than the user saw hold by now; then none."""
    if str(issue_run.slot) != request.value("slot"):
        return show_issue(console, request, issue_run, RefusedError(gone(request), 409), _typed(request))
    by, now = request.user.email, console.app.clock.now()
    name, slot = issue_run.edition.name, issue_run.slot
    if not wanted:
        return console.see_other("/next", edition=name, done="same")
    made = [Override(key=one.key, kind=one.kind, value=one.value, by=by, at=now) for one in wanted]
    seen = [_seen(request, one.kind) if one.key == made[0].key else None for one in made]
    entries = [_change_entry(console, request, issue_run, one) for one in made]
    try:
        console.app.overrides.add_together(name, slot, made, seen=seen, entries=entries, unfrozen=slot)
    except EditConflictError as conflict:
        refused = RefusedError(_conflict_text(request, conflict), 409)
        return show_issue(console, request, issue_run, refused, _typed(request))
    except IssueFrozenError:
        return show_issue(console, request, run_of(console, name), RefusedError(gone(request), 409), _typed(request))
    # The page that is shown next says what came of it: the issue is made once. Articles that one displaces are in it.
    article = "" if made[0].kind is OverrideKind.DROP else made[0].key
    return console.see_other("/next", fragment=fragment, edition=name, done=_done(request, made), article=article)


def _done(request: ConsoleRequest, made: Sequence[Override]) -> str:
    if request.value("of") == "discussion":
        return "undiscussed"
    return "placed" if any(one.kind in {OverrideKind.ADD, OverrideKind.PIN} for one in made) else "changed"


def _conflict_text(request: ConsoleRequest, conflict: EditConflictError) -> str:
    _ = request.translator.gettext
    if conflict.at is None:
        return _("This has changed since you opened the page. Check it, then save again if you like.")
    text = _("Changed by %(name)s at %(time)s. Check it, then save again if you like.")
    return text % {"name": conflict.by, "time": request.translator.time(conflict.at)}


def _change_entry(console: Console, request: ConsoleRequest, issue_run: IssueRun, made: Override) -> AuditEntry:
    subject = f"{issue_run.name} {made.key}".strip()
    return console.entry(request, f"{made.kind} changed", subject, after=made.value)


def _seen(request: ConsoleRequest, kind: str) -> int | None:
    """The change of that kind that the user saw; None in a form that names none, 422 for what is no number."""
    named = request.value(f"seen_{kind}")
    number = row_number(named)
    if named and number is None:
        raise HTTPException(422)
    return number


def _typed(request: ConsoleRequest) -> dict[str, str]:
    """The fields of the form, so that no text is lost."""
    return {name: request.text(name) for name in request.form if name != "csrf_token"}


def _described(changes: Sequence[EditorialChange]) -> str:
    return "; ".join(f"{one.override.kind} {one.override.key} {one.override.value or ''}".strip() for one in changes)


_EDIT = Permission.EDIT
ROUTES = (
    ConsoleRoute("POST", "/next/article", place_article, _EDIT),
    ConsoleRoute("POST", "/next/move", move_article, _EDIT),
    ConsoleRoute("POST", "/next/words", reword_article, _EDIT),
    ConsoleRoute("POST", "/next/link", add_link, _EDIT),
    ConsoleRoute("POST", "/next/texts", write_texts, _EDIT),
    ConsoleRoute("POST", "/next/undo", undo, _EDIT),
    ConsoleRoute("POST", "/next/back", undo_latest, _EDIT),
)
