"""A ranked article as JSON, with its reasons: in `digest rank --json`, and as it is stored with a frozen issue."""

from collections.abc import Sequence
from typing import Any

from digest.model.articles import RankedArticle


def ranked_json(position: int, one: RankedArticle) -> dict[str, Any]:
    """An article's place, counters, score and reasons."""
    article = one.article
    return {
        "position": position,
        "url": article.url,
        "title": article.title,
        "section": article.section,
        "published_at": article.published_at.isoformat(),
        "views": one.views.value if one.views else None,
        "comments": one.comments.value if one.comments else None,
        "score": round(one.score, 6),
        "reasons": [{"name": why.name, "value": why.value, "says": why.message} for why in one.reasons],
    }


def issue_json(shown: Sequence[RankedArticle]) -> list[dict[str, Any]]:
    """The articles of an issue in its order, each with those of its story that are shown below it."""
    return [
        ranked_json(place, one)
        | {"also": [{"url": also.article.url, "title": also.article.title} for also in one.also]}
        for place, one in enumerate(shown, 1)
    ]
