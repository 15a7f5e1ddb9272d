"""HTML without what no reader sees, and without what is beside an article's text. Pure."""

import re

from digest.parsing.boilerplate.signs import Signs

_PROGRAMS = re.compile(
    # A comment and a program end before the next one begins, or many that have no end would take long.
    r"(?is)<!--(?:-?>|(?:(?!<!--).)*?--!?>)|<(script|style|template|textarea)\b(?:(?!<\1\b).)*?</\1\s*>"
)
_START = re.compile(
    r"(?i)<(div|span|p|a|figure|section|aside|ul|table|footer|form|nav|blockquote)\b((?:\s[^<>]{0,1000})?)>"
)
_HIDDEN_BY_STYLE = re.compile(
    r"""(?i)\sstyle\s{0,9}=\s{0,9}["'][^"'<>]{0,500}"""
    r"""(?:display\s{0,9}:\s{0,9}none|visibility\s{0,9}:\s{0,9}hidden|(?<![\w-])(?:left|top|text-indent)\s{0,9}:\s{0,9}-\d{3}"""
    r"""|(?<!-)width\s{0,9}:\s{0,9}[01](?:px)?\s{0,9}[;"'])"""
)
_HIDDEN = re.compile(r"(?i)\shidden(?=[\s=]|$)")
_VALUE = re.compile(r""""[^"]*"|'[^']*'""")
# Advertisements, boxes of authors and of other articles, and buttons, by words of their classes and ids; and what
# plugins write above a text: how long it takes to read, its contents, views and ratings, forms to subscribe.
_BESIDE = re.compile(
    r"""(?i)\s(?:class|id)\s{0,9}=\s{0,9}["']?(?:[^"'<>]{0,300}[\s_-])?(?:adsbygoogle|advert(?:isement)?s?|authors?|byline|sharedaddy|addtoany\w*|yarpp|crp_related"""
    r"""|author[_-]*(?:box|bio|info|card|photo|image|block|name)|(?:social-)?shar(?:e|ing)[_-]*(?:buttons?|links?|icons?)"""
    r"""|(?:jp-)?related[_-]*(?:posts?|articles?|news|items?|links?|content)|wp_rp"""
    r"""|reading-time|ez-toc[\w-]*|lwptoc|toc_container|rank-math-toc(?:-block)?|yoast-table-of-contents"""
    r"""|post-(?:views|ratings)|kk-star-ratings|ya-share2|heateor_sss_\w+|essb_links|swp_social_panel|mashsb-container"""
    r"""|printfriendly|mc4wp-form|modern-footnotes-footnote__note|footnote_tooltip|title_spoiler|message_media_not_supported\w*|subscription-widget(?:-wrap)?(?:-editor)?|kg-signup-card|instagram-media"""
    r"""|field--name-(?:title|uid|created))(?=[\s"']|$)"""  # Drupal's feeds repeat title, author and date in the text
)
_BUTTON = re.compile(
    r"""(?i)\shref\s{0,9}=\s{0,9}["']?(?:(?:https?:)?//(?:[\w-]+\.){0,3}(?:facebook\.com/shar|(?:twitter|x)\.com/(?:share|intent|home\?)"""
    r"""|t(?:elegram)?\.me/share|vk(?:ontakte\.ru|\.com)/share|connect\.ok\.ru|(?:ok|odnoklassniki)\.ru/dk\?|linkedin\.com/share"""
    r"""|pinterest\.\w+/pin/create|tumblr\.com/(?:share|widgets/share)|(?:bsky\.app|threads\.(?:net|com))/intent|reddit\.com/submit"""
    r"""|digg\.com/submit|del\.icio\.us/post|whatsapp\.com/send\?text|wa\.me/\?|getpocket\.com/(?:save|edit)|share\.flipboard\.com"""
    r"""|addtoany\.com|play\.google\.com/store|apps\.apple\.com|itunes\.apple\.com|feedburner\.com/~)"""
    r"""|mailto:\?|(?:whatsapp|viber|tg)://)"""
)
# Links to subscribe (to a channel, not to a post in it), to donate, to a licence and to an advertiser (Russian law asks
# for an `erid` there). A text may hold them too: only those around a picture are buttons.
_PICTURE_BUTTON = re.compile(
    r"""(?i)\shref\s{0,9}=\s{0,9}["']?(?:(?:https?:)?//(?:[\w-]+\.){0,3}(?:news\.google\.com/publications|patreon\.com"""
    r"""|buymeacoffee\.com|ko-fi\.com|paypal\.(?:com|me)/|creativecommons\.org/licenses/|whatsapp\.com/channel/"""
    r"""|(?:t(?:elegram)?\.me/(?!iv\?)(?:s/|joinchat/|\+)?|(?:dzen\.ru|zen\.yandex\.(?:ru|com))/(?:id/|media/)?|max\.ru/"""
    r"""|vk(?:ontakte)?\.(?:com|ru)/(?!wall|photo|video|clip|album|doc|away\.php|market-|[a-z]+-?\d+_\d|[\w.]+\?(?:[^"'\s<>]{0,300}[&;])?[wz]=)"""
    r"""|ok\.ru/(?:group/)?|rutube\.ru/(?:channel|u)/|youtube\.com/(?:@|c/|channel/|user/))[\w.-]{1,60}/?(?=["'\s?]|$))"""
    r"""|[^"'\s<>]{1,1000}[?&;]erid=)"""
)
# Faces, advertisements and other articles by words that a text may have too: only those around a picture count.
_PICTURE_BESIDE = re.compile(
    r"""(?i)\s(?:rel|itemprop)\s{0,9}=\s{0,9}["']?author(?=[\s"']|$)"""
    r"""|\s(?:class|id)\s{0,9}=\s{0,9}["']?(?:[^"'<>]{0,300}[\s_-])?(?:vcard|h-card|avatars?|gravatar|user[_-]?pic|byline[_-]+\w+"""
    r"""|(?:authors?|profile)[_-]+(?:avatar|pic|picture|photo|img|image|card)|user-card|saboxplugin-wrap|m-a-box|abh_box"""
    r"""|wpautbox-container|ads?[_-]+(?:box|block|banner|container|wrapper|slot|unit)(?:[_-]?\d+)?|ezoic-ad|google-auto-placed"""
    r"""|yandex_rtb[\w-]{0,60}|reklama|wpcnt|screen-reader-text|visually-hidden|sr-only|related|read[_-]?also)(?=[\s"']|$)"""
)
_SIGNS = (
    *("<!--", "script>", "template>", "textarea", "none", "hidden", "author", "byline", "shar", "related"),
    *("intent", "addtoany", "yarpp", "apple.com", ".google.com/", "feedburner.com/~", "ok.ru/", "/pin/", "whatsapp"),
    "home?",
    *("/submit", "icio.us", "wa.me/", "pocket.com/", "mailto:?", "viber:", "tg:", "patreon", "coffee.com", "ko-fi"),
    *("vcard", "h-card", "avatar", "userpic", "user-pic", "user_pic", "profile", "saboxplugin", "m-a-box", "abh_box"),
    *("wpautbox", "ezoic", "ad-", "ads-", "ad_", "ads_", "auto-placed", "wpcnt", "also"),
    *("t.me/", "telegram.me/", "dzen.ru/", "zen.yandex.", "max.ru/", "vk.com/", "vk.ru/", "vkontakte.ru/"),
    *("youtube.com/", "rutube.ru/", "erid=", "ERID=", "_rtb", "reklama", "-reader-", "sr-only"),
    *(
        "footnote__note",
        "footnote_tooltip",
        "title_spoiler",
        "not_supported",
        "paypal",
        "creativecommons",
        "adsby",
        "advert",
        ":-",
        ": -",
        "width:0",
        "width: 0",
        "width:1",
        "width: 1",
    ),
)
_ANY_SIGN = Signs(_SIGNS)
_PICTURE = re.compile(r"(?i)<img\b")
_NO_TEXT = re.compile(r"(?is)<(a|h[1-6])\b[^<>]{0,1000}>(?:(?!<\1\b).)*?</\1\s*>|<[^<>]*>")
_LONG = 100  # letters: more than a name and a caption
_MOST_PASSED = 20  # elements that are not closed, or the article itself
_MOST_INNER = 500


