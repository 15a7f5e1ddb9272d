"""The first picture in HTML that shows something of the article."""

import pytest

from digest.sources.article_pictures.addresses import first_of_several, usable_picture
from digest.sources.article_pictures.html_pictures import first_picture
from digest.sources.shown_markup import shown_markup

BASE = "https://gazette.example/news/"
WANTED = "https://gazette.example/i/1.jpg"
EMBEDDED = {
    "tracking pixel by attributes": f'<img width="1" height="1" src="/p.gif"><img src="{WANTED}">',
    "tracking pixel by style": f'<img style="width:1px;height:1px" src="/p.gif"> text <img src="{WANTED}"/>',
    "not displayed": f'<img style="display: none" src="/p.gif"><img src="{WANTED}">',
    "hidden attribute": f'<img hidden src="/p.gif"><img src="{WANTED}">',
    "off the screen": f'<div><img src="https://mc.example/1" style="left:-9999px;"></div><img src="{WANTED}">',
    "counter of a known service": f'<img src="https://mc.yandex.ru/watch/1"><img src="{WANTED}">',
    "icon": f'<img src="/share.png" width="24" height="24"><img src="{WANTED}">',
    "emoji of WordPress": f'<img src="https://s.w.org/images/core/emoji/15/72x72/1f60.png"><img src="{WANTED}">',
    "emoji by its class": f'<img class="wp-smiley" src="/e.png"><img src="{WANTED}">',
    "gravatar": f'<img src="https://secure.gravatar.com/avatar/ab?s=96"><img src="{WANTED}">',
    "SVG": f'<img src="/logo.svg"><img src="{WANTED}">',
    "data and data-src": f'<img src="data:image/gif;base64,R0lGOD" data-src="{WANTED}">',
    "placeholder and data-src": f'<img src="/i/lazyload.gif" data-src="{WANTED}">',
    "placeholder and data-lazy-src": f'<img src="/i/1x1.png" data-lazy-src="{WANTED}">',
    "placeholder and data-original": f'<img src="/i/placeholder.jpg" data-original="{WANTED}">',
    "data-srcset": f'<img src="data:," data-srcset="/i/0.jpg 300w, {WANTED} 1200w">',
    "srcset alone": f'<img srcset="/i/0.jpg 300w, {WANTED} 1200w, /i/2.jpg 6000w">',
    "srcset of densities": f'<img srcset="/i/0.jpg 1x,{WANTED} 2x">',
    "small src and srcset": f'<img src="/i/0.jpg" srcset="/i/0.jpg 300w, {WANTED} 1024w, /i/2.jpg 4000w">',
    "large src and srcset": f'<img src="{WANTED}" srcset="{WANTED} 1024w, /i/0.jpg 300w, /i/2.jpg 1536w">',
    "src beside a srcset of others": f'<img src="{WANTED}" srcset="/i/0.jpg 300w, /i/2.jpg 1200w">',
    "thumbnail by its name": f'<img src="/i/1-150x150.jpg" srcset="/i/0.jpg 300w, {WANTED} 1200w">',
    "placeholder and data-srcset": f'<img src="/i/grey.png" data-srcset="/i/0.jpg 300w, {WANTED} 1200w">',
    "small data-src and data-srcset": f'<img data-src="/i/0.jpg" data-srcset="/i/0.jpg 150w, {WANTED} 900w">',
    "placeholder alone before": f'<img src="/i/loading.gif"><img src="{WANTED}">',
    "bracket in the alternative text": f'<img alt="a > b" src="{WANTED}">',
    "careless apostrophe": f"<img alt=it's src=\"{WANTED}\"> that's > 5",
    "address in the alternative text": f'<img alt="see src=/x.jpg" src="{WANTED}">',
    "pixel by its largest size": f'<img src="/p.gif" style="max-width:1px;max-height:1px"><img src="{WANTED}">',
    "clipped": f'<img src="/p.gif" style="position:absolute; clip: rect(0 0 0 0)"><img src="{WANTED}">',
    "hidden parent": f'<div style="display:none"><img src="https://stat.example/p"></div><img src="{WANTED}">',
    "parent with the attribute hidden": f'<p hidden><img src="https://stat.example/p"></p><img src="{WANTED}">',
    "class that hides on small screens": f'<div class="w-full hidden md:block"><img src="{WANTED}"></div>',
    "comment": f'<!-- <img src="/old.jpg"> --><img src="{WANTED}">',
    "downlevel-revealed comment": f'<!--[if !mso]><!--><img src="{WANTED}"><!--<![endif]-->',
    "script": f'<script>document.write(\'<img src="/p">\')</script><img src="{WANTED}">',
    "favicon": f'<img src="/favicon.ico"><img src="{WANTED}">',
    "source of a picture": f'<picture><source srcset="/i/0.jpg 300w, {WANTED} 800w"><img src="data:,"></picture>',
    "source before a picture": f'<picture><source srcset="/i/1.webp"><img src="{WANTED}"></picture>',
    "source in a format of browsers": '<picture><source type="image/avif" srcset="/i/1.avif">'
    f'<source type="image/webp" data-srcset="{WANTED}"><img class="lazy"></picture>',
    "AVIF before another picture": f'<img src="/i/0.avif"><p>A</p><img src="{WANTED}">',
    "AVIF with a source in another format": f'<picture><source srcset="{WANTED}"><img src="/i/0.avif"></picture>',
    "AVIF with a srcset of another format": f'<img src="/i/0.avif?w=9" srcset="/i/0.avif 900w, {WANTED} 800w">',
    "source of a video": f'<video><source src="/v.mp4" type="video/mp4"></video><img src="{WANTED}">',
    "source that is wide enough": f'<picture><source srcset="{WANTED} 900w"><source srcset="/w.jpg 1800w"></picture>',
    "AMP": f'<amp-img src="{WANTED}" width="600" height="400"></amp-img>',
    "srcset with tabs": f'<img srcset="/i/0.jpg\t300w,\t{WANTED}\t900w">',
    "srcset with heights": f'<img srcset="/i/0.jpg 300w 200h, {WANTED} 900w 600h">',
    "address in an attribute of another script": f'<img src="data:," data-cfsrc="{WANTED}">',
    "hidden until it is loaded": f'<img style="display:none;visibility:hidden" data-cfsrc="{WANTED}">',
    "unfilled template": f'<img data-src="/i/1_{{width}}x.jpg" src="{WANTED}">',
    "fragment": f'<img src="#"><img src="{WANTED}">',
    "word of a program": f'<img src="undefined"><img src="{WANTED}">',
    "emoji of one letter's height": f'<img style="height: 1em; max-height: 1em" src="/e.png"><img src="{WANTED}">',
    "author by class": f'<img class="author-photo" src="/u/anna.jpg"><img src="{WANTED}">',
    "box of the author": f'<div class="author-box"><div>Anna</div><img src="/u/anna.jpg"></div><img src="{WANTED}">',
    "box of a plugin": '<div class="saboxplugin-wrap"><div class="saboxplugin-gravatar"><img src="/u/anna.jpg"></div>'
    f'</div><div class="author-avatar"><img src="/u/anna.jpg"></div><img src="{WANTED}">',
    "link to the author": f'<a rel="author" href="/anna"><img src="/u/anna.jpg"></a><img src="{WANTED}">',
    "profile": '<img class="profile-photo" src="/u/anna.jpg"><p class="vcard"><img src="/u/b.jpg"></p>'
    f'<img src="{WANTED}">',
    "placed by Google": '<p class="google-auto-placed"><img src="/b.jpg"></p><p class="ads-block"><img src="/b.jpg">'
    f'</p><ul class="related"><li><img src="/o.jpg"></ul><img src="{WANTED}">',
    "element in a hidden one": f'<div style="display:none"><div>x</div><img src="/p.jpg"></div><img src="{WANTED}">',
    "other articles": f'<div class="related-posts"><img src="/other.jpg"></div><img src="{WANTED}">',
    "share button": f'<a href="https://www.facebook.com/sharer.php?u=x"><img src="/fb.png"></a><img src="{WANTED}">',
    "address without its file": f'<img src="https://a.example/undefined"><img src="/uploads/"><img src="{WANTED}">',
    "banner": f'<img src="/b.gif" width="468" height="60"><img src="{WANTED}">',
    "portrait of another service": f'<img src="https://pbs.twimg.com/profile_images/1/a.jpg"><img src="{WANTED}">',
    "counter by its name": f'<img src="/counter.gif?id=1"><img src="/count.php?id=1"><img src="{WANTED}">',
    "icon by its class": f'<img class="kg-bookmark-icon" src="/f.png"><img src="{WANTED}">',
    "logo": f'<img src="/img/logo_small.png"><img src="{WANTED}">',
    "no picture": f'<img src="/img/no-image.png"><img src="{WANTED}">',
    "counter without a size": f'<img src="https://stat.example/matomo.php?idsite=1"><img src="{WANTED}">',
    "face of another service": '<img src="https://lh3.googleusercontent.com/a/AC=s96-c">'
    f'<img src="https://cdn.bsky.app/img/avatar/plain/x"><img src="https://ui-avatars.com/api/"><img src="{WANTED}">',
    "banner of an ad server": f'<img src="https://ads.example/delivery/avw.php?zoneid=1"><img src="{WANTED}">',
    "counters of portals": '<img src="http://c.bigmir.net/?s1&amp;t6"><img src="https://c.hit.ua/hit?i=1">'
    f'<img src="//u1.spylog.com/cnt?cid=1"><img src="https://www.acint.net/cmp?x=1"><img src="{WANTED}">',
    "blurred copies of Medium": '<img src="https://cdn.example/freeze/max/30/1*a.jpeg?q=20"><canvas></canvas>'
    f'<img src="https://miro.medium.com/max/60/1*a.jpeg?q=20"><img data-src="{WANTED}">',
    "icon of DataLife Engine": f'<img src="/templates/x/dleimages/spoiler-plus.gif"><img src="{WANTED}">',
    "blurred copies of Tilda": '<img src="https://thb.tildacdn.com/tild3/-/empty/1.jpg">'
    f'<img src="https://thb.tildacdn.com/tild3/-/resize/20x/1.jpg"><img src="{WANTED}">',
    "counter of those who republish": '<img src="https://counter.theconversation.com/content/1/count.gif">'
    f'<img src="https://gazette.example/?feed-stats-post-id=1"><img src="{WANTED}">',
    "icon of WordPress": f'<img src="/wp-includes/images/rss.png"><img src="{WANTED}">',
    "pixel of one percent": f'<img src="/p" width="1%" height="1%"><img src="{WANTED}">',
    "pixel of one percent by style": f'<img src="/p" style="width:1%"><img src="{WANTED}">',
    "scaled to nothing": f'<img src="/p" style="transform:scale(0)"><img src="{WANTED}">',
    "parent off the screen": f'<div style="position:absolute;left:-9999px"><img src="/p"></div><img src="{WANTED}">',
    "figure wider than its text": f'<figure style="margin-left:-100px"><img src="{WANTED}"></figure><img src="/2.jpg">',
    "parent of one pixel": f'<div style="height:1px; width: 1px"><img src="/p"></div><img src="{WANTED}">',
    "banner by style": f'<img src="/b.gif" style="width:468px;height:60px"><img src="{WANTED}">',
    "banner by its name": f'<img src="/b/spring-728x90.gif"><img src="{WANTED}">',
    "advertisement": f'<div class="advertisement"><img src="/b.gif"></div><img src="{WANTED}">',
    "link to share with WhatsApp": f'<a href="https://wa.me/?text=x"><img src="/w.png"></a><img src="{WANTED}">',
    "link to share by mail": f'<a href="mailto:?subject=x"><img src="/m.png"></a><img src="{WANTED}">',
    "link of an app": f'<a href="viber://forward?text=x"><img src="/v.png"></a><img src="{WANTED}">',
    "link to donate": f'<a href="https://www.patreon.com/x"><img src="/pp.png"></a><img src="{WANTED}">',
    "licence": f'<img src="https://licensebuttons.net/l/by/4.0/88x31.png"><img src="{WANTED}">',
    "favicon of a service": f'<img src="https://www.google.com/s2/favicons?domain=x"><img src="{WANTED}">',
    "favicon in PNG": f'<img src="/favicon-32x32.png"><img src="{WANTED}">',
    "spinner": f'<img src="/img/ajax-loader.gif"><img src="/spinner.gif"><img src="{WANTED}">',
    "default picture": f'<img src="/img/default-image.png"><img src="{WANTED}">',
    "data-src of a source": f'<picture><source data-src="{WANTED}" type="image/jpeg"><img src="data:,"></picture>',
    "picture of sources alone": f'<picture><source srcset="{WANTED}"></picture> text',
    "source of a video stream": f'<video><source src="/v?1" type="video/mp4"></video><img src="{WANTED}">',
    "noscript behind a placeholder": f'<img class="lazyload" src="/i/0.gif"></span><noscript><img src="{WANTED}">',
    "proportions of AMP": f'<amp-img src="{WANTED}" width="16" height="9" layout="responsive"></amp-img>',
    "first frame of a video": f'<video controls poster="{WANTED}" src="/v.mp4"></video>',
    "Media RSS in the text": f'<media:content type="image/jpeg" url="{WANTED}"><media:credit>A</media:credit>'
    "</media:content><p>Text</p>",
    "background": f"""<div style="color:red; background-image: url('{WANTED}')"></div>""",
    "background with references": f'<div style="background-image:url(&quot;{WANTED}&quot;)"></div>',
    "background with other properties": f"<div style='background: #eee url(\"{WANTED}\") center / cover'></div>",
    "AVIF of a service of pictures": f'<img src="/0.jpg?w=800&fm=avif"><img src="{WANTED}">',
    "AVIF of a service of pictures, in capitals": f'<img src="/0.jpg?w=800&amp;FMT=x;fm=AVIF"><img src="{WANTED}">',
    "AVIF that a service may replace": f'<img src="/0.avif?auto=format&format=auto"><img src="{WANTED}">',
    "SVG of a script": f'<img src="/chart?format=svg"><img src="{WANTED}">',
    "video of a service of pictures": f'<img src="/0.jpg?format=mov"><img src="{WANTED}">',
    "background loaded late in place of a preview": f'<div class="t-bgimg" data-original="{WANTED}"'
    """ style="background-image:url('https://thb.tildacdn.com/tild3/-/resizeb/20x/1.jpg')"></div>""",
    "background loaded late": f'<section class="lazy" data-bg="{WANTED}"></section>',
    "face of 80 pixels before it": f'<img src="/staff/7.jpg" width="80" height="80"> text <img src="{WANTED}">',
    "counter behind a small one": f'<img src="{WANTED}" width="150"> text <img src="https://stat.example/c?id=7">',
    "icon with one side": f'<img src="/7.png" width="16"><img src="/8.png" style="height:20px"><img src="{WANTED}">',
    "source for larger screens": '<picture><source media="(max-width: 600px)" srcset="/i/0.jpg 400w">'
    f'<source srcset="{WANTED} 1200w"><img src="data:,"></picture>',
    "links to share of an older kind": '<a href="http://twitter.com/home?status=x"><img src="/t.png"></a>'
    f'<img src="/i/facebook_icon_large.png"><img src="{WANTED}">',
    "fragment of Joomla": f'<img src="{WANTED}#joomlaImage://local-images/1.jpg?width=800&amp;height=600">',
    "blurred copies": '<img src="https://static.wixstatic.com/a.jpg/v1/fill/w_74,h_49,q_80,blur_2/a.jpg">'
    '<img src="https://cdn.example/blur:100/q:1/w:20/a.jpg"><img src="https://cdn.example/a.jpg?w=20&amp;blur=50">'
    '<img src="https://cdn.example/w_20,e_blur:1000/a.jpg"><img src="https://cdn.example/filters:blur(10)/a.jpg">'
    f'<img src="{WANTED}">',
    "formula": f'<img src="https://latex.codecogs.com/gif.latex?x"><img src="{WANTED}">',
    "unfilled templates": '<img src="https://a.example/%%IMG%%"><img src="/i/%IMAGE%.jpg"><img src="/[[image]]">'
    '<img src="https://a.example/{{ image }}"><img src="https://a.example/${img}"><img src="https://a.example/<?=$img?>">'
    f'<img src="*|IMG|*"><img src="__IMG__"><img src="$image"><img src="@image@"><img src="{WANTED}">',
    "number of a file": f'<img src="17"><img src="{WANTED}">',
    "srcset of addresses with spaces": f'<img src="{WANTED}" srcset="/i/a b.jpg 300w, /i/a b 2.jpg 900w">',
    "source with a space": f'<picture><source srcset="/i/a b.webp"><img src="{WANTED}"></picture>',
    "set in an attribute of another script": f'<img nitro-lazy-srcset="/i/0.jpg 300w, {WANTED} 900w" src="data:,">',
    "background in a set": f'<div class="lazyload" data-bgset="{WANTED} 800w, /i/0.jpg 300w"></div>',
    "animation of AMP": f'<amp-anim src="{WANTED}" width="600" height="400"></amp-anim>',
    "first frame of a video for a script": f'<video data-poster="{WANTED}"></video>',
    "furniture by its name": '<img src="/sprite.png"><img src="/arrow_left.gif"><img src="/play-button.png">'
    '<img src="/printButton.png"><img src="/pdf_button.png"><img src="/bullet.gif"><img src="/open.gif?u=1">'
    f'<img src="https://mail.example/wf/open?upn=x"><img src="{WANTED}">',
    "banner of the portal's channel": '<a href="https://t.me/gazette"><img src="/tg.jpg"></a>'
    '<a href="//vk.com/gazette"><img src="/vk.jpg"></a><a href="https://dzen.ru/gazette?favid=1"><img src="/z.jpg"></a>'
    '<a href="https://www.youtube.com/@gazette"><img src="/y.jpg"></a><a href="https://t.me/+A"><img src="/t.jpg"></a>'
    f'<img src="{WANTED}">',
    "banner of the portal's channel at its other addresses": '<a href="https://t.me/joinchat/A"><img src="/t.jpg"></a>'
    '<a href="https://t.me/s/gazette"><img src="/s.jpg"></a><a href="https://dzen.ru/id/5a"><img src="/z.jpg"></a>'
    '<a href="https://zen.yandex.ru/media/gazette"><img src="/y.jpg"></a><a href="https://vk.ru/g"><img src="/v.jpg">'
    '</a><a href="http://vkontakte.ru/g"><img src="/o.jpg"></a><a href="https://rutube.ru/u/g/"><img src="/r.jpg"></a>'
    f'<img src="{WANTED}">',
    "banner of an advertiser": f'<a href="https://a.example/?a&amp;erid=2"><img src="/b.jpg"></a>'
    f'<a href="https://a.example/?ERID=2"><img src="/b.jpg"></a><img src="{WANTED}">',
    "boxes of advertisements": '<div id="yandex_rtb_R-A-1"><img src="/b.jpg"></div><div id="ad-slot-1">'
    f'<img src="/b.jpg"></div><div class="reklama"><img src="/b.jpg"></div><img src="{WANTED}">',
    "for programs that read aloud": '<span class="screen-reader-text"><img src="/a.png"></span>'
    '<span class="visually-hidden"><img src="/a.png"></span><i class="sr-only"></i>'
    f'<img src="/c" style="clip-path: inset(50%)"><img src="{WANTED}">',
    "size in letters": f'<img src="{WANTED}" style="width:30em; height:20em"><img src="/i/2.jpg">',
}


