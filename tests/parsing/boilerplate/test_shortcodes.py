"""Codes of content systems go, and BBCode and Markdown leave their text."""

import pytest

from digest.parsing.html_text import summary_text


def test_summary_text_of_page_builders_is_without_their_codes() -> None:
    """WordPress leaves the codes of plugins in the excerpts that it makes."""
    codes = "[vc_row full_width='x'][vc_column_text]The ferry[/vc_column_text][/vc_row] [gallery ids='1,2'] sails."
    assert summary_text(codes) == "The ferry sails."


@pytest.mark.parametrize(
    "code",
    [
        *("[embed]https://video.example/1[/embed]", '[[{"fid":"12","fields":{"a[und]":[1]}}]]'),
        *(
            '[adrotate banner="3"]',
            "[rl_gallery id=“5” size='big' /]",
            "[toc]",
            "[gallery]",
            "[youtube https://video.example/1]",
        ),
        *("[[*pagetitle]]", "[[++site_url]]", "[[!getImage? &tv=`image`]]", "{jcomments on}", "{module 5}"),
        *("{loadposition banner}", "{loadmodule mod_x,Title}", "{youtube}abc123{/youtube}", "{gallery}a/b{/gallery}"),
    ],
)
def test_summary_text_is_without_codes_of_content_systems(code: str) -> None:
    """WordPress, Drupal and Joomla leave what their pages replace in feeds; other braces and brackets are text."""
    assert summary_text(f"<p>{code}The ferry {{7}} [sic] sails.</p>") == "The ferry {7} [sic] sails."


def test_summary_text_within_the_code_of_a_plugin_is_kept() -> None:
    """The end of a code goes with its beginning; an end without one is text."""
    assert summary_text('[note color="red"]The ferry[/note] sails[/irony].') == "The ferry sails[/irony]."


@pytest.mark.parametrize(
    "markup",
    [
        "[p][b]The ferry[/b] sails.[/p][p]It is [url=https://a.example/1]new[/url].[/p][img]https://a.example/1.jpg[/img]",
        "**The ferry** sails. It is [new](https://a.example/1). ![Quay](/1.jpg)",
        "## The ferry\n\nsails.\n\n### It is new.",
        "<p>[list][*]The ferry sails.[/*][*]It is [color=#f00]new[/color].[/list]</p>",
    ],
)
def test_summary_text_of_bbcode_and_markdown_is_their_text(markup: str) -> None:
    """Interfaces of games, forums and headless systems give the text as it was typed."""
    assert summary_text(markup) == "The ferry sails. It is new."


@pytest.mark.parametrize(
    "text",
    [
        "Plan [b] of 3",
        "2 ** 3 ** 4",
        "He said [x](y) and a**b**c",
        "Array[i] and [sic]",
        "Track # 5 in C## minor",
        "See [[Port]]",
        "[[Where? Here]]",
        "{tab}",
    ],
)
def test_summary_text_that_resembles_markup_is_kept(text: str) -> None:
    """Brackets and stars are signs of ordinary texts too."""
    assert summary_text(text) == text


def test_summary_text_codes_of_dle_go() -> None:
    """With what it shows to some groups of its users only."""
    text = "Порт открыт. [not-group=5]Войдите[/not-group] [attachment=12] {PAGEBREAK} [hide]Секрет[/hide] Да."
    assert summary_text(text) == "Порт открыт. Да."
    assert summary_text("[Group] of people [hide and seek]") == "[Group] of people [hide and seek]"
