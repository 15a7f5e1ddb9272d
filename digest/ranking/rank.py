"""Scores and orders articles, and keeps the reasons. Pure.

The score comes from a formula (ranking/formulas), by default from the expected final count and not the count so far: an
article published at 23:00 has a fair chance at 07:00. More views or comments never lower a score
(tests/ranking/test_rank.py).

If the settings say so, the scores of sources or of sections are normalised (ranking/normalise.py). Then the editor's
boosts are added, pinned articles come first and dropped ones are removed.
Source: docs/ranking.md; after Szabo and Huberman, "Predicting the popularity of online content" (CACM 2010).
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta, tzinfo
from functools import partial

from digest.interpreter import tuned_for_ranking
from digest.model.articles import Article, RankedArticle
from digest.model.overrides import Override, OverrideKind
from digest.model.reasons import LazyReasons, Reason
from digest.ranking.counters_at_slot import CountedArticle, count_all
from digest.ranking.growth import Curve, Curves
from digest.ranking.normalise import normalised
from digest.ranking.registry import FORMULAS
from digest.ranking.scoring import ScoringInput
from digest.settings.schema import RankingSettings

_HOUR = timedelta(hours=1)
_TEXTS = {  # name and text of the reason; the selection has a reason `section` of its own
    OverrideKind.TITLE: ("title", "retitled"),
    OverrideKind.SUMMARY: ("summary", "new summary"),
    OverrideKind.SECTION: ("moved", "moved to another section"),
}


def rank(
    articles: Iterable[Article],
    slot: datetime,
    settings: RankingSettings,
    overrides: Sequence[Override] = (),
    curves: Curves | None = None,
    zone: tzinfo = UTC,
) -> list[RankedArticle]:
    """The articles by score: pinned ones first, dropped ones left out, the newer one first on a tie.

    `curves` are the portal's own; the default is the default curve of the settings. Reasons give times in `zone`.
    """
    with tuned_for_ranking():
        return _ranked(articles, slot, settings, overrides, curves or _default_curves(settings), zone)


def _ranked(
    articles: Iterable[Article],
    slot: datetime,
    settings: RankingSettings,
    overrides: Sequence[Override],
    curves: Curves,
    zone: tzinfo,
) -> list[RankedArticle]:
    latest = {(override.key, override.kind): override for override in overrides}
    counted, candidates = count_all((one for one in articles if (one.key, OverrideKind.DROP) not in latest), slot)
    data = ScoringInput(candidates=candidates, weight=settings.comments_weight, curves=curves)
    scores = normalised(FORMULAS[settings.formula](data), _groups(counted, settings))

    def reasons(place: int) -> tuple[Reason, ...]:
        text = f"formula {settings.formula}"
        formula = Reason(name="formula", value=None, message=text, common=text)
        return (*_published_reasons(counted[place].article, zone), *scores.reasons(place), formula)

    ranked = [
        RankedArticle(
            article=one.article,
            score=score,
            views=one.views,
            comments=one.comments,
            reasons=LazyReasons(partial(reasons, place)),
        )
        for place, (one, score) in enumerate(zip(counted, scores.values, strict=True))
    ]
    pins = [key for (key, kind), one in latest.items() if kind is OverrideKind.PIN and not one.value]
    keys = {key for key, _kind in latest}
    overridden = [_overridden(one, latest) if one.article.key in keys else one for one in ranked]
    return sorted(overridden, key=lambda one: _order(one, pins))


def _default_curves(settings: RankingSettings) -> Curves:
    """The curves of a portal without a history."""
    curve = Curve(half_life=settings.half_life / _HOUR)
    return Curves(views=curve, comments=curve)


def _groups(counted: Sequence[CountedArticle], settings: RankingSettings) -> list[str] | None:
    """The source or the section of each article, or None if scores are not normalised."""
    match settings.normalise:
        case "source":
            return [one.source for one in counted]
        case "section":
            return [one.article.section_key for one in counted]
    return None


def _published_reasons(article: Article, zone: tzinfo) -> Iterator[Reason]:
    local = article.published_at.astimezone(zone)
    moment = f"{local:%Y-%m-%d}, taken as {local:%H:%M %Z}" if article.day_only else f"{local:%Y-%m-%d %H:%M %Z}"
    message = f"published {moment}" if article.dated else f"no date: first seen {moment}"
    yield Reason(name="published", value=None, message=message)
    if article.late:
        yield Reason(name="late", value=None, message="first seen after the previous issue was made")


def _overridden(ranked: RankedArticle, overrides: Mapping[tuple[str, OverrideKind], Override]) -> RankedArticle:
    key = ranked.article.key
    texts = {kind: overrides[key, kind] for kind in _TEXTS if (key, kind) in overrides}
    if texts:
        words = [(*_TEXTS[kind], one.by) for kind, one in texts.items()]
        reasons = [Reason(name=name, value=None, message=f"{text} by {by}") for name, text, by in words]
        article = _with_texts(ranked.article, {kind: one.value for kind, one in texts.items() if one.value})
        listed = ranked.article if ranked.article.sources else None  # without a source the words are all there is
        ranked = replace(ranked, article=article, listed=listed, reasons=(*ranked.reasons, *reasons))
    if add := overrides.get((key, OverrideKind.ADD)):
        reason = Reason(name="add", value=None, message=f"added by {add.by}")
        ranked = replace(ranked, added=True, reasons=(*ranked.reasons, reason))
    if boost := overrides.get((key, OverrideKind.BOOST)):
        value = float(boost.value or 0)
        reason = Reason(name="boost", value=value, message=f"boosted by {boost.by}: {value:+g}")
        ranked = replace(ranked, score=ranked.score + value, reasons=(*ranked.reasons, reason))
    if pin := overrides.get((key, OverrideKind.PIN)):
        place = int(pin.value) if pin.value else None
        where = "" if place is None else f": place {place}"
        reason = Reason(name="pin", value=place, message=f"pinned by {pin.by}{where}")
        ranked = replace(ranked, pinned=place is None, place=place, reasons=(*ranked.reasons, reason))
    return ranked


def _with_texts(article: Article, texts: Mapping[OverrideKind, str]) -> Article:
    return replace(
        article,
        title=texts.get(OverrideKind.TITLE, article.title),
        summary=texts.get(OverrideKind.SUMMARY, article.summary),
        section=texts.get(OverrideKind.SECTION, article.section),
    )


def _order(ranked: RankedArticle, pins: Sequence[str]) -> tuple[int, float, float, str]:
    place = pins.index(ranked.article.key) if ranked.pinned else len(pins)
    return place, -ranked.score, -ranked.article.published_at.timestamp(), ranked.article.key
