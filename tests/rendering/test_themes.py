"""Themes: what they extend, their order and files of single blocks, and `theme.toml` with its errors."""

import os
import re
from collections.abc import Callable, Sequence
from pathlib import Path

import lxml.html
import pytest
from jinja2 import Environment, TemplateNotFound

from digest.errors import ConfigurationError, TemplateError
from digest.model.issues import Rendered
from digest.rendering.colours import contrast, parse_colour
from digest.rendering.render import Renderer
from digest.rendering.theme import GROUNDS, Themes
from digest.rendering.theme_files import ThemeFiles, ThemeLoader
from tests.support import issues

TEMPLATES = Path(__file__).parents[2] / "templates"
EARLIER = Path(__file__).parent / "earlier"
GOLDEN = Path(__file__).parent / "golden"
FOOTER = '<mj-section><mj-column><mj-text>{{ links.unsubscribe }} <a href="{{ links.unsubscribe }}">x</a></mj-text>'
FOOTER += "</mj-column></mj-section>"


def written(tmp_path: Path, **files: str) -> Path:
    """A folder of themes: `evening__footer_mjml="…"` writes evening/footer.mjml."""
    for name, content in files.items():
        theme, _, file = name.partition("__")
        path = tmp_path / theme / ".".join(file.rsplit("_", 1))
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content, encoding="utf-8")
    return tmp_path


def rendered(folder: Path, theme: str) -> Rendered:
    """The English issue in a theme of the folder."""
    return Renderer(issues.PORTAL, [folder, TEMPLATES]).render(issues.english(), issues.LINKS, theme=theme)


def text_of(html: str) -> str:
    """The text of the body, with all white space collapsed."""
    return " ".join(lxml.html.document_fromstring(html).body.text_content().split())


@pytest.mark.parametrize("name", ["english", "russian"])
def test_theme_of_an_earlier_version_renders_as_before(name: str) -> None:
    """The files that an earlier `digest init` wrote to templates/default/, byte for byte."""
    issue = issues.english() if name == "english" else issues.russian()
    portal = issues.PORTAL if name == "english" else issues.RUSSIAN_PORTAL
    found = Renderer(portal, [EARLIER, TEMPLATES]).render(issue, issues.LINKS, theme="default")
    assert found.html == (GOLDEN / f"earlier_{name}.html").read_text(encoding="utf-8")
    assert found.text == (GOLDEN / f"earlier_{name}.txt").read_text(encoding="utf-8")


@pytest.mark.parametrize("file", ["issue.mjml", "issue.txt", "parts.mjml", "theme.toml"])
def test_theme_of_an_earlier_version_with_one_file_has_every_story(tmp_path: Path, file: str) -> None:
    """The others were deleted, so that they are the package's."""
    folder = tmp_path / "default"
    folder.mkdir()
    (folder / file).write_text((EARLIER / "default" / file).read_text(encoding="utf-8"), encoding="utf-8")
    found = rendered(tmp_path, "default")
    for part in (text_of(found.html), " ".join(found.text.split())):
        for one in issues.english().articles:
            assert one.article.title in part
        assert "1 Quay Street, Port" in part


def test_theme_default_means_quay(tmp_path: Path) -> None:
    """The operator's files for `default` change it, and Quay stays as it is."""
    assert rendered(tmp_path, "default") == rendered(tmp_path, "quay")
    ours = written(tmp_path, default__footer_mjml=FOOTER)
    assert "You receive this" not in text_of(rendered(ours, "default").html)
    assert "You receive this" in text_of(rendered(ours, "quay").html)


def test_theme_names_leave_out_folders_that_are_no_themes(tmp_path: Path) -> None:
    """The folder of the pages with a note in it, and one whose name is not UTF-8, which no configuration can hold."""
    written(tmp_path, evening__footer_mjml="", web__README_txt="", **{"night\udccf__footer_mjml": ""})
    assert Themes([tmp_path]).names == ("evening",)


