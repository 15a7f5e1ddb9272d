"""What the checks of DNS say: addresses, SPF, DKIM and DMARC. Pure."""

from collections.abc import Callable

_Mark = Callable[[str], str]


def phrases(_: _Mark) -> tuple[str, ...]:
    """All of them, in the order in which they are tried."""
    return (*_lookups(_), *_spf(_), *_dkim(_), *_dmarc(_))


def _lookups(_: _Mark) -> tuple[str, ...]:
    return (
        _("no name server answered for %(name)s (%(kind)s): %(reason)s"),
        _("a name server refers to others instead of answering for %(name)s (%(kind)s)"),
        _("try again; if it persists, check the name servers of the domain"),
        _("this machine has no name servers"),
        _("add one to /etc/resolv.conf"),
        _("timed out"),
        _("all of them failed"),
        _("not a valid answer"),
        _("the mail server runs on this machine, which has a private address; receivers see another one"),
        _("%(name)s has no public address, so receivers see another one"),
        _("compare with the address that your provider or router shows"),
        _("%(domain)s accepts no mail (a null MX), so %(use)s are lost"),
        _("%(domain)s has no MX record; its address takes %(use)s"),
        _("%(domain)s has neither an MX record nor an address, so %(use)s are lost"),
        _("no MX host of %(domain)s has an address: %(names)s"),
        _("MX hosts of %(domain)s without an address: %(names)s"),
        _("correct the names"),
        _("correct or remove them"),
        _("replies"),
        _("bounces"),
        _("%(address)s (%(name)s) has no PTR record, so Gmail refuses its mail"),
        _("the name of %(address)s, %(name)s, does not lead back to it"),
        _("%(address)s is %(name)s, but the mail server calls itself %(own)s"),
        _("%(address)s is %(name)s, which leads back to it"),
        _("ask the owner of the address (your hosting provider) to set its reverse DNS to the mail server's name"),
        _("publish: %(record)s"),
        _("correct the TXT record"),
        _("“%(term)s” is not written as name=value"),
        _("%(name)s= occurs twice"),
    )


def _spf(_: _Mark) -> tuple[str, ...]:
    return (
        _("%(domain)s has no SPF record"),
        _("receivers cannot use the SPF record of %(domain)s: %(problem)s"),
        _("the SPF record of %(domain)s permits every address (+all)"),
        _("end it with ~all or -all"),
        _("the SPF record of %(domain)s says nothing about other addresses"),
        _("what the SPF record of %(domain)s says about other addresses: redirect= has a macro"),
        _("the SPF record of %(domain)s uses ptr, which receivers skip (RFC 7208, 5.5)"),
        _("name ip4: or include:"),
        _("%(domain)s: one record, %(number)s of %(most)s look-ups, ends in %(end)s"),
        _("the SPF record of %(domain)s needs %(number)s look-ups; receivers stop after %(most)s"),
        _("remove what no longer sends, or replace include: by ip4:"),
        _("the SPF record of %(domain)s names %(number)s hosts that do not exist; receivers stop after %(most)s"),
        _("remove them"),
        _("whether SPF permits the mail server: %(problem)s"),
        _("the SPF record of %(domain)s permits %(name)s"),
        _("the SPF record of %(domain)s does not permit %(name)s: %(result)s"),
        _("add the include: that your provider names, unless it sends from other addresses"),
        _("add %(address)s"),
        _("redirect leads to %(domain)s, which has no SPF record"),
        _("redirect leads in a circle"),
        _("its records refer to each other in a circle"),
        _("%(domain)s has %(number)s SPF records; only one is allowed"),
        _("the SPF record of %(domain)s: %(problem)s"),
        _("it includes %(domain)s, which has no SPF record"),
        _("it does not begin with v=spf1"),
        _("%(name)s= occurs twice or has no domain"),
        _("“%(term)s” is not a term of SPF"),
        _("“%(term)s” may not have a prefix length"),
        _("“%(term)s” has no domain"),
        _("“%(term)s” may not have a domain"),
        _("“%(term)s” is not an address or a network"),
        _("“%(term)s” is of the other version of IP"),
        _("“%(term)s” has no valid prefix length"),
    )


