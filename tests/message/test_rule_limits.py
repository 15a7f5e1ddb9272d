"""The rules for a finished message at their limits: what is just allowed has no finding, one more has one."""

import pytest

from digest.message import limits
from digest.model.issues import Finding
from tests.message.test_rules import HEAD, PAGE, findings, header, make_message

PREHEADER = "Harvest ends early · The old crane moves · A quiet season"
LINK = 'href="https://gazette.example/1"'


def said(found: list[Finding], rule: int) -> list[str]:
    """The sentences of one rule."""
    return [one.message for one in found if one.rule.split()[0] == str(rule)]


def said_with_header(name: str, value: str, rule: int) -> list[str]:
    """The sentences of one rule about a message with another header."""
    return said(findings(header(name, value)(make_message())), rule)


def said_of_page(old: str, new: str, rule: int) -> list[str]:
    """The sentences of one rule about a message with something else in its HTML part."""
    assert old in PAGE
    return said(findings(make_message(PAGE.replace(old, new, 1))), rule)


def folded(*lengths: int) -> str:
    """A value of one word on each line; the line breaks count as spaces."""
    return "\r\n ".join("x" * length for length in lengths)


@pytest.mark.parametrize(
    ("subject", "expected"),
    [
        ("x", []),
        ("", ["it has 0 characters; expected 1 to 150"]),
        (folded(50, 49, 49), []),
        (folded(50, 50, 49), ["it has 151 characters; expected 1 to 150"]),
        ("x" * 69, []),
        ("x" * 70, ["one of its lines is longer than 78 characters"]),
        ("x\r\n =?utf-8?q?" + "a" * 63 + "?=", []),
        ("x\r\n =?utf-8?q?" + "a" * 64 + "?=", ["one of its encoded words is longer than 75 characters"]),
        ("=?utf-8?q?a=E2=81=A6b?=", ["it has control characters"]),
    ],
)
def test_check_message_subject_at_its_limits(subject: str, expected: list[str]) -> None:
    """150 characters, lines of 78 together with the header's name, encoded words of 75."""
    assert said_with_header("Subject", subject, 4) == expected


@pytest.mark.parametrize(
    ("date", "expected"),
    [
        ("Wed, 30 Sep 2026 04:05:00 +0000", []),
        ("Wed, 30 Sep 2026 04:04:59 +0000", ["it is 2026-09-30 04:04, more than a day from now"]),
        ("Fri, 02 Oct 2026 04:05:00 +0000", []),
        ("Fri, 02 Oct 2026 04:05:01 +0000", ["it is 2026-10-02 04:05, more than a day from now"]),
        ("Fri, 02 Oct 2026 13:00:00 +0900", []),
        ("Wed, 30 Sep 2026 13:00:00 +0900", ["it is 2026-09-30 13:00, more than a day from now"]),
        ("Thu, 01 Oct 2026 04:05:00 -0000", []),
        ("Tue, 29 Sep 2026 04:05:00 -0000", ["it is 2026-09-29 04:05, more than a day from now"]),
    ],
)
def test_check_message_date_is_within_a_day_in_any_zone(date: str, expected: list[str]) -> None:
    """Before or after; the zone -0000 is UTC without saying where it was written (RFC 5322, 3.3)."""
    assert said_with_header("Date", date, 5) == expected


@pytest.mark.parametrize(
    ("name", "value", "rule", "is_wrong"),
    [
        ("From", "", 1, True),
        ("From", "News <NEWS@GAZETTE.EXAMPLE>", 1, False),
        ("To", "", 3, True),
        ("Message-ID", "<token@GAZETTE.example>", 6, False),
        ("Message-ID", "<@gazette.example>", 6, True),
        ("Feedback-ID", "a:b:c:12345", 13, False),
        ("Feedback-ID", "a:b:c:1234", 13, True),
        ("Feedback-ID", f"a:b:c:{'1' * 15}", 13, False),
        ("Feedback-ID", f"a:b:c:{'1' * 16}", 13, True),
        ("Feedback-ID", "a:b:12345", 13, True),
        ("List-Id", "<daily.gazette.example>", 11, False),
        ("List-Id", "<daily>", 11, True),
        ("From", "donotreply <do-not_reply@gazette.example>", 17, True),
        ("From", "Noreply <noreply@gazette.example>\r\nReply-To: news@gazette.example", 17, False),
        ("From", "Nora <nora@gazette.example>", 17, False),
    ],
)
def test_check_message_header_value_is_judged_by_its_form(name: str, value: str, rule: int, is_wrong: bool) -> None:
    """Domains have no case; an empty header is not an address."""
    assert bool(said_with_header(name, value, rule)) is is_wrong


