"""The filters of templates: text in lines."""

from textwrap import wrap as wrapped_by_textwrap
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jinja2 import DictLoader, Undefined
from jinja2.sandbox import ImmutableSandboxedEnvironment
from markupsafe import Markup

from digest.i18n import Translator
from digest.rendering.environment import attributes, code, linked, make_environment, tied, unbroken, underline, wrap

TEXTS = st.text(alphabet="ab  \t\n\u00a0-щ", max_size=40)


@given(TEXTS, st.integers(8, 40), st.sampled_from(["", "  ", "12  "]))
def test_wrap_of_any_text_is_that_of_textwrap(text: str, width: int, first: str) -> None:
    """Also where the text fits into one line as it is."""
    lines = wrapped_by_textwrap(text, width, initial_indent=first, subsequent_indent="  ", break_on_hyphens=False)
    assert wrap(text, width, "  ", first) == "\n".join(lines)


def test_unbroken_keeps_short_texts_on_one_line() -> None:
    """A long one may break between its words."""
    assert unbroken("25 Nov, 06:36") == "25\u00a0Nov,\u00a006:36"
    assert unbroken("word " * 8) == "word " * 8
    assert unbroken("a b".ljust(29, "x")) == "a\u00a0b".ljust(29, "x")
    assert unbroken("a b".ljust(30, "x")) == "a b".ljust(30, "x")


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("Биологи насчитали 214 тюленей — вдвое больше", "Биологи насчитали 214~тюленей~— вдвое больше"),
        ("Маяк и, в 17:09, с дамбы", "Маяк и, в~17:09, с~дамбы"),
        ("«В школу» и я в лес", "«В~школу» и~я~в~лес"),
        ("В 2026 в порту 12 500 человек", "В~2026 в~порту 12~500 человек"),
        ("Port: 18 million – of 5 % at 9 am", "Port: 18~million~– of 5~% at 9~am"),
        ("Школа № 12 и § 5 закона, № один", "Школа №~12 и~§~5~закона, № один"),
        ("Berth 9 opens in 2026 and a 5-year-old is 3 to 4", None),
        ("Градостроители — 5 достопримечательностей в Новосибирском", None),
        ("— Да", None),
        ("", None),
    ],
)
def test_tied_lines_end_neither_before_a_dash_nor_after_a_number_or_a_letter(text: str, shown: str | None) -> None:
    """Nothing longer than 13 characters is kept together: beside a picture on a phone it would break within a word."""
    assert tied(text).replace("\u00a0", "~") == (text if shown is None else shown)


def test_wrap_breaks_no_address() -> None:
    """Nobody can open one that is broken; another long word is."""
    assert wrap(f"See https://a.example/{'x' * 80} there") == f"See\nhttps://a.example/{'x' * 80}\nthere"
    assert wrap("x" * 100) == f"{'x' * 72}\n{'x' * 28}"
    assert wrap("well-known " * 8, 20, "- ", "* ").splitlines() == ["* well-known", *["- well-known"] * 7]


@pytest.mark.parametrize("mark", "·–—")
def test_wrap_begins_no_line_with_a_mark_between_words(mark: str) -> None:
    """It stays at the end of the line before, with its word."""
    assert wrap(f"one {mark} two {mark} six", 9) == f"one {mark}\ntwo {mark} six"
    assert wrap(f"{mark} one two", 7) == f"{mark} one\ntwo"


def test_underline_is_as_long_as_the_longest_line() -> None:
    """Of the lines into which the text is wrapped; an empty one has none."""
    assert underline("City") == "City\n----"
    assert underline("City", "=") == "City\n===="
    assert underline(f"{'a' * 40} {'b' * 41}") == f"{'a' * 40}\n{'b' * 41}\n{'-' * 41}"
    assert underline("") == "\n"


