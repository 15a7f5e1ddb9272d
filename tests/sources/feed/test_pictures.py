"""An item's picture is chosen among those that a feed names or that are in its text."""

import json
from html import escape

import pytest

from tests.sources.feed.test_fast_reader import read_fast, read_slowly
from tests.support.feeds import item, parse_feed, rss

BASE = "https://gazette.example/news/"
WANTED = "https://gazette.example/i/1.jpg"
NAMED = {
    "wider AVIF beside it": f"<media:content url='/i/0.avif' width='1200'/><media:content url='{WANTED}' width='800'/>",
    "AVIF before a thumbnail": f"<media:content url='/i/0.avif'/><media:thumbnail url='{WANTED}'/>",
    "AVIF before one in the text": "<enclosure url='/i/0.avif' type='image/avif'/>"
    f"<description>&lt;img src='{WANTED}'></description>",
    "gravatar beside a thumbnail": f'<media:thumbnail url="{WANTED}"/>'
    '<media:content url="https://1.gravatar.com/avatar/ab?s=96" medium="image"/>',
    "gravatar first": '<media:content url="https://0.gravatar.com/avatar/ab" medium="image"/>'
    f'<media:content url="{WANTED}" medium="image"/>',
    "smallest first": '<media:group><media:content url="/s.jpg" medium="image" width="150"/>'
    f'<media:content url="{WANTED}" medium="image" width="1200"/>'
    '<media:content url="/xl.jpg" medium="image" width="6000"/></media:group>',
    "small thumbnails": f'<media:thumbnail url="/s.jpg" width="75"/><media:thumbnail url="{WANTED}" width="600"/>',
    "SVG content": f'<media:content url="/l" type="image/svg+xml"/><media:content url="{WANTED}" type="image/png"/>',
    "pixel content": f'<media:content url="/p" medium="image" width="1" height="1"/><media:thumbnail url="{WANTED}"/>',
    "enclosure without a type": f'<enclosure url="{WANTED}"/>',
    "enclosure of octets": f'<enclosure url="{WANTED}" type="application/octet-stream"/>',
    "enclosure of type jpg": f'<enclosure url="{WANTED}" type="JPG"/>',
    "enclosure after audio": f'<enclosure url="/a.mp3" type="audio/mpeg"/><enclosure url="{WANTED}" type="image"/>',
    "enclosure of a video that says image": f'<enclosure url="/v.mp4" type="image/jpeg"/><image>{WANTED}</image>',
    "enclosure that mail apps do not show": f'<enclosure url="/1.heic" type="image/heic"/><image>{WANTED}</image>',
    "size of zero": f'<media:content url="{WANTED}" medium="image" width="0" height="0"/>',
    "default of several": '<media:content url="/0.jpg" medium="image"/>'
    f'<media:content url="{WANTED}" medium="image" isDefault="true"/>',
    "sample of another": '<media:content url="/0.jpg" medium="image" expression="sample"/>'
    f'<media:content url="{WANTED}" medium="image"/>',
    "address of the site": f'<enclosure url="https://gazette.example" type="image/jpeg"/><image>{WANTED}</image>',
    "thumbnail of no vocabulary": f"<thumbnail></thumbnail><fullimage>{WANTED}</fullimage>",
    "thumbnail with an attribute": f'<thumbnail url="{WANTED}"/>',
    "thumbnail that is a number": f"<thumbnail>1</thumbnail><fullimage>{WANTED}</fullimage>",
    "thumbnail that is a title": f"<thumbnail>Photo of the day</thumbnail><fullimage>{WANTED}</fullimage>",
    "thumbnail that is a choice of words": f"<thumbnail>A. Smith / Gazette</thumbnail><fullimage>{WANTED}</fullimage>",
    "thumbnail that is stated to be small": '<thumbnail url="/s.jpg" width="90" height="60"/>'
    f"<fullimage>{WANTED}</fullimage>",
    "image that is a number": f"<image>1</image><fullimage>{WANTED}</fullimage>",
    "image of the item as text": f"<image>{WANTED}</image>",
    "image of the item as url": f"<image><url>{WANTED}</url></image>",
    "image of the item as an attribute": f'<image href="{WANTED}"/>',
    "image of the item with a title": f"<image><title>T</title><url>{WANTED}</url><link>/x</link></image>",
}


@pytest.mark.parametrize("markup", NAMED.values(), ids=NAMED.keys())
def test_named_picture_is_the_articles_in_both_readers(markup: str) -> None:
    """The largest reasonable picture, whatever the element and its type."""
    feed = rss(item(markup))
    assert parse_feed(feed.encode(), base=BASE).entries[0].image_url == WANTED
    slow, fast = read_slowly(feed, BASE), read_fast(feed.encode(), base=BASE)
    assert slow is not None
    assert slow.entries[0].image_url == WANTED
    assert fast is None or fast.entries == slow.entries


