"""What the checks of an installation, its sources, its mail server and its audience say. Pure."""

from collections.abc import Callable

_Mark = Callable[[str], str]


def phrases(_: _Mark) -> tuple[str, ...]:
    """All of them, in the order in which they are tried."""
    return (
        *_configuration(_),
        *_machine(_),
        *_sources(_),
        *_mail_server(_),
        *_bounces(_),
        *_alerts_and_pages(_),
        *_messages_and_themes(_),
        *_audience(_),
    )


def _configuration(_: _Mark) -> tuple[str, ...]:
    return (
        _("the configuration names no source"),
        _("add [[sources]]"),
        _("correct it in the configuration"),
        _("correct it in the configuration or in .env"),
        _("correct the name in the configuration"),
        _("summary.command: there is no program %(name)s"),
        _("correct it, or make the file executable"),
        _("read; sources: %(number)s, editions: %(names)s"),
        _("no source has a section “%(name)s”"),
        _("did you mean “%(name)s”? there are: %(names)s"),
        _("there are: %(names)s"),
        _("editions.%(name)s.slots: the issue.mjml of the theme %(theme)s shows none"),
        _("delete it to get that of the package, or begin it with %(tag)s"),
        _("the database or the configuration does not work"),
        _("see the checks `database` and `configuration`"),
        _("see the check `configuration`"),
        _("not finished within %(number)s s"),
        _("repeat it with --only"),
        _("the check itself failed (%(error)s)"),
        _("see the log of `digest -v check`, and report it"),
        _("%(name)s is reserved for examples and tests, and has no public DNS records"),
        _("%(name)s is reserved for examples and tests, and cannot be reached"),
    )


def _machine(_: _Mark) -> tuple[str, ...]:
    return (
        _("only their owner and group can read the files with secrets (%(names)s)"),
        _("no such file"),
        _("every user of this machine can change %(file)s"),
        _("every user of this machine can read %(file)s"),
        _("%(kind)s: reachable, up to date and writable; %(size)s"),
        _("PostgreSQL waits until a standby has each commit, and no standby is connected: all writes hang"),
        _("start the standby, or empty synchronous_standby_names in the server's postgresql.conf and reload it"),
        _("PostgreSQL does not tell which server it is, so a failover is not noticed"),
        _("docs/database.md says under Failover what to do"),
        _("nothing is sent until it works; a running `digest run` tries again, a new one ends at once"),
        _("until then `digest run` ends at once"),
        _("free some space, or move the installation"),
        _("%(size)s KB"),
        _("%(size)s MB"),
        _("%(size)s GB"),
        _("it agrees with that of %(other)s"),
        _("the database server"),
        _("synchronise the clock, for example with chrony or systemd-timesyncd"),
        _("the clock shows %(shown)s, and Digest last worked on %(day)s: nothing old is deleted for now"),
        _("the clock shows %(shown)s, and Digest has already worked on %(day)s: one of them is wrong"),
        _("set the clock right; if it is right, as after a long standstill: digest check --clock-is-right"),
        _("no `digest run`, `serve` or `worker` is running"),
        _("one DIGEST_SECRET and one configuration: %(names)s"),
        _("DIGEST_SECRET on %(host)s is not that of %(names)s"),
        _("links in mail of one fail on the pages of the other"),
        _("set the same DIGEST_SECRET in .env on every host, or on none, and restart all processes"),
        _("%(key)s in the configuration on %(host)s is not what these have read: %(names)s"),
        _("make the configuration the same on every host, and restart all processes"),
        _("no clock to compare it with: %(url)s cannot be reached (%(reason)s)"),
        _("no clock to compare it with: %(url)s sends no Date"),
        _("the portal has one language (%(names)s), so no encoder is needed"),
        _(
            "titles in two languages are compared by their letters only: install portal-digest[bilingual] to "
            "find stories that both tell"
        ),
        _("titles in %(one)s and %(other)s are compared with the encoder"),
        _("titles in %(names)s are compared with the encoder"),
        _("chmod 600 %(file)s"),
        _("pip install 'portal-digest[bilingual]'"),
    )


