"""The archive: issues as pages, a list with search, and feeds, all made of what was frozen."""

from collections.abc import Sequence
from urllib.parse import quote, urlencode

from markupsafe import Markup, escape
from starlette.exceptions import HTTPException
from starlette.responses import HTMLResponse, RedirectResponse, Response

from digest import tokens
from digest.model.web import ArchivedContent, Correction, DayArticle
from digest.parsing.text import clean_line
from digest.settings.schema import LANGUAGES
from digest.web.gateway import CONTENT_SECURITY_POLICY, WITH_IMAGES
from digest.web.page_request import PageRequest, issue_of_path, page_number
from digest.web.pages import NOT_STORED
from digest.web.public import feeds
from digest.web.public.issue_cover import issue_cover
from digest.web.public.public_issue import PublicIssue, feed_html, public_issue
from digest.web.site import Site, with_etag

_PAGE_SIZE = 30
_IN_A_FEED = 10
_MOST_WORDS = 8
_PURPOSES = (tokens.LEAVE, tokens.PREFERENCES, tokens.CONFIRM, tokens.READER)
_SHARED = {"cache-control": "no-cache"}


def list_page(site: Site, request: PageRequest) -> Response:
    """The issues, newest first, or those that hold every word of a search."""
    words = clean_line(request.query.get("q", "")).split()[:_MOST_WORDS]
    page = max(page_number(request.query.get("page", "")), 1)
    skipped = (page - 1) * _PAGE_SIZE
    edition = _edition(site, request)
    found = site.app.archive.latest(_PAGE_SIZE + 1, editions=_named(edition), words=words, skip=skipped)
    return site.pages.respond(
        request,
        "archive.html",
        headers=_SHARED,
        issues=found[:_PAGE_SIZE],
        names=site.issue_titles(request.translator) if len(site.app.settings.all_editions) > 1 else {},
        search=" ".join(words),
        page=page,
        has_more=len(found) > _PAGE_SIZE,
        edition=edition,
        of_feeds={"edition": edition} if edition else {},
        canonical=_list_address(site, edition, 1 if words else page),
    )


def _list_address(site: Site, edition: str | None, page: int) -> str:
    """The address of a page of the list, for search engines: each page has issues that no other one has."""
    if not site.pages.base_url:
        return ""
    query = ({"edition": edition} if edition else {}) | ({"page": str(page)} if page > 1 else {})
    address = f"{site.pages.base_url}/archive"
    return f"{address}?{urlencode(query)}" if query else address


def latest(site: Site, request: PageRequest) -> Response:
    """Lead to the latest issue, of the edition or in the page's language if there is one, or to the empty list."""
    edition = _edition(site, request)
    wanted = _named(edition) or site.editions_in(request.translator.language)
    found = site.app.archive.latest(1, editions=wanted) or ([] if edition else site.app.archive.latest(1))
    path = f"/archive/{found[0].name}" if found else "/archive"
    query = {"edition": edition} if edition and not found else {}
    return RedirectResponse(site.pages.link(path, request, **query), 302, headers=_SHARED)


def issue_page(site: Site, request: PageRequest) -> Response:
    """An issue as a page; with `all` in the query, the list of its day's articles, all or those of a section."""
    content = _content(site, request)
    if content.is_day_listed and "all" in request.query:
        return _all_of_day(site, request, content)
    public = public_of(site, content)
    html, policy = with_own_pictures(site, public.html)
    page = site.pages.render(
        request,
        "issue.html",
        issue=content.issue,
        corrections=content.corrections,
        content=Markup(html),  # noqa: S704 - the frozen HTML, in which foreign texts are escaped
        language=public.language,
        picture=issue_cover(public.html).picture,
        stylesheets=[f"{site.pages.prefix}/archive/{content.issue.name}.css", site.pages.stylesheet.url],
        earlier=content.earlier,
        later=content.later,
        has_more=content.is_day_listed,
    )
    return with_etag(HTMLResponse(page, headers={"content-security-policy": policy}))


def with_own_pictures(site: Site, html: str) -> tuple[str, str]:
    """The HTML with our own pictures relative to the page's origin, and the policy that its pictures need."""
    if site.pages.base_url:
        html = html.replace(f'src="{site.pages.base_url}/images/', f'src="{site.pages.prefix}/images/')
    has_own_alone = site.app.settings.images.cache and 'src="http' not in html
    return html, CONTENT_SECURITY_POLICY if has_own_alone else WITH_IMAGES


def issue_stylesheet(site: Site, request: PageRequest) -> Response:
    """The stylesheet of an issue's page."""
    return with_etag(Response(public_of(site, _content(site, request)).css, media_type="text/css"))


