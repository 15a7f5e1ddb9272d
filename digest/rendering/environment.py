"""The Jinja environment of all templates with translated text: themes and the preview page."""

import re
from collections.abc import Callable, Collection
from functools import lru_cache, partial
from itertools import pairwise
from textwrap import TextWrapper
from types import CodeType
from typing import Any

import jinja2
from jinja2.bccache import Bucket, BytecodeCache
from jinja2.compiler import CodeGenerator
from jinja2.nodes import Node
from jinja2.runtime import Context
from jinja2.sandbox import ImmutableSandboxedEnvironment
from markupsafe import Markup, escape

from digest.i18n import Translator, fitting, with_inner_quotes
from digest.model.search_text import TEXT_WIDTH
from digest.parsing.language import text_direction
from digest.parsing.sentences import as_sentence
from digest.parsing.urls import percent_encoded, web_url
from digest.rendering.scoped_css import scoped

_SHORT = 30  # characters, which fit beside the picture on a narrow phone
_KEPT_SPACE = "\ue000"  # a private character, which no cleaned text has; the lines have plain spaces, as for copying
_LONGEST_RUN = 13  # characters: what has no room beside a picture is a word of 14 letters, see `Story.has_long_word`
_NUMBER = re.compile(r"\d$")
_CYRILLIC = "А-Яа-яЁёІіЇїЄєЎў"
_UNITS = "км|кг|мг|см|мм|га|кВт|МВт|ГБ|МБ|м|г|т|л|ч|km|kg|mg|cm|mm|ft|kW|MW|GB|MB|am|pm"
_AMOUNTS = "thousand|million|billion|trillion|percent"
# Of English words few: in “Berth 9 opens” the number belongs to the word before. And no preposition after a year.
_COUNTED = re.compile(rf"[{_CYRILLIC}]{{3}}|\d{{3}}(?!\d)|[%‰°€₽]|(?:{_UNITS}|{_AMOUNTS})(?!\w)")
_ONE_LETTER = re.compile(rf"[«„“\"(]?[{_CYRILLIC}]")
_BEFORE_MARK = re.compile(" (?=[·–—] )")
_NEEDS_TIDYING = re.compile(r"[\t\n\v\f\r]|^\s|\s$|^$")
_OPENING_TAG = re.compile(r"<([a-z]+)")
_CODE = re.compile("`([^`]+)`")
# A web address in a text: not the punctuation behind it, and of parentheses those that it opens itself.
_ADDRESS = re.compile(r"(https?://(?:\([^\s()]*\)|[^\s()<>\"«»“”])+(?<![.,;:!?…'’\]]))")
_COMMAND = re.compile(r"(?<!\w)`[^`\n]+`(?!\w)")  # and no backticks in place of apostrophes


class _CodeGenerator(CodeGenerator):
    """Jinja's, which would write the name of a template between quotes without escaping the quotes in it.

    The names of themes' templates are paths: a folder such as `Editor's desk` would end the text too early.
    """

    def position(self, node: Node) -> str:
        """Where a part of the template is, for messages in the code: the line, without the name."""
        return f"line {node.lineno}"


class _Environment(ImmutableSandboxedEnvironment):
    """A sandbox that judges each attribute of a type once, and may find templates by its own rule."""

    code_generator_class = _CodeGenerator
    resolve: Callable[[str, str | None], str] | None = None

    def join_path(self, template: str, parent: str) -> str:
        """The template that a name means in the template `parent`."""
        return template if self.resolve is None else self.resolve(template, parent)

    def getattr(self, obj: Any, attribute: str) -> Any:
        """The attribute or item: of a dictionary, such as the colours, at once what the sandbox finds last."""
        if type(obj) is dict and attribute in obj and attribute not in _OF_DICTIONARIES:
            return obj[attribute]
        return super().getattr(obj, attribute)

    def is_safe_attribute(self, obj: Any, attr: str, value: Any) -> bool:
        """Whether templates may read the attribute: it depends on the object's type and the name alone."""
        known = _SAFE_ATTRIBUTES.get((type(obj), attr))
        if known is None:
            known = super().is_safe_attribute(obj, attr, value)
            _SAFE_ATTRIBUTES[type(obj), attr] = known
        return known


