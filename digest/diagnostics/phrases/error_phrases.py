"""What goes wrong with sources, the mail server, the database, an edit and an imported list. Pure."""

from collections.abc import Callable

_Mark = Callable[[str], str]


def phrases(_: _Mark) -> tuple[str, ...]:
    """All of them, in the order in which they are tried."""
    return (
        *_fetching(_),
        *_feeds(_),
        *_mail(_),
        *_database(_),
        *_editing(_),
        *_importing(_),
        *_rows_of_lists(_),
        *_json_and_sql(_),
    )


def _fetching(_: _Mark) -> tuple[str, ...]:
    return (
        _("%(place)s: abandoned because the program is ending"),
        _("did not answer within %(number)s s"),
        _("is larger than %(size)s after decompression"),
        _("not requested, because the server asked to wait %(number)s s"),
        _("too many redirects (more than %(number)s)"),
        _("redirects a POST to %(url)s, which is not followed"),
        _("moved permanently to %(url)s; use that URL"),
        _("redirects to something that is not a valid URL"),
        _("is not a valid URL; expected one such as %(url)s"),
        _("is not a valid URL"),
        _("the server answered %(status)s, and asked to wait %(number)s s"),
        _("the server answered %(status)s"),
        _("unsupported scheme; expected http, https, file or a path"),
        _("is no file here; a web address begins with https://"),
        _("not a valid path"),
        _("cannot be read: %(reason)s"),
        _("is larger than %(number)s MB"),
        _("leads to an address in a private network, which only hosts in the configuration may have"),
        _("the response cannot be decompressed: %(problem)s"),
        _("it is compressed %(number)s times"),
        _("it is incomplete"),
        _("unsupported Content-Encoding: %(names)s"),
        _("it is not what its Content-Encoding names"),
        _("the headers exceed the limit: %(number)s bytes each and %(most)s of them"),
        _("the answer is not valid HTTP"),
        _("the connection broke off"),
        _("could not be reached: name not known"),
        _("could not be reached safely: %(reason)s"),
        _("could not be reached: %(reason)s"),
        _("no connection"),
        _("temporary failure in name resolution"),
        _("no such file or directory"),
        _("permission denied"),
        _("is a directory"),
        _("connection timed out"),
        _("TLS failed"),
        _("the server does not speak TLS"),
        _("redirects to the front page"),
        _("failed unexpectedly"),
        _("source %(name)s failed: %(reason)s"),
        _("takes longer than %(number)s s to parse"),
        _("was not parsed within %(number)s s: the machine is busy, or Digest may use too little of a processor"),
        _("takes more than %(number)s MB of memory to parse"),
        _("the parser crashed (%(reason)s)"),
        _("the parser was killed, probably because memory is short"),
        _("failed unexpectedly: %(error)s (see the debug log)"),
    )


def _feeds(_: _Mark) -> tuple[str, ...]:
    return (
        _("an item without a URL was left out"),
        _("an item without title and text was left out"),
        _("an item beyond the first %(number)s was left out"),
        _("a repeated item was used once"),
        _("a counter was not a whole number"),
        _("a date was impossible or unreadable"),
        _("a date was impossible or unreadable, such as %(example)s"),
        _("a date was impossible or unreadable, such as %(example)s (%(number)s times)"),
        _("a date was in the future and was ignored"),
        _("the feed is not well-formed; the readable part was used"),
        _("is not a readable feed: its XML is too broken"),
        _("is cut off before its first item"),
        _('is JSON but not a JSON Feed; a JSON API is read with kind = "json"'),
        _('is a JSON Feed without its list "items"'),
        _("is not a feed: JSON that is nested too deeply"),
        _("is not a feed: it looks like JSON and is not valid"),
        _("is a list of feeds (OPML); add each of its feeds as a source, or give the list to `digest preview --feed`"),
        _("is not a readable list of feeds (OPML)"),
        _("is a list of feeds (OPML) without a feed in it"),
        _("is not a feed: neither RSS nor Atom nor JSON Feed"),
        _("is a sitemap and not a feed; look on the site for the URL of its feed"),
        _("is empty"),
        _("is a web page and not a feed; its feed is %(url)s"),
        _("is a web page and not a feed; look there for the URL of its feed"),
        _("is a web page that leads to %(url)s by a meta refresh; use that URL"),
    )