@pytest.mark.parametrize(
    "sources", ["/i/0.jpg 300w", "/i/0.avif 1200w", "/i/0.jpg 300w, /i/spacer.gif 1200w", "/i/0.jpg 6000w"]
)
def test_first_picture_stays_where_its_set_has_no_better_one(sources: str) -> None:
    """A thumbnail by its name is replaced only by what is wider, usable and not excessively wide, and not by AVIF."""
    url = "https://gazette.example/i/1-500x300.jpg"
    assert first_picture(f'<img src="{url}" srcset="{sources}">', BASE).url == url


@pytest.mark.parametrize("query", ["?id=1&copy=2", "?id=1&amp;copy=2&section=3", "?a&reg1&times=4&notit;=6"])
def test_first_picture_parameter_named_like_an_entity_stays(query: str) -> None:
    """`&copy=2` is no reference in an attribute; the address would hold a sign of copyright."""
    url = f"https://gazette.example/i{query}"
    wanted = url.replace("&amp;", "&")
    assert first_picture(f'<img src="{url}">', BASE).url == wanted
    assert first_picture(f'<img srcset="{url} 800w">', BASE).url == wanted


@pytest.mark.parametrize("markup", EMBEDDED.values(), ids=EMBEDDED.keys())
def test_first_picture_in_text_is_the_articles(markup: str) -> None:
    """Avatars, pixels, emoji, icons and placeholders are not the article's picture."""
    assert first_picture(markup, BASE).url == WANTED


