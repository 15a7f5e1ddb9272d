"""Compares titles by their letters: the cosine of TF-IDF over runs of 2 to 4 letters within words. Pure.

Cyrillic is written in Latin letters, so that a name has the same runs in both. A word's runs include the spaces around
it. A run's weight is its number in the title times ln((1 + titles) / (1 + titles that have it)) + 1.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import numpy.typing as npt

Matrix = npt.NDArray[np.float32]
_Indexes = npt.NDArray[np.intp]

_LATIN = str.maketrans(
    dict(zip("абвгдеёзийклмнопрстуфхыэіґєї", "abvgdeeziiklmnoprstufhyeigei", strict=True))
    | {"ж": "zh", "ц": "ts", "ч": "ch", "ш": "sh", "щ": "sh", "ъ": "", "ь": "", "ю": "yu", "я": "ya"}
)
_END = "\n"  # between titles; no title has it after `split`
_SHORTEST, _LONGEST = 2, 4  # letters of a run
_LETTER_BITS = 16  # a run of four letters fits into 64 bits
_ROWS = 512  # titles whose products are computed at a time
_COLUMNS = 2048  # runs that are multiplied at a time
_RARE = 32  # runs in more titles are multiplied as a dense matrix, the others pair by pair
_RARE_SHARE = 1 / 64  # of many titles: the dense matrix would take too much memory


@dataclass(frozen=True, slots=True)
class _Cells:
    """The weights that are not 0 in a sparse matrix of titles (rows) and runs (columns), in the order of columns."""

    rows: _Indexes
    columns: _Indexes
    weights: Matrix
    having: _Indexes  # the number of cells in each column
    titles: int

    def where(self, chosen: npt.NDArray[np.bool_]) -> "_Cells":
        """The chosen columns alone, renumbered."""
        kept = chosen[self.columns]
        columns = (np.cumsum(chosen) - 1)[self.columns[kept]]
        return _Cells(self.rows[kept], columns, self.weights[kept], self.having[chosen], self.titles)


def letter_cosines(titles: Sequence[str]) -> Matrix:
    """The cosine of every pair of titles, 0 to 1; the matrix is symmetric.

    A title without a letter or digit has 0 with every other.
    """
    cells = _shared_runs(titles)
    similarity = np.zeros((len(titles), len(titles)), np.float32)
    often = cells.having > max(_RARE, int(len(titles) * _RARE_SHARE))
    for dense in _dense_parts(cells.where(often)):
        for rows in row_blocks(len(titles)):
            similarity[rows] += dense[rows] @ dense.T
    rare = cells.where(~often)
    for rows in row_blocks(len(titles)):
        similarity[rows] += _rare_products(rare, rows)
    mirror(similarity)
    return similarity


def row_blocks(number: int) -> Iterator[slice]:
    """Slices of the rows, so that what is computed of a block takes little memory."""
    for first, last in pairwise([*range(0, number, _ROWS), number]):
        yield slice(first, last)


def mirror(matrix: Matrix) -> None:
    """Copy what is above the diagonal below it: the rounding of products depends on the block they are computed in."""
    for rows in row_blocks(len(matrix)):
        square = matrix[rows, rows]
        np.maximum(square, square.T.copy(), out=square)
        matrix[rows.stop :, rows] = matrix[rows, rows.stop :].T


def _shared_runs(titles: Sequence[str]) -> _Cells:
    """The runs that several titles have, with their weights, where all runs of a title have a length of 1."""
    padded = [_padded(title) for title in titles]
    text = np.frombuffer("".join(padded).encode("utf-32-le", "surrogatepass"), np.uint32)
    owners = np.repeat(np.arange(len(titles)), [len(one) for one in padded])
    parts, squares = [], np.zeros(len(titles))
    for size in range(_SHORTEST, _LONGEST + 1):
        places, runs = _runs(text, size)
        cells = _weighted(owners[places], runs, len(titles))
        squares += np.bincount(cells.rows, cells.weights**2, minlength=len(titles))
        parts.append(cells.where(cells.having > 1))
    return _joined(parts, np.sqrt(squares))


def _padded(title: str) -> str:
    """The words of a title in Latin letters, with a space on both sides of each."""
    words = title.translate(_LATIN).split() if any(char.isalnum() for char in title) else []
    return f" {' '.join(words)} {_END}" if words else _END


def _runs(text: npt.NDArray[np.uint32], size: int) -> tuple[_Indexes, npt.NDArray[np.uint64]]:
    """The places where a run of `size` letters begins within a word, and its number; equal runs have equal ones."""
    letters = np.unique(text, return_inverse=True)[1].astype(np.uint64)
    count = max(len(text) - size + 1, 0)
    numbers, whole = np.zeros(count, np.uint64), np.ones(count, bool)
    for at in range(size):
        numbers = (numbers << np.uint64(_LETTER_BITS)) | letters[at : at + count]
        whole &= text[at : at + count] != ord(_END)
        if 0 < at < size - 1:
            whole &= text[at : at + count] != ord(" ")
    places = np.flatnonzero(whole)
    return places, numbers[places]


def _weighted(owners: _Indexes, runs: npt.NDArray[np.uint64], titles: int) -> _Cells:
    """The runs of each title with their weights."""
    kinds, columns = np.unique(runs, return_inverse=True)
    places, counts = np.unique(columns * max(titles, 1) + owners, return_counts=True)
    columns, rows = np.divmod(places, max(titles, 1))
    having = np.bincount(columns, minlength=len(kinds))
    weights = counts * (np.log((1 + titles) / (1 + having)) + 1)[columns]
    return _Cells(rows, columns, weights.astype(np.float32), having, titles)


def _joined(parts: Sequence[_Cells], lengths: npt.NDArray[np.float64]) -> _Cells:
    """One matrix with the columns of all parts, each title's weights divided by its length."""
    rows = np.concatenate([part.rows for part in parts])
    before = np.cumsum([0, *(len(part.having) for part in parts[:-1])])
    columns = np.concatenate([part.columns + start for part, start in zip(parts, before, strict=True)])
    weights = np.concatenate([part.weights for part in parts]) / lengths[rows]
    having = np.concatenate([part.having for part in parts])
    return _Cells(rows, columns, weights.astype(np.float32), having, len(lengths))


def _dense_parts(cells: _Cells) -> Iterator[Matrix]:
    """The matrix in dense form, some columns at a time."""
    for first in range(0, len(cells.having), _COLUMNS):
        ours = slice(*np.searchsorted(cells.columns, [first, first + _COLUMNS]))
        dense = np.zeros((cells.titles, min(_COLUMNS, len(cells.having) - first)), np.float32)
        dense[cells.rows[ours], cells.columns[ours] - first] = cells.weights[ours]
        yield dense


def _rare_products(cells: _Cells, rows: slice) -> Matrix:
    """The products of the titles in `rows` with all titles: each of their cells with all cells of its column."""
    ours = np.flatnonzero((cells.rows >= rows.start) & (cells.rows < rows.stop))
    lengths = cells.having[cells.columns[ours]]
    starts = np.cumsum(cells.having) - cells.having
    offsets = np.arange(lengths.sum()) - np.repeat(np.cumsum(lengths) - lengths, lengths)
    others = np.repeat(starts[cells.columns[ours]], lengths) + offsets
    values = np.repeat(cells.weights[ours], lengths) * cells.weights[others]
    places = np.repeat((cells.rows[ours] - rows.start) * cells.titles, lengths) + cells.rows[others]
    shape = (rows.stop - rows.start, cells.titles)
    return np.bincount(places, values, minlength=shape[0] * shape[1]).astype(np.float32).reshape(shape)