@pytest.mark.parametrize(
    ("before", "address", "after"),
    [
        ("", "https://a.example", ""),
        ("See ", "https://a.example/1?b=1#c", ". And"),
        ("(", "https://a.example/x_(y)", ")…"),
        ("«", "http://a.example/", "»!"),
    ],
)
def test_linked_address_is_a_link_without_the_punctuation_around_it(before: str, address: str, after: str) -> None:
    """Not all mail apps make links of addresses themselves."""
    assert linked(before + address + after) == f'{before}<a href="{address}">{address}</a>{after}'


@pytest.mark.parametrize("text", ["https://", "https://…", "https://user@a.example/", "http://[a", "ftp://a.example/"])
def test_linked_text_that_is_no_address_stays_text(text: str) -> None:
    """Nor does markup in it become HTML; an address in ASCII is behind one with other letters."""
    assert linked(f"<b> {text}") == f"&lt;b&gt; {text}"
    assert linked("https://a.example/ы") == '<a href="https://a.example/%D1%8B">https://a.example/ы</a>'


def test_code_with_links_has_none_in_code() -> None:
    """A command with an address is copied, not opened."""
    assert code("`a https://a.example/` https://a.example/", links=True) == (
        '<code>a https://a.example/</code> <a href="https://a.example/">https://a.example/</a>'
    )
    assert code("https://a.example/") == "https://a.example/"


def test_code_is_what_is_between_backticks() -> None:
    """The rest is text, whatever it looks like; a single backtick is one."""
    assert code("Run `digest <x>` & `b`") == "Run <code>digest &lt;x&gt;</code> &amp; <code>b</code>"
    assert code("`") == "`"


@pytest.mark.parametrize("name", ["ink", "items", "clear", "__class__", "missing"])
def test_environment_reads_attributes_of_dictionaries_like_the_sandbox(name: str) -> None:
    """An item, unless it has the name of a method; what is unsafe stays unsafe, also when it is asked for again."""
    colours = {"ink": "#000", "items": "i", "clear": "c", "__class__": "x"}
    ours, sandbox = make_environment(DictLoader({}), Translator("en", ZoneInfo("UTC"))), ImmutableSandboxedEnvironment()
    for _ in range(2):
        found, wanted = ours.getattr(colours, name), sandbox.getattr(colours, name)
        assert type(found) is type(wanted) or isinstance(found, Undefined) is isinstance(wanted, Undefined) is True
        assert isinstance(found, Undefined) or found == wanted


def test_attributes_gives_elements_of_a_name_their_styles() -> None:
    """In cleaned HTML; other elements stay, and a text is no element."""
    html = Markup('<p>One &lt;p&gt; <a href="https://a.example/">two</a></p><pre>three</pre>')
    found = attributes(html, p='class="ink"', a='style="x"')
    assert found == '<p class="ink">One &lt;p&gt; <a style="x" href="https://a.example/">two</a></p><pre>three</pre>'


@pytest.mark.parametrize("name", ["text", "context", "message", "number", "singular"])
def test_messages_of_templates_have_values_of_any_name(name: str) -> None:
    """The names of the parameters of our functions are free."""
    environment = make_environment(DictLoader({}), Translator("en", ZoneInfo("UTC")))
    sources = [f"{{{{ _('is %({name})s', {name}=value) }}}}", f"{{{{ ngettext('%({name})s', 's', 1, {name}=value) }}}}"]
    assert [environment.from_string(one).render(value="<b>") for one in sources] == ["is &lt;b&gt;", "&lt;b&gt;"]


@pytest.mark.parametrize(
    ("language", "text"), [("en", "&lt;b&gt; and 100,002 more"), ("ru", "&lt;b&gt; и ещё 100\u00a0002")]
)
def test_ngettext_of_templates_groups_thousands(language: str, text: str) -> None:
    """As the language does; other values are foreign text."""
    environment = make_environment(DictLoader({}), Translator(language, ZoneInfo("UTC")))
    source = '{{ ngettext("%(name)s and %(num)s more", "%(name)s and %(num)s more", 100002, name="<b>") }}'
    assert environment.from_string(source).render() == text