@pytest.mark.timeout(10)
@pytest.mark.parametrize(
    "start", ["<!--", "<script>", "<p hidden>", "<div hidden></p>", '<div style="display: ', "<template ", ",,"]
)
def test_first_picture_behind_many_starts_without_an_end_is_found_soon(start: str) -> None:
    """In time proportional to the length."""
    assert first_picture(f'{start * 15_000}script> none hidden"><img src="{WANTED}">', BASE).url in {WANTED, None}


@pytest.mark.parametrize(
    "markup",
    [
        *('<img src="/p.gif" width=0>', '<img src="data:image/png;base64,AA">', "<img>"),
        '<img class="avatar" src="/1x1.gif" data-original="/staff/7.jpg">',
        '<amp-img style="display:none" data-original="/staff/7.jpg"></amp-img>',
    ],
)
def test_first_picture_without_a_usable_one_is_none(markup: str) -> None:
    """No picture is better than a pixel."""
    assert first_picture(markup, BASE).url is None


@pytest.mark.parametrize(
    "name",
    [
        *("photo[1].jpg", "50%off%20a.jpg", "100%/a.jpg", "@user/a.jpg", "$i/a.jpg", "%D0%B0%20.jpg"),
        *("track/open-day.jpg", "blur_2023/a.jpg", "blur_2.jpg", "a.jpg?blur=0"),
    ],
)
def test_first_picture_name_that_resembles_another_thing_is_kept(name: str) -> None:
    """Signs of templates, counters and blurred copies are also parts of names."""
    assert first_picture(f'<img src="/{name}">', BASE).url == f"https://gazette.example/{name}"