def view(site: Site, request: PageRequest) -> Response:
    """Lead an old "view online" link to the issue's page; any other token to the archive."""
    reader = site.app.reader_links.find(site.delivery_of(request, tokens.READER))
    found = site.app.archive.find(reader.edition, reader.slot) if reader is not None else None
    path = f"/archive/{found.issue.name}" if found is not None else "/archive"
    return RedirectResponse(site.pages.link(path, request), 302, headers=NOT_STORED)


def atom(site: Site, request: PageRequest) -> Response:
    """The latest issues as an Atom feed."""
    document = feeds.atom(_feed(site, request, "feed.atom"))
    # Chromium shows it as text, and without a charset as Windows-1252, whatever the document says (2026-11).
    return with_etag(Response(document, media_type="application/atom+xml; charset=utf-8"))


def json_feed(site: Site, request: PageRequest) -> Response:
    """The latest issues as a JSON feed."""
    document = feeds.json_feed(_feed(site, request, "feed.json"))
    return with_etag(Response(document, media_type="application/feed+json"))


def _all_of_day(site: Site, request: PageRequest, content: ArchivedContent) -> Response:
    articles = site.app.day_articles.of_issue(content.issue.edition, content.issue.slot)
    chosen, other = request.query["all"].casefold(), request.translator.gettext("Other")
    sections: dict[str, list[DayArticle]] = {}
    names: dict[str, str] = {}
    for one in articles:
        folded = (one.section or "").casefold()
        if chosen in {"", folded}:
            name = names.setdefault(folded or other.casefold(), one.section or "")
            sections.setdefault(name, []).append(one)
    if not sections:
        raise HTTPException(404)
    page = site.pages.render(request, "all_of_day.html", issue=content.issue, sections=sections, chosen=chosen)
    return with_etag(HTMLResponse(page))


def _feed(site: Site, request: PageRequest, file: str) -> feeds.Feed:
    edition = _edition(site, request)
    archive = f"{site.pages.base_url}/archive"
    domain = site.app.sender_identity.sender.domain
    query = f"?edition={quote(edition)}" if edition else ""
    contents = site.app.archive.contents(_IN_A_FEED, editions=_named(edition))
    return feeds.Feed(
        id=f"tag:{domain},2026:archive{f'/{edition}' if edition else ''}",
        title=site.app.identity_of(edition or "").portal,
        home_url=f"{archive}{query}",
        feed_url=f"{archive}/{file}{query}",
        entries=[_entry(site, one, archive, domain) for one in contents],
    )


def _entry(site: Site, content: ArchivedContent, archive: str, domain: str) -> feeds.FeedEntry:
    public = public_of(site, content)
    changes = [content.issue.changed_at or content.issue.frozen_at, *(one.at for one in content.corrections)]
    return feeds.FeedEntry(
        id=f"tag:{domain},2026:{content.issue.name}",
        url=f"{archive}/{content.issue.name}",
        title=content.issue.subject,
        summary=content.issue.preheader,
        html=_corrections_html(site, content.corrections, public.language) + feed_html(public),
        language=public.language,
        moment=content.issue.frozen_at,
        changed_at=max(changes),
    )


def _corrections_html(site: Site, corrections: Sequence[Correction], language: str) -> str:
    """The corrections of an issue, for feeds."""
    heading = escape(site.translator(language).gettext("Correction"))
    texts = (f"<p>{escape(paragraph)}</p>" for one in corrections for paragraph in one.paragraphs)
    return f"<h2>{heading}</h2>{''.join(texts)}" if corrections else ""


def _content(site: Site, request: PageRequest) -> ArchivedContent:
    found = site.app.archive.find(*issue_of_path(request))
    if found is None:
        raise HTTPException(404)
    return found


def public_of(site: Site, content: ArchivedContent) -> PublicIssue:
    """The public form of an issue of the archive."""
    name = content.issue.name
    placeholders = tuple(tokens.placeholder(site.secret, name, purpose) for purpose in _PURPOSES)
    portal = site.app.identity_of(content.issue.edition).portal
    # The message's own sentences to its reader, in each language, as the default theme has them.
    notices = tuple(
        site.translator(language).gettext("You receive this email because you subscribed to the %(portal)s newsletter.")
        % {"portal": portal}
        for language in LANGUAGES
    )
    return public_issue(content.html, placeholders, notices, f"/archive/{name}")


def _edition(site: Site, request: PageRequest) -> str | None:
    """The edition of the query, also one that is not configured any more; raises HTTPException 404 for another name."""
    wanted = request.query.get("edition")
    if not wanted or wanted in site.issue_titles(request.translator):
        return wanted or None
    if not (wanted.isprintable() and site.app.archive.latest(1, editions=(wanted,))):  # no NUL reaches the database
        raise HTTPException(404)
    return wanted


def _named(edition: str | None) -> tuple[str, ...]:
    return (edition,) if edition else ()
