"""Which issue a path of the console names."""

from starlette.exceptions import HTTPException

from digest.model.issues import IssueRecord, Slot
from digest.web.admin.console import Console, ConsoleRequest


def find_issue(console: Console, request: ConsoleRequest) -> IssueRecord:
    """The issue that the path names; raises HTTPException 404."""
    edition = request.parameters["edition"]
    try:
        slot = Slot.parse(request.parameters["slot"])
    except ValueError:
        raise HTTPException(404) from None
    record = console.app.issues.find(edition, slot) if edition.isprintable() else None
    if record is None:
        raise HTTPException(404)
    return record


def path_of(record: IssueRecord) -> str:
    """The path of its page, below /admin."""
    return f"/issues/{record.name}"
