"""The view model that themes get: pictures and the shapes that decide where they are shown."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digest.i18n import Translator
from digest.model.pictures import LEAD_WIDTH, PictureShape, PictureSize, ServedPicture, picture_shape
from digest.rendering.view_model import Picture, make_page
from tests.support import issues

PIXELS = st.integers(1, 20_000)


def picture_of_lead(width: int | None, height: int | None) -> Picture | None:
    """The picture of a lead whose source states this size."""
    issue = issues.english()
    assert issue.lead is not None
    article = replace(issue.lead.article, image_width=width, image_height=height)
    page = make_page(replace(issue, lead=replace(issue.lead, article=article)), Translator("en", issues.PORTAL.zone))
    assert page.lead is not None
    return page.lead.picture


@pytest.mark.parametrize(
    ("size", "shape"),
    [
        ((1200, 675), "plain"), ((600, 600), "plain"), ((800, 1000), "plain"), ((800, 1001), "portrait"),
        ((900, 300), "plain"), ((901, 300), "panorama"), ((200, 150), "plain"), ((199, 150), "small"),
        ((150, 400), "small"), ((150, None), "small"), ((900, None), "plain"), ((None, 900), "plain"),
        ((None, None), "plain"),
    ],
)  # fmt: skip
def test_picture_shape_is_that_of_its_size(size: tuple[int | None, int | None], shape: str) -> None:
    """A portrait is taller than 4 : 5, a panorama wider than 3 : 1, a small one narrower than 200 px."""
    picture = picture_of_lead(*size)
    assert picture is not None
    assert (picture.width, picture.height, picture.shape) == (*size, shape)


@pytest.mark.parametrize(("address", "all_of_day"), [(None, None), ("https://news.gazette.example/archive/1", 9)])
def test_make_page_links_all_articles_of_the_day_where_the_archive_has_them(
    address: str | None, all_of_day: int | None
) -> None:
    """With their number; without an archive there is no such link."""
    page = make_page(issues.english(), Translator("en", issues.PORTAL.zone), address)
    assert (page.all_of_day.number if page.all_of_day else None) == all_of_day
    assert page.all_of_day is None or page.all_of_day.url == f"{address}?all="


def test_make_page_small_strip_is_no_picture() -> None:
    """A badge of 160 × 40 px is no lead and no thumbnail."""
    assert picture_of_lead(160, 40) is None


@given(PIXELS, PIXELS, st.integers(2, 20))
def test_picture_shape_of_a_larger_copy_is_the_same(width: int, height: int, scale: int) -> None:
    """The same picture in another resolution has the same shape, unless it is too small for a lead."""
    shape = picture_shape(width, height)
    assert shape is PictureShape.SMALL or shape is picture_shape(scale * width, scale * height)


def test_with_pictures_the_size_of_the_served_picture_counts() -> None:
    """It was measured; of a picture that was stored before sizes were, that of its source counts."""
    page = make_page(issues.english(), Translator("en", issues.PORTAL.zone))
    assert page.lead is not None
    assert page.lead.picture is not None
    key, own = PictureSize(page.lead.picture.url, LEAD_WIDTH), "https://news.gazette.example/images/1.jpg"
    measured = page.with_pictures({key: ServedPicture(own, 600, 1012)}).lead
    assert measured is not None
    assert measured.picture == replace(page.lead.picture, url=own, width=600, height=1012)
    unmeasured = page.with_pictures({key: ServedPicture(own)}).lead
    assert unmeasured is not None
    assert unmeasured.picture == replace(page.lead.picture, url=own)
