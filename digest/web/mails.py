"""The messages that the pages send: the confirmation of a sign-up, a reader's links, and about their data."""

from dataclasses import replace
from hashlib import sha256

from digest import tokens
from digest.i18n import Translator
from digest.message.build import placeholder_links
from digest.model.issues import Slot
from digest.model.web import RequestKind
from digest.rendering.system_page import Action, SystemPage
from digest.store.ledger.system_mail import SystemMessage
from digest.web.site import Site

CONFIRMATION, LINK = "confirmation", "link"


def confirmation(site: Site, translator: Translator) -> SystemMessage:
    """The message that asks whether its reader wants the newsletter."""
    _ = translator.gettext
    portal = _portal(site, translator)
    page = SystemPage(
        subject=_("Confirm your subscription: %(portal)s") % portal,
        heading=_("Confirm your subscription"),
        paragraphs=(
            _("Somebody, probably you, entered this address for the %(portal)s newsletter.") % portal,
            _("Follow the link to subscribe. It is valid for 7 days."),
        ),
        footnote=_("If this was not you, you can ignore this message: nothing changes without your confirmation."),
    )
    return _question(site, translator, site.today, page, _("Subscribe"))


def invitation(site: Site, translator: Translator, day: Slot) -> SystemMessage:
    """The message that asks a reader of an imported list whether they want the newsletter."""
    _ = translator.gettext
    portal = _portal(site, translator)
    page = SystemPage(
        subject=_("Do you still want our newsletter? %(portal)s") % portal,
        heading=_("Do you still want our newsletter?"),
        paragraphs=(
            _("Your address is on the list of the %(portal)s newsletter, which is sent in a new way from now on.")
            % portal,
            _("Follow the link to get it. It is valid for 7 days."),
        ),
        footnote=_("If you do not want it, you can ignore this message: without your confirmation you get no mail."),
    )
    return _question(site, translator, day, page, _("Yes, I want it"))


def _question(site: Site, translator: Translator, day: Slot, page: SystemPage, answer: str) -> SystemMessage:
    """The message with a button that confirms, and a link that refuses."""
    links = placeholder_links(site.app.sender_identity, CONFIRMATION, day)
    token = tokens.placeholder(site.secret, f"{CONFIRMATION}/{day}", tokens.CONFIRM)
    page = replace(
        page,
        action=Action(answer, f"{site.pages.base_url}/confirm/{token}"),
        links=(Action(translator.gettext("I did not request this"), links.unsubscribe),),
    )
    return _message(site, translator, CONFIRMATION, page, day)


def link_message(site: Site, translator: Translator) -> SystemMessage:
    """The message with a reader's personal links."""
    _ = translator.gettext
    portal, day = _portal(site, translator), site.today
    links = placeholder_links(site.app.sender_identity, LINK, day)
    page = SystemPage(
        subject=_("Your subscription: %(portal)s") % portal,
        heading=_("Your subscription"),
        paragraphs=(_("Here is the link to your subscription to the %(portal)s newsletter.") % portal,),
        action=Action(_("Change my subscription"), links.preferences or ""),
        links=(Action(_("Unsubscribe"), links.unsubscribe),),
        footnote=_("You get this message because somebody asked for it on our page. The links in it are personal."),
    )
    return _message(site, translator, LINK, page, day)


def request_message(site: Site, translator: Translator, kind: RequestKind) -> SystemMessage:
    """The message with the link that does one thing with a reader's data."""
    _ = translator.gettext
    heading, paragraph = {
        RequestKind.EXPORT: (
            _("Download your data"),
            _("With this link you get a file with everything that is stored about you for the %(portal)s newsletter."),
        ),
        RequestKind.ERASE: (
            _("Erase your data"),
            _("With this link you erase everything that is stored about you for the %(portal)s newsletter."),
        ),
        RequestKind.ADDRESS: (
            _("Change your address"),
            _("With this link you can have the %(portal)s newsletter sent to another address."),
        ),
    }[kind]
    portal, day = _portal(site, translator), site.today
    page = SystemPage(
        subject=f"{heading}: {portal['portal']}",
        heading=heading,
        paragraphs=(paragraph % portal, _("It works once, within an hour.")),
        action=Action(_("Open the page"), _request_link(site, kind, day)),
        footnote=_("Somebody asked for this on the page of your subscription. If this was not you, nothing changes."),
    )
    return _message(site, translator, kind, page, day)


def new_address_message(site: Site, translator: Translator) -> SystemMessage:
    """The message that asks the owner of an address whether a subscription may move there."""
    _ = translator.gettext
    portal, kind, day = _portal(site, translator), RequestKind.NEW_ADDRESS, site.today
    links = placeholder_links(site.app.sender_identity, kind, day)
    page = SystemPage(
        subject=_("Confirm your new address: %(portal)s") % portal,
        heading=_("Confirm your new address"),
        paragraphs=(
            _("Somebody, probably you, wants the %(portal)s newsletter sent to this address.") % portal,
            _("Follow the link to confirm it. It works once, within an hour."),
        ),
        action=Action(_("Confirm the address"), _request_link(site, kind, day)),
        links=(Action(_("I did not request this"), links.unsubscribe),),
        footnote=_("If this was not you, you can ignore this message: nothing changes without your confirmation."),
    )
    return _message(site, translator, kind, page, day)


def known_address_message(site: Site, translator: Translator) -> SystemMessage:
    """The message to an address that has an entry of its own, which stays as it is."""
    _ = translator.gettext
    portal = _portal(site, translator)
    page = SystemPage(
        subject=_("Your new address: %(portal)s") % portal,
        heading=_("Nothing was changed"),
        paragraphs=(
            _("Somebody, probably you, wants the %(portal)s newsletter sent to this address.") % portal,
            _("It is already in our list, so we cannot move another subscription to it."),
            _("You can subscribe with this address on our page, and unsubscribe the other one."),
        ),
        action=Action(_("Subscribe"), f"{site.pages.base_url}/subscribe"),
        footnote=_("If this was not you, you can ignore this message."),
    )
    return _message(site, translator, RequestKind.NEW_ADDRESS, page, site.today)


def moved_message(site: Site, translator: Translator, address: str) -> SystemMessage:
    """The notice to the former address, without a link that does something; `address` is masked."""
    _ = translator.gettext
    portal = _portal(site, translator)
    page = SystemPage(
        subject=_("Your address was changed: %(portal)s") % portal,
        heading=_("Your address was changed"),
        paragraphs=(
            _("The %(portal)s newsletter now goes to %(address)s, and no longer to this address.")
            % {**portal, "address": address},
            _("If this was not you, please write to us."),
        ),
        footnote=_("You get this message because this address was subscribed."),
    )
    return _message(site, translator, RequestKind.MOVED, page, site.today)


def _request_link(site: Site, kind: RequestKind, day: Slot) -> str:
    return f"{site.pages.base_url}/request/{tokens.placeholder(site.secret, f'{kind}/{day}', tokens.REQUEST)}"


def _message(site: Site, translator: Translator, purpose: str, page: SystemPage, day: Slot) -> SystemMessage:
    content = site.rendered_mail(page, translator.language)
    return SystemMessage(
        purpose=purpose,
        language=translator.language,
        day=day,
        key=sha256(f"{content.subject}{content.html}{content.text}".encode()).hexdigest()[:16],
        content=content,
        on_unknown="resend",
        dkim_selector=site.app.dkim_selector,
    )


def _portal(site: Site, translator: Translator) -> dict[str, str]:
    """The name of the portal in the translator's language, as texts have it."""
    return {"portal": site.pages.portal_in(translator.language).name}
