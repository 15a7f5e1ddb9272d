"""The page Next issue: each edition's coming issue as it would be sent now, and the decisions about it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from zlib import crc32

from starlette.exceptions import HTTPException
from starlette.responses import Response

from digest.composing.editorial import in_force, latest_step, made_together
from digest.composing.order import next_places
from digest.composing.release import may_release
from digest.diagnostics.coming_issue import NextIssue, coming_issue, coming_outcome
from digest.diagnostics.phrases.alert_phrases import in_language
from digest.diagnostics.phrases.issue_phrases import finding_in_language, reason_in_language
from digest.errors import DigestError, IssueFrozenError
from digest.i18n import Translator
from digest.model.articles import RankedArticle
from digest.model.decisions import DecisionKind, Release, Review, ReviewAction
from digest.model.drafts import Draft
from digest.model.issues import EditorialChange, Issue, Slot
from digest.model.overrides import OverrideKind
from digest.model.users import Permission
from digest.parsing.canonical_key import canonical_key
from digest.parsing.urls import url_origin
from digest.pipeline import IssueRun
from digest.ranking.reason_sentence import reason_sentence
from digest.rendering.mail_views import VIEWS, embed_images
from digest.web.admin.audit_actions import change_names
from digest.web.admin.console import Console, ConsoleRequest, ConsoleRoute, RefusedError
from digest.web.framed_mail import framed_mail_headers
from digest.web.gateway import WITH_IMAGES

_BELOW_SHOWN = 10
_WITH_FRAME = {"content-security-policy": f"{WITH_IMAGES}; frame-src 'self'"}


@dataclass(frozen=True, kw_only=True)
class StoryRow:
    """An article as the page shows it: its place, why it has it, and the changes in force by kind.

    `image_url` is a picture that the policy of the page permits, empty where there is none. `reasons` are its own, each
    with whether it is in the language of the page; `up` and `down` are the places to which its buttons move it, None
    where there is none.
    """

    place: int
    ranked: RankedArticle
    image_url: str
    reason: str
    reasons: Sequence[tuple[str, bool]]
    changes: Mapping[str, EditorialChange]
    up: int | None
    down: int | None

    @property
    def latest_step(self) -> Sequence[EditorialChange]:
        """The changes that its button takes back."""
        in_order = sorted(self.changes.values(), key=lambda change: (change.override.at, change.id))
        return latest_step(in_order)

    def undone_names(self, kinds: Mapping[OverrideKind, str]) -> str:
        """What its button takes back, in words."""
        return ", ".join(kinds[change.override.kind] for change in self.latest_step)

    @property
    def anchor(self) -> str:
        """What its buttons are called in the page, wherever the article is."""
        return f"{crc32(self.ranked.article.key.encode()):08x}"


def next_page(console: Console, request: ConsoleRequest) -> Response:
    """The coming issue of the edition in the query."""
    return show_issue(console, request, run_of(console, request.query.get("edition", "")))


def show_issue(
    console: Console,
    request: ConsoleRequest,
    issue_run: IssueRun,
    refused: RefusedError | None = None,
    typed: Mapping[str, str] | None = None,
) -> Response:
    """The page, after a change that was `refused` with what was `typed`, by the names of the fields."""
    shared: dict[str, Any] = {
        "titles": console.site.issue_titles(request.translator),
        "kinds": change_names(request.translator),
        "edition": issue_run.edition.name,
        "slot": issue_run.slot,
        "typed": typed or {},
        "view": request.query.get("view", "light"),
    }
    try:
        shared |= _drafted(request, issue_run)
    except DigestError as error:
        return console.page(
            request, "next.html", 503, draft=None, problem=in_language(str(error), request.translator), **shared
        )
    return console.form_page(request, "next.html", refused, _WITH_FRAME, **shared)


def _drafted(request: ConsoleRequest, issue_run: IssueRun) -> dict[str, Any]:
    """What the page shows of the draft; raises DigestError where there is none."""
    changes = changes_of(issue_run)  # before the draft, which may have more
    seen = _version(issue_run, changes)
    draft, translator = issue_run.stored_draft(), request.translator
    known = coming_issue(issue_run, draft)
    own, chosen = url_origin(issue_run.app.settings.web.base_url), len(draft.issue.articles)
    rows = _story_rows(draft, changes, issue_run.edition.sections, translator, own)
    return {
        "draft": draft,
        "done": _came_to(request, draft.issue),
        "seen": seen,
        "coming": known.coming,
        "outcome": coming_outcome(known.coming, translator),
        "rows": rows[:chosen],
        "shared_reasons": _shared_reasons(draft, translator),
        "below": rows[chosen:],
        "changes": _named_changes(issue_run, changes, rows),
        "sections": _section_names(draft, issue_run.edition.sections),
        "texts": {change.override.kind: change for change in changes if not change.override.key},
        "kilobytes": round(len(known.message.content) / 1000) if known.message else 0,
        "findings": _findings(known, translator),
        "may_release": _may_release(issue_run, known.review, request),
    }


def _came_to(request: ConsoleRequest, issue: Issue) -> str:
    """What was done; of a change also that its article or another one stays out, or too few discussions are left."""
    done, key = request.query.get("done", ""), request.query.get("article")
    if done == "undiscussed" and not issue.most_discussed:
        return "few"
    if done not in {"changed", "placed"}:
        return done
    articles = (one.article for one in (*issue.articles, *issue.others))
    if key and key not in {name for one in articles for name in (one.key, canonical_key(one.url))}:
        return "absent"
    return "full" if done == "placed" and any(one.is_wanted for one in issue.others) else done


def _story_rows(
    draft: Draft, changes: list[EditorialChange], sections: Sequence[str], translator: Translator, own: str | None
) -> list[StoryRow]:
    """The articles of the issue, and the next ones."""
    by_article: dict[str, dict[str, EditorialChange]] = {}
    for change in changes:
        by_article.setdefault(change.override.key, {})[change.override.kind] = change
    shown, below = draft.issue.articles, draft.issue.others[:_BELOW_SHOWN]
    moves = [next_places(draft.issue.selected, place, sections) for place in range(1, len(shown) + 1)]
    moves += [(None, None)] * len(below)
    return [
        StoryRow(
            place=place,
            ranked=one,
            image_url=_permitted(one.article.image_url or "", own),
            reason=reason_sentence(one, translator),
            reasons=[_in_page(why.own, reason_in_language(why.own, translator)) for why in one.reasons if why.own],
            changes=by_article.get(one.article.key, {}),
            up=move[0],
            down=move[1],
        )
        for place, (one, move) in enumerate(zip((*shown, *below), moves, strict=True), 1)
    ]


def _permitted(image_url: str, own: str | None) -> str:
    """The address of a picture, unless the policy of the page refuses it: it permits https and our `own` origin."""
    return image_url if image_url.startswith("https://") or (own and url_origin(image_url) == own) else ""


def _shared_reasons(draft: Draft, translator: Translator) -> list[tuple[str, bool]]:
    """What is the same in the reasons of all articles."""
    common = dict.fromkeys(why.common for one in draft.issue.articles for why in one.reasons if why.common)
    return [_in_page(text, reason_in_language(text, translator)) for text in common]


def _findings(known: NextIssue, translator: Translator) -> list[tuple[str, str, bool]]:
    """The rules that the message breaks: error or warning, a sentence, and whether that is in the page's language."""
    _ = translator.gettext
    levels = {"error": _("error"), "warning": _("warning")}
    return [
        (levels[one.level], *_in_page(one.message, finding_in_language(one.message, translator)))
        for one in known.findings
    ]


