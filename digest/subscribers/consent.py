"""The proof of a reader's consent, as lines of text. Pure."""

from collections.abc import Iterator
from datetime import datetime
from hashlib import sha256
from zoneinfo import ZoneInfo

from digest.model.readers import ConsentNote
from digest.model.web import SignupRecord

TEXT_COLUMN = len("  agreed to   ")


def proof_lines(record: SignupRecord, zone: ZoneInfo) -> Iterator[str]:
    """One sign-up: when it was asked for and confirmed, from where, and each text with a short hash as its version."""
    yield ""
    yield f"  asked for   {_moment(record.asked_at, zone)}, form of {record.origin or 'an unknown site'}"
    if record.consented_at is not None:
        yield f"  consented   {_moment(record.consented_at, zone)}, as this form says"
    yield f"  confirmed   {_moment(record.confirmed_at, zone)}"
    if record.refused_at is not None:
        yield f"  refused     {_moment(record.refused_at, zone)}"
    yield f"  editions    {', '.join(record.editions) or 'all'}; language {record.language}"
    yield f"  network     {record.network} (a keyed hash)"
    for text in record.consents:
        yield f"  agreed to   {text} (version {sha256(text.encode()).hexdigest()[:8]})"


def note_line(note: ConsentNote, zone: ZoneInfo) -> str:
    """How a reader agreed who was added by hand, and who says so."""
    return f"  noted       {_moment(note.at, zone)}, by {note.by}: {note.text}"


def _moment(moment: datetime | None, zone: ZoneInfo) -> str:
    return "no" if moment is None else f"{moment.astimezone(zone):%Y-%m-%d %H:%M:%S %Z}"
