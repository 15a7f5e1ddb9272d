"""Repairs JSON that a person or a template wrote by hand, where its meaning is certain. Pure."""

import re

_PART = re.compile(r"\s++|//[^\n]*+|/\*[^*]*+(?:\*(?!/)[^*]*+)*(?:\*/)?|[{}\[\]:,]|[^\s{}\[\]:,\"/]++|/")
_KEY = re.compile(r'"[^"\\]*+(?:\\.[^"\\]*+)*"(?=\s*:)', re.DOTALL)
# At most nine spaces and comments, or many of them would be read again behind each quotation mark.
_GAP = r"(?:\s++|//[^\n]{0,200}+(?=\n)|/\*[^*]{0,200}+\*/){0,9}"
_VALUE = r'(?:["{\[\d-]|(?:true|false|null|undefined)\b)'
# What cannot be within a text: the next property of an object and the start of its value, if it has one.
_PROPERTY = rf'"[@$_a-z][\w:.-]{{0,60}}+"\s*+:\s*+(?:{_VALUE}|[,}}])'
_AFTER_END = rf"{_GAP}(?:[,}}\]{{;]|\Z|{_PROPERTY})"
_NEXT_LINE = rf"[^\S\n]*+\n\s*+{_PROPERTY}"
_END_IN_OBJECT = rf"(?:{_NEXT_LINE}|{_GAP}(?:\Z|(?:,{_GAP}){{1,9}}{_PROPERTY}|(?:,{_GAP}){{0,9}}\}}{_AFTER_END}))"
_END_IN_LIST = rf"{_GAP}(?:\Z|(?:,{_GAP}){{1,9}}{_VALUE}|(?:,{_GAP}){{0,9}}\]{_AFTER_END})"
_TEXTS = {
    opening: re.compile(rf'"[^"\\]*+(?:(?:\\.|"(?!{end}))[^"\\]*+)*"(?={end})', re.DOTALL)
    for opening, end in (("{", _END_IN_OBJECT), ("[", _END_IN_LIST))
}
_IN_TEXT = re.compile(r"""\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4})|\\'|[\\"]""")
_INNER_PROPERTY = re.compile(_PROPERTY)
_CLOSING = {"{": "}", "[": "]"}
_ESCAPES = {'"': r"\"", "\\": r"\\", r"\'": "'"}


def repaired_json(text: str) -> str:
    """JSON without comments, with quotation marks and backslashes escaped, and with commas and ends where they belong.

    A quotation mark ends a text where a property or the end of the object follows. A property without a value has null.
    Raises ValueError where that is no repair, such as for brackets that do not match. The result need not be JSON.
    """
    return _Repair(text).result()


class _Repair:
    def __init__(self, text: str) -> None:
        self._text = text
        self._pieces: list[str] = []
        self._open: list[str] = []
        self._before = "["  # the sign before this place, or "value" or "key"

    def result(self) -> str:
        place = 0
        while place < len(self._text):
            part = self._part(place)
            place += len(part)
            if not part.isspace() and not part.startswith(("//", "/*")):
                self._append(part)
        if self._before == ":":
            self._pieces.append("null")
        return "".join((*self._pieces, *(_CLOSING[one] for one in reversed(self._open))))

    def _part(self, place: int) -> str:
        if self._text[place] != '"':
            match = _PART.match(self._text, place)
        elif self._open and self._open[-1] == "{" and self._before != ":":
            match = _KEY.match(self._text, place)
        else:
            match = _TEXTS[self._open[-1] if self._open else "["].match(self._text, place)
        if match is None:
            raise ValueError("a text without an end")
        return match[0]

    def _append(self, part: str) -> None:
        if part in {"}", "]"}:
            self._close(part)
        elif part == ",":
            self._pieces += ["null"] if self._before == ":" else []
            self._before = "," if self._before in {"value", ":", ","} else self._before
        elif part == ":":
            self._pieces.append(part)
            self._before = part
        else:
            self._pieces += [","] if self._before in {"value", ","} else []
            self._pieces.append(self._written(part))
            self._before = part if part in _CLOSING else "value"
            self._open += [part] if part in _CLOSING else []

    def _close(self, part: str) -> None:
        if not self._open and self._before == "value":
            return  # one more than there are
        if not self._open or _CLOSING[self._open.pop()] != part:
            raise ValueError("brackets that do not match")
        self._pieces += ["null", part] if self._before == ":" else [part]
        self._before = "value"

    def _written(self, part: str) -> str:
        if part[0] != '"':
            return "null" if part == "undefined" else part
        inner = part[1:-1]
        plain = _IN_TEXT.sub(lambda sign: _ESCAPES.get(sign[0], sign[0]), inner)
        is_in_list = self._open and self._open[-1] == "["
        if _INNER_PROPERTY.search(inner) or (is_in_list and _IN_TEXT.findall(inner).count('"') % 2):
            raise ValueError("a text that may end elsewhere")
        return f'"{plain}"'
