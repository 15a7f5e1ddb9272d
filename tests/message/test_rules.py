"""The rules for a finished message: a good one has no findings, and each violation is reported."""

import re
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from email.headerregistry import Address

import lxml.html
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from digest import tokens
from digest.message import limits
from digest.message.body_rules import unusable_addresses
from digest.message.build import SenderIdentity, encode, personalise, placeholder_links
from digest.message.header_rules import check_message, sizes
from digest.model.deliveries import Claim
from digest.model.issues import Finding, Rendered, Slot, Variant

SLOT = Slot(day=date(2026, 10, 1))
NOW = datetime(2026, 10, 1, 4, 5, tzinfo=UTC)
BASE = "https://news.gazette.example"
POSTAL = "1 Quay Street, Port"
RETURN_PATH = f"bounce+{'t' * tokens.LENGTH}@gazette.example"
IDENTITY = SenderIdentity(
    sender=Address("Harbour Gazette", "news", "gazette.example"),
    portal="Harbour Gazette",
    secret=b"a secret of the tests",
    base_url=BASE,
)
WORDS = "The first ships lie at the quay, and the harbour master expects a dozen more before the evening. " * 5
HEAD = """<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>Port opens early</title>
<meta name="viewport" content="width=device-width"><meta name="color-scheme" content="light dark">
<meta name="supported-color-schemes" content="light dark">
<style>@media (max-width: 480px) { .big { font-size: 25px } }</style></head>"""
BODY = f"""<body><div style="display:none">Harvest ends early · The old crane moves · A quiet season</div>
<table role="presentation"><tr><td><h2><a href="https://gazette.example/1">Port opens early</a></h2>
<img src="https://gazette.example/1.jpg" alt="Port" width="600"><p>{WORDS}</p>
<a href="UNSUBSCRIBE">Unsubscribe</a> <a href="PREFERENCES">Preferences</a> <a href="VIEW">View online</a>
<p>Harbour Gazette, {POSTAL}</p></td></tr></table></body></html>"""
PAGE = HEAD + BODY
TEXT = f"""Port opens early [1]

[1] https://gazette.example/1

Unsubscribe: UNSUBSCRIBE
Preferences: PREFERENCES
View online: VIEW
Harbour Gazette, {POSTAL}
"""


def make_message(
    html: str = PAGE,
    text: str = TEXT,
    *,
    subject: str = "Port opens early",
    sender_identity: SenderIdentity = IDENTITY,
) -> bytes:
    """A finished message with these parts and its personal links."""
    links = placeholder_links(sender_identity, "daily", SLOT)
    for word, url in (("UNSUBSCRIBE", links.unsubscribe), ("PREFERENCES", links.preferences), ("VIEW", links.view)):
        html, text = html.replace(word, url or ""), text.replace(word, url or "")
    rendered = Rendered(subject=subject, preheader="", html=html, text=text)
    variant = Variant(id=1, issue_id=1, edition="daily", slot=SLOT, frozen_at=NOW, rendered=rendered)
    claim = Claim(
        delivery_id=7, variant_id=1, issue_id=1, address="anna@mail.example", name="Anna", tries=0, token="held"
    )
    return personalise(encode(variant, sender_identity, None), claim).content


def findings(
    content: bytes,
    *,
    base_url: str = BASE,
    foreign: tuple[str, ...] = (),
    now: datetime = NOW,
    postal_address: str = POSTAL,
    envelope_sender: str = RETURN_PATH,
) -> list[Finding]:
    """The findings for a message of the gazette."""
    return check_message(
        content,
        own_domain="gazette.example",
        base_url=base_url,
        now=now,
        foreign=foreign,
        postal_address=postal_address,
        envelope_sender=envelope_sender,
    )


def violations(content: bytes, foreign: tuple[str, ...] = ()) -> set[tuple[str, str]]:
    """The numbers of the rules that a message violates, with their levels."""
    return {(finding.rule.split()[0], finding.level) for finding in findings(content, foreign=foreign)}


def header(name: str, value: str | None) -> Callable[[bytes], bytes]:
    """A change that sets or removes a header."""
    line = b"" if value is None else f"{name}: {value}\r\n".encode()
    pattern = re.compile(rb"^" + name.encode() + rb": .*\r\n(?:[ \t].*\r\n)*", re.MULTILINE)
    return lambda content: pattern.sub(lambda _: line, content, count=1)


