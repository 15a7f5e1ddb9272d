"""Pictures: fetched once, tried again after half an hour, found by their file's name."""

from datetime import timedelta

from digest.model.pictures import PictureSize, StoredPicture
from digest.store.articles.pictures import UNUSED, Pictures, mark_used, picture_files
from digest.store.engine.database import Database
from digest.store.upkeep.expiry import purge
from tests.support.store import NOW

A, B = PictureSize("https://g.example/a.jpg", 264), PictureSize("https://g.example/b.jpg", 264)
MOMENT = timedelta(microseconds=1)
PICTURE = StoredPicture(content=b"\xff\xd8\0", media_type="image/jpeg", width=264, height=149)


def test_pictures_that_are_stored_are_known(database: Database) -> None:
    """With that width only; a picture that was stored is not replaced."""
    pictures = Pictures(database)
    pictures.keep({A: PICTURE, B: None}, NOW)
    assert pictures.known([A, B, PictureSize(A.url, 1200)], NOW) == {A: PICTURE.served, B: None}
    assert pictures.find(PICTURE.file) == StoredPicture(content=PICTURE.content, media_type="image/jpeg")
    assert pictures.find("x.jpg") is None
    pictures.keep({A: None, B: PICTURE}, NOW)
    assert pictures.known([A, B], NOW) == {A: PICTURE.served, B: PICTURE.served}


def test_picture_that_failed_is_wanted_again_after_half_an_hour(database: Database) -> None:
    """Not every minute, while an issue is held."""
    pictures = Pictures(database)
    pictures.keep({B: None}, NOW)
    half_an_hour = timedelta(minutes=30)
    assert pictures.known([B], NOW + half_an_hour - MOMENT) == {B: None}
    assert pictures.known([B], NOW + half_an_hour) == {}


def test_picture_that_no_issue_showed_is_deleted_after_a_month(database: Database) -> None:
    """One of an issue stays, whenever it was frozen."""
    pictures, month = Pictures(database), timedelta(days=30)
    pictures.keep({A: PICTURE, B: None}, NOW)
    with database.write() as connection:
        mark_used(connection, picture_files(f'<img src="/images/{PICTURE.file}">'), NOW + month)
        assert purge(connection, UNUSED, NOW + month) == 0
        assert purge(connection, UNUSED, NOW + month + MOMENT) == 1
    assert pictures.known([A, B], NOW) == {A: PICTURE.served}