_OF_DICTIONARIES = frozenset(dir(dict))
_SAFE_ATTRIBUTES: dict[tuple[type, str], bool] = {}


class _CompiledTemplates(BytecodeCache):
    """The code of templates by name and file: it is the same in every theme and language, and takes long to make."""

    def __init__(self) -> None:
        self._known: dict[str, tuple[str, CodeType | None]] = {}

    def load_bytecode(self, bucket: Bucket) -> None:
        """Give a template its code unless the file has another text now."""
        checksum, code = self._known.get(bucket.key, ("", None))
        bucket.code = code if checksum == bucket.checksum else None

    def dump_bytecode(self, bucket: Bucket) -> None:
        """Keep the code of a template instead of that of an earlier text."""
        self._known[bucket.key] = bucket.checksum, bucket.code


_COMPILED = _CompiledTemplates()


def make_environment(
    loader: jinja2.BaseLoader,
    translator: Translator,
    *,
    autoescape: bool | Callable[[str | None], bool] = True,
    resolve: Callable[[str, str | None], str] | None = None,
) -> jinja2.Environment:
    """A sandboxed environment: gettext in the translator's language, and the filters `wrap`, `underline`,
    `unbroken`, `tied`, `code`, `linked`, `sentence`, `attributes`, `scoped` and `direction`.

    An unknown value (None) prints nothing. `resolve`: the template that a name means in another template.
    """
    environment = _Environment(
        loader=loader,
        undefined=jinja2.StrictUndefined,
        finalize=_empty_if_unknown,
        autoescape=autoescape,
        optimized=False,  # it takes longer than the few constant expressions of our templates
        trim_blocks=True,
        lstrip_blocks=True,
        extensions=["jinja2.ext.i18n"],
        bytecode_cache=_COMPILED,
    )
    environment.resolve = resolve
    environment.install_gettext_callables(  # type: ignore[attr-defined]  # the i18n extension adds it
        translator.gettext, translator.ngettext, newstyle=True
    )
    grouped = _with_grouped_number(environment.globals["ngettext"], translator)
    environment.globals["gettext"] = _with_fitting_values(environment.globals["gettext"], translator)
    environment.globals["ngettext"] = _with_fitting_values(grouped, translator)
    environment.filters["wrap"] = wrap
    environment.filters["underline"] = underline
    environment.filters["unbroken"] = unbroken
    environment.filters["tied"] = tied
    environment.filters["code"] = code
    environment.filters["linked"] = linked
    environment.filters["sentence"] = as_sentence
    environment.filters["attributes"] = attributes
    environment.filters["scoped"] = _scoped_markup
    environment.filters["direction"] = partial(text_direction, otherwise=translator.direction)
    return environment


def _with_grouped_number(ngettext: Any, translator: Translator) -> Callable[..., str]:
    """The function of templates with `num` as the language writes it: nobody misreads `100,002 readers`."""

    @jinja2.pass_context
    def grouped(context: Context, singular: str, plural: str, number: int, /, **values: object) -> str:
        text: str = ngettext(context, singular, plural, number, **{"num": translator.number(number), **values})
        return text

    return grouped


def _with_fitting_values(message: Any, translator: Translator) -> Callable[..., str]:
    """The function of templates with values that fit into the words and the quotes of the message, as in Python."""

    @jinja2.pass_context
    def fitted(context: Context, text: str, /, *others: object, **values: object) -> str:
        filled: str = message(context, text, *others, **fitting(values, translator.gettext(text)))
        if not values:
            return filled
        nested = with_inner_quotes(filled)
        return Markup(nested) if isinstance(filled, Markup) else nested  # noqa: S704 - it was HTML before

    return fitted


def _scoped_markup(rules: str, scope: str) -> Markup:
    return Markup(scoped(rules, scope))  # noqa: S704 - the rules are a template's own


