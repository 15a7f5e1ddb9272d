"""Scores and orders, and keeps the reasons. Pure.

The score is the expected final count, not the count so far: an article of 23:00 has its fair chance at 07:00.

    G(age) = 1 - 2^(-max(age, 30 min) / half-life)      the share of its final count that an article has at that age
    mv, mc = the mean of views/G and comments/G         what a usual one of today's candidates ends with
    V, C = (views + q*mv) / (G + q), (comments + q*mc) / (G + q); q = 0.05 is a prior of 1/20 article
    R = mv / mc                                         how many views a comment is worth
    x = (1 - w)*ln(1 + V) + w*ln(1 + R*C)               with w = `comments_weight`

R is taken of what articles end with, not of what they have now: so more views or comments never lower a score, also
where young articles, or articles whose views are unknown, hold most of the comments (tests/test_rank.py).

A counter that nobody told leaves the other to decide alone; where both are unknown it is taken for a usual article.
Source: docs/ranking.md; after Szabo and Huberman, "Predicting the popularity of online content" (CACM 2010).
"""

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from digest.merge import counted
from digest.model import Article, Count, Hand, RankedArticle, Reason
from digest.settings import RankingSettings

PRIOR = 0.05
YOUNGEST = timedelta(minutes=30)


@dataclass(frozen=True, kw_only=True, slots=True)
class _Candidate:
    article: Article
    views: Count | None
    comments: Count | None


@dataclass(frozen=True, kw_only=True, slots=True)
class _Usual:
    """What is usual among the candidates: expected final views and comments, and views for each comment."""

    views: float
    comments: float
    worth: float


def growth(age: timedelta, half_life: timedelta) -> float:
    """The share of its final count that an article has reached at that age, 0 to 1 (design: the default curve)."""
    return -math.expm1(-math.log(2) * (max(age, YOUNGEST) / half_life))


def rank(
    articles: Iterable[Article], slot: datetime, settings: RankingSettings, hands: Sequence[Hand] = ()
) -> list[RankedArticle]:
    """The articles in the order of their scores, pinned ones first, dropped ones left out; ties go to the newer one."""
    hand = {(hand.key, hand.kind): hand for hand in hands}
    candidates = [_candidate(article, slot) for article in articles if (article.key, "drop") not in hand]
    usual = _usual(candidates, settings.half_life)
    scored = [_with_hand(_scored(candidate, usual, settings), hand) for candidate in candidates]
    pins = [key for key, kind in hand if kind == "pin"]
    return sorted(scored, key=lambda ranked: _order(ranked, pins))


def _candidate(article: Article, slot: datetime) -> _Candidate:
    return _Candidate(
        article=article,
        views=counted(article.readings, slot, lambda counters: counters.views),
        comments=counted(article.readings, slot, lambda counters: counters.comments),
    )


def _usual(candidates: Sequence[_Candidate], half_life: timedelta) -> _Usual:
    views = [_projected(count, one.article, half_life) for one in candidates if (count := one.views)]
    comments = [_projected(count, one.article, half_life) for one in candidates if (count := one.comments)]
    usual_views, usual_comments = _mean(views), _mean(comments)
    return _Usual(views=usual_views, comments=usual_comments, worth=_worth(views, usual_views, usual_comments))


def _worth(views: Sequence[float], usual_views: float, usual_comments: float) -> float:
    """How many views a comment is worth; nobody viewed anything: as if there were one view in all."""
    if not views or not usual_comments:
        return 1.0
    return max(usual_views, 1 / len(views)) / usual_comments


def _projected(count: Count, article: Article, half_life: timedelta) -> float:
    return count.value / growth(count.taken_at - article.published_at, half_life)


def _mean(values: Sequence[float]) -> float:
    return math.fsum(values) / len(values) if values else 0.0


def _scored(candidate: _Candidate, usual: _Usual, settings: RankingSettings) -> RankedArticle:
    views, views_says = _expected("views", candidate.views, usual.views, candidate.article, settings.half_life)
    comments, comments_says = _expected(
        "comments", candidate.comments, usual.comments, candidate.article, settings.half_life
    )
    weight = _weight(candidate, settings.comments_weight)
    score = (1 - weight) * math.log1p(views) + weight * math.log1p(usual.worth * comments)
    mix = Reason(name="mix", value=round(score, 4), says=_mix_says(candidate, weight, usual.worth))
    return RankedArticle(
        article=candidate.article,
        score=score,
        views=candidate.views,
        comments=candidate.comments,
        reasons=(_age_reason(candidate.article), views_says, comments_says, mix),
    )


def _expected(
    name: str, count: Count | None, usual: float, article: Article, half_life: timedelta
) -> tuple[float, Reason]:
    if count is None:
        return usual, Reason(name=name, value=None, says=f"{name} unknown")
    age = count.taken_at - article.published_at
    share = growth(age, half_life)
    expected = (count.value + PRIOR * usual) / (share + PRIOR)
    says = f"{name} {count.value} at age {_hours(age)} -> reached {share:.0%} of final -> expected {expected:.0f}"
    return expected, Reason(name=name, value=round(expected, 2), says=f"{says} (portal mean {usual:.0f})")


def _weight(candidate: _Candidate, weight: float) -> float:
    """The comments' weight; a counter that is not known leaves the other to decide alone."""
    if candidate.views is None and candidate.comments is not None:
        return 1.0
    if candidate.comments is None and candidate.views is not None:
        return 0.0
    return weight


def _mix_says(candidate: _Candidate, weight: float, worth: float) -> str:
    if candidate.views is None and candidate.comments is None:
        return "no counters: taken for a usual article"
    return f"views weigh {1 - weight:.2f}, comments {weight:.2f}; a comment is worth {worth:.1f} views"


def _age_reason(article: Article) -> Reason:
    says = f"published {article.published_at:%Y-%m-%d %H:%M} UTC"
    return Reason(name="published", value=None, says=says if article.dated else f"no date: first seen {says[10:]}")


def _with_hand(ranked: RankedArticle, hand: Mapping[tuple[str, str], Hand]) -> RankedArticle:
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


def _hours(age: timedelta) -> str:
    return f"{max(age, timedelta()) / timedelta(hours=1):.1f} h"
