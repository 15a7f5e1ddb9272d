"""CSS rules that hold below one element only."""

import re

_RULE = re.compile(r"\s*([^{}@]+?)\s*\{\s*([^{}]*?)[\s;]*\}\s*")
_NEEDLESS = re.compile(r"\s*([>,:;!])\s*")  # every message has these rules


def scoped(rules: str, scope: str) -> str:
    """The same rules for what is below the element that the selector `scope` finds, a short line for each.

    Empty for rules within rules, such as those of a media query: half of them would be another style.
    """
    found = list(_RULE.finditer(rules))
    if "".join(rule[0] for rule in found).strip() != rules.strip():
        return ""
    return "\n".join(f"{_below(scope, rule[1])}{{{_short(rule[2])}}}" for rule in found)


def _below(scope: str, selectors: str) -> str:
    return ",".join(f"{scope} {one.strip()}" for one in _short(selectors).split(","))


def _short(css: str) -> str:
    return _NEEDLESS.sub(r"\1", css)