def _dkim(_: _Mark) -> tuple[str, ...]:
    return (
        _("Digest does not sign messages; Gmail, Yahoo and Microsoft refuse bulk mail without DKIM"),
        _("`digest init --dkim`, unless your mail server signs for the domain in From"),
        _("`digest init --dkim` makes a key"),
        _("`digest init --dkim` makes one"),
        _("let the user that runs Digest read it"),
        _("%(name)s has no DKIM record"),
        _("%(name)s has %(number)s DKIM records, and receivers may take the wrong one"),
        _("the DKIM record %(name)s: %(problem)s"),
        _("v=DKIM1 must be its first tag"),
        _("it has no p= with the key"),
        _("the key in p= is not base64"),
        _("%(name)s is in test mode (t=y): receivers may ignore the signatures"),
        _("remove t=y from the record"),
        _("the key %(name)s is revoked (empty p=)"),
        _("`digest dkim rotate` makes the next one"),
        _("%(name)s is not an RSA key"),
        _("%(name)s is another key than the one that signs"),
        _("%(name)s is not for mail signed with SHA-256 (h=, s=)"),
        _("remove h= and s= from the record"),
        _("%(name)s is our key, %(number)s bits"),
        _("another `dkim.key` or `dkim.selector` signs than the one that is published; compare them"),
        _("the signature of a message made now is not valid: %(problem)s"),
        _("it has no DKIM-Signature"),
        _("its DKIM-Signature cannot be read"),
        _("its body is not the one that was signed"),
        _("its headers are not those that were signed, or the key is another one"),
        _("please report this: the headers that are signed cannot be configured"),
        _("a message made now has a valid signature over every header that receivers require"),
        _("the signature does not cover %(names)s"),
        _("the signature covers only a part of the body (l=)"),
        _("the signature breaks when a server on the way changes spaces: expected c=relaxed/relaxed"),
        _("some receivers know only signatures with a=rsa-sha256"),
        _("dkim.key: %(file)s cannot be read: %(reason)s"),
        _("dkim.key: %(file)s is not an RSA key, which some receivers require"),
        _("dkim.key: %(file)s has %(number)s bits; expected at least %(least)s"),
        _("is not a private key in PEM format without a password"),
    )


def _dmarc(_: _Mark) -> tuple[str, ...]:
    return (
        _("%(domain)s has no DMARC record, which Gmail, Yahoo and Microsoft require"),
        _("%(name)s has %(number)s DMARC records, so receivers ignore all of them"),
        _("the DMARC record of %(domain)s has no valid p="),
        _("the DMARC record of %(domain)s has %(tags)s, which RFC 9989 removed"),
        _("remove it from the record"),
        _("the DMARC record of %(domain)s is in test mode (t=y): receivers do not apply its policy"),
        _("remove t=y once the reports show no failures"),
        _("the DMARC record of %(domain)s: %(problem)s"),
        _("it does not begin with v=DMARC1"),
        _("%(domain)s: p=%(policy)s, from %(other)s"),
        _("the signature of %(domain)s (d=) is not aligned with From (%(sender)s)"),
        _("set [dkim] domain to it"),
        _("the bounce domain %(domain)s is not aligned with From (%(sender)s), so SPF does not count"),
        _("set smtp.bounce_domain to a domain below it"),
        _("%(domain)s is aligned by DKIM and SPF"),
        _("%(domain)s is aligned by DKIM"),
        _("%(domain)s is aligned by SPF alone"),
        _("whether %(host)s takes reports about %(domain)s: %(problem)s"),
        _("%(host)s has not agreed to get reports about %(domain)s, so none are sent"),
        _("it publishes: %(record)s; else name another address"),
        _("add p=none, p=quarantine or p=reject"),
    )
