"""What the rules of messages find that only a theme or a programmer can repair. Pure."""

from collections.abc import Callable

_Mark = Callable[[str], str]
NESTED = ("place", "link", "markup")
"""The placeholders whose values are phrases too."""


def phrases(_: _Mark) -> tuple[str, ...]:
    """All of them, in the order in which they are tried."""
    return (*_headers(_), *_body(_))


def _headers(_: _Mark) -> tuple[str, ...]:
    return (
        _("there must be one From with one mailbox, in ASCII"),
        _("the sender's domain is not %(domain)s"),
        _("there must be one To with one mailbox: the subscriber's"),
        _("there must be no Cc and no Bcc"),
        _("there must be one Subject that can be decoded"),
        _("it has control characters"),
        _("one of its lines is longer than %(number)s characters"),
        _("one of its encoded words is longer than %(number)s characters"),
        _("there must be one Date that can be read"),
        _("it is %(time)s, more than a day from now"),
        _("there must be one Message-ID, <token@domain>, on one line and without an address inside"),
        _("its domain is not %(domain)s"),
        _("there must be one MIME-Version: 1.0"),
        _("it must be multipart/alternative with text/plain first and text/html second"),
        _("each part must be in charset utf-8"),
        _("there must be one List-Unsubscribe with unencoded, unbroken addresses in angle brackets"),
        _("it contains the subscriber's address"),
        _("its first address must be %(url)s with an opaque token"),
        _("an https List-Unsubscribe needs List-Unsubscribe-Post: List-Unsubscribe=One-Click"),
        _("it offers one-click unsubscribe, but List-Unsubscribe has no https address"),
        _("there must be one List-Id: Name <digest.domain>"),
        _("there should be one Feedback-ID: issue:digest:site:senderid, the last of 5 to 15 characters"),
        _("there should be Auto-Submitted: auto-generated, which prevents vacation replies"),
        _("a digest should carry Precedence: bulk"),
        _("a line does not end with CRLF"),
        _("a line has %(number)s bytes; the limit is %(limit)s"),
        _("the headers are not ASCII"),
        _("a part contains bytes that its encoding (%(name)s) does not allow"),
        _("a part is 8bit, which only servers with 8BITMIME accept"),
        _("the domain that signs (d=) is not the domain of From or one above it: set [dkim] domain"),
        _("the envelope's sender must be bounce+TOKEN@domain"),
        _("SPF does not count, because smtp.bounce_domain is neither the domain of From nor below it"),
        _("%(name)s should be one https or mailto address in angle brackets"),
    )


def _body(_: _Mark) -> tuple[str, ...]:
    return (
        _("the html element has no lang"),
        _("it has no title"),
        _("it has no charset meta"),
        _("it has no viewport meta"),
        _("it has no color-scheme meta"),
        _("it has no supported-color-schemes meta"),
        _('a table has no role="presentation"'),
        _("it has no inlined styles"),
        _("it has %(markup)s"),
        _("%(markup)s, which mail must not contain"),
        _("the attribute %(name)s on %(tag)s"),
        _("a style sheet with @import"),
        _("a meta refresh"),
        _("a link that is not absolute: %(address)s"),
        _("an image without alt: %(address)s"),
        _("an image whose address is not absolute: %(address)s"),
        _("there is no HTML part"),
        _("the HTML part has no %(link)s link"),
        _("the text part has no %(link)s link"),
        _("unsubscribe"),
        _("preferences"),
        _("view online"),
        _("the text part is empty"),
        _("the %(place)s has %(text)s, which looks like a mistake in a template"),
        _("an address has %(text)s, which looks like a mistake in a template"),
        _("subject"),
        _("text part"),
        _("HTML part's attributes"),
        _("HTML part"),
        _("HTML"),
        _("text"),
        _("the %(place)s part has no postal address"),
    )
