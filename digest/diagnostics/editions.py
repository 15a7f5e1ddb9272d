"""Checks what an edition needs at its hour: its subject and its theme, tried on an issue of invented articles."""

from collections.abc import Iterator
from datetime import timedelta

from digest.app import App
from digest.composing.compose import Brief, compose
from digest.errors import ConfigurationError, RenderError, TemplateError
from digest.message.build import placeholder_links
from digest.model.articles import Article, Collected, Count, RankedArticle, Window
from digest.model.drafts import Draft
from digest.model.issues import Issue, Slot
from digest.operations.draft_messages import unrecorded_messages
from digest.settings.schema import EditionSettings

_REMEDY = "delete it to get that of the package, or begin it with {% extends %}"


def require_valid_editions(app: App) -> None:
    """Raise ConfigurationError if an issue of an edition could not be made, with a line for each edition.

    A logo that cannot be shown is a fault of the portal, so its line names no edition.
    """
    app.logo()
    faults = dict.fromkeys(_find_faults(app))  # a key that cannot be used is a fault of every edition
    if faults:
        raise ConfigurationError("\n".join(faults))


def _find_faults(app: App) -> Iterator[str]:
    for edition in app.settings.editions:
        try:
            issue = _invented_issue(app, edition)
        except ConfigurationError as error:
            yield str(error)
            continue
        try:
            draft = _draft(app, edition, issue)
        except (ConfigurationError, TemplateError, RenderError) as error:
            yield f"editions.{edition.name}.theme: {error}"
            continue
        try:
            unrecorded_messages(app, draft, ())
        except ConfigurationError as error:
            yield str(error)
            continue
        except RenderError as error:
            yield f"editions.{edition.name}.theme: {error}"
            continue
        bare = edition.model_copy(update={"slots": ()})
        if edition.slots and _draft(app, bare, issue).rendered.html == draft.rendered.html:
            yield f"editions.{edition.name}.slots: the issue.mjml of the theme {edition.theme} shows none; {_REMEDY}"


def _invented_issue(app: App, edition: EditionSettings) -> Issue:
    """An issue with one complete article and one that has only a title."""
    now = app.clock.now()
    brief = Brief(
        edition=edition.model_copy(update={"articles": "any"}),
        slot=Slot.of(now, app.zone),
        window=Window(start=now - timedelta(days=1), end=now),
        language=app.settings.language_of(edition),
    )
    section = edition.sections[0] if edition.sections else "Section"
    link = f"{app.settings.portal.url}/1"
    count = Count(value=1, taken_at=now)
    complete = Article(
        key="1",
        url=link,
        title="Title",
        published_at=now,
        summary=" ".join(["Summary"] * 8),  # a short one causes a warning about the preview text
        image_url=link,
        image_credit="Credit",
        section=section,
        author="Author",
        language=brief.language,
        sources=("source",),
    )
    plain = Article(
        key="2", url=link, title="Title", published_at=now, section=edition.sections[0] if edition.sections else None
    )
    ranked = [
        RankedArticle(article=complete, score=2.0, views=count, comments=count),
        RankedArticle(article=plain, score=1.0, views=None, comments=None),
    ]
    return compose(ranked, (), brief, app.translator(edition))


def invented_draft(app: App, edition: EditionSettings) -> Draft:
    """A draft of invented articles; raises DigestError where an issue of the edition could not be made."""
    return _draft(app, edition, _invented_issue(app, edition))


def _draft(app: App, edition: EditionSettings, issue: Issue) -> Draft:
    links = placeholder_links(app.identity_of(edition.name), edition.name, issue.slot)
    slots = [slot.model_copy(update={"since": None, "until": None}) for slot in edition.slots]
    rendered = app.renderer.render(issue, links, theme=edition.theme, portal=app.portal_of(edition), slots=slots)
    return Draft(issue=issue, rendered=rendered, collected=Collected(taken_at=app.clock.now(), reports=()))