def twice(name: str) -> Callable[[bytes], bytes]:
    """A change that repeats a header."""
    return lambda content: re.sub(rb"(?m)^(" + name.encode() + rb": .*\r\n)", rb"\1\1", content, count=1)


def test_check_message_built_message_has_no_findings() -> None:
    """A message that Digest builds violates no rule, in either transfer encoding."""
    assert findings(make_message()) == []
    russian = PAGE.replace(WORDS, "Первые суда уже стоят у причала, и капитан порта ждёт ещё дюжину к вечеру. " * 8)
    assert findings(make_message(russian, subject="Порт открыли раньше срока, и первые суда уже стоят у причала")) == []


@pytest.mark.parametrize(
    ("rule", "change"),
    [
        ("1", header("From", "Gazette <news@other.example>")),
        ("1", header("From", None)),
        ("1", header("From", "a@gazette.example, b@gazette.example")),
        ("1", twice("From")),
        ("3", header("To", "anna@mail.example, boris@mail.example")),
        ("3", header("To", "undisclosed-recipients:;")),
        ("3", header("To", "Anna <anna@mail.example>\r\nBcc: boris@mail.example")),
        ("4", header("Subject", None)),
        ("4", twice("Subject")),
        ("4", header("Subject", "x " * 76)),
        ("4", header("Subject", "=?utf-8?q?a=E2=80=AEb?=")),
        ("4", header("Subject", "=?utf-8?q?a=0Db?=")),
        ("4", header("Subject", "a\x00b")),
        ("4", header("Subject", "x" * 80)),
        ("4", header("Subject", "x\r\n =?utf-8?q?" + "a" * 64 + "?=")),
        ("4", header("Subject", "=?nonsense?q?a?=")),
        ("5", header("Date", None)),
        ("5", header("Date", "yesterday")),
        ("5", header("Date", "Thu, 24 Sep 2026 04:05:00 +0000")),
        ("6", header("Message-ID", None)),
        ("6", header("Message-ID", "<a@b@gazette.example>")),
        ("6", header("Message-ID", "<token@other.example>")),
        ("6", header("Message-ID", "\r\n <token@gazette.example>")),
        ("7", header("MIME-Version", None)),
        ("7", lambda content: content.replace(b"multipart/alternative", b"multipart/mixed")),
        ("7", lambda content: content.replace(b"text/plain", b"text/enriched")),
        ("7", lambda content: content.replace(b'"utf-8"', b'"koi8-r"')),
        ("8", header("List-Unsubscribe", None)),
        ("8", header("List-Unsubscribe", "=?utf-8?q?=3Chttps=3A//news=2Egazette=2Eexample/u/x=3E?=")),
        ("8", header("List-Unsubscribe", f"<{BASE}/u/anna@mail.example>")),
        ("8", header("List-Unsubscribe", f"<{BASE}/u/short>")),
        ("8", header("List-Unsubscribe", "<https://other.example/u/abcdefghijklmnopqrstuvwxyz>")),
        ("8", header("List-Unsubscribe", "<mailto:news@gazette.example>")),
        ("9", header("List-Unsubscribe-Post", None)),
        ("9", header("List-Unsubscribe-Post", "List-Unsubscribe=One Click")),
        ("11", header("List-Id", None)),
        ("11", header("List-Id", "Harbour Gazette")),
        ("18", lambda content: content.replace(b"\r\n", b"\n")),
        ("18", lambda content: content.replace(b"\r\n\r\n", b"\r\n\r\nx\ry\r\n", 1)),
        ("18", lambda content: content + b"x" * 999 + b"\r\n"),
        ("19", lambda content: "X-Name: Анна\r\n".encode() + content),
        ("19", lambda content: content.replace(b"quoted-printable", b"uuencode")),
        ("19", lambda content: content.replace(b"Port opens early [", "Порт [".encode())),
    ],
)
def test_check_message_invalid_header_or_encoding_is_an_error(rule: str, change: Callable[[bytes], bytes]) -> None:
    """A violation of the rules 1 to 19 is an error, whose sentence does not contain the reader's address."""
    content = make_message()
    changed = change(content)
    assert changed != content
    assert (rule, "error") in violations(changed)
    assert not any("anna@" in finding.message for finding in findings(changed))