def test_theme_file_of_one_block_overrides_it_alone(tmp_path: Path) -> None:
    """In the HTML and in the text; everything else is that of Quay."""
    ours = written(tmp_path, evening__footer_mjml=FOOTER, evening__footer_txt="Ours {{ links.unsubscribe }}")
    found, quay = rendered(ours, "evening"), rendered(ours, "quay")
    assert "You receive this" not in text_of(found.html)
    assert found.text.endswith(f"Ours {issues.LINKS.unsubscribe}\n")
    before, after = (html.split("Most discussed")[1].split("mackerel")[0] for html in (quay.html, found.html))
    assert before == after


def test_theme_file_that_names_itself_means_that_of_the_parent(tmp_path: Path) -> None:
    """Under each of its names, through as many themes as there are."""
    line = "<mj-section><mj-column><mj-text>{}</mj-text></mj-column></mj-section>"
    ours = written(
        tmp_path,
        evening__footer_mjml='{% include "footer.mjml" %}' + line.format("Three"),
        default__footer_mjml='{% include "default/footer.mjml" %}' + line.format("Two"),
    )
    page = text_of(rendered(ours, "evening").html)
    assert page.index("You receive this") < page.index("Two") < page.index("Three")
    assert page.count("You receive this") == 1
    alone = text_of(
        rendered(written(tmp_path, late__footer_mjml='{% include "package/quay/footer.mjml" %}'), "late").html
    )
    assert "Two" not in alone


def test_theme_extends_another_one(tmp_path: Path) -> None:
    """Files, colours and order of that theme are in force, not those of the operator's default."""
    ours = written(
        tmp_path,
        night__theme_toml='order = ["header", "lead", "footer"]\n[light]\naccent = "#123456"\n',
        late__theme_toml='extends = "night"\n[dark]\nquiet = "#abcdef"\n',
        default__theme_toml='[light]\naccent = "#654321"\n',
    )
    style = Themes([ours, TEMPLATES]).style("late")
    assert (style.light["accent"], style.dark["quiet"]) == ("#123456", "#abcdef")
    assert style.order == ("header", "lead", "footer")
    assert style.light["accent2"] == "#123456"
    quay = written(
        tmp_path / "other", pure__theme_toml='extends = "quay"', default__theme_toml='[light]\nink="#010101"'
    )
    themes = Themes([quay, TEMPLATES])
    assert themes.style("pure") == themes.style("quay")


def test_theme_of_two_folders_extends_what_the_operators_file_says(tmp_path: Path) -> None:
    """Its `theme.toml` comes before that of the package; where it names nothing, that of the package holds."""
    package = written(tmp_path / "package", mine__theme_toml='extends = "letter"', other__theme_toml='extends="letter"')
    ours = written(tmp_path / "ours", mine__theme_toml='extends = "lines"', other__theme_toml='[light]\nink = "#111"')
    files = ThemeFiles([ours, package, TEMPLATES])
    assert files.lineage("mine")[:2] == ("mine", "lines")
    assert files.lineage("other")[:2] == ("other", "letter")


def test_theme_order_is_that_of_both_parts(tmp_path: Path) -> None:
    """Blocks that are left out are not shown; the text part has its links and its footer last in any case."""
    order = '["header", "discussed", "lead", "footer", "sections"]'
    found = rendered(written(tmp_path, evening__theme_toml=f"order = {order}"), "evening")
    marks = ["Harbour Gazette", "Most discussed", "Night ferries return", "Wind park asks"]
    html, text = text_of(found.html), " ".join(found.text.split())
    for part, wanted in ((html, [*marks[:3], "You receive this", marks[3]]), (text, [*marks, "You receive this"])):
        places = [part.index(mark) for mark in wanted]
        assert places == sorted(places)


