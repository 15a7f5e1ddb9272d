"""The arguments of `digest edit`: which article gets which override."""

import math
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

import click

from digest.composing.editorial import LARGEST_BOOST, cleaned_text, cleaned_words
from digest.model.overrides import OverrideKind

_NAMES_ARTICLE = re.compile(r"https?://|\d+=", re.IGNORECASE)


@dataclass(frozen=True, kw_only=True, slots=True)
class Change:
    """A kind of override, the article as an address or a number (empty: the issue itself), and the value."""

    kind: OverrideKind
    article: str = ""
    value: str | None = None


def whole_articles(kind: OverrideKind, articles: Sequence[str]) -> Iterator[Change]:
    """The changes of options that take no value."""
    return (Change(kind=kind, article=article) for article in articles)


def boosts(pairs: Sequence[str]) -> Iterator[Change]:
    """The changes of `--boost URL=X`; raises a usage error."""
    for pair in pairs:
        article, _, value = pair.rpartition("=")
        try:
            boost = float(value)
        except ValueError:
            boost = math.nan
        if not article or math.isnan(boost):
            raise click.UsageError(
                f"expected --boost URL=X with a number, such as https://gazette.example/1=0.7, not {pair!r}"
            )
        if abs(boost) > LARGEST_BOOST:
            limits = f"from -{LARGEST_BOOST} to {LARGEST_BOOST}"
            raise click.UsageError(f"expected --boost URL=X with a number {limits}, not {pair!r}")
        yield Change(kind=OverrideKind.BOOST, article=article, value=str(boost))


def texts(kind: OverrideKind, pairs: Sequence[str], added: Sequence[str]) -> Iterator[Change]:
    """The changes of `--title URL=TEXT` and its like; a text alone belongs to the one `added` article.

    Raises a usage error.
    """
    for pair in pairs:
        if len(added) == 1 and not _NAMES_ARTICLE.match(pair):
            article, typed = added[0], pair
        else:
            # A query may contain "=": the text then starts after the last "=" that no space precedes.
            head = pair.partition(" ")[0]
            article = head.rpartition("=")[0] if "?" in head else head.partition("=")[0]
            typed = pair[len(article) + 1 :]
        text = _cleaned(cleaned_words, kind, typed)
        if not article or not text:
            example = f"--{kind} URL=TEXT, such as https://gazette.example/1=A-better-{kind}"
            raise click.UsageError(f"expected {example}, not {pair!r}")
        yield Change(kind=kind, article=article, value=text)


def issue_texts(typed: Mapping[OverrideKind, str | None]) -> Iterator[Change]:
    """The changes of the issue's texts, by kind, of which None is not given; raises a usage error."""
    for kind, text in typed.items():
        if text is not None:
            yield Change(kind=kind, value=_cleaned(cleaned_text, kind, text))


def _cleaned(clean: Callable[[str, str], str], kind: str, typed: str) -> str:
    try:
        return clean(kind, typed)
    except ValueError as error:
        raise click.UsageError(f"--{kind}: {error}") from None
