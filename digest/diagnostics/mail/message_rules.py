"""The rules of messages, for the next issue of every edition."""

from collections.abc import Iterator

from digest.diagnostics.context import CheckContext
from digest.diagnostics.results import CheckResult, fail, ok, warn
from digest.diagnostics.specimen import Specimen, make_specimen
from digest.errors import DigestError
from digest.operations.draft_messages import check_draft

_REMEDY = "`digest preview` shows the message and the same findings"


def check_message(context: CheckContext) -> Iterator[CheckResult]:
    """The rules that a message of each edition breaks, after the sources were asked."""
    app = context.app
    context.visit_sources()
    for edition in context.settings.editions:
        try:
            specimen = make_specimen(app, edition)
        except DigestError as error:
            yield fail(f"{edition.name}: no message could be made: {error}", "see the check `configuration`")
            continue
        findings = check_draft(app, specimen.draft, specimen.message)
        for one in findings:
            judged = fail if one.level == "error" else warn
            yield judged(f"{edition.name}: rule {one.rule}: {one.message}", _REMEDY)
        if not any(one.level == "error" for one in findings):
            yield ok(f"{edition.name}: {_described(specimen)}, {len(specimen.message.content) / 1000:.0f} KB")


def _described(specimen: Specimen) -> str:
    if not specimen.is_real:
        return "no articles yet; tried with invented ones"
    articles = len(specimen.draft.issue.articles)
    return "the next issue has 1 article" if articles == 1 else f"the next issue has {articles} articles"
