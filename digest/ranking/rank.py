"""Scores and orders, and keeps the reasons. Pure.

The score is a formula's (digest/formulas), by default the expected final count and not the count so far: an article of
23:00 has its fair chance at 07:00. More views or comments never lower a score (tests/ranking/test_rank.py).

Where the settings say so, the levels of sources or of sections are made even: see `ranking/normalise.py`. Then the
editor's boost is added; pinned articles lead and dropped ones are gone.
Source: docs/ranking.md; after Szabo and Huberman, "Predicting the popularity of online content" (CACM 2010).
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import overload

from digest.interpreter import tuned_for_ranking
from digest.model.articles import Article, Override, RankedArticle, Reason
from digest.ranking.counters_at_slot import Counted, counted_all
from digest.ranking.growth import Curve, Curves
from digest.ranking.normalise import normalised
from digest.ranking.registry import FORMULAS
from digest.ranking.scoring import ScoringInput
from digest.settings.schema import RankingSettings

_HOUR = timedelta(hours=1)


class _LateReasons(Sequence[Reason]):
    """Reasons that are put into words when somebody reads them: of many articles few are ever explained."""

    __slots__ = ("_place", "_said", "_say")

    def __init__(self, say: Callable[[int], tuple[Reason, ...]], place: int) -> None:
        self._say, self._place = say, place
        self._said: tuple[Reason, ...] | None = None

    def _told(self) -> tuple[Reason, ...]:
        if self._said is None:
            self._said = self._say(self._place)
        return self._said

    @overload
    def __getitem__(self, place: int) -> Reason: ...
    @overload
    def __getitem__(self, place: slice) -> tuple[Reason, ...]: ...
    def __getitem__(self, place: int | slice) -> Reason | tuple[Reason, ...]:
        return self._told()[place]

    def __len__(self) -> int:
        return len(self._told())

    def __eq__(self, other: object) -> bool:
        return self._told() == (other._told() if isinstance(other, _LateReasons) else other)

    def __hash__(self) -> int:
        return hash(self._told())

    def __repr__(self) -> str:
        return repr(self._told())


def rank(
    articles: Iterable[Article],
    slot: datetime,
    settings: RankingSettings,
    hands: Sequence[Override] = (),
    curves: Curves | None = None,
) -> list[RankedArticle]:
    """The articles in the order of their scores, pinned ones first, dropped ones left out; ties go to the newer one.

    `curves` are the portal's own; without them the default curve of the settings counts.
    """
    with tuned_for_ranking():
        return _ranking(articles, slot, settings, hands, curves or default_curves(settings))


def _ranking(
    articles: Iterable[Article], slot: datetime, settings: RankingSettings, hands: Sequence[Override], curves: Curves
) -> list[RankedArticle]:
    hand = {(hand.key, hand.kind): hand for hand in hands}
    counted, candidates = counted_all((one for one in articles if (one.key, "drop") not in hand), slot)
    day = ScoringInput(candidates=candidates, weight=settings.comments_weight, curves=curves)
    verdicts = normalised(FORMULAS[settings.formula](day), _groups(counted, settings))

    def reasons(place: int) -> tuple[Reason, ...]:
        formula = Reason(name="formula", value=None, says=f"formula {settings.formula}")
        return (_age_reason(counted[place].article), *verdicts.reasons(place), formula)

    scored = [
        RankedArticle(
            article=one.article,
            score=score,
            views=one.views,
            comments=one.comments,
            reasons=_LateReasons(reasons, place),
        )
        for place, (one, score) in enumerate(zip(counted, verdicts.scores, strict=True))
    ]
    pins = [key for key, kind in hand if kind == "pin"]
    handed = [_with_hand(one, hand) for one in scored] if hand else scored
    return sorted(handed, key=lambda ranked: _order(ranked, pins))


def default_curves(settings: RankingSettings) -> Curves:
    """The curves of a portal without a history."""
    curve = Curve(half_life=settings.half_life / _HOUR)
    return Curves(views=curve, comments=curve)


def _groups(counted: Sequence[Counted], settings: RankingSettings) -> list[str] | None:
    """The source or the section of each article, or None where their levels stay as they are."""
    match settings.normalise:
        case "source":
            return [one.source for one in counted]
        case "section":
            return [(one.article.section or "").casefold() for one in counted]
    return None


def _age_reason(article: Article) -> Reason:
    says = f"published {article.published_at:%Y-%m-%d %H:%M} UTC"
    return Reason(name="published", value=None, says=says if article.dated else f"no date: first seen {says[10:]}")


def _with_hand(ranked: RankedArticle, hand: Mapping[tuple[str, str], Override]) -> RankedArticle:
    key = ranked.article.key
    if title := hand.get((key, "title")):
        says = Reason(name="title", value=None, says=f"retitled by {title.by}")
        article = replace(ranked.article, title=title.value or ranked.article.title)
        ranked = replace(ranked, article=article, reasons=(*ranked.reasons, says))
    if boost := hand.get((key, "boost")):
        value = float(boost.value or 0)
        says = Reason(name="boost", value=value, says=f"boosted by {value:+g} by {boost.by}")
        ranked = replace(ranked, score=ranked.score + value, reasons=(*ranked.reasons, says))
    if pin := hand.get((key, "pin")):
        says = Reason(name="pin", value=None, says=f"pinned by {pin.by}")
        ranked = replace(ranked, pinned=True, reasons=(*ranked.reasons, says))
    return ranked


def _order(ranked: RankedArticle, pins: Sequence[str]) -> tuple[int, float, float, str]:
    place = pins.index(ranked.article.key) if ranked.pinned else len(pins)
    return place, -ranked.score, -ranked.article.published_at.timestamp(), ranked.article.key