_NOT_ALLOWED = "a part contains bytes that its encoding ({}) does not allow"
_8BIT = "a part is 8bit, which only servers with 8BITMIME accept"


@pytest.mark.parametrize("letter", ["o", "ö"])
@pytest.mark.parametrize(
    ("encoding", "ascii_expected", "expected"),
    [
        ("7bit", [], [_NOT_ALLOWED.format("7bit")]),
        (" QUOTED-Printable ", [], [_NOT_ALLOWED.format("quoted-printable")]),
        ("base64", [], [_NOT_ALLOWED.format("base64")]),
        ("8bit", [_8BIT], [_8BIT]),
        ("binary", [_NOT_ALLOWED.format("binary")], [_NOT_ALLOWED.format("binary")]),
    ],
)
def test_check_message_encoding_allows_the_bytes_of_its_part(
    letter: str, encoding: str, ascii_expected: list[str], expected: list[str]
) -> None:
    """Of each part; without a header it is 7bit (RFC 2045, 6.1)."""
    part = f"--b\r\nContent-Type: text/plain\r\n{{}}\r\n{letter}\r\n"
    head = 'MIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary="b"\r\n\r\n'
    stated = part.format(f"Content-Transfer-Encoding: {encoding}\r\n")
    found = said(findings(f"{head}{stated}{stated}--b--\r\n".encode()), 19)
    assert found == 2 * (ascii_expected if letter.isascii() else expected)
    if encoding == "7bit":
        assert said(findings(f"{head}{part.format('')}--b--\r\n".encode()), 19) == found[:1]


@pytest.mark.parametrize(
    ("length", "expected"), [(998, []), (999, ["a line has 999 bytes; the limit is 998"])], ids=["998", "999"]
)
def test_check_message_line_of_998_bytes_is_the_longest(length: int, expected: list[str]) -> None:
    """Without its CRLF (RFC 5322, 2.1.1)."""
    assert said(findings(make_message() + b"x" * length + b"\r\n"), 18) == expected


@pytest.mark.parametrize(
    ("octets", "expected"),
    [
        (limits.HTML_WARNING, []),
        (limits.HTML_WARNING + 1, ["the encoded HTML part has 90 KB; Gmail clips a little above 100"]),
        (limits.HTML_LIMIT, ["the encoded HTML part has 100 KB; Gmail clips a little above 100"]),
        (limits.HTML_LIMIT + 1, ["the encoded HTML part has 100 KB, and Gmail clips it; the limit is 100"]),
    ],
    ids=["90 KB", "more than 90", "100 KB", "more than 100"],
)
def test_check_message_html_at_the_size_that_gmail_clips(octets: int, expected: list[str]) -> None:
    """The part as it is sent counts."""
    assert said(findings(b"Content-Type: text/html\r\n\r\n" + b"x" * octets), 20) == expected


@pytest.mark.parametrize(
    ("length", "expected"),
    [
        (0, ["there is no preheader: the HTML part has no hidden text"]),
        (39, ["the preheader has 39 characters; expected 40 to 130"]),
        (40, []),
        (130, []),
        (131, ["the preheader has 131 characters; expected 40 to 130"]),
    ],
)
def test_check_message_preheader_has_40_to_130_characters(length: int, expected: list[str]) -> None:
    """Characters that nobody sees, which keep the text behind it away, do not count."""
    assert said_of_page(PREHEADER, "x" * length + "&#8203;&#847;&nbsp;" * 50, 21) == expected


def test_check_message_preheader_with_long_words_counts_no_places_to_break_them() -> None:
    """Themes put some into words of more than 30 letters; a preheader of ours was reported as too long."""
    assert said_of_page(PREHEADER, "&#8203;".join(["x" * 26] * 5), 21) == []


@pytest.mark.parametrize(
    ("letters", "expected"), [(400, []), (399, ["there are only 399 characters of text beside the images"])]
)
def test_check_message_images_have_400_characters_of_text_beside_them(letters: int, expected: list[str]) -> None:
    """Without images a message may be short."""
    text = "x" * (letters - len("Port opens early "))  # the title of the page counts
    picture = '<img src="https://gazette.example/1.jpg" alt="" width="600">'
    for shown, wanted in ((picture, expected), ("", [])):
        content = make_message(f'{HEAD}<body>{shown}<a href="UNSUBSCRIBE">{text}</a></body></html>')
        assert said(findings(content), 23) == wanted