def _sources(_: _Mark) -> tuple[str, ...]:
    return (
        _("%(source)s: 1 item, %(contents)s"),
        _("%(source)s: 1 item"),
        _("%(source)s: %(number)s items, %(contents)s"),
        _("%(source)s: %(number)s items"),
        _("the newest is %(age)s old"),
        _('is a web page and not a feed; look there for the URL of its feed (its title: "%(title)s")'),
        _("views for %(number)s"),
        _("comments for %(number)s"),
        _("rating for %(number)s"),
        _("nothing new"),
        _("no date is known"),
        _("compare its dates with docs/sources.md, and set timezone"),
        _("check the source %(name)s in the configuration; `digest collect` asks it again"),
        _("%(source)s: none of its addresses is that of an article, such as %(example)s"),
        _("let %(name)s give the addresses that the articles have: docs/sources.md"),
        _("%(name)s, %(other)s: %(number)s articles of one title have two addresses, such as %(url)s and %(example)s"),
        _("let both give the same addresses, so that each article is one: docs/sources.md"),
        _("no source reports views or comments, so articles are ranked by time alone"),
        _("name a source with counters: docs/sources.md"),
    )


def _mail_server(_: _Mark) -> tuple[str, ...]:
    return (
        _("%(server)s: connected; offers %(extensions)s"),
        _("%(server)s: connected and logged in; offers %(extensions)s"),
        _("no extension that speeds sending up"),
        _("%(server)s: not encrypted, which is allowed on this machine only"),
        _("renew it, and restart the mail server"),
        _("%(server)s takes messages of %(size)s KB at most, and an issue may have %(limit)s"),
        _("raise the limit of the mail server"),
        _("%(server)s does not offer %(extensions)s: sending is slower"),
        _("PIPELINING and CHUNKING"),
        _("raise smtp.connections"),
        _("compare [smtp] in the configuration with what your mail server's operator says"),
        _("From is at %(domain)s, and the DMARC policy of %(provider)s has receivers refuse its mail from others"),
        _("send from a domain of your own: smtp.from, and from of the editions"),
        _("From is at %(domain)s, which is no domain on the internet"),
        _("set smtp.from to your domain"),
        _("From is at %(domain)s"),
    )


def _bounces(_: _Mark) -> tuple[str, ...]:
    return (
        _("bounces and complaints are not read: there is no mailbox"),
        _("set [bounces] source"),
        _("correct [bounces] source, or BOUNCES_PASSWORD in .env"),
        _("the mailbox for bounces and complaints can be read"),
        _("the mailbox at %(host)s cannot be read: %(reason)s"),
        _("the mailbox %(file)s cannot be read: %(reason)s"),
        _("the Maildir %(file)s cannot be read: %(reason)s"),
        _("%(file)s is not a Maildir: it has no folders cur and new"),
        _("there is no mailbox %(file)s; expected a Maildir, an mbox or %(form)s"),
        _("the mailbox %(file)s changed while it was read; its messages stay in it"),
        _("the mailbox's address is not valid; expected %(form)s"),
        _("the mailbox's address has a password; put BOUNCES_PASSWORD in .env"),
        _("imap:// is for a server on this machine only; expected imaps://"),
        _("the message %(file)s cannot be read: %(reason)s"),
        _("messages cannot be moved to %(file)s: %(reason)s"),
        _("left in place: %(number)s"),
        _("%(file)s is compressed; read the mailbox through its server: imaps://user@host/INBOX"),
        _("the folder for messages that were read cannot be made; name another one in [bounces] done"),
        _("the server is busy"),
        _("it is full; delete messages from the folder for those that were read"),
        _("the folder can only be read, so that no message could be moved"),
        _("the folder cannot be opened"),
        _("the server refuses it"),
        _("it is locked by another program"),
        _("no reply within %(number)s seconds"),
        _("its certificate is not valid (%(reason)s)"),
        _("it does not speak TLS at this port; the port of imaps:// is usually 993"),
        _("it does not speak IMAP; the port of imaps:// is usually 993"),
        _("its reply is not valid IMAP"),
        _("it refuses the user or the password (BOUNCES_PASSWORD in .env; after a change restart `digest run`)"),
        _("there is no such folder"),
        _("its reply is too large"),
        _("its reply does not end"),
        _("the server ended the connection or does not understand a command"),
        _("unknown error"),
    )