@pytest.mark.parametrize(
    ("rule", "change"),
    [
        ("13", header("Feedback-ID", None)),
        ("13", header("Feedback-ID", "a:b:c:id")),
        ("14", header("Auto-Submitted", None)),
        ("15", header("Precedence", None)),
        ("17", header("From", "No-Reply <no-reply@gazette.example>")),
        ("19", lambda content: content.replace(b"Encoding: quoted-printable", b"Encoding: 8bit")),
    ],
)
def test_check_message_missing_recommended_header_is_a_warning(rule: str, change: Callable[[bytes], bytes]) -> None:
    """What is recommended but not required is a warning."""
    assert (rule, "warning") in violations(change(make_message()))


@pytest.mark.parametrize(
    ("rule", "level", "old", "new"),
    [
        ("20", "warning", "</table>", "</table>" + "<p>word </p>" * 7_700),
        ("20", "error", "</table>", "</table>" + "<p>word </p>" * 9_000),
        ("20", "error", "</table>", "</table>" + "<p>word </p>" * 45_000),
        ("21", "warning", "Harvest ends early · The old crane moves · A quiet season", ""),
        ("21", "warning", "Harvest ends early · The old crane moves · A quiet season", "Too short"),
        ("21", "warning", "Harvest ends early · The old crane moves · A quiet season", "Port opens early"),
        ("22", "error", "<h2>", "<script>alert(1)</script><h2>"),
        ("22", "error", "<h2>", "<form></form><h2>"),
        ("22", "error", "<h2>", "<iframe></iframe><h2>"),
        ("22", "error", "<h2>", "<applet></applet><h2>"),
        ("22", "error", "<h2>", "<svg></svg><h2>"),
        ("22", "error", "<h2>", "<input><h2>"),
        ("22", "error", "<title>", '<link rel="icon" href="https://x.example/a.png"><title>'),
        ("22", "error", "<h2>", '<h2 onclick="x()">'),
        ("22", "error", "<title>", '<link rel="stylesheet" href="https://x.example/a.css"><title>'),
        ("22", "error", "@media", "@import url(https://x.example/a.css); @media"),
        ("22", "error", "<title>", '<meta http-equiv="Refresh" content="0"><title>'),
        ("22", "warning", ' lang="en"', ""),
        ("22", "warning", "<title>Port opens early</title>", ""),
        ("22", "warning", '<meta charset="utf-8">', ""),
        ("22", "warning", '"viewport"', '"x"'),
        ("22", "warning", '"color-scheme"', '"x"'),
        ("22", "warning", '"supported-color-schemes"', '"x"'),
        ("22", "warning", ' role="presentation"', ""),
        ("23", "warning", 'src="https:', 'src="http:'),
        ("23", "warning", 'src="https://gazette.example/', 'src="/'),
        ("23", "warning", 'alt="Port" ', ""),
        ("23", "warning", ' width="600"', ""),
        ("23", "warning", WORDS, ""),
        ("24", "error", 'href="https://gazette.example/1"', 'href="/1"'),
        ("24", "error", 'href="https://gazette.example/1"', 'href="#top"'),
        ("24", "error", 'href="https://gazette.example/1"', ""),
        ("24", "error", 'href="https://gazette.example/1"', 'href="javascript:alert(1)"'),
        ("24", "error", 'href="https://gazette.example/1"', 'href="data:text/html,x"'),
        ("24", "error", 'href="https://gazette.example/1"', 'href="https://[gazette"'),
        ("24", "error", 'href="https://gazette.example/1"', 'href="https://gazette.example@evil.example/1"'),
        ("24", "error", 'href="https://gazette.example/1"', 'href="https://192.0.2.7/1"'),
        ("24", "error", 'href="https://gazette.example/1"', 'href="https://0x7f.1/1"'),
        ("24", "error", 'href="https://gazette.example/1"', 'href="https://[2001:db8::1]/1"'),
        ("24", "error", 'href="https://gazette.example/1"', 'href="https://bit.ly/1"'),
        ("24", "error", "Port opens early</a>", "https://bank.example/login</a>"),
        ("24", "error", "Port opens early</a>", "www.bank.example</a>"),
        ("24", "warning", "Port opens early</a>", "Booking.com</a>"),
        ("24", "warning", 'href="https://gazette.example/1"', 'href="http://gazette.example/1"'),
        ("24", "warning", 'href="https://gazette.example/1"', 'href="http://127.0.0.1:8000/1"'),
        ("24", "warning", "<h2>", "".join(f'<a href="https://h{n}.example">x</a>' for n in range(30)) + "<h2>"),
        ("25", "error", '<a href="UNSUBSCRIBE">Unsubscribe</a>', "UNSUBSCRIBE"),
        ("25", "error", '<a href="PREFERENCES">', "<a>"),
        ("25", "error", '<a href="VIEW">', "<a>"),
        ("25", "error", POSTAL, ""),
        ("25", "error", "<h2>", "word " * 18_500 + "<h2>"),
        ("26", "error", "<h2>", '<h2><a href="https://gazette.example/2?a=1&amp;b=2">Another</a>'),
        ("27", "error", "Port opens early</a>", "{{ story.title }}</a>"),
        ("27", "error", "Port opens early</a>", "by None</a>"),
        ("27", "error", "Port opens early</a>", "undefined</a>"),
        ("27", "error", "Port opens early</a>", "{% if x %}</a>"),
        ("27", "error", "Port opens early</a>", "[[title]]</a>"),
        ("27", "error", 'alt="Port"', 'alt="None"'),
        ("27", "error", 'href="https://gazette.example/1"', 'href="https://gazette.example/{{ id }}"'),
    ],
)
def test_check_message_html_violation_has_its_level(rule: str, level: str, old: str, new: str) -> None:
    """Each of the rules 20 to 27 is reported at its level when the HTML part violates it."""
    assert old in PAGE
    assert (rule, level) in violations(make_message(PAGE.replace(old, new, 1)))


