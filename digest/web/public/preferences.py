"""The preferences of a reader: editions, topics, how often and when, pause, language."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from hashlib import sha256
from itertools import chain
from urllib.parse import quote

from starlette.responses import Response

from digest import tokens
from digest.model.subscribers import Frequency, Preferences, SubscriberStatus
from digest.model.web import LinkedReader
from digest.settings.schema import LANGUAGES
from digest.store.articles.section_counts import SectionCount
from digest.subscribers.preferences import LONGEST_PAUSE, chosen_editions, known_zones, pause_of, zone_of
from digest.web.page_request import PageRequest
from digest.web.pages import LANGUAGE_NAMES
from digest.web.public.leaving import is_unknown, leave_path, left_page, unknown_page
from digest.web.public.next_message import next_message
from digest.web.public.preference_form import (
    HOURS,
    Choices,
    Entered,
    entered,
    preferences,
    shown,
    topic_groups,
    without_ended_pause,
)
from digest.web.site import Site
from digest.web.time_zones import city_of, zones_by_region

_FORM = "preferences"  # a hidden field: a form that could not be read changes nothing


def preferences_page(site: Site, request: PageRequest) -> Response:
    """Show what the reader chose; for a token without a subscribed reader, that there is no subscription."""
    reader = reader_of(site, request)
    if request.query.get("sent"):
        request = request if reader is None else site.in_language(request, reader.preferences.language)
        return site.pages.respond(request, "request_sent.html", private=True)
    return _page(site, request, reader)


def save_preferences(site: Site, request: PageRequest) -> Response:
    """Store what the reader chose; without any edition, unsubscribe them. An unreadable form changes nothing."""
    reader = reader_of(site, request)
    if reader is None or reader.status is not SubscriberStatus.CONFIRMED:
        return _page(site, request, reader)
    if request.value("form") == "resume":
        return _saved(site, request, reader, replace(reader.preferences, paused_until=None))
    if request.value("form") != "preferences":
        return _page(site, request, reader)
    choices = _choices(site, reader)
    form = entered(request.form, choices, _stored(site, request, reader, choices), site.today.day)
    if not form.editions and "edition" not in form.problems:
        site.app.reader_links.leave(reader.delivery_id, site.now)
        return _page(site, request, site.app.reader_links.find(reader.delivery_id))
    if form.problems:
        return _form_page(site, request, reader, form, status=422)
    chosen = preferences(form, choices, reader.preferences, site.app.zone.key)
    # With another language, readers who chose no editions would get others than those that they see ticked.
    before = chosen_editions(reader.editions, chosen.language, site.edition_languages)
    editions = None if tuple(form.editions) == before else form.editions
    return _saved(site, request, reader, chosen, editions)


def _saved(
    site: Site, request: PageRequest, reader: LinkedReader, chosen: Preferences, editions: Sequence[str] | None = None
) -> Response:
    site.app.reader_links.save_preferences(reader.delivery_id, chosen, site.now, editions)
    now = site.app.reader_links.find(reader.delivery_id)
    replaced_others = request.value("seen") not in {"", _version(reader)} and now and _version(now) != _version(reader)
    return _page(site, request, now, saved="replaced" if replaced_others else "saved")


def _version(reader: LinkedReader) -> str:
    """What is stored, in short: the form has it, to tell whether something else was saved after the page was opened."""
    return sha256(repr((reader.preferences, reader.editions)).encode()).hexdigest()[:16]


def _page(site: Site, request: PageRequest, reader: LinkedReader | None, *, saved: str = "") -> Response:
    if reader is None and is_unknown(site, _delivery_of(site, request)):
        return unknown_page(site, request)
    if reader is None or reader.status is not SubscriberStatus.CONFIRMED:
        return left_page(site, request, reader, rights=_path(request))
    return _form_page(site, request, reader, None, saved=saved)


def _form_page(
    site: Site,
    request: PageRequest,
    reader: LinkedReader,
    form: Entered | None,
    *,
    status: int = 200,
    saved: str = "",
) -> Response:
    """The form as it was entered, or as it is stored."""
    request = site.in_language(request, reader.preferences.language)
    choices = _choices(site, reader)
    today = site.today.day
    paused_until = pause_of(reader.preferences, today)
    seen = request.value("seen") if form else _version(reader)
    form = form or without_ended_pause(_stored(site, request, reader, choices), today)
    return site.pages.respond(
        request,
        "preferences.html",
        status,
        private=True,
        script_url=site.pages.script.url,
        saved=saved,
        seen=seen,
        form=form,
        editions=site.edition_names(),
        schedules=site.schedules(request.translator),
        choices=choices,
        not_weekly=_not_weekly(site),
        hours=HOURS,
        regions=zones_by_region(request.translator.language),
        other_zone=_other_zone(form.timezone, request.translator.language),
        days=(today + timedelta(days=1), max(today + LONGEST_PAUSE, paused_until or today)),
        paused_until=paused_until,
        next_message=_next_message(site, request, reader),
        language_names=LANGUAGE_NAMES,
        leave_path=leave_path(site, reader.delivery_id),
        rights=_path(request),
    )


def _stored(site: Site, request: PageRequest, reader: LinkedReader, choices: Choices) -> Entered:
    """The form as it is stored."""
    unset = site.app.zone.key, request.translator.language
    return shown(reader.preferences, _editions_of(site, reader), choices, *unset)


def _choices(site: Site, reader: LinkedReader) -> Choices:
    """What the form offers: the sections in the languages of the reader's editions, and what they have already."""
    wanted = _topic_languages(site, reader)
    counts = site.app.section_counts.recent(site.now, sorted(site.app.settings.languages) if wanted else ())
    configured = chain.from_iterable(one.sections for one in site.app.settings.editions)
    names = {name.casefold(): name for name in (*reader.preferences.sections, *configured, *counts)}
    topics = {name: counts.get(name, SectionCount(0)) for name in sorted(names.values(), key=str.casefold)}
    language = reader.preferences.language
    return Choices(
        editions=list(site.edition_names()),
        topics={name: one.last_week for name, one in topics.items()},
        groups=topic_groups({name: one.languages for name, one in topics.items()}, wanted),
        frequencies=[one for one in Frequency if one is not Frequency.WEEKLY or site.has_weekly],
        zones=known_zones(),
        languages=[*LANGUAGES, *([language] if language and language not in LANGUAGES else [])],
    )