def _alerts_and_pages(_: _Mark) -> tuple[str, ...]:
    return (
        _("[alerts] is empty: what needs a person is only in the log, in `digest status` and in the console"),
        _("alerts leave through the mail server alone, so nobody would get one about this server"),
        _("set [alerts] apprise or heartbeat_url"),
        _("correct [alerts] apprise, or install what it needs"),
        _("alerts go by %(routes)s"),
        _("mail to %(number)s"),
        _("heartbeat"),
        _("alerts.apprise needs an extra that is not installed; run: pip install 'portal-digest[apprise]'"),
        _("%(name)s: Apprise does not accept this URL; compare it with Apprise's documentation"),
        _("no web.base_url: messages offer no one-click unsubscribe, which Gmail and Yahoo require of bulk mail"),
        _("set web.base_url to the https address of the readers' pages"),
        _("web.base_url is not https (%(url)s), which one-click unsubscribe needs"),
        _("serve it with TLS"),
        _(
            "web.trusted_proxies is empty: behind a proxy all readers count as one network, which may sign up"
            " %(number)s times an hour"
        ),
        _('set web.trusted_proxies to the address of the proxy, such as ["127.0.0.1"]'),
        _("%(url)s cannot be reached: %(reason)s"),
        _("check DNS, the certificate and the web server"),
        _("%(url)s answers %(number)s"),
        _("see the log of the web server"),
        _("%(url)s can be reached"),
        _("the unsubscribe page cannot be reached: %(reason)s"),
        _("check the web server"),
        _("the unsubscribe page answers a POST with 200"),
        _("the unsubscribe page answers a POST with %(number)s"),
        _("the unsubscribe page answers %(number)s: nothing serves these pages there"),
        _("serve the readers' pages at web.base_url"),
        _("the unsubscribe page redirects, which providers do not follow"),
        _("serve it without a redirect"),
        _("its certificate is not trusted: %(reason)s"),
        _("no answer within %(number)s s"),
        _("connection refused"),
        _("connection reset by peer"),
        _("network is unreachable"),
        _("no route to host"),
        _("name or service not known"),
        _("temporary failure in name resolution"),
    )


def _messages_and_themes(_: _Mark) -> tuple[str, ...]:
    return (
        _("%(edition)s: no message could be made: %(problem)s"),
        _("%(edition)s: rule %(rule)s: %(problem)s"),
        _("%(edition)s: the next issue has 1 article, %(size)s KB"),
        _("%(edition)s: the next issue has %(number)s articles, %(size)s KB"),
        _("%(edition)s: no articles yet; tried with invented ones, %(size)s KB"),
        _("`digest preview` shows the message and the same findings"),
        _("correct the theme's theme.toml"),
        _("the theme %(name)s is hard to read, with a contrast below %(least)s: %(pairs)s"),
        _("the nearest colours that can be read are %(colours)s; a theme's are in %(file)s"),
        _("%(name)s: every text has a contrast of at least %(least)s"),
        _("%(file)s replaces no template, so it is not used"),
        _("%(file)s: not UTF-8 text in line %(number)s"),
        _("save it as UTF-8"),
        _("correct the template"),
        _("the nearest name is %(file)s"),
        _("rename or delete the file; see docs/themes.md"),
    )


def _audience(_: _Mark) -> tuple[str, ...]:
    return (
        _("there are no confirmed readers"),
        _("%(percent)s of 1 reader is at %(name)s"),
        _("%(percent)s of %(number)s readers are at %(name)s"),
        _("none of the large providers has %(percent)s of 1 reader"),
        _("none of the large providers has %(percent)s of %(number)s readers"),
        _("verify your domain at %(site)s: it shows the spam rate, which must stay below %(percent)s"),
        _("register the mail server's address for SNDS and JMRP: %(site)s"),
        _("verify your domain at postmaster.yandex.ru: complaints there name no reader"),
        _("verify your domain at postmaster.mail.ru, and subscribe to its feedback loop (FBL)"),
        _("register your DKIM domain for the complaint feedback loop: %(site)s"),
        _("no reader has chosen sections, a frequency, a language or a time zone"),
        _("readers with preferences that count: %(preferences)s"),
        _("sections: %(readers)s chose only sections that no source has, and get no issue"),
        _("import the list with the names that the sources give: %(names)s"),
        _("edition: %(readers)s chose only editions that the configuration does not have, and get no issue"),
        _("give the edition its former name and set its title, or import the list with %(names)s"),
        _("import the list with IANA names such as Europe/Moscow"),
        _("import the list with %(names)s"),
        _("or let readers choose on their page"),
        _("frequency: %(readers)s with a value that is not understood get every issue"),
        _("frequency: %(readers)s chose weekly mail, which no edition has, and get every issue"),
        _("give an edition a weekly issue, such as %(example)s"),
        _("timezone: %(readers)s with a value that is not understood have the portal's zone"),
        _("language: %(readers)s with a language that no edition has get the editions in any language"),
        _("%(number)s reader"),
        _("%(number)s readers"),
        _("`digest subscribers import FILE`"),
    )
