"""What a text would lose with its tags: what only looks like one, such as `a<b`, unknown elements, powers, and strokes.

Pure.
"""

import re

# Values are quoted only behind "=": elsewhere an apostrophe is a letter of the text.
_TAG = re.compile(
    r"""<(?P<slash>/?)(?P<name>[A-Za-z][^\s/<>="']*+)"""
    r"""(?P<rest>(?:[^<>=]++|=\s*+(?:"[^"]*+"|'[^']*+')?)*)(?P<end>>?)"""
)
_NO_TAG = re.compile(r"</(?=\d)")
_WEB_OR_MAIL_ADDRESS = re.compile(r"(?i)(?:https?:\Z|[\w.+-]+@[\w.-]+\Z)")
_QUOTED_VALUE = re.compile(r"""=\s*+["']""")
_ATTRIBUTE = re.compile(r"[^\s=/]+(?:\s*=\s*[^\s]*)?")
_NOT_ASCII = re.compile(r"[^\W\d_a-zA-Z]")
_DRAWING = re.compile(r"(?i)<svg\b")
_ELEMENT_NAMES = """
    a abbr acronym address annotation annotation-xml applet area article aside audio b base basefont bdi bdo big
    blink blockquote body br button canvas caption center cite code col colgroup command data datalist dd del
    details dfn dialog dir div dl dt em embed fieldset figcaption figure font footer form frame frameset h1 h2
    h3 h4 h5 h6 head header hgroup hr html i iframe image img input ins isindex kbd keygen label legend li link
    listing main map mark marquee menu menuitem meta meter nav nobr noembed noframes noindex noscript object ol
    optgroup option output p param picture plaintext pre progress q rb rp rt rtc ruby s samp script search
    section select slot small source span strike strong style sub summary sup svg table tbody td template
    textarea tfoot th thead time title tr track tt u ul var video wbr xmp
"""
_ELEMENTS = frozenset(_ELEMENT_NAMES.split())
_BARE_ATTRIBUTE_NAMES = """
    align allowfullscreen alt async autoplay border checked class clear color compact controls datetime defer
    dir disabled download face frameborder height hidden href hspace id inert ismap itemprop itemscope itemtype
    lang loading loop muted name nofollow noshade nowrap open playsinline poster property rel required reversed
    role scrolling selected size sizes src srcset start style tabindex target title type usemap valign value
    vspace width
"""
_BARE_ATTRIBUTES = frozenset(_BARE_ATTRIBUTE_NAMES.split())
# Without their tags 10<sup>6</sup> would be 106, and the number of a footnote a part of the word before it.
_RAISED = re.compile(
    r"(?i)<sup(?:\s[^<>]{0,300})?>\s{0,9}(?:"
    r"((?:[-+−–]|&minus;)?[0-9]{1,20})"
    r"|(?:\[[\w*]{1,3}\]|<a\s[^<>#]{0,500}#[^<>]{0,300}>[\[(]?[\w*]{1,3}[\])]?</a>)"
    r")\s{0,9}</sup>"
)
# Beside another digit or below a line of division alone: H<sub>2</sub>O is usually written H2O.
_LOWERED = re.compile(
    r"(?i)(?:(?<=[0-9/⁄])|(?<=&frasl;))<sub(?:\s[^<>]{0,300})?>([0-9]{1,20})</sub>|<sub(?:\s[^<>]{0,300})?>([0-9]{1,20})</sub>(?=[0-9])"
)
# Text that is struck out. One ends before the next begins, or many that have no end would take long.
_STRUCK = re.compile(r"(?is)<(del|s|strike)(?:\s[^<>]{0,300})?>(?:(?!<\1[\s>]).)*?</\1\s*>")
_STRUCK_SIGNS = ("</s>", "</del", "</strike", "</S>", "</DEL", "</STRIKE")
_SUPERSCRIPTS = str.maketrans("0123456789+-−–", "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁻⁻")
_SUBSCRIPTS = str.maketrans("0123456789", "₀₁₂₃₄₅₆₇₈₉")


def with_literal_brackets(markup: str) -> str:
    """HTML in which each `<` that begins no tag is `&lt;`, so that a parser keeps it and the text behind it.

    A tag that was cut off stays one. An element that HTML does not have becomes a span: nh3 drops the content of those
    that are known from formulas and drawings, such as `<text>`. The source of a formula, its annotation, goes.
    """
    has_drawing = _DRAWING.search(markup) is not None

    def replaced(tag: re.Match[str]) -> str:
        name = tag["name"].lower()
        if not tag["slash"] and not _is_tag(tag, name):
            return f"&lt;{tag[0][1:]}"
        is_kept = has_drawing or name in _ELEMENTS
        return tag[0] if is_kept else f"<{tag['slash']}span{tag['rest']}{tag['end']}"

    return _TAG.sub(replaced, _NO_TAG.sub("&lt;/", markup))


def _is_tag(tag: re.Match[str], name: str) -> bool:
    """Whether this is meant as a start tag, also where its end is missing."""
    if _QUOTED_VALUE.search(tag["rest"]):
        return True
    words = _ATTRIBUTE.findall(tag["rest"])
    if tag["end"]:
        is_address = _WEB_OR_MAIL_ADDRESS.match(name) is not None
        is_comparison = len(name) == 1 and any(_NOT_ASCII.match(word) for word in words)
        return not is_address and not is_comparison and not name.endswith(",")
    is_last = tag.end() == len(tag.string)
    if not words and is_last and not tag["rest"]:
        return any(known.startswith(name) for known in _ELEMENTS)
    bare = [word.lower() for word in words if "=" not in word]
    known = [word for word in bare if word in _BARE_ATTRIBUTES or "-" in word]
    if is_last and bare and bare[-1] not in known and any(one.startswith(bare[-1]) for one in _BARE_ATTRIBUTES):
        known.append(bare[-1])
    return name in _ELEMENTS and len(known) == len(bare)


def with_raised_numbers(markup: str) -> str:
    """HTML whose powers are characters such as `⁶`, without links to footnotes; any other HTML as it is."""
    if "<su" not in markup and "<SU" not in markup:  # quick path for nearly all of it
        return markup
    markup = _RAISED.sub(_superscript, markup)
    return _LOWERED.sub(lambda found: (found[1] or found[2]).translate(_SUBSCRIPTS), markup)


def _superscript(found: re.Match[str]) -> str:
    return found[1].replace("&minus;", "−").translate(_SUPERSCRIPTS) if found[1] else ""


def without_struck_text(markup: str) -> str:
    """HTML without what is struck out: `<s>Five</s> Six` is no longer so in a text without strokes."""
    is_struck = "</" in markup and any(sign in markup for sign in _STRUCK_SIGNS)
    return _STRUCK.sub("", markup) if is_struck else markup
