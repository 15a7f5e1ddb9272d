"""Requests to unsubscribe that name the sender of the mail as Russian inflects its name."""

from email.header import Header

import pytest

from digest.bounces.read import read_message
from digest.model.bounces import ReportClass


@pytest.mark.parametrize(
    ("name", "genitive"),
    [
        ("Вестник Гавани", "Вестника Гавани"),
        ("Вестник Гавани", "«ВЕСТНИКА ГАВАНИ»"),
        ("Портовые новости", "портовых новостей"),
        ("Новая газета", "Новой газеты"),
        ("Деловой Петербург", "Делового Петербурга"),
        ("Аргументы и факты", "Аргументов и фактов"),
        ("Гавань", "Гавани"),
        ("Известия", "Известий"),
        ("Коммерсантъ", "Коммерсанта"),
        ("Утренний край", "Утреннего края"),
        ("Вечерняя Гавань+", "Вечерней Гавани+"),
    ],
)
def test_read_message_request_that_names_the_sender_in_the_genitive_is_one(name: str, genitive: str) -> None:
    """As Russian writes a name behind “от”."""
    for line in (f"Отпишите меня от {genitive}", f"отписаться от рассылки {genitive}, пожалуйста"):
        assert _answer_to(name, line) is ReportClass.UNSUBSCRIBE, line


@pytest.mark.parametrize(
    ("name", "line"),
    [
        ("Вестник Гавани", "Отпишите меня от Вестника порта"),
        ("Вестник Гавани", "Отпишите меня от спорта Вестника Гавани"),
        ("Вестник Гавани", "Отпишите меня от Вестника"),
        ("Вестник Гавани", "Отпишите меня от вестницы Гавани"),
        ("Порт", "Отпишите меня от портье"),
        ("Вестник Гавани", "Я читаю рассылку Вестника Гавани"),
        ("Вестник Гавани", "Не отписывайте меня от Вестника Гавани"),
    ],
)
def test_read_message_that_names_something_else_is_no_request(name: str, line: str) -> None:
    """A topic, a part of the name, another word, or no wish to leave."""
    assert _answer_to(name, line) is ReportClass.NONE


def _answer_to(name: str, line: str) -> ReportClass:
    """What an answer to a sender with that name, of one line, is taken for."""
    head = f"From: anna@reader.example\nTo: {Header(name, 'utf-8').encode()} <news@gazette.example>\nSubject: Re: One\n"
    (report,) = read_message(f"{head}Content-Type: text/plain; charset=utf-8\n\n{line}\n".encode()).reports
    return report.report_class
