"""Summaries of the articles that an issue shows, made by the operator's command, each once."""

import logging
import threading
import time
from collections import Counter
from collections.abc import Collection, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import timedelta

from digest.app import App
from digest.composing.summaries import key_of, request_of, summary_of
from digest.errors import StoppedError
from digest.model.articles import Article
from digest.operations.command import TOO_LONG, CommandFailedError, run_command

SECONDS, SECONDS_OF_ALL = 20.0, 120.0  # for one article, and for those of one issue
_AT_ONCE = 4  # processes
_RETRIED = timedelta(minutes=15)  # after the command failed on an article

_log = logging.getLogger(__name__)


@dataclass(frozen=True, kw_only=True)
class ArticleSummaries:
    """What `[summary] command` says about articles."""

    app: App
    seconds: float = SECONDS
    seconds_of_all: float = SECONDS_OF_ALL
    _abandoned: threading.Event = field(default_factory=threading.Event)

    def known(self, articles: Collection[Article]) -> dict[str, str]:
        """The summaries that were made before, by the keys of the articles; raises StoreError."""
        return {key: text for key, text in self._found(articles).items() if text}

    def made(self, articles: Collection[Article]) -> dict[str, str]:
        """The summaries, of which those that are missing are made now; raises StoreError, StoppedError.

        Where the command fails, an article has none, and is not tried again for a while.
        """
        known = self._found(articles)
        missing = [one for one in articles if one.key not in known]
        answers = self._ask_all(missing) if missing else {}
        return {key: text for key, text in (known | answers).items() if text}

    def _found(self, articles: Collection[Article]) -> dict[str, str | None]:
        keys = {self._key(article): article.key for article in articles}
        found = self.app.summaries.find(list(keys), self.app.clock.now() - _RETRIED) if keys else {}
        return {keys[key]: text for key, text in found.items()}

    def _ask_all(self, articles: Sequence[Article]) -> dict[str, str | None]:
        """The answers about articles without one; the failures are one line of the log."""
        end = time.monotonic() + self.seconds_of_all
        with ThreadPoolExecutor(_AT_ONCE, thread_name_prefix="summary") as pool:
            try:
                answers = list(pool.map(lambda article: self._ask_once(article, end), articles))
            except BaseException:  # such as Ctrl-C: the pool waits for its threads, and they for the command
                self._abandoned.set()
                raise
        if self._is_stopped():
            raise StoppedError("the issue was not made: the process was stopped while articles were summarised")
        failures = Counter(answer.reason for answer in answers if answer.reason)
        if failures:
            reason, _number = failures.most_common(1)[0]
            of_all = f"{failures.total()} of {len(articles)} articles, which keep their own summaries"
            _log.warning("summary.command failed for %s: %s", of_all, reason)
        return {one.key: answer.text for one, answer in zip(articles, answers, strict=True)}

    def _ask_once(self, article: Article, end: float) -> "_Answer":
        """The answer, which is stored; that of another issue which is being made and shows the article too."""
        turn = self.app.summaries.turn(self._key(article))
        if not turn.acquire(timeout=max(0.0, end - time.monotonic())):
            return _Answer(reason=TOO_LONG)
        try:
            found = self._found([article])
            return _Answer(text=found[article.key]) if found else self._ask_and_store(article, end)
        finally:
            turn.release()

    def _ask_and_store(self, article: Article, end: float) -> "_Answer":
        answer = self._ask(article, end)
        if not self._is_stopped():
            self.app.summaries.add({self._key(article): answer.text}, self.app.clock.now())
        return answer

    def _ask(self, article: Article, end: float) -> "_Answer":
        settings, seconds = self.app.settings, min(self.seconds, end - time.monotonic())
        try:
            printed = run_command(
                settings.summary.arguments,
                request_of(article),
                folder=settings.root,
                seconds=seconds,
                stopped=self._is_stopped,
            )
            return _Answer(text=summary_of(printed, article.title))
        except (CommandFailedError, ValueError) as error:
            return _Answer(reason=str(error))

    def _key(self, article: Article) -> bytes:
        return key_of(self.app.settings.summary.command, request_of(article))

    def _is_stopped(self) -> bool:
        return self._abandoned.is_set() or self.app.clock.wait(0)


@dataclass(frozen=True, kw_only=True)
class _Answer:
    text: str | None = None
    reason: str = ""