@pytest.mark.parametrize(
    ("rule", "level", "old", "new"),
    [
        ("25", "error", "Preferences: PREFERENCES", ""),
        ("25", "error", "View online: VIEW", ""),
        ("25", "error", POSTAL, ""),
        ("26", "error", "[1] https://gazette.example/1", ""),
        ("26", "warning", "[1]", "[2] https://gazette.example/2\n\n[1]"),
        ("27", "error", "Port opens", "{{ story }}"),
    ],
)
def test_check_message_text_violation_has_its_level(rule: str, level: str, old: str, new: str) -> None:
    """What is missing from the plain text, or must not be in it, is reported."""
    assert old in TEXT
    assert (rule, level) in violations(make_message(text=TEXT.replace(old, new, 1)))


@pytest.mark.parametrize(
    ("url", "shown", "found"),
    [
        ("https://gazette.example/2", "", True),
        ("https://gazette.example/2", "<p>https://gazette.example/2</p>", False),
        ("https://gazette.example/2_(port)", '<a href="https://gazette.example/2_(port)">Port</a>', False),
        ("(https://gazette.example/2_(port)).", '<a href="https://gazette.example/2_(port)">Port</a>', False),
        ("https://gazette.example/2/[1]?", '<a href="https://gazette.example/2/[1]?">Port</a>', False),
        ("https://gazette.example/", "", False),
        (f"{BASE}/about", "", False),
    ],
)
def test_check_message_link_only_in_the_text_is_reported_if_it_is_a_story(url: str, shown: str, found: bool) -> None:
    """Front pages, our own pages and what the HTML part shows as text are no stories that it lacks."""
    content = make_message(PAGE.replace("<h2>", shown + "<h2>"), TEXT.replace("[1]", f"[2] {url}\n\n[1]"))
    expected = [f"the HTML part lacks {url}"] if found else []
    assert [one.message for one in findings(content) if one.message.startswith("the HTML part lacks")] == expected


def test_check_message_other_unsubscribe_link_is_an_error() -> None:
    """Links to another site than the configured one are errors in the header and in the text part."""
    sender_identity = replace(IDENTITY, base_url="https://other.example")
    sentences = [finding.message for finding in findings(make_message(sender_identity=sender_identity))]
    assert f"its first address must be {BASE}/… with an opaque token" in sentences
    assert "the text part has no preferences link" in sentences


