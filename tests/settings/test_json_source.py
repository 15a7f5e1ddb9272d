"""The settings of JSON sources: what is wrong is one line that says what would be right."""

import pytest

from tests.support.configurations import faults, read, source

API = 'name = "api"\nkind = "json"\n'
URL = 'url = "https://a.example/"\n'
FIELDS = 'fields = { url = "u", title = "t" }\n'
COUNTS = 'role = "counters"\n'


@pytest.mark.parametrize(
    ("wrong", "says"),
    [
        (URL, "fields: is missing; expected a table of JMESPath such as"),
        (FIELDS, "url: is missing"),
        (URL + 'fields = { url = "u" }', "sources.api: fields names no title"),
        (URL + "fields = {}\n" + COUNTS, "sources.api: fields names no url"),
        (
            URL + 'fields = { url = "u", title = "t", view = "v" }',
            "fields: view is no field of an article; did",
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
        (URL + FIELDS + 'body = "text"', "sources.api: a body is a table or a list"),
        (URL + FIELDS + 'body = { d = "{start:iso}" }', "body: expected the placeholders"),
        (URL + FIELDS + COUNTS + 'body = { d = ["a {urls}"] }', "body: {urls} and {paths} are lists"),
        (URL + FIELDS + 'body = ["{urls}"]', "sources.api: {urls} and {paths} are the articles that others told"),
        (URL + FIELDS + 'form = { a = "{paths}" }', "form: {urls} and {paths} are lists"),
        (URL + FIELDS + 'form = { a = "b" }\nbody = { a = 1 }', "sources.api: a request has one body"),
        (URL + FIELDS + "with = { a = 1 }", "sources.api: with is what a preset needs to know"),
        (URL + FIELDS + 'form = { t = "$TOKEN" }', "form.t: $TOKEN is not set"),
        (URL + FIELDS + 'body = { a = [{ t = "$TOKEN" }] }', "body.a.1.t: $TOKEN is not set"),
    ],
)
def test_a_wrong_key_is_one_line(wrong: str, says: str) -> None:
    """The file, the source, the key, and what would be right."""
    (line,) = faults(source(API + wrong))
    assert line.removeprefix("digest.toml: ").removeprefix("sources.api.").startswith(says)


def test_braces_of_others_stay_in_a_body() -> None:
    """A query language may use them for its own ends."""
    (told,) = read(source(API + URL + FIELDS + "body = { query = '{ posts { id } } {id}' }")).sources
    assert told.kind == "json"
    assert told.body == {"query": "{ posts { id } } {id}"}


def test_no_secret_is_shown() -> None:
    """A value that stands where it should not may be a secret."""
    token = "canary"
    wrong = f'{API}{URL}{FIELDS}form = {{ token = [{{ a = "{token}" }}] }}\nheaders = {{ a = ["{token}"] }}\nbody = 7'
    assert token not in "".join(faults(source(wrong)))
