"""JSON is read between PHP notices and before comments, and nothing else is taken for it."""

import pytest

from digest.parsing.lenient_json import load_lenient_json

VALUE = '{"items": [{"url": "/1", "title": "a [b] {c}"}]}'
NOTICE = "<br />\n<b>Notice</b>:  Undefined index: x[1] in <b>/srv/api.php</b> on line <b>3</b><br />\n"


@pytest.mark.parametrize(
    "text",
    [
        VALUE,
        NOTICE + VALUE,
        NOTICE * 3 + VALUE,
        f"\nWarning: Undefined variable $x in /srv/api.php on line 3\n{VALUE}",
        f"Notice: Undefined variable $x\n{VALUE}",
        f"Warning: {'[' * 49}\n" + "<p>[" * 49 + VALUE.join(["<br>", ""]),
        f"{NOTICE}{' ' * 9_800}\n{VALUE}",
        f"{VALUE}\n<!-- Page cached by a plugin -->",
        f"{VALUE} /* 0.01 s */",
        f"{VALUE}\n// served by a.example",
        f"{NOTICE}{VALUE}<!-- cached -->",
        f"{VALUE}{NOTICE}{NOTICE}",
        f"{VALUE}\nPHP Deprecated:  Automatic conversion of false to array is deprecated in /srv/a.php on line 3",
        f")]}}'\n{VALUE}",
        f"while(1);{VALUE}",
        f"for (;;); {VALUE}",
        f"/**/ parent.show_1({VALUE});",
        f"callback({VALUE})\n",
        f"/**/ typeof callback === 'function' && callback({VALUE});",
        f"{VALUE}\0",
        f"{VALUE[:-3]},}},\n],}}",
    ],
)
def test_json_between_notices_and_comments_is_read(text: str) -> None:
    """What PHP prints or a guard against scripts puts before, and PHP or a cache after."""
    assert load_lenient_json(text) == {"items": [{"url": "/1", "title": "a [b] {c}"}]}


@pytest.mark.parametrize(
    "text",
    [
        "",
        "<html><script>\n{}\n</script></html>",
        f"<p>text</p>\n{VALUE}",
        f"{VALUE} {VALUE}",
        f"{VALUE} and more",
        f"text {VALUE}",
        f"f(1, {VALUE})",
        f"{VALUE}));",
        VALUE[:-1],
        NOTICE,
        f"{NOTICE}{' ' * 10_000}\n{VALUE}",
        f"Warning: a\n{'<p>[' * 50}<br>{VALUE}",
        f"{VALUE} /* 0.01 s",
        f"{VALUE} 0.01 s */",
        NOTICE + VALUE[:-1],
        f"{VALUE}{NOTICE[:-40]}",
        f"{VALUE}Notice: a\n{VALUE} on line 3",
        f"Notice\n{VALUE[:-1]}",
    ],
)
def test_text_that_is_not_json_raises_value_error(text: str) -> None:
    """A page with a script, a document with something else around it, one that breaks off."""
    with pytest.raises(ValueError, match=r"Expecting|Extra data"):
        load_lenient_json(text)


def test_json_with_tabs_and_line_breaks_in_texts_is_read() -> None:
    """RFC 8259 wants them escaped, and browsers do too."""
    assert load_lenient_json('{"title": "a\tb\nc"}') == {"title": "a\tb\nc"}