def test_check_message_empty_text_part_is_an_error() -> None:
    """A message with an empty text part violates rule 26, whatever its HTML part has."""
    content = make_message()
    empty = re.sub(rb"(text/plain.*?\r\n\r\n).*?(\r\n--=_)", rb"\1\2", content, count=1, flags=re.DOTALL)
    assert ("26", "error") in violations(empty)


@pytest.mark.parametrize(
    "title",
    [
        "{{7*7}} is 49",
        "{% include '/etc/passwd' %}",
        "None of the ships left",
        "An undefined law",
        "[[Wiki]] wins",
        "{{",
    ],
)
def test_check_message_template_syntax_in_foreign_text_is_allowed(title: str) -> None:
    """A title may contain template syntax, in all parts, whole or shortened; the same text elsewhere is an error."""
    long_title = f"{title}, and the harbour master says that there is nothing to be seen at the quay today"
    html = PAGE.replace("Port opens early", long_title).replace('alt="Port"', f'alt="{long_title}"')
    text = TEXT.replace("Port opens early", long_title.replace(" and ", " and\n   "))
    for subject in (long_title, long_title[:60] + "…"):
        content = make_message(html, text, subject=subject)
        assert ("27", "error") not in violations(content, foreign=("Another", long_title))
        assert ("27", "error") in violations(content)
    mistake = make_message(html.replace("<h2>", "<h2>{{ section }} by None "), text)
    assert ("27", "error") in violations(mistake, foreign=(long_title,))


def test_check_message_template_syntax_of_a_title_within_another_one_is_allowed() -> None:
    """A wiki has a page "{{", and another one about it."""
    titles = ("{{", "Why {{ opens and }} closes")
    html = PAGE.replace("Port opens early", f"{titles[1]} and {titles[0]}")
    assert ("27", "error") not in violations(make_message(html), foreign=titles)
    assert ("27", "error") not in violations(make_message(html), foreign=titles[::-1])


def test_check_message_foreign_title_that_is_a_url_is_a_warning() -> None:
    """A title from a source that looks like another address is a warning; in our own text it is an error."""
    html = PAGE.replace("Port opens early</a>", "https://bank.example</a>")
    assert ("24", "error") not in violations(make_message(html), foreign=("https://bank.example",))
    assert ("24", "warning") in violations(make_message(html), foreign=("https://bank.example",))


def test_check_message_without_base_url_accepts_a_mailto_alone() -> None:
    """Without a base URL nothing is found: no web page is required, and setting one would make dead links."""
    html = PAGE.replace('<a href="PREFERENCES">Preferences</a> <a href="VIEW">View online</a>', "")
    text = TEXT.replace("Preferences: PREFERENCES\nView online: VIEW\n", "")
    content = make_message(html, text, sender_identity=replace(IDENTITY, base_url=""))
    assert findings(content, base_url="") == []


def test_check_message_loopback_base_url_is_a_warning() -> None:
    """A base URL on a loopback address works only on this machine: warnings, no errors."""
    base = "http://127.0.0.1:8000"
    found = findings(make_message(sender_identity=replace(IDENTITY, base_url=base)), base_url=base)
    assert {(finding.rule, finding.level) for finding in found} == {
        ("8 List-Unsubscribe", "warning"),
        ("24 Links", "warning"),
    }


def test_check_message_loopback_base_url_without_one_click_is_an_error() -> None:
    """HTTP on this machine counts as https."""
    base = "http://127.0.0.1:8000"
    content = make_message(sender_identity=replace(IDENTITY, base_url=base))
    content = content.replace(b"List-Unsubscribe-Post: List-Unsubscribe=One-Click\r\n", b"")
    assert ("9 List-Unsubscribe-Post", "error") in {
        (finding.rule, finding.level) for finding in findings(content, base_url=base)
    }


def test_check_message_own_link_without_tls_is_an_error() -> None:
    """On another machine: an eavesdropper could unsubscribe the reader. A link of others is a warning."""
    base = "http://news.gazette.example"
    found = findings(make_message(sender_identity=replace(IDENTITY, base_url=base)), base_url=base)
    errors = {finding.rule for finding in found if finding.level == "error"}
    assert errors >= {"8 List-Unsubscribe", "9 List-Unsubscribe-Post", "24 Links"}
    assert any(one.message.startswith("a link of our own is not https: http://news.gazette.example/") for one in found)
    other = PAGE.replace('href="https://gazette.example/1"', 'href="http://gazette.example/1"')
    assert ("24", "warning") in violations(make_message(other))
    assert ("24", "error") not in violations(make_message(other))


