"""What the columns of another system's export state about who is subscribed. Pure.

Where several columns of a row state something, the one that allows least counts.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import PurePath

from digest.errors import ConfigurationError
from digest.model.subscribers import LEFT, SubscriberStatus
from digest.parsing.tables.csv_table import shown
from digest.subscribers.column_meanings import Meaning
from digest.subscribers.column_names import normalised, separated
from digest.subscribers.ended_words import word_of_others
from digest.subscribers.status_names import meaning_of, names_an_end
from digest.subscribers.status_words import (
    RESTRICTIONS,
    UNKNOWN,
    UnknownStatusError,
    checked_status,
    is_good_check,
    is_moment_known,
    is_ticked,
    status_of,
    written_status,
)

_S = SubscriberStatus
_OF_READERS = frozenset(
    {Meaning.SUBSCRIBED, Meaning.SUBSCRIBER, Meaning.PERHAPS, Meaning.PERHAPS_IF_NO, Meaning.PERHAPS_DETAIL}
)
# Columns of lists of people who get no mail, and the service that writes them. Those of SendGrid are as in programs
# that read its files (2026-11-29); those of Mailgun are not verified.
_LISTS_OF_OTHERS = {
    frozenset({"email", "created"}): "SendGrid",  # unsubscribes
    frozenset({"ip", "email", "created"}): "SendGrid",  # spam reports
    frozenset({"address", "tags", "created_at"}): "Mailgun",  # unsubscribes
    frozenset({"address", "count", "created_at"}): "Mailgun",  # complaints
}
_OF_SPARKPOST = "non_transactional"
# Columns in which yes lets a reader have mail, and no ends that or is a question.
_MAY_BE_BOXES = frozenset(
    {
        Meaning.SUBSCRIBED,
        Meaning.SUBSCRIBER,
        Meaning.CONFIRMED,
        Meaning.UNKNOWN_UNLESS_YES,
        Meaning.PERHAPS_IF_NO,
    }
)
_SAY_ALL = frozenset({Meaning.STATUS, Meaning.STATUS_LETTER, Meaning.SUBSCRIBER_TYPE, Meaning.CONFIRMED})
_MOST_VALUES = 5  # values that a message lists
_EMPTY = "empty"  # in such a message
# How the command is told what rows are.
_OF_SUCH_ROWS = "state what such rows and those without a status are: --status confirmed, --status unsubscribed …"
_OF_ITS_ROWS = "state what its rows are: --status unsubscribed, --status suppressed, --status confirmed …"


class UnclearStatusError(ConfigurationError):
    """It is not clear who of a list is subscribed: a person has to state what its rows are."""


@dataclass(slots=True)
class _Box:
    """A column that may be a box to tick: Airtable, Contao and many spreadsheets write nothing where it is not ticked.

    Where all values of such a column are yes, an empty cell may be its no.
    """

    place: int
    meaning: Meaning
    has_yes: bool = False
    has_others: bool = False
    has_empty: bool = False  # in a row that does not say otherwise that its reader gets no mail

    def add(self, cells: Sequence[str], status: SubscriberStatus | None) -> None:
        """Count the cell of a row that states this."""
        if self.place >= len(cells):
            return
        cell = cells[self.place]
        if not cell.strip():
            self.has_empty |= status in {None, _S.CONFIRMED}
        elif is_ticked(cell) or self._says_confirmed(cell):
            self.has_yes = True
        else:
            self.has_others = True

    def _says_confirmed(self, cell: str) -> bool:
        try:
            return status_of(self.meaning, cell) is _S.CONFIRMED
        except UnknownStatusError:
            return False

    @property
    def is_unclear(self) -> bool:
        """Whether it is not known what its empty cells mean."""
        return self.has_empty and self.has_yes and not self.has_others


class StatusColumns:
    """The columns of a list that state who is subscribed: name and meaning by place.

    `address` is the place of the addresses, which may be called *Subscriber*.
    """

    def __init__(self, names: Sequence[str], address: int) -> None:
        compared = [normalised(name) for name in names]
        found = ((place, meaning_of(name, compared)) for place, name in enumerate(names) if place != address)
        self.meanings = {place: meaning for place, meaning in found if meaning is not None}
        self.unknown = frozenset(place for place, meaning in self.meanings.items() if meaning in UNKNOWN)
        self.default = _default(compared)
        self.states_who_left = self.default is not None or any(
            meaning not in {*UNKNOWN, Meaning.SUBSCRIBER, Meaning.CONFIRMED_AT} for meaning in self.meanings.values()
        )
        # Digest's own column `frequency`, counters, and details such as a reason may be left out where they are last.
        details = (Meaning.PERHAPS_DETAIL, Meaning.UNKNOWN_UNLESS_NUMBER, Meaning.CONFIRMED_AT, Meaning.REASON)
        stating = (place for place, one in self.meanings.items() if one not in details)
        self._last = max((place for place in stating if compared[place] != "frequency"), default=-1)
        self._confirmed_at = [place for place, one in self.meanings.items() if one is Meaning.CONFIRMED_AT]
        self._others = {place: one for place, one in self.meanings.items() if one is not Meaning.CONFIRMED_AT}
        self._of_ends = frozenset(place for place in self.meanings if names_an_end(names[place]))
        self._names = [name.casefold() for name in names]
        self.unclear_boxes: frozenset[int] = frozenset()  # whose empty cells are not known; see `find_unclear_boxes`

    def is_missing(self, cells: Sequence[str]) -> bool:
        """Whether a row ends before a column that states who is subscribed, or may do so."""
        return len(cells) <= self._last

    def read(self, cells: Sequence[str]) -> tuple[SubscriberStatus | None, list[int]]:
        """What a row states, None for nothing, and the places of values that are not known.

        None of these matters for a reader who left.
        """
        status, unknown = self._read_others(cells)
        is_good = bool(unknown) and any(is_good_check(one, _cell(cells, place)) for place, one in self._others.items())
        if status is not None or is_good:  # it says more than why something failed
            unknown = [place for place in unknown if self._others[place] is not Meaning.REASON]
        if is_good:
            unknown = [place for place in unknown if self._others[place] is not Meaning.CHECK_FLAG]
        if self._confirmed_at and status in {None, _S.CONFIRMED} and not self._says_all(cells):
            written = [one for place in self._confirmed_at if (one := self._written_status(cells, place))]
            never = [place for place in self._confirmed_at if not is_moment_known(_cell(cells, place))]
            unknown += never
            status = max(written, default=status if never else _S.CONFIRMED, key=RESTRICTIONS.__getitem__)
        if status in {None, _S.CONFIRMED}:
            unknown += [place for place in self.unclear_boxes if place < len(cells) and not cells[place].strip()]
        return status, [] if status in LEFT else unknown

    def require_known(self, rows: Iterable[Sequence[str]], file: str, choose: str) -> None:
        """Raise UnclearStatusError if a row has a value whose meaning is not known; it names columns and values.

        `choose`: how a person states what such rows are, where it is not by the command.
        """
        unknown: dict[int, dict[str, None]] = {}
        boxes = self._boxes()
        for cells in rows:
            status, places = self.read(cells)
            for place in places:
                unknown.setdefault(place, {})[_written(cells, place)] = None
            for box in boxes:
                box.add(cells, status)
        for box in boxes:
            if box.is_unclear:
                unknown.setdefault(box.place, {})[_EMPTY] = None
        if unknown:
            columns = (f"{shown(self._names[place])} ({_listed(values)})" for place, values in sorted(unknown.items()))
            raise UnclearStatusError(
                f"{file}: nothing was imported: it is not clear who is subscribed, by the column "
                f"{' and the column '.join(columns)}; change these values to {self._answers(unknown)}, "
                f"or, if all of them mean the same, {choose or _OF_SUCH_ROWS}"
            )

    def find_unclear_boxes(self, rows: Iterable[Sequence[str]]) -> frozenset[int]:
        """The places of boxes that are only ticked or empty, so that an empty cell may be a no."""
        boxes = self._boxes()
        for cells in rows if boxes else ():
            status, _ = self.read(cells)
            for box in boxes:
                box.add(cells, status)
        return frozenset(box.place for box in boxes if box.is_unclear)

    def _boxes(self) -> list[_Box]:
        return [_Box(place, one) for place, one in self._others.items() if one in _MAY_BE_BOXES]

    def _read_others(self, cells: Sequence[str]) -> tuple[SubscriberStatus | None, list[int]]:
        """The most restrictive of what is stated apart from when readers confirmed, and where a value is not known."""
        status: SubscriberStatus | None = None
        unknown: list[int] = []
        for place, meaning in self._others.items():
            if place >= len(cells):
                continue
            try:
                found = status_of(meaning, cells[place])
            except UnknownStatusError:
                found = self._written_status(cells, place)
                if found is None:
                    unknown.append(place)
            if found is not None and found is not status:
                status = found if status is None else max(status, found, key=RESTRICTIONS.__getitem__)
        return status, unknown

    def _written_status(self, cells: Sequence[str], place: int) -> SubscriberStatus | None:
        """The status that somebody wrote in place of another value, as a message asks them to.

        Not that a reader is confirmed, where the column is about an end: that may be what was confirmed.
        """
        status = written_status(_cell(cells, place))
        return None if status is _S.CONFIRMED and place in self._of_ends else status

    def written(self, cells: Sequence[str], status: SubscriberStatus | None) -> list[int]:
        """The places of columns that are about something else and state this status, where it ends or delays mail.

        Somebody wrote it in place of another value, or it is what a check of the address found.
        """
        if status is None or status is _S.CONFIRMED:
            return []
        return [
            place
            for place in self.unknown
            if written_status(_cell(cells, place)) is status
            or (self.meanings[place] is Meaning.CHECK and checked_status(_cell(cells, place)) is status)
        ]

    def _answers(self, places: Iterable[int]) -> str:
        """What the values of columns may be changed to."""
        is_of_end = not self._of_ends.isdisjoint(places)
        return ", ".join([*(one for one in _S if one is not _S.CONFIRMED), '""'] if is_of_end else _S)

    def _says_all(self, cells: Sequence[str]) -> bool:
        """Whether a column of a row says of a reader also whether they confirmed."""
        return any(one in _SAY_ALL and _cell(cells, place).strip() for place, one in self._others.items())


def require_subscribed_by_name(name: str, file: str, choose: str) -> None:
    """Raise UnclearStatusError for a list, which messages call `file`, with a name such as `unsubscribed.csv`."""
    found = word_of_others(normalised(separated(PurePath(name).name)))
    if found:
        raise UnclearStatusError(
            f"{file}: nothing was imported: no column states who is subscribed, and the file is called "
            f"{found}; {choose or _OF_ITS_ROWS}"
        )


def require_subscribed_by_columns(names: Sequence[str], file: str, choose: str) -> None:
    """Raise UnclearStatusError for a list whose columns are those of a service's list of people who get no mail."""
    compared = frozenset(filter(None, map(normalised, names)))
    service = "SparkPost" if _OF_SPARKPOST in compared else _LISTS_OF_OTHERS.get(compared)
    if service:
        raise UnclearStatusError(
            f"{file}: nothing was imported: no column states who is subscribed, and the columns are those of a list of "
            f"people who get no mail from {service}; {choose or _OF_ITS_ROWS}"
        )


def says_who_left(name: str) -> bool:
    """Whether a column of addresses may be one of people who get no mail, such as `Отписавшиеся`."""
    compared = normalised(separated(name))
    meaning = meaning_of(name, [compared])
    return word_of_others(compared) != "" or not (meaning is None or meaning in _OF_READERS)


def _written(cells: Sequence[str], place: int) -> str:
    return shown(_cell(cells, place).strip()) or _EMPTY


def _cell(cells: Sequence[str], place: int) -> str:
    return cells[place] if place < len(cells) else ""


def _default(names: Sequence[str]) -> SubscriberStatus | None:
    """What Mailchimp's separate files of unsubscribed and cleaned contacts state about every row."""
    if "leid" in names and "unsub_time" in names:
        return _S.UNSUBSCRIBED
    return _S.SUPPRESSED if "leid" in names and "clean_time" in names else None


def _listed(values: Iterable[str]) -> str:
    known = list(values)
    more = len(known) - _MOST_VALUES
    return ", ".join(known[:_MOST_VALUES]) + (f" and {more} more" if more > 0 else "")
