"""Removes codes of content systems and their plugins that were not run, and the markup of forums and editors."""

import re

# Codes of WordPress, of Drupal 7 (a picture as JSON) and their plugins that were not run, as in excerpts of pages.
_SHORTCODE = re.compile(
    # The bracket is outside of the group, so that the search can skip to the next one.
    r"\[(?:/?(?:vc|wpb|et_pb|fusion|su|av|mk|nectar)_\w+(?:\s[^][]*)?"
    r"|(?:caption|gallery|embed|audio|video|playlist|contact-form-7)\s[^][]*=[^][]*"
    r"|embed\][^][]*\[/embed"
    r"|\[\{\"(?:(?!\}\]\]|\[\[\{).){1,2000}\}\]"  # ends before the next one, or many without an end would take long
    r"|/(?:caption|gallery|embed|audio|video|playlist)|gallery|(?:ez-)?toc"
    r"|(?:youtube|vimeo|dailymotion|instagram|tweet|facebook)[ =]https?://[^][\s]+"
    # Of MODX: a field, a chunk, a link, a snippet
    r"|\[!?(?:[*$~%#]|\+\+?)[^][]{1,300}\]|\[!?\w{1,60}\? ?&[^][]{1,300}\]"
    # Of DLE: what some groups of its users see, and files
    r"|(hide|(?:not-)?group)(?:=[\d,]{1,30})?\][^][]*\[/\1|attachment=[\d:,]{1,30})\]"
)
# The code of any other plugin of WordPress: a name, and attributes with values in quotes, which it may have made curly.
_ATTRIBUTES = r"(?:\s[\w-]{1,40}=[\"'“”″«‘’][^][\"'“”″»‘’]*[\"'“”″»‘’]){1,30}"
_OTHER_SHORTCODE = re.compile(rf"\[([a-z][\w-]{{1,40}}){_ATTRIBUTES}\s?/?\]")
_END_OF_SHORTCODE = re.compile(r"\[/([a-z][\w-]{1,40})\]")
# The same of Joomla, and the end of a page of DLE.
_PLUGIN_CODE = re.compile(
    r"\{PAGEBREAK\}|\{(?:/?load(?:position|module|moduleid)(?:\s[^{}]*)?|(youtube|vimeo|gallery|audio|video)\}[^{}]*\{/\1"
    r"|(?:jcomments|module|modulepos|snippet|article|slider|tab)[ =][^{}]{1,300}|/(?:article|sliders|tabs))\}"
)


# Markup of forums, games and editors, where it is unmistakable: a tag of BBCode in a text that closes one, and links,
# pictures, headings and bold words in Markdown.
_BBCODE_BLOCK = re.compile(
    r"\[img(?:[ =][^][]{0,300})?\][^][]{0,1000}\[/img\]|\[/?\*\]"
    r"|\[/?(?:p|h[1-6]|quote|list|olist|center|left|right|spoiler)(?:[ =][^][]{0,300})?\]",
    re.IGNORECASE,
)
_BBCODE_INLINE = re.compile(r"\[/?(?:b|i|u|s|strike|url|size|colou?r|font)(?:[ =][^][]{0,300})?\]", re.IGNORECASE)
_MARKDOWN_LINK = re.compile(r"(!?)\[([^][]{0,300})\]\((?:https?://|/)[^()\s]{1,1000}\)")
_MARKDOWN_HEADING = re.compile(r"(?:^|(?<= ))#{2,6} ")
_MARKDOWN_BOLD = re.compile(r"(?<![\w*])\*\*(?=[^\s*])([^*]{1,300})(?<=[^\s*])\*\*(?![\w*])")


def without_shortcodes(line: str) -> str:
    """A line of text without the codes of WordPress, Drupal and Joomla that their pages do not show.

    Of BBCode and Markdown the text is left.
    """
    shown = _without_other_shortcodes(_SHORTCODE.sub(" ", line)) if "[" in line else line
    shown = _PLUGIN_CODE.sub(" ", shown) if "{" in shown else shown
    if "[/" in shown:
        shown = _BBCODE_INLINE.sub("", _BBCODE_BLOCK.sub(" ", shown))
    if "](" in shown:
        shown = _MARKDOWN_LINK.sub(lambda link: "" if link[1] else link[2], shown)
    shown = _MARKDOWN_BOLD.sub(r"\1", shown) if "**" in shown else shown
    shown = _MARKDOWN_HEADING.sub("", shown) if "##" in shown else shown
    return line if shown == line else " ".join(shown.split())


def _without_other_shortcodes(line: str) -> str:
    """A line without the codes of other plugins; what is between one and its end stays."""
    names = {code[1] for code in _OTHER_SHORTCODE.finditer(line)}
    if not names:
        return line
    shown = _OTHER_SHORTCODE.sub(" ", line)
    return _END_OF_SHORTCODE.sub(lambda end: " " if end[1] in names else end[0], shown)