def _in_page(english: str, translated: str) -> tuple[str, bool]:
    return translated, translated != english


def _section_names(draft: Draft, sections: Sequence[str]) -> list[str]:
    """The sections to which an article can be moved: those of the edition, else those of the day's articles."""
    articles = (*draft.issue.articles, *draft.issue.others)
    return list(sections) or sorted({one.article.section for one in articles if one.article.section})


def preview(console: Console, request: ConsoleRequest) -> Response:
    """The message in a frame: as mail apps show it, or its text part."""
    try:
        draft = run_of(console, request.query.get("edition", "")).stored_draft()
    except DigestError:
        raise HTTPException(503) from None  # the page around it says why
    headers = framed_mail_headers(console.site.pages.base_url, more_images="https:")
    view = request.query.get("view", "light")
    if view == "text":
        return Response(draft.rendered.text, media_type="text/plain", headers=headers)
    html = VIEWS.get(view, VIEWS["light"])(draft.rendered.html)
    html = embed_images(html, console.app.logo_content)  # it is not served before the issue is frozen
    return Response(html, media_type="text/html", headers=headers)


def decide(console: Console, request: ConsoleRequest) -> Response:
    """Hold the issue, approve it in spite of what the user saw, or let `digest run` send it now."""
    try:
        return _decide(console, request)
    except IssueFrozenError:
        return show_issue(console, request, run_of(console, request.value("edition")), RefusedError(gone(request), 409))


