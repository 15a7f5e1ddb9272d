"""Texts that may be URLs, for property tests: pieces of addresses in any order."""

from hypothesis import strategies as st

PIECES = [
    *("http://", "https://", "HTTPS://", "//", "/", "?", "#", ":", "@", "&", "=", ";", "%", "%41", "%2f", "%e9", ".."),
    *("gazette.example", "www.", "xn--", "[::1]", "[", "]", ":80", ":443", ":8080", ":x", "пример.рф", "новость", "é"),
    *("m.", "amp.", "/amp", "amp=1", "straße.example", ".amp", ",amp.html", "/amp-page", "https//", "http:"),
    *("&amp;", "amp;", "&#47;", "&#x3A;", "&#38;", "#64;"),
    *(
        " ",
        "\t",
        "\n",
        "\x00",
        "\u202e",
        "\u200b",
        "\ud800",
        '"',
        "<",
        ">",
        "\\",
        "utm_source=x",
        "a=1",
        "b=2",
        "a",
        "+",
    ),
]
MIXED = st.lists(st.sampled_from(PIECES), max_size=8).map("".join)
ADDRESSES = st.one_of(
    MIXED,
    st.text(max_size=20),
    st.builds("https://gazette.example/{}".format, st.one_of(MIXED, st.text(max_size=20))),
    st.builds("http://{}/".format, st.one_of(MIXED, st.text(max_size=12))),
)