def _empty_if_unknown(value: object) -> object:
    return "" if value is None else value


def wrap(
    text: str,
    width: int = TEXT_WIDTH,
    indent: str = "",
    first: str | None = None,
    *,
    whole: Collection[str] = (),
    commands: bool = False,
) -> str:
    """The text in lines of at most `width` characters, each after `indent` (the first line after `first`).

    The short ones of `whole` are parts of the text that stay on one line; with `commands` what is between backticks
    does, of any length: the first half of a command may be another one. A dot or a dash between words begins no line.
    """
    start = indent if first is None else first
    if len(start) + len(text) <= width and not _NEEDS_TIDYING.search(text):
        return start + text
    kept = [part for part in whole if len(part) < _SHORT]
    quoted = [one[0] for one in _COMMAND.finditer(text)] if commands else []
    for part in (*kept, *quoted):
        text = text.replace(part, part.replace(" ", _KEPT_SPACE))
    text = _BEFORE_MARK.sub(_KEPT_SPACE, text)
    wrapper = TextWrapper(width, initial_indent=start, subsequent_indent=indent)
    wrapper.break_on_hyphens = False
    wrapper.break_long_words = "://" not in text and not quoted  # nobody can open an address that is broken
    return "\n".join(wrapper.wrap(text)).replace(_KEPT_SPACE, " ")


def underline(text: str, mark: str = "-") -> str:
    """The text with a line of marks below it."""
    lines = wrap(text)
    return f"{lines}\n{mark * max(map(len, lines.splitlines()), default=0)}"


def unbroken(text: str) -> str:
    """A short text with no-break spaces, which keep it on one line; a longer one as it is."""
    return text.replace(" ", "\u00a0") if len(text) < _SHORT else text


@lru_cache(maxsize=512)  # the variants of an issue have the same texts
def tied(text: str) -> str:
    """A title or a sentence with no-break spaces where its lines had better not end.

    That is before a dash, between a number and its unit, the Russian word that it counts or the № before it, and after
    a Cyrillic word of one letter. What they join is no longer than a word that fits beside a picture on a phone.
    """
    words = text.split(" ")
    tidy, run = [words[0]], len(words[0])
    for before, word in pairwise(words):
        joined = run + 1 + len(word)
        is_tied = joined <= _LONGEST_RUN and _belongs_to(before, word)
        tidy += ("\u00a0" if is_tied else " ", word)
        run = joined if is_tied else len(word)
    return "".join(tidy)


def _belongs_to(before: str, word: str) -> bool:
    if word in {"–", "—"}:
        return bool(before)
    if before in {"№", "§"}:
        return word[:1].isdigit()
    return bool(_ONE_LETTER.fullmatch(before) or (_NUMBER.search(before) and _COUNTED.match(word)))


def attributes(html: Markup, **by_tag: str) -> Markup:
    """The cleaned HTML with attributes on each element of these names, such as `p='style="margin:0"'`."""

    def opened(tag: re.Match[str]) -> str:
        return f"{tag[0]} {by_tag[tag[1]]}" if tag[1] in by_tag else tag[0]

    return Markup(_OPENING_TAG.sub(opened, html))  # noqa: S704 - it was HTML before


def code(text: str, links: bool = False) -> Markup:
    """The text as HTML, with what is between backticks as `<code>`, and all else `linked` if it has links."""
    parts = _CODE.split(text)
    others = linked if links else escape
    return Markup().join(
        Markup("<code>{}</code>").format(one) if index % 2 else others(one) for index, one in enumerate(parts)
    )


def linked(text: str) -> Markup:
    """The text as HTML, with its web addresses as links."""
    parts = _ADDRESS.split(text)
    return Markup().join(_link(one) if index % 2 else escape(one) for index, one in enumerate(parts))


def _link(address: str) -> Markup:
    url = web_url(address)
    return escape(address) if url is None else Markup('<a href="{}">{}</a>').format(percent_encoded(url), address)