@pytest.mark.timeout(10)
@pytest.mark.parametrize("piece", ["a.jpg?b.jpg?c.jpg, ", "a.jpg", "a.jpg,;| ", "a.jpg?", " ,"])
def test_first_of_several_many_addresses_with_a_fault_at_the_end_stay_soon(piece: str) -> None:
    """In time proportional to the length: a database may hold anything."""
    text = f"{piece * 2_000}!"
    assert first_of_several(text) == text


@pytest.mark.timeout(10)
def test_usable_picture_address_of_megabytes_with_a_space_is_none_soon() -> None:
    """It is no list of pictures whose names have spaces, either."""
    assert usable_picture("a.jpg?x" * 1_400_000 + " b", BASE) is None


def test_first_picture_on_a_private_host_is_used() -> None:
    """Digest may serve it to readers, and a portal of a private network has its readers there."""
    assert first_picture('<img src="http://cms.local/1.jpg">', BASE).url == "http://cms.local/1.jpg"


def test_first_picture_address_without_a_suffix_in_an_attribute_of_a_script_is_found() -> None:
    """The attribute's name ends in `src`."""
    markup = '<img src="data:," data-actualsrc="https://cdn.example/a?w=600" data-page="https://cdn.example/page">'
    assert first_picture(markup, BASE).url == "https://cdn.example/a?w=600"