def _mail(_: _Mark) -> tuple[str, ...]:
    return (
        _(
            "%(mail_server)s does not offer STARTTLS, so nothing is sent through it; use its TLS port with "
            "%(setting)s, or ask its administrator"
        ),
        _("%(mail_server)s offers no login; leave %(key)s empty, or ask its administrator"),
        _("%(key)s: %(name)s is missing or empty"),
        _("add %(name)s=… to .env, or leave the username empty"),
        _("the connection took longer than %(number)s s"),
        _("the connection failed with %(reply)s"),
        _("the connection failed: %(reason)s"),
        _("EHLO took longer than %(number)s s"),
        _("EHLO failed with %(reply)s"),
        _("EHLO failed: %(reason)s"),
        _("STARTTLS took longer than %(number)s s"),
        _("STARTTLS failed with %(reply)s"),
        _("STARTTLS failed: %(reason)s"),
        _("the login took longer than %(number)s s"),
        _("the login failed with %(reply)s"),
        _("the login failed: %(reason)s"),
        _("the connection"),
        _("the login"),
        _("no such host"),
        _("the certificate of %(mail_server)s is not trusted: %(reason)s; nothing is sent through it; %(advice)s"),
        _("check %(key)s, or set smtp.ca_file to the certificate of its authority"),
        _(
            "the TLS handshake with %(mail_server)s failed (%(reason)s); nothing is sent through it; check %(key)s and "
            "%(other)s"
        ),
        _("no reason given"),
        _("%(mail_server)s offers no supported method for %(step)s; check [smtp] in the configuration"),
        _(
            "%(mail_server)s offers no login with a password, only %(methods)s; ask its administrator, or use another "
            "server"
        ),
        _("smtp.ca_file = %(file)s: cannot read certificates from this file (%(reason)s); expected PEM format"),
        _("the server sent a reply that is not valid SMTP"),
        _("the server sent a reply that is too long"),
        _(
            "the mail server %(server)s cannot be used after %(number)s attempts: %(problem)s; check %(key)s and "
            "%(other)s, or try again later"
        ),
        _("the mail server %(server)s cannot be used: %(problem)s; check %(key)s and %(other)s, or try again later"),
        _("the mail server %(server)s cannot be used: %(problem)s"),
        _("the mail server %(server)s"),
        _("its password"),
        _(
            '%(key)s.security = "none" would send the password unencrypted to %(mail_server)s, which is not on '
            'this machine; set %(other_key)s.security = "starttls" or "tls"'
        ),
    )


