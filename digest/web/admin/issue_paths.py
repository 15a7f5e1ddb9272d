"""Which issue a path of the console names."""

from starlette.exceptions import HTTPException

from digest.model.issues import IssueRecord
from digest.web.admin.console import Console, ConsoleRequest
from digest.web.page_request import issue_of_path


def find_issue(console: Console, request: ConsoleRequest) -> IssueRecord:
    """The issue that the path names; raises HTTPException 404."""
    record = console.app.issues.find(*issue_of_path(request))
    if record is None:
        raise HTTPException(404)
    return record


def path_of(record: IssueRecord) -> str:
    """The path of its page, below /admin."""
    return f"/issues/{record.name}"
