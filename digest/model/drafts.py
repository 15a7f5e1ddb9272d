"""An issue before it is frozen."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from digest.model.articles import Collected, RankedArticle
from digest.model.decisions import EditMark
from digest.model.issues import Issue, Rendered
from digest.model.pictures import PictureSize, ServedPicture


@dataclass(frozen=True, kw_only=True, slots=True)
class Draft:
    """An issue as it would be sent now, what its sources reported, and why it looks wrong (empty: it does not).

    `redirects`: the addresses of ours that its links have, by the addresses that they lead to; `pictures`: those of its
    pictures; `edits`: those that it has.
    """

    issue: Issue
    rendered: Rendered
    collected: Collected
    anomalies: tuple[str, ...] = ()
    redirects: Mapping[str, str] = field(default_factory=dict)
    pictures: Mapping[PictureSize, ServedPicture] = field(default_factory=dict)
    edits: EditMark = field(default_factory=EditMark)

    @property
    def shown(self) -> tuple[RankedArticle, ...]:
        """The articles that fitted into the message."""
        articles = self.issue.articles
        return articles[: len(articles) - self.rendered.trimmed]
