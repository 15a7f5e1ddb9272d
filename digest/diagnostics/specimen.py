"""A message as a reader would get it next, for checks that need a real one."""

from dataclasses import dataclass

from digest.app import App
from digest.diagnostics.editions import invented_draft
from digest.model.deliveries import Outgoing
from digest.model.drafts import Draft
from digest.operations.draft_messages import example_message
from digest.pipeline import IssueRun
from digest.settings.schema import EditionSettings


@dataclass(frozen=True, kw_only=True, slots=True)
class Specimen:
    """A draft and its message; `is_real`: of the stored articles, not of invented ones."""

    draft: Draft
    message: Outgoing
    is_real: bool


def make_specimen(app: App, edition: EditionSettings) -> Specimen:
    """The edition's next issue of the articles stored so far; of invented ones where there are none.

    Raises DigestError.
    """
    draft = IssueRun.of(app, edition, app.coming_slot(edition)).stored_draft()
    is_real = bool(draft.issue.articles)
    if not is_real:
        draft = invented_draft(app, edition)
    return Specimen(draft=draft, message=example_message(app, draft), is_real=is_real)
