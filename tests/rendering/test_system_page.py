"""Mail of the system itself: both parts, foreign text, languages and the operator's own template."""

from dataclasses import replace
from pathlib import Path

import jinja2
import lxml.html
import pytest

from digest.rendering.system_page import Action, SystemMailRenderer, SystemPage
from digest.rendering.theme import built_in_templates
from digest.settings.schema import PortalSettings

_PORTAL = PortalSettings(name="Вестник гавани", url="https://gazette.example", timezone="Europe/Moscow")
_PAGE = SystemPage(
    subject="Отправка остановлена",
    heading="Выпуск daily/2026-11-26 остановлен",
    paragraphs=("Почтовый сервер отказывает: 550 5.7.1 <script>alert(1)</script>", "Отправлено 340 из 500 писем."),
    footnote="Это письмо пришло, потому что ваш адрес указан в [alerts] to.",
    action=Action("Открыть", "https://digest.gazette.example/a?b=1&c=2"),
)


def _renderer(*folders: Path) -> SystemMailRenderer:
    return SystemMailRenderer(portal=_PORTAL, theme_folders=[*folders, built_in_templates()])


def test_system_mail_both_parts_have_every_text() -> None:
    """Heading, paragraphs, the button's address and the footnote; markup in a text stays text."""
    rendered = _renderer().render(_PAGE, "ru")
    page = lxml.html.document_fromstring(rendered.html)
    shown = " ".join(page.text_content().split())
    wrapped = " ".join(rendered.text.split())
    for text in (_PAGE.heading, *_PAGE.paragraphs, _PAGE.footnote, "Открыть"):
        assert text in shown
        assert text in wrapped
    assert not page.xpath("//script")
    assert page.xpath("//a/@href") == [_PAGE.action and _PAGE.action.url]
    assert "\n-- \n" in rendered.text
    assert max(map(len, rendered.text.splitlines())) <= 72


def test_system_mail_long_address_cannot_widen_it() -> None:
    """Outlook for Windows breaks none, so that only a table with a fixed layout keeps its width."""
    address = f"https://gazette.example/{'news/' * 30}"
    page = lxml.html.document_fromstring(_renderer().render(replace(_PAGE, paragraphs=[address]), "ru").html)
    (link,) = page.xpath(f"//a[text() = '{address}']")
    assert "table-layout:fixed" in next(link.iterancestors("table")).get("style")


def test_templates_are_compiled_once_for_all_messages_and_languages(monkeypatch: pytest.MonkeyPatch) -> None:
    """It takes ten times as long as all else."""
    _renderer().render(_PAGE, "ru")
    monkeypatch.setattr(jinja2.Environment, "compile", None)
    assert _renderer().render(_PAGE, "en").text == _renderer().render(_PAGE, "ru").text  # it has texts of its own alone


def test_changed_template_is_compiled_anew(tmp_path: Path) -> None:
    """In the next message, without a restart."""
    file = tmp_path / "default" / "system.txt"
    file.parent.mkdir()
    for text in ("one", "two", "one"):
        file.write_text(text)
        assert _renderer(tmp_path).render(_PAGE, "ru").text.startswith(text)


def test_system_mail_commands_are_code_in_html_and_quoted_in_text() -> None:
    """What is between backticks, also when it holds markup; a single backtick stays."""
    command = "digest send --resume <a>"
    rendered = _renderer().render(replace(_PAGE, paragraphs=(f"`{command}` continues.", "It`s <b>late</b>")), "ru")
    shown = lxml.html.document_fromstring(rendered.html)
    assert [one.text for one in shown.xpath("//code")] == [command]
    assert "It`s <b>late</b>" in shown.text_content()
    assert f"`{command}` continues." in rendered.text


@pytest.mark.parametrize("words", range(1, 14))
def test_system_mail_commands_are_never_broken_in_the_text(words: int) -> None:
    """Wherever they begin, and also one that is longer than a line: half of one is another command. So in footnotes."""
    commands = ("digest send --date 2026-11-28 --edition daily --force", f"digest edit --title {'long ' * 15}")
    for command in commands:
        text = f"{'слово ' * words}`{command}` отправит выпуск, и его получат все читатели, у которых его ещё нет."
        mail = _renderer().render(replace(_PAGE, paragraphs=(text,), footnote=text), "ru").text
        assert mail.count(f"`{command}`") == 2
        assert " ".join(mail.split()).count(" ".join(text.split())) == 2
        assert all(len(line) <= 72 or line.startswith(f"`{command}`") for line in mail.splitlines())


def test_system_mail_backticks_in_place_of_apostrophes_keep_nothing_together() -> None:
    """As in a title that somebody typed."""
    text = "1. It`s late, and they`ll wait until the ferries come back to the harbour. " * 3
    assert max(map(len, _renderer().render(replace(_PAGE, paragraphs=(text,)), "ru").text.splitlines())) <= 72