@pytest.mark.parametrize(
    "markup",
    [
        '<div class="entry shared-content"><p class="authorship">A</p><img src="{}"></div>',
        '<img class="catalogo" src="{}">',
        '<div class="uploads-box profiles related_to"><p class="readalso">A</p><img src="{}"></div>',
        f'<div class="news related"><p>{"The ferry sails at night. " * 9}</p><img src="{{}}"></div><p>By Anna</p>',
        '<p hidden>unclosed <img src="{}">',
        '<a href="https://x.example/share"><img src="{}"></a>',
        '<a href="https://t.me/gazette/17"><img src="{}"></a>',
        '<a href="https://vk.com/wall-1_2"><img src="{}"></a>',
        '<a href="https://vk.com/gazette?w=wall-1_2"><img src="{}"></a>',
        '<a href="https://t.me/iv?url=https%3A%2F%2Fgazette.example%2F1"><img src="{}"></a>',
        '<a href="https://vk.com/away.php?to=https%3A%2F%2Fgazette.example%2F1"><img src="{}"></a>',
        '<a href="https://vk.com/topic-1_2"><img src="{}"></a>',
        '<a href="https://vk.ru/market-1?w=product-1_2"><img src="{}"></a>',
        '<a href="https://m.vk.com/gazette?from=groups&amp;w=wall-1_2"><img src="{}"></a>',
        '<a href="https://zen.yandex.ru/media/gazette/ferry-5a"><img src="{}"></a>',
        '<a href="https://shop.example/?reid=1"><img src="{}"></a>',
        '<div style="position:relative;height:0;padding-bottom:56%;max-width:1px"><img src="{}"></div>',
        '<img width="30%" src="{}"><img src="/2.jpg">',
        '<div style="background-image:url(/2.jpg)"><img src="{}"></div>',
        '<video poster="/2.jpg"></video><img src="{}">',
        '<img src="{}"><noscript><img src="/2.jpg"></noscript>',
    ],
)
def test_first_picture_beside_words_like_those_of_other_boxes_is_kept(markup: str) -> None:
    """Only whole words of classes, elements that end, and known addresses count."""
    assert first_picture(markup.format(WANTED), BASE).url == WANTED