def test_picture_in_avif_is_used_without_another() -> None:
    """Some mail apps show it."""
    feed = rss(item("<enclosure url='/i/0.avif' type='image/avif'/>"))
    assert parse_feed(feed.encode(), base=BASE).entries[0].image_url == "https://gazette.example/i/0.avif"


def test_json_feed_picture_in_avif_gives_way_to_that_in_the_text() -> None:
    """As in other feeds."""
    texts = f"<img src='{WANTED}'>", "no picture"
    items = [
        {"url": "https://a.example/1", "title": "A", "image": "https://a.example/0.avif", "content_html": text}
        for text in texts
    ]
    entries = parse_feed(json.dumps({"version": "https://jsonfeed.org/version/1.1", "items": items}).encode()).entries
    assert [one.image_url for one in entries] == [WANTED, "https://a.example/0.avif"]


def test_video_enclosure_is_not_a_picture() -> None:
    """A name that ends like a picture does not outweigh a type."""
    feed = rss(item('<enclosure url="/v.jpg" type="video/mp4"/>'))
    assert parse_feed(feed.encode(), base=BASE).entries[0].image_url is None


def test_picture_of_the_text_is_used_where_the_named_one_is_an_avatar() -> None:
    """WordPress.com lists the author's face and nothing else."""
    text = f"<description>{escape(f'<img src={chr(34)}{WANTED}{chr(34)}>')}</description>"
    feed = rss(item(f'<media:content url="https://1.gravatar.com/avatar/ab" medium="image"/>{text}'))
    assert parse_feed(feed.encode(), base=BASE).entries[0].image_url == WANTED


CONTENT = '<media:content medium="image" url="{}" width="{}" height="{}"/>'.format
SIZED = {
    "content": (f'<media:content url="{WANTED}" medium="image" width="1200" height="675"/>', (1200, 675)),
    "thumbnail": (f'<media:thumbnail url="{WANTED}" width="600" height="900"/>', (600, 900)),
    "pixels": (f'<media:content url="{WANTED}" medium="image" width=" 800px" height="450.0"/>', (800, 450)),
    "width alone": (f'<media:content url="{WANTED}" medium="image" width="800"/>', (800, None)),
    "unknown": (f'<media:content url="{WANTED}" medium="image"/>', (None, None)),
    "words": (f'<media:content url="{WANTED}" medium="image" width="auto" height="100%"/>', (None, None)),
    "out of range": (f'<media:content url="{WANTED}" medium="image" width="20001" height="-4"/>', (None, None)),
    "enclosure": (f'<enclosure url="{WANTED}" type="image/png" length="1"/>', (None, None)),
    "landscape beside a portrait": (
        f"{CONTENT('/p.jpg', 1000, 1500)}{CONTENT(WANTED, 800, 450)}",
        (800, 450),
    ),
    "portrait beside a banner": (f"{CONTENT('/b.jpg', 1600, 200)}{CONTENT(WANTED, 600, 900)}", (600, 900)),
    "unknown beside a small one": (
        f'{CONTENT("/s.jpg", 150, 150)}<media:content url="{WANTED}" medium="image"/>',
        (None, None),
    ),
    "enclosure beside a small thumbnail": (
        f'<media:thumbnail url="/s.jpg" width="72" height="72"/><enclosure url="{WANTED}" type="image/jpeg"/>',
        (None, None),
    ),
    "text beside a small thumbnail": (
        '<media:thumbnail url="/s72-c/1.jpg" width="72" height="72"/><description>'
        + escape(f'<img src="{WANTED}" width="640" height="480">')
        + "</description>",
        (640, 480),
    ),
    "small thumbnail alone": (f'<media:thumbnail url="{WANTED}" width="72" height="96"/>', (72, 96)),
}


@pytest.mark.parametrize(("markup", "size"), SIZED.values(), ids=SIZED.keys())
def test_named_picture_has_the_size_that_the_feed_states_in_both_readers(
    markup: str, size: tuple[int | None, int | None]
) -> None:
    """Of several the best by size; a size that is not wholly understood is unknown."""
    feed = rss(item(markup))
    slow, fast = read_slowly(feed, BASE), read_fast(feed.encode(), base=BASE)
    assert slow is not None
    assert fast is not None
    for entry in (slow.entries[0], fast.entries[0]):
        assert (entry.image_url, entry.image_width, entry.image_height) == (WANTED, *size)