@pytest.mark.parametrize(
    ("hosts", "expected"), [(23, []), (24, ["the links lead to 26 hosts; many hosts look like spam"])]
)
def test_check_message_links_lead_to_at_most_25_hosts(hosts: int, expected: list[str]) -> None:
    """With that of the articles and that of our own pages; more links to one host are not more hosts."""
    links = "".join(f'<a href="https://h{number}.example/{path}">x</a>' for number in range(hosts) for path in "ab")
    assert said_of_page("<h2>", f"{links}<h2>", 24) == expected


@pytest.mark.parametrize(
    ("href", "text", "expected"),
    [
        ("https://www.gazette.example/1", "gazette.example", None),
        ("https://gazette.example/1", "www.GAZETTE.example/other", None),
        ("https://gazette.example/1", "https://gazette.example", None),
        ("https://gazette.example/1", "See gazette.example and bank.example", None),
        ("https://news.gazette.example.evil.example/1", "gazette.example", "a link's text names another host"),
        ("https://www.bit.ly/1", "x", "a link uses a URL shortener"),
        ("https://habit.ly/1", "x", None),
        ("https://2130706433/1", "x", "a link's host is an IP address"),
        ("https://1.2.3.4.5/1", "x", None),
        ("https://reader@gazette.example/1", "x", "a link has a user name in it"),
        ("https://gazette.example/@reader", "x", None),
        ("http://localhost:8000/1", "x", "a link leads to this machine"),
        ("mailto:news@gazette.example", "x", None),
        ("tel:+4712345678", "x", "a link is not absolute"),
        ("https:///1", "x", "a link is not absolute"),
        ("ftp://gazette.example/1", "x", "a link is not absolute"),
    ],
)
def test_check_message_link_is_judged_by_its_host(href: str, text: str, expected: str | None) -> None:
    """What a phishing filter looks at: the host, and whether the text names another one."""
    found = said_of_page(f"{LINK}>Port opens early", f'href="{href}">{text}', 24)
    assert len(found) == (expected is not None)
    assert not expected or found[0].startswith(expected)


@pytest.mark.parametrize(
    ("number", "expected"),
    [
        (1, "a link is not absolute: /1"),
        (2, "a link is not absolute: /1 and 1 more"),
        (3, "a link is not absolute: /1 and 2 more"),
    ],
)
def test_check_message_repeated_violation_counts_addresses(number: int, expected: str) -> None:
    """The same address twice is one."""
    links = "".join(f'<a href="/{place}">x</a>' * 2 for place in range(1, number + 1))
    assert said_of_page("<h2>", f"{links}<h2>", 24) == [expected]


def test_check_message_long_address_is_shortened() -> None:
    """To 120 characters."""
    (found,) = said_of_page(LINK, f'href="/{"x" * 200}"', 24)
    assert found == f"a link is not absolute: /{'x' * 118}…"


@pytest.mark.parametrize(
    ("place", "is_late"), [(limits.UNSUBSCRIBE_LIMIT, False), (limits.UNSUBSCRIBE_LIMIT + 1, True)]
)
def test_check_message_unsubscribe_link_is_before_the_clipping(place: int, is_late: bool) -> None:
    """Up to that place of the part; text behind it does not matter."""
    url, start = "https://news.gazette.example/leave/x", '<a href="'
    page = f'{"x" * (place - len(start))}{start}{url}">Leave</a>{"x" * 9_000}'
    content = f"List-Unsubscribe: <{url}>\r\nContent-Type: text/html\r\n\r\n{page}".encode()
    sentence = "the unsubscribe link is behind byte 90000, where Gmail may clip it"
    assert (sentence in said(findings(content), 25)) is is_late


def test_check_message_without_an_unsubscribe_link_has_none_that_is_late() -> None:
    """It is missing, which is reported; where it would be is unknown."""
    found = said(findings(b"Content-Type: text/html\r\n\r\n<p>News</p>"), 25)
    assert "the HTML part has no unsubscribe link" in found
    assert not [one for one in found if "may clip it" in one]


@pytest.mark.parametrize(("words", "is_late"), [(16_000, False), (17_500, True)])
def test_check_message_unsubscribe_link_is_looked_for_in_the_encoded_part(words: int, is_late: bool) -> None:
    """Soft line breaks take space too: 17,500 words have 87,500 characters."""
    assert bool(said_of_page("<h2>", f"{'word ' * words}<h2>", 25)) is is_late