def _database(_: _Mark) -> tuple[str, ...]:
    return (
        _("%(database)s has no room left: the disk is full; free some space"),
        _("%(database)s has no room left: its disk has no inode for another file; delete some files"),
        _("%(database)s cannot be written: its file, folder or disk is read-only"),
        _(
            "%(database)s is locked: another process has held it for more than %(number)s seconds; let it "
            "finish, or end it"
        ),
        _("%(database)s is read by another process, such as `digest backup`"),
        _(
            "the PostgreSQL server at %(place)s was replaced by another one, whose changes it does not have; stop it, "
            "or make it a standby of the other one; to use it nevertheless, restart Digest"
        ),
        _("%(database)s was removed or replaced while Digest used it; put it back, or restart every Digest process"),
        _("%(database)s is missing, and its write-ahead log is there; put the file back, or move %(file)s away"),
        _("%(database)s is damaged; restore it from a backup"),
        _("%(database)s is not a SQLite database, or is damaged; name another file or restore a backup"),
        _("%(database)s cannot be opened: check that its folder exists, and that this user may read and write both"),
        _(
            "%(database)s cannot be opened: too many files are open; raise the limit (`ulimit -n`, LimitNOFILE of the "
            "service)"
        ),
        _(
            "%(database)s cannot be opened: this user may not write %(file)s, which root may have left; correct its "
            "owner by chown"
        ),
        _("%(database)s cannot be read or written: the disk reports an error or is full"),
        _("%(database)s is damaged: rows refer to others that are gone; restore it from a backup"),
        _("%(database)s is not up to date; run `digest migrate`"),
        _("%(database)s was made by a newer Digest (its tables are %(number)s, ours %(own)s); update Digest"),
        _("%(database)s is too busy: no connection became free in %(number)s seconds"),
        _("%(database)s does not work: %(reply)s"),
        _(
            "sslrootcert in [database] url must name the authority that signed the server's certificate, and neither "
            "may have expired"
        ),
        _(
            "sslrootcert in [database] url must be the full path of a PEM file with the authority's certificate, which "
            "Digest may read"
        ),
        _("the host in [database] url must be one of the names in the server's certificate"),
        _("set ssl = on in the server's postgresql.conf, with a certificate"),
        _("permit this host in the server's pg_hba.conf, or set sslmode=verify-full in [database] url"),
        _("permit this host in the server's pg_hba.conf"),
        _("correct the user or the password in [database] url, where special characters are percent-encoded"),
        _("set sslmode=verify-full in [database] url"),
        _(
            "the pooler of the PostgreSQL database %(name)s gives each transaction another session, and the extra "
            "`cluster` needs pool_mode = session; set it, or let [database] url lead to the server itself"
        ),
        _(
            "the pooler of the PostgreSQL database %(name)s gives each transaction another session, where Digest "
            "cannot set %(names)s; set that for the user by ALTER ROLE and restart the pooler, or set pool_mode = "
            "session"
        ),
        _("the pooler passes no such option on: remove it from [database] url, and set it by ALTER ROLE … SET …"),
        _("the pooler had no connection to the server free; raise its default_pool_size"),
        _("set pool_mode = session or transaction in the pooler, and restart it"),
        _("raise max_client_conn of the pooler"),
        _("raise max_connections of the server, or end programs that use it"),
        _("raise the limit of connections of this user and this database (CONNECTION LIMIT)"),
        _("no server of [database] url is the primary; promote one, or name the primary there"),
        _("the server's disk is full; free some space there"),
        _("another service answers there; correct host and port in [database] url"),
        _("[database] url must lead to the primary server; with several hosts add target_session_attrs=read-write"),
        _("let this user own the database (ALTER DATABASE … OWNER TO …), or GRANT CREATE ON SCHEMA … to it"),
        _("make the schema of this user's search_path, or name another one by ALTER ROLE … SET search_path"),
        _("the tables belong to another user; name that one in [database] url, or let this user own them"),
        _("%(database)s cannot be created: %(reason)s; check its folder"),
        _("%(database)s was not waited for, because Digest is to end"),
        _("%(database)s did not answer in time"),
        _("the database %(name)s"),
        _("the database in memory"),
    )


def _editing(_: _Mark) -> tuple[str, ...]:
    return (
        _("the %(text)s has %(number)s characters, and may have %(most)s; shorten it"),
        _("the %(text)s has %(mark)s; nothing is filled in there; write the text as readers will see it"),
        _("the %(text)s has a link to %(url)s; links begin with https:// or mailto:"),
        _("subject"),
        _("preheader"),
        _("intro"),
        _("closing"),
        _("title"),
        _("summary"),
        _("section"),
        _("the edition %(name)s has no section %(section)s; it has: %(names)s"),
        _("an article was retracted while the issue was made; try again"),
        _("somebody edited or held it while it was made; try again"),
        _("the issue is too large for one message even with a single article; shorten the theme's blocks or the slots"),
        _("the rendered issue has %(markup)s; see the theme's .mjml files, or the article's address"),
        _("MJML does not know %(tag)s>, or not there; see the tags in the theme's issue.mjml and blocks"),
        _("%(origin)s does not render to valid MJML: %(problem)s"),
        _("theme %(name)s: its issue.mjml or a block"),
        _("mj-include is not allowed (%(file)s); use Jinja's include"),
        _("%(issue)s is frozen: its content does not change any more"),
    )