@pytest.mark.parametrize("words", ["related", "entry vcard", "h-card", "author", "related-content", "ad-unit"])
@pytest.mark.parametrize("after", ["", "<p>The post Harbour appeared first on Harbour Gazette.</p>"])
def test_first_picture_in_an_element_around_the_whole_text_is_kept(words: str, after: str) -> None:
    """Its class is that of a box, but nothing is beside it; boxes within it are left out."""
    inside = f'<p class="vcard"><img src="/u/anna.jpg">Anna</p><img src="{WANTED}"><p>{"The harbour opens. " * 70}</p>'
    markup = f'<div>\n<h1>Harbour</h1><div class="{words}">{inside}</div></div>{after}'
    assert first_picture(markup, BASE).url == WANTED


@pytest.mark.parametrize(
    "box",
    [
        f'<div class="vcard"><img src="/u/anna.jpg"><p>{"She writes of ports. " * 15}</p></div>',
        f'<div class="related"><img src="/2.jpg">{"<a href=/2>Another article</a> " * 90}</div>',
        f'<div class="related"><img src="/2.jpg">{"<a href=/2>Another</a><p>The tram line closes.</p>" * 90}</div>',
    ],
)
def test_first_picture_in_a_long_box_beside_a_short_text_is_left_out(box: str) -> None:
    """A note on the author, and a list of other articles, may be longer than what a feed gives of the article."""
    assert first_picture(f"<p>The harbour opens.</p>{box}", BASE).url is None
    assert first_picture(f"{box.replace('<p>', '<a href=/a>').replace('</p>', '</a>')}<p>Open.</p>", BASE).url is None