def test_system_mail_of_a_theme_without_the_links_has_them_nevertheless(tmp_path: Path) -> None:
    """Templates that were copied before there were links below the button: at the end, above the footnote."""
    theme = tmp_path / "default"
    theme.mkdir()
    packaged = built_in_templates() / "quay"
    for name, start, end in (
        ("system.mjml", "{% for link", "{% endfor %}\n"),
        ("system.txt", "{% for link", "{% endfor %}\n"),
    ):
        text = (packaged / name).read_text()
        place = text.index(start)
        (theme / name).write_text(text[:place] + text[text.index(end, place) + len(end) :])
    refuse = Action("Это не мой <запрос>", "https://digest.gazette.example/leave/x?a=1&b=2")
    rendered = _renderer(tmp_path).render(replace(_PAGE, links=(refuse,)), "ru")
    assert lxml.html.document_fromstring(rendered.html).xpath("//a/@href") == [
        _PAGE.action and _PAGE.action.url,
        refuse.url,
    ]
    assert f"\n\n{refuse.label}:\n{refuse.url}\n" in rendered.text.partition("\n-- \n")[0] + "\n"
    assert rendered.text.count(refuse.url) == 1


@pytest.mark.parametrize("length", [1, 40, 130])
def test_system_mail_preview_text_does_not_run_into_the_message(length: int) -> None:
    """Wide spaces fill the 200 characters that inboxes show at most; without paragraphs there is no preview text."""
    text = "x" * length
    body = lxml.html.document_fromstring(_renderer().render(replace(_PAGE, paragraphs=(text,)), "ru").html).body
    shown = "".join(body.text_content().split("\n"))
    preview, _, rest = shown.partition(_PORTAL.name)
    assert preview.strip("\u034f\u2007 ") == text
    assert length + preview.count("\u2007") >= 200
    assert text in rest
    bare = _renderer().render(replace(_PAGE, paragraphs=()), "ru").html
    assert "\u034f" not in bare
    assert "&#847;" not in bare


def test_system_mail_preview_text_of_a_long_paragraph_is_its_beginning() -> None:
    """Filters for spam object to long hidden texts: https://github.com/mjmlio/mjml/issues/2410."""
    text = "Мост откроется 13 марта, а не 3 марта. " + "Мы ошиблись. " * 200
    page = replace(_PAGE, paragraphs=(text, "Второй абзац."))
    body = lxml.html.document_fromstring(_renderer().render(page, "ru").html).body
    hidden = body.xpath("(.//div[contains(@style, 'display:none')])[1]")[0].text_content()
    assert hidden == text[:129].removesuffix(" ")
    assert body.text_content().count("Мы ошиблись.") > 200


def test_system_mail_links_are_below_the_button() -> None:
    """Each is a link in HTML, and in the text a label with the address on a line of its own."""
    refuse = Action("Это не мой запрос", "https://digest.gazette.example/leave/x")
    rendered = _renderer().render(replace(_PAGE, links=(refuse,)), "ru")
    shown = lxml.html.document_fromstring(rendered.html)
    assert shown.xpath("//a/@href") == [_PAGE.action and _PAGE.action.url, refuse.url]
    assert f"\n{refuse.label}:\n{refuse.url}\n" in rendered.text


def test_system_mail_has_language_and_colours_of_both_modes() -> None:
    """The root names the language; the metas and the style sheet know the dark colours."""
    html = _renderer().render(_PAGE, "ru").html
    assert 'lang="ru"' in html
    assert 'name="supported-color-schemes"' in html
    assert "prefers-color-scheme: dark" in html


def test_system_mail_without_button_has_no_link() -> None:
    """An alert without pages has nowhere to go."""
    page = SystemPage(subject="S", heading="H", paragraphs=(), footnote="F")
    rendered = _renderer().render(page, "en")
    assert "href" not in rendered.html
    assert rendered.text == "Вестник гавани\nH\n=\n\n-- \nF\n"


def test_system_mail_takes_the_operators_template(tmp_path: Path) -> None:
    """A file of the same name in the operator's folder replaces the package's."""
    (tmp_path / "default").mkdir()
    (tmp_path / "default" / "system.txt").write_text("{{ page.heading }} — своё\n", encoding="utf-8")
    page = replace(_PAGE, action=None)
    assert _renderer(tmp_path).render(page, "ru").text == f"{page.heading} — своё\n"


@pytest.mark.parametrize("language", ["en", "ru", "xx"])
def test_system_mail_any_language_is_rendered(language: str) -> None:
    """Texts come from the caller; an unknown language falls back to English formats."""
    assert _renderer().render(_PAGE, language).subject == _PAGE.subject
