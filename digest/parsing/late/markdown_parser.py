"""The parser of editors' Markdown, made as this module is loaded: one thread does that, and the others wait for it."""

from markdown_it import MarkdownIt

_LEFT_AS_TYPED = (
    *("heading", "lheading", "fence", "code", "blockquote", "hr", "reference", "html_block"),
    *("image", "backticks", "html_inline"),
)

PARSER = MarkdownIt("commonmark", {"html": False}).disable(_LEFT_AS_TYPED)

# The library fills tables of its rules and of the characters in addresses when it first needs them, and lets other
# threads use those that are not full yet: they lost links and emphasis, or failed.
PARSER.render("[a](https://a.example) <https://a.example>")
