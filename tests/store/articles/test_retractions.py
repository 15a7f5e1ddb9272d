"""Retracted articles: what keeps a retraction and a freezing issue apart, on each database."""

from digest.model.issues import Content
from digest.model.web import Retraction
from digest.store.articles.retractions import Retractions
from digest.store.engine.database import Database
from digest.store.issues.archive import Archive
from digest.store.issues.issues import Issues
from tests.support.store import NOW, RENDERED, SLOT, freeze

URL = "https://g.example/1"


def _freeze(issues: Issues, *keys: str) -> int | None:
    return freeze(issues, content=Content(rendered=RENDERED, article_keys=keys)).readers


def test_freeze_with_a_retracted_article_is_refused(database: Database) -> None:
    """Also for one of several items with its URL; not for another article."""
    issues, retractions = Issues(database), Retractions(database)
    retractions.add(Retraction(url=URL, by="anna", at=NOW), lambda content, _keys, _retracted: content)
    assert _freeze(issues, "g.example/2", "g.example/1#0123456789abcdef") is None
    assert _freeze(issues, "g.example/1") is None
    assert _freeze(issues, "g.example/11") == 0


def test_copy_is_shown_instead_of_the_frozen_content(database: Database) -> None:
    """The archive's, made of the keys of the articles; the variant does not change, and a second one replaces it."""
    issues, retractions, archive = Issues(database), Retractions(database), Archive(database)
    _freeze(issues, "g.example/1#0123456789abcdef", "g.example/2")
    seen = []

    def redact(content: object, keys: object, retracted: object) -> None:
        seen.append((content, keys, retracted))

    (record,) = retractions.add(Retraction(url=URL, by="anna", at=NOW), redact)
    keys = {"g.example/1#0123456789abcdef", "g.example/1", "g.example/2"}
    assert seen == [(RENDERED, keys, {"g.example/1"})]
    assert archive.latest(1) == []
    assert archive.find("daily", SLOT) is None
    assert retractions.undo(f"{URL}?utm_source=x", "boris", NOW, lambda content, _keys, _retracted: content) == [record]
    assert archive.latest(1)[0].changed_at == NOW
    found = archive.find("daily", SLOT)
    assert found is not None
    assert found.html == RENDERED.html
    assert retractions.undo(URL, "boris", NOW, redact) is None
