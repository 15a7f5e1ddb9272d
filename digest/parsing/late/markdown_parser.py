"""The parser of editors' Markdown, made as this module is loaded: one thread does that, and the others wait for it."""

from markdown_it import MarkdownIt
from markdown_it.rules_block import StateBlock, hr

_LEFT_AS_TYPED = (
    *("heading", "lheading", "fence", "code", "blockquote", "reference", "html_block"),
    *("image", "backticks", "html_inline"),
)


def _rule_as_typed(state: StateBlock, line: int, end: int, silent: bool) -> bool:
    """A line such as `* * *` is a paragraph; without a rule for it, it would be lists within lists."""
    if not hr(state, line, end, silent):
        return False
    if not silent:
        state.tokens.pop()
        state.push("rule_open", "p", 1)
        typed = state.push("inline", "", 0)
        typed.content, typed.children = state.getLines(line, line + 1, state.blkIndent, False).strip(), []
        state.push("rule_close", "p", -1)
    return True


PARSER = MarkdownIt("commonmark", {"html": False}).disable(_LEFT_AS_TYPED)
PARSER.block.ruler.at("hr", _rule_as_typed, {"alt": ["list"]})

# The library fills tables of its rules and of the characters in addresses when it first needs them, and lets other
# threads use those that are not full yet: they lost links and emphasis, or failed.
PARSER.render("[a](https://a.example) <https://a.example>")