def _importing(_: _Mark) -> tuple[str, ...]:
    return (
        _("%(file)s: line 1 must name %(columns)s; it names: %(names)s"),
        _("%(file)s: line 1 must name %(columns)s; it may be one of these: %(names)s"),
        _("%(file)s: line 1 is a row already; put a line before it that names the columns, such as %(name)s"),
        _("%(file)s: the column %(name)s has the addresses"),
        _("%(file)s: line 1 names the column %(name)s twice; it names: %(names)s"),
        _("%(file)s: line 1 is not UTF-8 text; save the file as UTF-8"),
        _(
            "%(file)s: nothing was imported: it is not clear who is subscribed, by the column %(columns)s; "
            "change these values to %(values)s, or, if all of them mean the same, choose below what rows without a "
            "status are"
        ),
        _(
            "%(file)s: nothing was imported: no column states who is subscribed, and the file is called %(word)s; "
            "choose below what rows without a status are"
        ),
        _(
            "%(file)s: nothing was imported: no column states who is subscribed, and the columns are those of a list "
            "of people who get no mail from %(service)s; choose below what rows without a status are"
        ),
        _("the list"),
        _("a column %(name)s"),
        _("the columns %(names)s"),
        _("nothing"),
        _("(an address)"),
        _("%(file)s: not UTF-8 text; read as windows-1251, so check a name, and save as UTF-8 if it is wrong"),
        _("%(file)s: %(column)s not used in %(number)s rows, lines %(lines)s: %(value)s is not %(expected)s"),
        _("%(file)s: %(column)s not used in 1 row, line %(lines)s: %(value)s is not %(expected)s"),
        _("%(file)s: %(state)s in %(number)s rows, lines %(lines)s, because the column %(column)s says %(word)s"),
        _("%(file)s: %(state)s in 1 row, line %(line)s, because the column %(column)s says %(word)s"),
        _(
            "%(file)s: %(state)s in %(number)s rows, lines %(lines)s, as stated for unknown values: "
            "the column %(column)s says %(word)s"
        ),
        _(
            "%(file)s: %(state)s in 1 row, line %(line)s, as stated for unknown values: "
            "the column %(column)s says %(word)s"
        ),
        _("%(file)s: %(state)s in %(number)s rows, lines %(lines)s, as stated for rows without a status"),
        _("%(file)s: %(state)s in 1 row, line %(line)s, as stated for rows without a status"),
        _(
            "%(file)s: %(state)s in %(number)s rows, lines %(lines)s; check whether they left: "
            "the column %(column)s has %(word)s"
        ),
        _("%(file)s: %(state)s in 1 row, line %(line)s; check whether they left: the column %(column)s has %(word)s"),
        _("%(file)s: line 1 has letters that were lost in a conversion; export the list again as UTF-8"),
        _("three attempts to import the next rows ended without an answer; see the log, and import the rest again"),
    )