def test_check_message_date_more_than_a_day_from_now_is_an_error() -> None:
    """A day leaves room for clocks and zones that are wrong."""
    content = make_message()
    assert findings(content, now=NOW + timedelta(hours=23)) == []
    assert [finding.rule for finding in findings(content, now=NOW + timedelta(hours=25))] == ["5 Date"]


def test_check_message_without_postal_address_is_a_warning() -> None:
    """It names the setting."""
    (finding,) = findings(make_message(), postal_address="")
    assert (finding.rule, finding.level) == ("25 Body", "warning")
    assert "[portal] postal_address" in finding.message


def test_check_message_many_violations_of_one_kind_are_one_finding() -> None:
    """Twenty links without https are one finding, with the first link and the number of others."""
    more = "".join(f'<a href="http://gazette.example/{n}">x</a>' for n in range(2, 22))
    text = TEXT + "".join(f"http://gazette.example/{n} \n" for n in range(2, 22))
    (finding,) = findings(make_message(PAGE.replace("<h2>", more + "<h2>"), text))
    assert finding.message == "a link is not https: http://gazette.example/2 and 19 more"


def test_sizes_built_message_counts_encoded_bytes() -> None:
    """The encoded HTML part, the decoded one and the whole message are counted in bytes."""
    content = make_message()
    found = sizes(content)
    assert found.whole == len(content)
    encoded = content.split(b"text/html", 1)[1].split(b"\r\n\r\n", 1)[1].split(b"\r\n--=_", 1)[0]
    assert found.html_encoded == len(encoded)
    assert len(PAGE) < found.html_decoded < found.html_encoded < found.whole
    assert sizes(b"") == sizes(b"no message at all").__class__(html_encoded=0, html_decoded=0, whole=0)


@given(st.binary(max_size=300), st.binary(max_size=300), st.integers(min_value=0, max_value=3000))
@example(b"", b"", 0)
@example(b"Content-Type: text/html; charset*=x'y\r\n\r\n", b"\r\nFrom: =?x?q?=?=\r\nDate: 1\r\n\r\n<", 0)
@example(b'Content-Type: text/html; charset="a\0b"\r\n\r\n\xff', b"", 0)
@example(b"Content-Type: text/html; charset*0*=utf-8''%\r\n\r\n\xff", b"", 0)
@example(b"Content-Type: text/html\r\n\r\n<img s\x01c=1 \xd0\x00=2>", b"", 0)
@example(b"Content-Type: multipart/alternative; boundary=x\r\n\r\n--x\r\n", b"", 0)
def test_check_message_any_bytes_raise_no_error(before: bytes, inside: bytes, place: int) -> None:
    """Any bytes give a list of findings and three sizes."""
    content = make_message()
    for broken_content in (before, before + inside, content[:place] + inside + content[place:], content[:place]):
        assert isinstance(findings(broken_content), list)
        assert sizes(broken_content).whole == len(broken_content)


def test_limits_rendered_html_leaves_room_below_what_gmail_clips() -> None:
    """A rendered issue stays below the place of the unsubscribe link, and that below the warning and the error."""
    ordered = [limits.RENDERED_LIMIT, limits.UNSUBSCRIBE_LIMIT, limits.HTML_WARNING, limits.HTML_LIMIT]
    assert ordered == [88_000, 90_000, 90 * 1024, 100 * 1024]


@pytest.mark.parametrize(
    ("octets", "found"), [(500 * 1024, []), (500 * 1024 + 1, ["the message has 500 KB; the limit is 500"])]
)
def test_check_message_of_500_kilobytes_is_the_largest_allowed(octets: int, found: list[str]) -> None:
    """One octet more is an error, which says how large the message is."""
    content = make_message()
    lines = (b"x" * 98 + b"\r\n") * 6_000
    padded = content + lines[: octets - len(content) - 2] + b"\r\n"
    assert len(padded) == octets
    assert [one.message for one in findings(padded) if one.rule.startswith("20 ")] == found