def _decide(console: Console, request: ConsoleRequest) -> Response:
    """`decide`; raises IssueFrozenError where the issue was made just now."""
    issue_run = run_of(console, request.value("edition"))
    if request.value("decision") not in set(DecisionKind):
        raise HTTPException(422)
    if str(issue_run.slot) != request.value("slot"):
        return show_issue(console, request, issue_run, RefusedError(gone(request), 409))
    edition, slot, now = issue_run.edition, issue_run.slot, console.site.now
    by, decisions = request.user.email, console.app.decisions
    if request.value("decision") == DecisionKind.HOLD:
        decisions.hold(
            edition.name, slot, ReviewAction(by=by, at=now), console.entry(request, "issue held", issue_run.name)
        )
        return console.see_other("/next", edition=edition.name, done="held")
    if request.value("seen") != _version(issue_run, changes_of(issue_run)):
        return show_issue(console, request, issue_run, RefusedError(has_changed(request.translator), 409))
    if not may_release(edition, console.app.review(edition, slot, issue_run.window), by):
        return show_issue(console, request, issue_run, RefusedError(_needs_another(request.translator), 409))
    at_once = request.value("decision") == DecisionKind.SEND
    if at_once and not coming_issue(issue_run, issue_run.stored_draft()).coming.can_be_made:
        return show_issue(console, request, issue_run, RefusedError(_cannot_be_made(request.translator), 409))
    seen = tuple(request.form.get("anomaly", ()))
    action = "issue sent now" if at_once else "issue approved"
    decisions.release(
        edition.name,
        slot,
        Release(by=by, at=now, anomalies=seen, at_once=at_once),
        console.entry(request, action, issue_run.name, after="; ".join(seen) or None),
    )
    return console.see_other("/next", edition=edition.name, done="sending" if at_once else "approved")


def run_of(console: Console, name: str) -> IssueRun:
    """The coming issue of an edition, empty: of the first one; raises HTTPException 404 for an unknown one."""
    app = console.app
    edition = next((one for one in app.settings.all_editions if name in {"", one.name}), None)
    if edition is None:
        raise HTTPException(404)
    return IssueRun.of(app, edition, app.coming_slot(edition))


def changes_of(issue_run: IssueRun) -> list[EditorialChange]:
    """The changes in force of the issue, oldest first."""
    app, day = issue_run.app, issue_run.slot.day
    return in_force(app.overrides.changes(issue_run.edition.name), day, today=day, now=app.clock.now())


def gone(request: ConsoleRequest) -> str:
    """What the page says where a form is about an issue that was made meanwhile; raises HTTPException 422."""
    try:
        day = Slot.parse(request.value("slot")).day
    except ValueError:
        raise HTTPException(422) from None
    text = request.translator.gettext("The issue of %(day)s is made and does not change any more. Nothing was stored.")
    return text % {"day": request.translator.full_date(day)}


def _version(issue_run: IssueRun, changes: Sequence[EditorialChange]) -> str:
    """What differs once somebody decides about the issue or changes it: nobody approves what they have not seen."""
    latest = max((one.id for one in changes), default=0)
    return f"{issue_run.app.decisions.last_id(issue_run.edition.name)}.{latest}.{len(changes)}"


def has_changed(translator: Translator) -> str:
    """What the page says where somebody changed what a form is about since it was shown."""
    return translator.gettext(
        "Nothing was changed: the issue has changed since you opened the page. This is how it is now."
    )


def _needs_another(translator: Translator) -> str:
    return translator.gettext("You edited this issue last. Somebody else has to approve it.")


def _cannot_be_made(translator: Translator) -> str:
    return translator.gettext("The issue was not sent: it has too few articles, or its message breaks a rule.")


def _may_release(issue_run: IssueRun, review: Review, request: ConsoleRequest) -> bool:
    """Whether the user may approve the issue or send it now."""
    return request.may(Permission.RELEASE) and may_release(issue_run.edition, review, request.user.email)


def _named_changes(
    issue_run: IssueRun, changes: Sequence[EditorialChange], rows: Sequence[StoryRow]
) -> list[tuple[EditorialChange, str]]:
    """The changes, the latest first, each with the title of its article; without one for a text of the issue."""
    shown = {row.ranked.article.key: row.ranked.article.title for row in rows}
    latest = [change for change, *_rest in reversed(made_together(changes))]
    keys = [one.override.key for one in latest]
    given = {one.override.key: one.override.value or "" for one in changes if one.override.kind is OverrideKind.TITLE}
    titles = issue_run.app.articles.titles(key for key in keys if key and key not in shown) | given | shown
    return [(change, titles.get(key, key)) for change, key in zip(latest, keys, strict=True)]


ROUTES = (
    ConsoleRoute("GET", "/next", next_page),
    ConsoleRoute("GET", "/next/preview", preview),
    ConsoleRoute("POST", "/next/decide", decide, Permission.RELEASE),
)
