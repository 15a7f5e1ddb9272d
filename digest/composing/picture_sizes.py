"""Which pictures of an issue its messages show, and how wide. Pure."""

from collections.abc import Iterator

from digest.model.articles import RankedArticle
from digest.model.issues import Issue
from digest.model.pictures import CARD_WIDTH, LEAD_WIDTH, PictureSize


def picture_sizes(issue: Issue, *, has_topics: bool) -> list[PictureSize]:
    """The pictures of the issue; with `has_topics` also those of articles that lead it for readers of some topics."""
    return list(dict.fromkeys(_sizes(issue, has_topics=has_topics)))


def _sizes(issue: Issue, *, has_topics: bool) -> Iterator[PictureSize]:
    leads = _leads(issue) if has_topics else set()
    for one in issue.articles:
        url = one.article.image_url
        if url is None:
            continue
        if one is issue.lead or one.article.key in leads:
            yield PictureSize(url, LEAD_WIDTH)
        if one is not issue.lead:
            yield PictureSize(url, CARD_WIDTH)


def _leads(issue: Issue) -> set[str]:
    """The best article of each section, which leads the issue for readers who chose no better section."""
    best: dict[str, RankedArticle] = {}
    for one in issue.articles:
        known = best.get(one.article.section_key)
        if known is None or (one.pinned, one.score) > (known.pinned, known.score):
            best[one.article.section_key] = one
    return {one.article.key for one in best.values()}