@pytest.mark.parametrize(
    "small",
    [
        '<media:thumbnail url="/i/quay-150x150.jpg"/>',
        '<media:content url="/i/quay-150x150.jpg" medium="image"/>',
        '<enclosure url="/i/quay-150x150.jpg" type="image/jpeg"/>',
    ],
)
def test_small_picture_by_its_name_gives_way_to_that_in_the_text(small: str) -> None:
    """Feeds of WordPress name the thumbnail, and have the picture in the text."""
    text = escape('<img src="/i/quay-1024x683.jpg">')
    feed = rss(item(f"{small}<description>{text}</description>"))
    slow, fast = read_slowly(feed, BASE), read_fast(feed.encode(), base=BASE)
    assert slow is not None
    assert fast is not None
    for entry in (slow.entries[0], fast.entries[0]):
        assert entry.image_url == "https://gazette.example/i/quay-1024x683.jpg"
        assert (entry.image_width, entry.image_height) == (1024, 683)


def test_json_feed_picture_in_the_text_has_its_size() -> None:
    """JSON Feed states no size of the pictures that it names."""
    text = f'<img width=\\"640\\" height=\\"480\\" src=\\"{WANTED}\\">'
    feed = (
        '{"version": "https://jsonfeed.org/version/1.1", "items": ['
        f'{{"id": "1", "url": "https://gazette.example/1", "title": "T", "content_html": "{text}"}},'
        f'{{"id": "2", "url": "https://gazette.example/2", "title": "U", "image": "{WANTED}"}}]}}'
    )
    first, second = parse_feed(feed.encode(), base=BASE).entries
    assert (first.image_url, first.image_width, first.image_height) == (WANTED, 640, 480)
    assert (second.image_url, second.image_width, second.image_height) == (WANTED, None, None)


RSS_IMAGE = "<image><title>G</title><url> {} </url><link>https://a.example/</link><width>88</width></image>"
ITUNES_IMAGE = '<itunes:image xmlns:itunes="http://www.itunes.com/dtds/podcast-1.0.dtd" href="{}"/>'


@pytest.mark.parametrize(
    ("channel", "picture"),
    [
        (RSS_IMAGE.format("/logo.png"), "https://gazette.example/logo.png"),
        (ITUNES_IMAGE.format(WANTED), WANTED),
        (RSS_IMAGE.format("/logo.png") + ITUNES_IMAGE.format(WANTED), WANTED),
        (ITUNES_IMAGE.format("/large.png") + RSS_IMAGE.format(WANTED), WANTED),
        (ITUNES_IMAGE.replace("href", "url").format(WANTED), WANTED),
        (ITUNES_IMAGE.replace(":image", ":link").format(WANTED), WANTED),
        (RSS_IMAGE.format("/logo.svg"), None),
        ("<image><title>No address</title></image>", None),
        ("", None),
    ],
)
def test_channel_has_its_own_picture_in_both_readers(channel: str, picture: str | None) -> None:
    """RSS's, or that of a podcast; it is no article's."""
    feed = rss(item(), channel=channel)
    slow, fast = read_slowly(feed, BASE), read_fast(feed.encode(), base=BASE)
    assert slow is not None
    assert fast is not None
    assert (slow.channel.image_url, fast.channel.image_url) == (picture, picture)
    assert slow.channel == fast.channel
    assert fast.entries[0].image_url is None


@pytest.mark.parametrize(
    ("elements", "picture"),
    [
        ("<icon>/i.png</icon><logo>l.png</logo>", "https://gazette.example/news/l.png"),
        ("<icon>/i.png</icon>", "https://gazette.example/i.png"),
    ],
)
def test_atom_feed_has_its_logo_or_its_icon(elements: str, picture: str) -> None:
    """In both readers."""
    entry = "<entry><title>T</title><id>tag:a.example,2026:1</id></entry>"
    feed = f'<feed xmlns="http://www.w3.org/2005/Atom"><title>G</title>{elements}{entry}</feed>'
    slow, fast = read_slowly(feed, BASE), read_fast(feed.encode(), base=BASE)
    assert slow is not None
    assert fast is not None
    assert (slow.channel.image_url, fast.channel.image_url) == (picture, picture)


def test_json_feed_has_its_icon() -> None:
    """Its favicon is too small."""
    feed = '{"version": "https://jsonfeed.org/version/1.1", "items": [], "icon": "/i.png", "favicon": "/f.png"}'
    assert parse_feed(feed.encode(), base=BASE).channel.image_url == "https://gazette.example/i.png"
