"""Texts of foreign origin without what identifies a person."""

import pytest

from digest.parsing.redaction import with_masked_addresses, without_name, without_recipient


@pytest.mark.parametrize(
    ("text", "address", "expected"),
    [
        ("no user Anna.Petrova here", "anna.petrova@post.example", "no user <…> here"),
        ("anna: unknown", "anna+news@post.example", "<…>: unknown"),
        ("anna+news: unknown", "anna+news@post.example", "<…>: unknown"),
        ("Annabel is another word", "anna@post.example", "Annabel is another word"),
        ("a mailbox", "a@post.example", "a mailbox"),
        ("(anna)", "anna@post.example", "(<…>)"),
        ("queued as 4XyZ", "anna@post.example", "queued as 4XyZ"),
    ],
)
def test_without_recipient_removes_the_local_part(text: str, address: str, expected: str) -> None:
    """As a whole word, in any case, with and without its tag; a single letter stays."""
    assert without_recipient(text, address) == expected


@pytest.mark.parametrize(
    ("text", "name", "expected"),
    [
        ("mailbox of Anna Petrova", "Anna Petrova", "mailbox of <…>"),
        ("Petrova, ANNA", "Anna Petrova", "<…>, <…>"),
        ("ящик Анны, Анна Гагарина", "Анна Гагарина", "ящик Анны, <…>"),
        ("user O'Neill", "Shaun O'Neill", "user O'<…>"),
        ("mailbox full", "Anna", "mailbox full"),
    ],
)
def test_without_name_removes_the_name_and_its_parts(text: str, name: str, expected: str) -> None:
    """The name as a whole, and each part of two letters or more."""
    assert without_name(text, name) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("anna@gazette.example holds it", "a•••@g•••.example holds it"),
        ("edited by anna.b+x@mail.gazette.example, and somebody", "edited by a•••@m•••.example, and somebody"),
        ("of <anna@gazette.example>", "of <a•••@g•••.example>"),
        ("root holds it", "root holds it"),
        ("3 articles @ 07:00", "3 articles @ 07:00"),
    ],
)
def test_with_masked_addresses_leaves_the_rest_of_the_text(text: str, expected: str) -> None:
    """As the console masks them."""
    assert with_masked_addresses(text) == expected


@pytest.mark.timeout(5)
def test_with_masked_addresses_of_long_words_ends_soon() -> None:
    """The traceback of an error may hold a picture as text."""
    text = f"{'x' * 300_000} anna@mail.example {'y' * 300_000}"
    assert with_masked_addresses(text) == text.replace("anna@mail.example", "a•••@m•••.example")