def test_shown_markup_text_in_a_box_without_a_picture_stays() -> None:
    """A link to the author or a list of related articles may be part of a sentence."""
    markup = '<p>By <a rel="author" href="/anna">Anna</a> for <span class="related">the Gazette</span></p>'
    assert shown_markup(markup) == markup


def test_picture_that_a_service_sends_as_jpeg_is_used_whatever_its_suffix() -> None:
    """The query names the format of the answer."""
    url = "https://gazette.example/i/1.heic?w=800&fm=jpg"
    assert first_picture(f'<img src="{url}"><img src="{WANTED}">', BASE).url == url


@pytest.mark.timeout(10)
@pytest.mark.parametrize(
    "piece",
    [
        '<img "',
        "<img '\"",
        "<img a",
        '<img srcset="a,',
        "<img alt='<img \"",
        "a,,",
        "<div hidden>",
        "<video ",
        ' style="background-image:',
    ],
)
def test_first_picture_of_hostile_markup_ends_soon(piece: str) -> None:
    """Time grows with the length only."""
    assert first_picture(piece * 40_000, BASE).url is None


SIZED_IN_TEXT = {
    "attributes": (f'<img width="640" height="480" src="{WANTED}">', (640, 480)),
    "no sizes": (f'<img src="{WANTED}">', (None, None)),
    "proportions": (f'<amp-img layout="responsive" width="16" height="9" src="{WANTED}">', (None, None)),
    "share of the text": (f'<img width="100%" src="{WANTED}">', (None, None)),
    "of the text's width": (f'<img width="100%" height="400" src="{WANTED}">', (None, 400)),
    "widest of a set": (
        f'<img width="300" height="200" src="/i/0.jpg" srcset="/i/0.jpg 300w, {WANTED} 1024w">',
        (1024, 683),
    ),
    "set without attributes": (f'<img srcset="/i/0.jpg 300w, {WANTED} 1200w">', (1200, None)),
    "densities": (f'<img width="400" height="300" srcset="/i/0.jpg 1x, {WANTED} 2x">', (800, 600)),
    "densities without attributes": (f'<img srcset="/i/0.jpg 1x, {WANTED} 2x">', (None, None)),
    "late": (f'<img width="640" height="360" src="data:," data-src="{WANTED}">', (640, 360)),
}  # fmt: skip


@pytest.mark.parametrize(("markup", "size"), SIZED_IN_TEXT.values(), ids=SIZED_IN_TEXT.keys())
def test_first_picture_in_text_has_the_size_of_its_attributes(markup: str, size: tuple[int | None, int | None]) -> None:
    """The candidates of a set have the proportions that the attributes state."""
    found = first_picture(markup, BASE)
    assert (found.url, found.width, found.height) == (WANTED, *size)
