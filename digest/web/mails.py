"""The messages that the pages send: the confirmation of a sign-up, and a reader's links."""

from hashlib import sha256

from digest import tokens
from digest.i18n import Translator
from digest.message.build import placeholder_links
from digest.model.issues import Slot
from digest.rendering.system_page import Action, SystemPage
from digest.store.system_mail import SystemMessage
from digest.web.site import Site

CONFIRMATION, LINK = "confirmation", "link"


def confirmation(site: Site, translator: Translator, day: Slot) -> SystemMessage:
    """The message that asks whether its reader wants the newsletter."""
    _ = translator.gettext
    portal, links = site.app.settings.portal.name, placeholder_links(site.app.sender_identity, CONFIRMATION, day)
    token = tokens.placeholder(site.secret, f"{CONFIRMATION}/{day}", tokens.CONFIRM)
    page = SystemPage(
        subject=_("Confirm your subscription: %(portal)s") % {"portal": portal},
        heading=_("Confirm your subscription"),
        paragraphs=(
            _("Somebody, probably you, entered this address for the %(portal)s newsletter.") % {"portal": portal},
            _("Press the button to subscribe. The link is valid for 7 days."),
        ),
        action=Action(_("Subscribe"), f"{site.pages.base_url}/confirm/{token}"),
        links=(Action(_("I did not request this"), links.unsubscribe),),
        footnote=_("If it was not you, you need not do anything: without your confirmation nothing changes."),
    )
    return _message(site, translator, CONFIRMATION, page)


def link_message(site: Site, translator: Translator, day: Slot) -> SystemMessage:
    """The message with a reader's personal links."""
    _ = translator.gettext
    portal, links = site.app.settings.portal.name, placeholder_links(site.app.sender_identity, LINK, day)
    page = SystemPage(
        subject=_("Your subscription: %(portal)s") % {"portal": portal},
        heading=_("Your subscription"),
        paragraphs=(_("Here is the link to your subscription to the %(portal)s newsletter.") % {"portal": portal},),
        action=Action(_("Change my subscription"), links.preferences or ""),
        links=(Action(_("Unsubscribe"), links.unsubscribe),),
        footnote=_("You get this message because somebody asked for it on our page. The links in it are personal."),
    )
    return _message(site, translator, LINK, page)


def _message(site: Site, translator: Translator, purpose: str, page: SystemPage) -> SystemMessage:
    content = site.app.system_mail_renderer.render(page, translator.language)
    return SystemMessage(
        purpose=purpose,
        language=translator.language,
        key=sha256(f"{content.subject}{content.html}{content.text}".encode()).hexdigest()[:16],
        content=content,
        on_unknown="resend",
        dkim_selector=site.app.dkim_selector,
    )