def test_theme_block_of_its_own_is_a_file(tmp_path: Path) -> None:
    """Named in the order; its text part is optional."""
    block = "<mj-section><mj-column><mj-text>Fair, 12 degrees</mj-text></mj-column></mj-section>"
    toml = 'order = ["header", "weather", "lead", "sections", "tide", "footer"]'
    ours = written(
        tmp_path, sea__theme_toml=toml, sea__weather_mjml=block, sea__tide_mjml="", sea__tide_txt="Tide 1.2 m"
    )
    found = rendered(ours, "sea")
    page = text_of(found.html)
    assert page.index("October 1") < page.index("Fair, 12 degrees") < page.index("Night ferries")
    assert "Fair" not in found.text
    assert "Tide 1.2 m" in found.text


@pytest.mark.parametrize(
    ("toml", "problem"),
    [
        ('order = ["header", "foter", "footer"]', 'order = "foter": there is no such block; did you mean "footer"?'),
        ('order = ["issue", "footer"]', 'order = "issue": there is no such block; expected one of: header, intro'),
        ('order = ["header", "lead"]', 'order = ["header", "lead"]: expected "footer" too'),
        ('order = ["lead", "lead", "footer"]', 'order = "lead": expected each block once'),
        ('order = "lead"', 'order = "lead": expected a list of blocks such as ["header"'),
        ('order = ["../x", "footer"]', 'order = ["../x", "footer"]: expected a list of blocks'),
        ('[fonts]\norder = ["lead"]', 'fonts.order = ["lead"]: expected at the top of the file, above [fonts]'),
        ('extends = "quai"', 'extends = "quai": there is no such theme; did you mean "quay"?'),
        ("extends = 3", 'extends = 3: expected the name of a theme such as "quay"'),
        ('extends = "mine"', 'extends = "mine": it extends this theme itself'),
        ('ordr = ["lead"]', 'ordr = ["lead"]: unknown key; did you mean "order"?'),
        ('[light]\nacent = "#fff"', 'light.acent = "#fff": unknown key; did you mean "accent"?'),
        ('[light]\nink = "red;}"', 'light.ink = "red;}": expected a colour such as "#0b5a7d"'),
        ("[dark]\nink = true", "dark.ink = true: expected a colour"),
        (f'[dark]\nink = "{";" * 78}"', f'dark.ink = "{";" * 78}": expected a colour'),
        (f'[dark]\nink = "{";" * 79}"', f'dark.ink = "{";" * 78}…: expected a colour'),
        ("light = 7", "light = 7: expected a table [light]"),
    ],
)
def test_theme_toml_error_names_file_key_value_and_what_is_right(tmp_path: Path, toml: str, problem: str) -> None:
    """In one line, and each choice once."""
    ours = written(tmp_path, mine__theme_toml=toml)
    with pytest.raises(ConfigurationError, match=rf"mine/theme\.toml: {re.escape(problem)}") as caught:
        Themes([ours, TEMPLATES]).style("mine")
    assert "\n" not in str(caught.value)
    choices = str(caught.value).partition("one of: ")[2].split(", ")
    assert len(choices) == len(set(choices))


class _Forgotten(dict[tuple[str, str | None], str]):
    """Names that another thread forgets at once, because a template was changed."""

    def __setitem__(self, key: tuple[str, str | None], value: str) -> None:
        return


def test_name_that_another_thread_forgets_is_resolved_all_the_same() -> None:
    """The pages of the console render in threads."""
    loader = ThemeLoader(ThemeFiles([TEMPLATES]), "letter")
    loader._resolved = _Forgotten()
    assert loader.resolve("header.mjml", None) == str(TEMPLATES / "letter" / "header.mjml")