def may_have_unshown(markup: str) -> bool:
    """Whether it is worth looking for what `shown_markup` removes."""
    return _ANY_SIGN.any_in(markup)


def shown_markup(markup: str) -> str:
    """The markup without comments, programs, hidden elements, buttons, and boxes of authors and other articles."""
    markup = _PROGRAMS.sub("", markup)
    kept, place, passed = [], 0, 0
    while passed < _MOST_PASSED and (start := _next_beside(markup, place)):
        end = _end_of(markup, start)
        if end is not None and not _is_beside(start[2]) and not _PICTURE.search(markup, start.end(), end):
            end = None
        elif end is None or (not _is_unwanted(start[2]) and _is_article(markup, start, end)):
            end = None
            passed += 1
        kept.append(markup[place : start.start() if end else start.end()])
        place = end or start.end()
    return "".join((*kept, markup[place:]))


def _next_beside(markup: str, place: int) -> re.Match[str] | None:
    starts = _START.finditer(markup, place)
    return next((start for start in starts if _is_beside(start[2]) or _may_be_beside(start[2])), None)


def _is_beside(attributes: str) -> bool:
    if not attributes:
        return False
    return _is_unwanted(attributes) or _BESIDE.search(attributes) is not None


def _is_unwanted(attributes: str) -> bool:
    """Whether an element is hidden or a button, whatever is in it."""
    if _HIDDEN_BY_STYLE.search(attributes):
        return True
    # The class `hidden md:block` of Tailwind hides an element on small screens only.
    if _HIDDEN.search(attributes) and _HIDDEN.search(_VALUE.sub("", attributes)):
        return True
    return "href" in attributes.lower() and _BUTTON.search(attributes) is not None


def _may_be_beside(attributes: str) -> bool:
    """Whether an element is beside the text if there is a picture in it."""
    if not attributes:
        return False
    is_button = "href" in attributes.lower() and _PICTURE_BUTTON.search(attributes) is not None
    return is_button or _PICTURE_BESIDE.search(attributes) is not None


def _is_article(markup: str, start: re.Match[str], end: int) -> bool:
    """Whether an element is the article itself: it has nearly all letters of the text, and none precedes it.

    A note on the author, or a list of other articles, may be longer than what a feed gives of the article, but it is
    below. Letters of links and headings do not count.
    """
    if 2 * (end - start.start()) < len(markup) or _letters(markup[: start.start()]):
        return False
    return _letters(markup[start.end() : end]) >= max(_LONG, 4 * _letters(markup[end:]))


def _letters(markup: str) -> int:
    """How many characters a text has without its links and headings."""
    return len("".join(_NO_TEXT.sub("", markup).split()))


def _end_of(markup: str, start: re.Match[str]) -> int | None:
    """The end of an element, past those of its name within it; None for one that is not closed."""
    depth = 1
    for number, tag in enumerate(re.finditer(rf"(?i)<(/?){start[1]}\b[^<>]{{0,1000}}>", markup[start.end() :])):
        depth += -1 if tag[1] else 1
        if depth == 0:
            return start.end() + tag.end()
        if number == _MOST_INNER:
            break
    return None