def _not_weekly(site: Site) -> list[str]:
    """The editions of which readers of weekly mail get every issue; none where the form does not offer it."""
    return [one.name for one in site.app.settings.editions if site.has_weekly and not one.weekly]


def _topic_languages(site: Site, reader: LinkedReader) -> list[str]:
    """The languages of the reader's editions; none where it does not matter: the portal has one, or they take any."""
    settings, names = site.app.settings, _editions_of(site, reader)
    own = [one for one in settings.editions if one.name in names]
    if len(settings.languages) < 2 or any(one.articles == "any" for one in own):
        return []
    return list(dict.fromkeys(map(settings.language_of, own)))


def _other_zone(name: str, language: str) -> str:
    """The name of a zone that the list leaves out: one that was renamed, or that belongs to no place."""
    listed = (name for zones in zones_by_region(language).values() for name, _city in zones)
    return name if name in known_zones() and name not in set(listed) else ""


def _editions_of(site: Site, reader: LinkedReader) -> tuple[str, ...]:
    """The editions that the reader gets, of those that exist; a choice of none means all in their language."""
    return chosen_editions(reader.editions, reader.preferences.language, site.edition_languages)


def _next_message(site: Site, request: PageRequest, reader: LinkedReader) -> str:
    """Date, time and zone of the next message: one that is planned, or of the next issue; empty without one."""
    app, chosen, names = site.app, reader.preferences, _editions_of(site, reader)
    editions = [one for one in app.settings.editions if one.name in names]
    weekly = chosen.frequency is Frequency.WEEKLY
    issues = [(weekly and one.weekly_edition) or one for one in editions]
    coming = [(one, app.coming_slot(one)) for one in issues]
    planned = app.reader_links.next_due(reader.delivery_id)
    moments = [one for one in (planned, next_message(chosen, coming, app.zone)) if one is not None]
    if not moments:
        return ""
    zone = zone_of(chosen.timezone, app.zone)
    found, city = min(moments).astimezone(zone), city_of(zone.key, request.translator.language)
    return f"{request.translator.long_date(found.date())}, {found:%H:%M} ({city})"


def _path(request: PageRequest) -> str:
    """The page's own path, whatever its earlier name is."""
    return f"/preferences/{quote(request.parameters['token'])}"


def reader_of(site: Site, request: PageRequest) -> LinkedReader | None:
    """The reader that the token of the page names."""
    return site.app.reader_links.find(_delivery_of(site, request))


def _delivery_of(site: Site, request: PageRequest) -> int:
    return site.delivery_of(request, tokens.PREFERENCES, tokens.READER)