def test_name_in_any_file_of_a_theme_means_the_next_one(tmp_path: Path) -> None:
    """With an operator's folder there are five files of that name, each of which can name itself."""
    ours = written(tmp_path, night__theme_toml='extends = "letter"')
    files = [(ours, "night"), (ours, "letter"), (TEMPLATES, "letter"), (ours, "quay"), (TEMPLATES, "quay")]
    written(ours, night__header_mjml="<mj-section />", letter__header_mjml="<mj-section />", quay__header_mjml="")
    loader = ThemeLoader(ThemeFiles([ours, TEMPLATES]), "night")
    expected = [str(folder / theme / "header.mjml") for folder, theme in files]
    found = [loader.resolve("header.mjml", parent) for parent in (None, *expected[:-1])]
    assert found == expected


def test_file_of_a_theme_that_has_just_been_deleted_is_not_found(tmp_path: Path) -> None:
    """As any name that there is no file for; it is not an error of the system."""
    ours = written(tmp_path, mine__header_mjml="<mj-section />")
    loader = ThemeLoader(ThemeFiles([ours, TEMPLATES]), "mine")
    path = loader.resolve("header.mjml", None)
    (ours / "mine" / "header.mjml").unlink()
    with pytest.raises(TemplateNotFound):
        loader.get_source(Environment(autoescape=True), path)


def test_theme_toml_may_have_colours_of_its_own(tmp_path: Path) -> None:
    """Templates of the operator use them."""
    style = Themes([written(tmp_path, mine__theme_toml='[light]\nbanner = "gold"\naccent3 = "#fff"'), TEMPLATES])
    assert style.style("mine").light["banner"] == "gold"


_BLOCKS_IN_A_CIRCLE = """{% extends "quay/issue.mjml" %}
{% block lead %}{{ self.sections() }}{% endblock %}
{% block sections %}{{ self.lead() }}{% endblock %}"""


@pytest.mark.parametrize(
    "files",
    [
        {"mine__issue_mjml": _BLOCKS_IN_A_CIRCLE},
        {"mine__lead_mjml": '{% include "sections.mjml" %}', "mine__sections_mjml": '{% include "lead.mjml" %}'},
    ],
    ids=["blocks", "files"],
)
def test_theme_blocks_that_show_each_other_are_one_clear_error(tmp_path: Path, files: dict[str, str]) -> None:
    """It says how the order is changed."""
    with pytest.raises(TemplateError, match=r"mine/.*mjml:\d: its blocks or files show each other.*`order` in theme"):
        rendered(written(tmp_path, **files), "mine")


def test_theme_in_a_folder_with_quotes_in_its_name_is_rendered(tmp_path: Path) -> None:
    """The code that Jinja makes of a template has its path in a text, whose end a quote would be."""
    folder = tmp_path / """Editor's "own" {desk}"""
    ours = written(folder, mine__footer_txt='{{ "Ours" if links.unsubscribe }} {{ links.unsubscribe }}')
    assert rendered(ours, "mine").text.endswith(f"Ours {issues.LINKS.unsubscribe}\n")


def test_theme_file_that_is_not_utf_8_is_named(tmp_path: Path) -> None:
    """And not the one that shows it."""
    (written(tmp_path, mine__footer_txt="") / "mine/footer.txt").write_bytes("\nМы".encode("cp1251"))
    with pytest.raises(TemplateError, match=r"mine/footer\.txt: cannot be read: not UTF-8 text in line 2; save"):
        rendered(tmp_path, "mine")


def test_theme_file_with_a_byte_order_mark_is_rendered_without_it(tmp_path: Path) -> None:
    """As Windows saves UTF-8; it would be in the middle of the message."""
    ours = written(tmp_path, mine__footer_mjml=f"\ufeff{FOOTER}", mine__footer_txt="\ufeff{{ links.unsubscribe }}")
    found = rendered(ours, "mine")
    assert "\ufeff" not in found.html + found.text


