"""The messages of an issue that is not frozen: for previews, tests and checks; nothing about them is recorded."""

from collections.abc import Iterable, Iterator, Mapping

from digest.app import App
from digest.errors import ConfigurationError
from digest.message.build import encode, personalise, placeholder_links
from digest.message.header_rules import check_message
from digest.model.deliveries import Claim, Outgoing
from digest.model.drafts import Draft
from digest.model.issues import Finding, Issue, Rendered, Variant
from digest.model.pictures import PictureSize, ServedPicture
from digest.rendering.foreign_texts import foreign_texts
from digest.settings.schema import EditionSettings

EXAMPLE_ADDRESS = "reader@localhost.example"
"""The recipient of a preview or a test where there is no other."""


def render(
    app: App,
    edition: EditionSettings,
    issue: Issue,
    redirects: Mapping[str, str] | None = None,
    pictures: Mapping[PictureSize, ServedPicture] | None = None,
) -> Rendered:
    """The issue in its edition's theme, with placeholders for personal links; raises what the renderer raises."""
    try:
        app.renderer.themes.require(edition.theme)
    except ConfigurationError as error:
        raise ConfigurationError(f"editions.{edition.name}.theme: {error}") from None
    links = placeholder_links(app.identity_of(edition.name), edition.name, issue.slot)
    return app.renderer.render(
        issue,
        links,
        theme=edition.theme,
        portal=app.portal_of(edition),
        redirects=redirects,
        pictures=pictures,
        slots=edition.slots,
    )


def recipient(address: str, name: str | None = None) -> Claim:
    """The recipient of a message that has no row in the ledger: of a test or a preview."""
    return Claim(delivery_id=0, variant_id=0, issue_id=0, address=address, name=name, tries=0, token="")


def unrecorded_messages(app: App, draft: Draft, recipients: Iterable[Claim]) -> Iterator[Outgoing]:
    """The draft as a message to each recipient, as it would be sent, but recorded nowhere."""
    variant = Variant(
        id=0,
        issue_id=0,
        edition=draft.issue.edition,
        slot=draft.issue.slot,
        frozen_at=app.clock.now(),
        rendered=draft.rendered,
    )
    template = encode(variant, app.identity_of(variant.edition), app.signer_of(app.dkim_selector))
    return (personalise(template, one) for one in recipients)


def example_message(app: App, draft: Draft) -> Outgoing:
    """The draft as a message to nobody in particular."""
    (message,) = unrecorded_messages(app, draft, [recipient(EXAMPLE_ADDRESS)])
    return message


def check_draft(app: App, draft: Draft, message: Outgoing) -> list[Finding]:
    """The rules that a message of the draft breaks."""
    edition = app.settings.edition(draft.issue.edition)
    portal = app.settings.portal_of(edition)
    return check_message(
        message.content,
        own_domain=app.identity_of(draft.issue.edition).sender.domain,
        base_url=app.settings.web.base_url,
        now=app.clock.now(),
        foreign=foreign_texts(draft.issue, portal, edition.slots),
        postal_address=portal.postal_address,
        envelope_sender=message.sender,
    )


def of_level_error(findings: Iterable[Finding]) -> list[Finding]:
    """Those for which a message is not sent."""
    return [finding for finding in findings if finding.level == "error"]


def broken_rules(app: App, draft: Draft) -> str:
    """The rules of level error that the draft's message breaks; empty where it breaks none."""
    errors = of_level_error(check_draft(app, draft, example_message(app, draft)))
    return "; ".join(f"rule {finding.rule}: {finding.message}" for finding in errors)
