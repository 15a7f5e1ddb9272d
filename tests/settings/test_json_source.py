"""The settings of JSON sources: an error is one line with what is expected."""

import pytest

from tests.support.configurations import read, setting_errors, source

API = 'name = "api"\nkind = "json"\n'
URL = 'url = "https://a.example/"\n'
FIELDS = 'fields = { url = "u", title = "t" }\n'
COUNTS = 'role = "counters"\n'


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        (URL, "fields: is missing; expected a table such as"),
        (FIELDS, "url: is missing"),
        (URL + 'fields = { url = "u" }', "sources.api: fields has no title"),
        (URL + "fields = {}\n" + COUNTS, "sources.api: fields has no url"),
        (
            URL + 'fields = { url = "u", title = "t", view = "v" }',
            "fields: unknown field view; did",
        ),
        (URL + 'fields = { url = "u", title = "t[" }', "fields: title: expected a JMESPath expression"),
        (URL + FIELDS + 'items = "a b"', 'items = "a b": expected a JMESPath expression'),
        (URL + FIELDS + 'next = "|"', 'next = "|": expected a JMESPath expression'),
        (URL + FIELDS + "pages = 0", "pages = 0: "),
        (URL + FIELDS + 'look_back = "week"', 'look_back = "week": expected a duration'),
        (
            FIELDS + 'url = "https://a.example/?d={begin}"',
            'url = "https://a.example/?d={begin}": expected',
        ),
        (
            FIELDS + 'url = "https://a.example/?d={start:iso}"',
            'url = "https://a.example/?d={start:iso}": expect',
        ),
        (FIELDS + 'url = "https://a.example/?d={"', 'url = "https://a.example/?d={": expected the placeholders'),
        (FIELDS + 'url = "https://a.example/{urls}"', 'url = "https://a.example/{urls}": {urls} is a list'),
        (URL + FIELDS + 'body = "text"', "sources.api: expected body to be a table, a list"),
        (URL + FIELDS + "body = 7", 'body = …: expected a table, a list, "{urls}" or "{paths}"'),
        (URL + FIELDS + "body = { d = [2026-10-01] }", "body: JSON has no dates and times; put them in"),
        (URL + FIELDS + "body = { d = 2026-10-01T07:00:00Z }", "body: JSON has no dates and times; put"),
        (URL + FIELDS + "body = { n = nan }", "body: JSON has no nan; expected a number"),
        (URL + FIELDS + 'headers = { "X Y" = "a" }', "headers: expected names of headers such as"),
        (URL + FIELDS + 'headers = { X = "a\\nb" }', "headers: X: expected one line of text, without"),
        (URL + FIELDS + 'body = { d = "{start:iso}" }', "body: expected the placeholders"),
        (URL + FIELDS + COUNTS + 'body = { d = ["a {urls}"] }', "body: {urls} and {paths} are lists"),
        (URL + FIELDS + 'body = ["{urls}"]', "sources.api: {urls} and {paths} are articles of the other sources"),
        (URL + FIELDS + 'form = { a = "{paths}" }', "form: {urls} and {paths} are lists"),
        (URL + FIELDS + 'form = { a = "b" }\nbody = { a = 1 }', "sources.api: a request has one body"),
        (URL + FIELDS + "with = { a = 1 }", "sources.api: with is for presets"),
        (URL + FIELDS + 'form = { t = "$TOKEN" }', "form.t: $TOKEN is not set"),
        (URL + FIELDS + 'body = { a = [{ t = "$TOKEN" }] }', "body.a.1.t: $TOKEN is not set"),
    ],
)
def test_json_settings_wrong_key_is_one_line(wrong: str, message: str) -> None:
    """The file, the source, the key and what is expected."""
    (line,) = setting_errors(source(API + wrong))
    assert line.removeprefix("digest.toml: ").removeprefix("sources.api.").startswith(message)


def test_body_braces_of_a_query_language_are_kept() -> None:
    """Only our own placeholders are checked."""
    (settings,) = read(source(API + URL + FIELDS + "body = { query = '{ posts { id } } {id}' }")).sources
    assert settings.kind == "json"
    assert settings.body == {"query": "{ posts { id } } {id}"}


def test_json_settings_misplaced_value_is_not_shown() -> None:
    """A misplaced value may be a secret."""
    token = "canary"
    wrong = f'{API}{URL}{FIELDS}form = {{ token = [{{ a = "{token}" }}] }}\nheaders = {{ a = ["{token}"] }}\nbody = 7'
    assert token not in "".join(setting_errors(source(wrong)))