@pytest.mark.parametrize(
    ("paragraphs", "sentence"),
    [
        (7_700, "the encoded HTML part has 95 KB; Gmail clips a little above 100"),
        (9_000, "the encoded HTML part has 111 KB, and Gmail clips it; the limit is 100"),
    ],
)
def test_check_message_large_html_is_told_with_its_size(paragraphs: int, sentence: str) -> None:
    """The sentence has the size of the part as it is sent, in kilobytes."""
    large = make_message(PAGE.replace("</table>", "</table>" + "<p>word </p>" * paragraphs))
    assert sentence in [one.message for one in findings(large)]


@pytest.mark.parametrize(
    ("element", "phrase"),
    [
        ('<a href="/relative">x</a>', "a link that is not absolute: '/relative'"),
        ("<a>x</a>", "a link that is not absolute: None"),
        ('<img src="https://gazette.example/1.jpg">', "an image without alt: 'https://gazette.example/1.jpg'"),
        ('<img src="1.jpg" alt="">', "an image whose address is not absolute: '1.jpg'"),
        ('<a href="https://gazette.example/1"><img src="https://gazette.example/1.jpg" alt=""></a>', None),
    ],
)
def test_unusable_addresses_element_is_named_with_its_address(element: str, phrase: str | None) -> None:
    """Links and images that mail programs cannot open, each with the address as it is written."""
    page = lxml.html.fromstring(f"<div>{element}</div>")
    assert list(unusable_addresses(page)) == ([phrase] if phrase else [])


_SIGNATURE = (
    "v=1; a=rsa-sha256; c=relaxed/relaxed; d=gazette.example; s=digest1;\r\n"
    " h=from:to:subject:date:message-id:mime-version:content-type:list-id:\r\n"
    "  list-unsubscribe:list-unsubscribe-post; bh=aGFzaA==; b=c2ln\r\n bmF0dXJl"
)


def _signed(old: str = "", new: str = "") -> bytes:
    assert old in _SIGNATURE
    return f"DKIM-Signature: {_SIGNATURE.replace(old, new, 1)}\r\n".encode() + make_message()


@pytest.mark.parametrize(
    ("rule", "old", "new"),
    [
        ("2", "d=gazette.example", "d=relay.example"),
        ("2", "d=gazette.example", "d=azette.example"),
        ("2", "d=gazette.example", "d="),
        ("10", ":list-unsubscribe-post", ""),
        ("10", "h=from:", "h="),
        ("10", "bh=", "l=100; bh="),
        ("10", "relaxed/relaxed", "simple/relaxed"),
        ("10", "rsa-sha256", "ed25519-sha256"),
    ],
)
def test_check_message_signature_violation_is_an_error(rule: str, old: str, new: str) -> None:
    """A signature of another domain, of too little, or that only some receivers can verify."""
    assert violations(_signed()) == set()
    assert violations(_signed(old, new)) == {(rule, "error")}


@pytest.mark.parametrize(
    ("sender", "expected"),
    [
        (f"bounce+{'x' * 36}@gazette.example", set()),
        (f"bounce+{'x' * 36}@bounces.gazette.example", set()),
        (f"bounce+{'x' * 36}@relay.example", {("16", "warning")}),
        ("news@gazette.example", {("16", "error")}),
        ("", {("16", "error")}),
    ],
)
def test_check_message_envelope_sender_has_token_and_domain(sender: str, expected: set[tuple[str, str]]) -> None:
    """A bounce without a token names nobody; another domain is allowed, but does not help."""
    found = findings(make_message(), envelope_sender=sender)
    assert {(finding.rule.split()[0], finding.level) for finding in found} == expected


@pytest.mark.parametrize("name", ["List-Archive", "List-Help", "List-Owner"])
@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("<https://news.gazette.example/archive>", set()),
        ("<mailto:news@gazette.example>", set()),
        ("https://news.gazette.example/archive", {("12", "warning")}),
        ("<javascript:alert(1)>", {("12", "warning")}),
    ],
)
def test_check_message_list_address_is_in_brackets(name: str, value: str, expected: set[tuple[str, str]]) -> None:
    """RFC 2369 allows addresses in angle brackets only."""
    own = re.sub(rb"(?m)^List-Archive: .*\r\n", b"", make_message())
    assert violations(f"{name}: {value}\r\n".encode() + own) == expected