def _rows_of_lists(_: _Mark) -> tuple[str, ...]:
    return (
        _("confirmed"),
        _("pending"),
        _("unsubscribed"),
        _("suppressed"),
        _("one of %(names)s"),
        _("an IANA time zone such as %(example)s"),
        _("a whole number from %(first)s to %(last)s"),
        _("a date such as %(example)s"),
        _("not a valid email address: expected name@domain"),
        _("not a valid email address"),
        _("not an email address that every server accepts: non-ASCII letters before @"),
        _("has no address"),
        _("has no address in the column %(name)s, which is read, but one in %(column)s"),
        _("several addresses in one cell; give each a row of its own"),
        _("repeats an earlier line"),
        _("the language is not a code such as en or ru"),
        _("the edition is not an edition's name; separate several with bars: daily|weekly"),
        _("more values than columns; quote a value that has commas"),
        _("the status is unknown"),
        _("the status is missing; add the values that the row lacks"),
        _("the line is not readable as CSV: a quotation mark or a line break has no partner"),
        _("a value has more than %(number)s characters"),
        _("a value has more than %(number)s characters, or a quotation mark has no partner"),
        _("contains the lines after it: a quotation mark has no partner"),
        _("is not UTF-8 text; save the file as UTF-8"),
        _("not a valid email address: more than %(number)s characters before @"),
        _("not a valid email address: more than %(number)s characters"),
        _("has letters that were lost in a conversion (�); export the list again as UTF-8"),
        _("has UTF-8 text that was taken for another encoding; export the list again as UTF-8"),
    )


def _json_and_sql(_: _Mark) -> tuple[str, ...]:
    return (
        _("is JSON that is nested too deeply"),
        _("is not JSON; the response is empty"),
        _("is not JSON; it is a web page, perhaps a login form"),
        _('is not JSON; it is XML, and a feed is read with kind = "feed"'),
        _("is not JSON"),
        _("is JSON Lines, and line %(number)s cannot be read"),
        _("fields.%(name)s found nothing in %(number)s items"),
        _("fields.%(name)s found nothing in 1 item"),
        _("an item has %(names)s"),
        _("the cursor of the next page is not valid text"),
        _("the next page is on another host and was not requested"),
        _("next found something that is neither a cursor nor a URL"),
        _("no article of the window is known yet, so nothing was requested"),
        _("stopped at pages = %(number)s; there may be more"),
        _("returned %(number)s items for %(all)s articles, so they cannot be matched"),
        _("returned %(number)s items for 1 article, so they cannot be matched"),
        _("returned 1 item for %(all)s articles, so they cannot be matched"),
        _("all summaries were left out: %(problem)s"),
        _("unknown columns: %(names)s"),
        _("several columns are called %(names)s; the first one is read"),
        _("the query returns no column %(name)s; it returns: %(names)s"),
        _("the database did not answer within %(number)s s"),
        _("the database reports: %(reply)s"),
        _("there is no database file %(file)s"),
        _("the query must be one statement, without ';' inside"),
        _("the query must be a SELECT (Digest only reads)"),
        _("the query has %(parameter)s; write :start and :end, without quotes and braces"),
        _("the query must only read; INTO and unclosed or executable comments are refused"),
        _("a value is larger than %(size)s; select only its beginning, such as %(example)s"),
        _("the query returns no column %(name)s and no column %(other)s; it returns: %(names)s"),
        _("items = %(path)s found %(found)s; the response is %(answer)s"),
        _("the response has no items and says that something failed; it is %(answer)s"),
        _("the response also says that something failed; items or fields may be missing"),
        _("something that is not a list"),
        _("a table with %(names)s"),
        _("a list of tables with %(names)s"),
        _("a list"),
        _("a single value"),
        _("nothing in it"),
        _("page %(number)s"),
        _("only %(number)s of %(all)s articles"),
        _("the database did not answer within %(number)s s: only the first row was read"),
        _("the database did not answer within %(number)s s: only the first %(count)s rows were read"),
        _("its url is not a database address; expected one such as %(url)s"),
        _("its url starts with %(scheme)s; expected sqlite, postgresql, mysql or mariadb"),
        _("its url has an @ in its password; write it as %(text)s"),
        _("the database driver does not take the options of its url, %(names)s: %(problem)s"),
        _("the database driver cannot authenticate: %(problem)s"),
        _(
            "the server at %(server)s accepted the connection, and sent no greeting of MySQL within %(number)s s; it "
            "hangs, or another service has this port"
        ),
        _("what answers at %(server)s is not MySQL or MariaDB: it says %(reply)s; correct the port in url"),
        _("its url names no file; expected one such as %(url)s"),
    )