@pytest.mark.parametrize("name", ["../secret.txt", "/etc/passwd", "quay/../../secret.txt", "package/../secret.txt"])
def test_theme_template_reads_no_file_outside_its_folders(tmp_path: Path, name: str) -> None:
    """Also by an absolute path."""
    (tmp_path / "secret.txt").write_text("secret", encoding="utf-8")
    ours = written(tmp_path / "templates", mine__issue_txt=f'{{% include "{name}" %}}')
    with pytest.raises(TemplateError, match="no template"):
        rendered(ours, "mine")


def test_theme_file_that_appears_or_goes_is_noticed(tmp_path: Path) -> None:
    """A process that runs for months reads the templates as they are."""
    ours = written(tmp_path, evening__theme_toml="")
    renderer = Renderer(issues.PORTAL, [ours, TEMPLATES])

    def page() -> str:
        return text_of(renderer.render(issues.english(), issues.LINKS, theme="evening").html)

    assert "You receive this" in page()
    written(tmp_path, evening__footer_mjml=FOOTER)
    assert "You receive this" not in page()
    (tmp_path / "evening" / "footer.mjml").unlink()
    assert "You receive this" in page()


def test_theme_file_that_appears_while_another_thread_looks_is_noticed_afterwards(tmp_path: Path) -> None:
    """What that thread found before is not remembered once somebody has seen the change."""
    folder = written(tmp_path, evening__theme_toml="")
    before = (folder / "evening").stat().st_mtime_ns

    class Changing(ThemeFiles):
        def candidates(self, theme: str, name: str, lineage: Callable[[str], Sequence[str]]) -> list[Path]:
            found = super().candidates(theme, name, lineage)
            if not (folder / "evening" / "footer.mjml").exists():
                written(folder, evening__footer_mjml=FOOTER)
                os.utime(folder / "evening", ns=(before + 1, before + 1))
                loader.refresh()  # by the other thread
            return found

    loader = ThemeLoader(Changing([folder, TEMPLATES]), "evening")
    loader.refresh()
    assert "evening" not in loader.resolve("footer.mjml", None)
    loader.refresh()
    assert loader.resolve("footer.mjml", None) == str(folder / "evening" / "footer.mjml")


def test_theme_file_that_is_older_than_before_is_noticed(tmp_path: Path) -> None:
    """A copy from a backup keeps its date."""
    ours = written(tmp_path, evening__footer_txt="New {{ links.unsubscribe }}")
    renderer = Renderer(issues.PORTAL, [ours, TEMPLATES])
    texts = []
    for words in ("New", "Old"):
        file = written(tmp_path, evening__footer_txt=f"{words} {{{{ links.unsubscribe }}}}") / "evening" / "footer.txt"
        os.utime(file, (1_000_000 if words == "Old" else 2_000_000,) * 2)
        texts.append(renderer.render(issues.english(), issues.LINKS, theme="evening").text)
    assert [text.rstrip().rpartition("\n")[2].partition(" ")[0] for text in texts] == ["New", "Old"]


def test_theme_colours_of_the_portal_are_in_force_everywhere(tmp_path: Path) -> None:
    """Over those of any theme; on dark paper in a lightness that can be read."""
    ours = written(tmp_path, mine__theme_toml='[light]\naccent = "#123456"\n[dark]\naccent = "#fedcba"')
    portal = issues.PORTAL.model_copy(update={"accent": "#7a1f3d", "accent2": "#c08a00"})
    style = Themes([ours, TEMPLATES], portal.colours).style("mine")
    assert (style.light["accent"], style.light["accent2"]) == ("#7a1f3d", "#c08a00")
    accent = parse_colour(style.dark["accent"])
    grounds = [parse_colour(style.dark[ground]) for ground in GROUNDS]
    assert accent is not None
    assert all(ground is not None and contrast(accent, ground) >= 4.5 for ground in grounds)
    assert accent[0] > accent[2] > accent[1]
    html = Renderer(portal, [ours, TEMPLATES]).render(issues.english(), issues.LINKS, theme="mine").html
    assert "#7a1f3d" in html
    assert "#123456" not in html
