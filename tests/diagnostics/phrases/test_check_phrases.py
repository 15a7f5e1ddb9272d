"""Whatever a check, a source, the mail server, the database or an edit says has a Russian text in the console."""

import re
from zoneinfo import ZoneInfo

import pytest

from digest.diagnostics.catalogue import CHECKS
from digest.diagnostics.phrases.alert_phrases import in_language
from digest.i18n import Translator
from tests.support.sentences import PACKAGE, sentences_of

_RUSSIAN, _ENGLISH = (Translator(language, ZoneInfo("Europe/Moscow")) for language in ("ru", "en"))
_ELSEWHERE = {  # modules beside the checks: their messages go by mail, or are shown by a command alone
    *("alert_advice", "alert_causes", "alert_phrases", "alert_rules", "alerts", "bounce_loop", "certificate_phrases"),
    *("check_phrases", "daily_checks", "dns_phrases", "error_phrases", "issue_phrases", "notices", "phrase_book"),
    *("source_phrases", "target_alerts", "trial_alert", "trial_message"),
}
_CHECKS = sorted(
    file.relative_to(PACKAGE).as_posix()
    for file in (PACKAGE / "diagnostics").rglob("*.py")
    if file.stem not in _ELSEWHERE
)
_MODULES = [
    *_CHECKS,
    *(
        f"parsing/{name}.py"
        for name in (
            "dns/spf_record",
            "dns/dkim_record",
            "dns/dmarc_record",
            "dns/tag_list",
            "addresses",
            "tables/csv_table",
        )
    ),
    *(f"message/{name}.py" for name in ("dkim_verify", "header_rules", "body_rules", "trust_rules")),
    *(f"mailers/smtp/{name}.py" for name in ("connect", "mailer", "replies")),
    *(f"mailboxes/{name}.py" for name in ("compression", "factory", "imap", "maildir", "mbox")),
    *(f"sources/fetching/{name}.py" for name in ("fetcher", "local_files", "network_errors", "decompress")),
    *(f"sources/feed/{name}.py" for name in ("parse", "entry", "jsonfeed", "opml", "feedparser_reader", "source")),
    *(f"sources/json_api/{name}.py" for name in ("source", "items", "paging", "response")),
    *(f"sources/page/{name}.py" for name in ("source", "article_notes")),
    *(f"sources/sql/{name}.py" for name in ("source", "rows", "statement", "connect", "mysql")),
    *(f"sources/{name}.py" for name in ("sandbox", "sightings")),
    *(
        "collecting/collect.py",
        "collecting/garbled_titles.py",
        "collecting/missing_counters.py",
        "encoding/availability.py",
        "store/engine/connection_advice.py",
        "store/engine/database.py",
        "store/engine/server_timelines.py",
        "store/subscribers/import_jobs.py",
    ),
    *("composing/anomalies.py", "composing/editorial.py", "rendering/render.py", "notices/apprise_targets.py"),
    *("notices/targets.py", *(f"subscribers/{name}.py" for name in ("csv_io", "row_notes", "row_statuses"))),
]
_PARTS = {  # of sentences, which are tried whole below
    *("ahead of", "70 DKIM records, and receivers may take the wrong one", "the next issue has 71 articles"),
    *("the next issue has 1 article", "no articles yet; tried with invented ones", "did you mean “71”? "),
    *(
        "70: connected and logged in; 74",
        " and logged in",
        "70 takes messages of 72 KB at most",
        "70, and an issue may have 72",
    ),
    *("has no room left: the disk is full; free some space", "does not work: 71"),
    "does not work: 71; 71",
    *("cannot be written: its file, folder or disk is read-only", "is damaged; restore it from a backup"),
    "is locked: another process has held it for more than 71 seconds; let it finish, or end it",
    "is not a SQLite database, or is damaged; name another file or restore a backup",
    "cannot be opened: check that its folder exists, and that this user may read and write both",
    "cannot be read or written: the disk reports an error or is full",
    *("the address", ", and asked to wait 71 s", " and no column ", "70 rows, lines", "1 row, line"),
    *(
        "the column 71 has the addresses",
        "70 not used in {rows}: 72 is not 74",
        "70 in {rows}, because the column 72 says 74",
        "70 in {rows}, as stated for unknown values: the column 72 says 74",
        "70 in {rows}, as stated for rows without a status",
        "70 in {rows}; check whether they left: the column 72 has 74",
        "is not a code such as en or ru",
        "the language 71",
        "the edition 71",
    ),
    "not UTF-8 text; read as windows-1251, so check a name, and save as UTF-8 if it is wrong",
    *("is not an edition's name; separate several with bars: daily|weekly", "the encoded HTML part has 71 KB"),
    *("70, and Gmail clips it; the limit is 72", "70; Gmail clips a little above 72", "row was", "70 rows were"),
    *("an image's address is not absolute", "an image is http, which mail clients may not show"),
    *("an image has no alt", "an image has no width, so that Outlook shows it in its own size"),
    *("a link is not absolute", "a link has a user name in it", "a link uses a URL shortener"),
    *("a link leads to this machine and works nowhere else", "a link's host is an IP address"),
    *("a link of our own is not https", "a link is not https", "a link's text names another host than its address"),
    *("fields.71 found nothing in 73", "is not JSON71", "; the response is empty", "the markup has", " no number"),
    *("; it is a web page, perhaps a login form", '; it is XML, and a feed is read with kind = "feed"'),
    "70 not understood on 72 of 74: 7677",
    *("the database did not answer within 71 s: only the first 73 read", "sqlite, postgresql, mysql or mariadb"),
    *("its url starts with 71; expected 73", "without a web address in url", "with the url of an earlier 71"),
    "with the url of the front page",
    *("none of the 71s could be used: 73", ', such as "71"', '70, such as "72"'),
    *("70 (is timezone right?)72", "70 72 left out", "no articles", "the newest article is 71 old"),
    "70 of 72 could not be read, such as 74",
    *("70 took longer than 72 s", "70 failed with 72", "70 failed: 72"),
    *("none of the large providers has 71 of 73", "the certificate of 71 is trusted and ends in 73"),
    *("the only item could not", "none of the 71 items could", "70 be used: 72", '70: "72" matched nothing in 74'),
    "its certificate is not valid (71)73",
    *("source 71: 73, expected at least 75", "source 71: 73, expected one from the last 75"),
}
_NOT_SHOWN = {  # names of rules, patterns, and what a running console has behind it
    "gzip, deflate",
    *("2 Sender domain", "12 List addresses", "18 Line length", "26 Plain text", "Got more than", "Too many headers"),
    "nonexistent|doesn't exist|does not exist|unknown mailbox",
    "cancelled in the console; what was imported before stays",
    *("published_at not understood", "fields.published_at found nothing"),
    *("disk is full", "unable to open", "not a file name", "exit code 71", "the list"),
    "[database] url names no file; write it after three slashes: sqlite:///digest.db",
    *("certificate verify failed", "root certificate file", "does not match host name", "no encryption"),  # libpq's
    "no schema has been selected",
    *("permission denied for schema", "permission denied for", "read-only transaction", "during recovery"),
    *("unsupported startup parameter", "statement pooling", "no more connections allowed", "too many clients already"),
    *("remaining connection slots", "too many connections for", "session is read-only", "SASL authentication failed"),
    "Can't connect to MySQL server on 71 (73)",  # PyMySQL's
    *("no password supplied", "No space left on device", "received invalid response"),
    *("server does not support SSL", "no pg_hba.conf entry", "password authentication failed", "invalid sslmode value"),
    "[database] url has an @ in its password; write it as %40",
    "[database] url is not a database URL; write sqlite:///digest.db or postgresql://…",
    "[database] url starts with 71://; Digest keeps its own data in sqlite:/// or postgresql://",
    *("collecting was stopped before all sources had answered", "repeats line 71"),
    "has 71 values for 73 columns; quote a value that has commas",
    "has 71 values for 1 column; quote a value that has commas",
}
_CODE = re.compile(r"[<\\]|\[@|q=0\.|charset=|@role|(?:\w+ ){20}\w+$")
_ENGLISH_WORD = re.compile(
    r"(?<!-)\b(?:a(?!=)|an|and|are|at|by|cannot|does|for|has|have|in|is|it|its|no|not|of|the|to|with)\b(?!-)"
)


def test_modules_of_all_checks_are_looked_at() -> None:
    """Wherever they lie."""
    modules = {check.__module__.removeprefix("digest.").replace(".", "/") for check in CHECKS.values()}
    assert {f"{name}.py" for name in modules} <= {*_CHECKS}


@pytest.mark.parametrize("module", _MODULES)
def test_every_sentence_of_a_check_is_russian(module: str) -> None:
    """Read from the source, so that a new one cannot be forgotten."""
    sentences = [one for one in sentences_of(module) if one not in _PARTS | _NOT_SHOWN and not _CODE.search(one)]
    assert [one for one in sentences if _is_english(in_language(one, _RUSSIAN))] == []


@pytest.mark.parametrize(
    ("english", "russian"),
    [
        (
            "lenta: 40 items, the newest is 3 h old, views for 40; a repeated item was used once (2 times)",
            "lenta: материалов: 40, новейшему 3 ч, просмотры у 40; повторяющийся материал учтён один раз, раз: 2",
        ),
        ("lenta: 0 items", "lenta: материалов: 0"),
        (
            "the response cannot be decompressed: unsupported Content-Encoding: br",
            "ответ не распаковать: сжатие не поддерживается (Content-Encoding: br)",
        ),
        (
            "could not be reached safely: certificate is not yet valid; check the clock of this machine",
            "безопасное соединение не установить: срок действия сертификата ещё не начался; проверьте часы этой машины",
        ),
        (
            "its certificate is not trusted: Hostname mismatch, certificate is not valid for 'a.example'",
            "сертификат не вызывает доверия: сертификат выдан не для 'a.example'",
        ),
        (
            "the mailbox at a cannot be read: its certificate is not valid (x); whoever runs the server must renew it",
            "ящик на a не прочитать: его сертификат недействителен (x); продлить его должен владелец сервера",
        ),
        (
            "the certificate of a is not trusted: expired; nothing is sent through it; check the clock of this machine",
            "a: сертификат не вызывает доверия: expired; через него ничего не отправляется; проверьте часы этой машины",
        ),
        ("lenta: 1 item, the newest is 3 h old", "lenta: материалов: 1, новейшему 3 ч"),
        (
            'lenta: the only item could not be used: title: "h3" matched nothing in 1 item',
            "lenta: единственная запись не годится: title: «h3»: ничего не найдено, материалов: 1",
        ),
        (
            'lenta: none of the 3 items could be used: title: "h3" matched nothing in 3 items',
            "lenta: ни одна запись из 3 не годится: title: «h3»: ничего не найдено, материалов: 3",
        ),
        ("100% of 1 reader is at Gmail", "доля Gmail: 100% (читателей: 1)"),
        ("40% of 100 readers are at Gmail", "доля Gmail: 40% (читателей: 100)"),
        (
            "the certificate of mail.example is trusted and ends in 1 day",
            "сертификат сервера mail.example действителен; до конца срока, дней: 1",
        ),
        (
            'lenta: none of the rows could be used: 2 rows without a web address in url left out, such as "#"',
            'lenta: ни одна строка не годится: пропущено без адреса в url: строк: 2, например "#"',
        ),
        (
            'lenta: 2 items; views not understood in 1 item, such as "many"',
            'lenta: материалов: 2; views: значение непонятно: материалов: 1, например "many"',
        ),
        (
            'lenta: 2 items; a date was impossible or unreadable, such as "31 Foo" (2 times)',
            'lenta: материалов: 2; дата невозможна или не читается, например "31 Foo", раз: 2',
        ),
        ("lenta: 3 items: nothing new", "lenta: материалов: 3: нового нет"),
        (
            "lenta: 3 items, the newest is 58 days old, comments for 3: nothing new",
            "lenta: материалов: 3, новейшему 58 дн., комментарии у 3: нового нет",
        ),
        (
            "lenta: 6 items, views for 6; a date was in the future and was ignored (6 times): no date is known",
            "lenta: материалов: 6, просмотры у 6; дата из будущего не учтена, раз: 6: ни одной даты не известно",
        ),
        (
            "lenta: 6 items; a date was in the future and was ignored (6 times): no date is known",
            "lenta: материалов: 6; дата из будущего не учтена, раз: 6: ни одной даты не известно",
        ),
        (
            "lenta: https://a.example/rss: could not be reached: connection refused",
            "lenta: https://a.example/rss: недоступен: соединение отклонено",
        ),
        (
            "lenta: https://a.example/rss: the server answered 404 Not Found",
            "lenta: https://a.example/rss: сервер ответил: 404 Not Found",
        ),
        (
            "lenta: https://a.example/rss: the server answered 429, and asked to wait 9 s",
            "lenta: https://a.example/rss: сервер ответил: 429, и просил подождать 9 с",
        ),
        (
            "lenta: 9 items; 3 of 1,204 article pages could not be read, such as it is empty",
            "lenta: материалов: 9; не прочитать: страниц материалов: 3 из 1\xa0204, например it is empty",
        ),
        ("text: nothing in it", "text: пусто"),
        (
            "editions.daily.sections: no source has a section “Спорт”; did you mean “Sport”? there are: Sport, X",
            "editions.daily.sections: ни у одного источника нет раздела «Спорт»; может быть, «Sport»?",
        ),
        (
            "mx.example:25: connected and logged in; offers PIPELINING, SIZE",
            "mx.example:25: соединение и вход выполнены; поддерживаются: PIPELINING, SIZE",
        ),
        (
            "mx.example:25: connected; offers no extension that speeds sending up",
            "mx.example:25: соединение есть; поддерживаются: ни одно из расширений, ускоряющих отправку",
        ),
        (
            "mx.example:25 takes messages of 100 KB at most, and an issue may have 500",
            "mx.example:25 принимает письма не больше 100 КБ, а выпуск может занимать 500",
        ),
        (
            "it is 40 s ahead of that of the database server",
            "часы спешат на 40 с по сравнению с часами сервера базы данных",
        ),
        (
            "the database at host/name is too busy: no connection became free in 30 seconds",
            "база данных at host/name: перегружена, за 30 с не освободилось ни одного соединения",
        ),
        ("the database at host/name does not work: boom", "база данных at host/name: не работает: boom"),
        (
            "daily: rule 24 Size: the encoded HTML part has 120 KB, and Gmail clips it; the limit is 102",
            "daily: правило 24 Size: HTML занимает 120 КБ, и Gmail его обрежет; предел\xa0— 102",
        ),
        (
            "daily: rule 25 Links: a link is not https: http://a.example/x and 2 more",
            "daily: правило 25 Links: ссылка не https: http://a.example/x и ещё 2",
        ),
        (
            "daily: the next issue has 7 articles, 61 KB",
            "daily: материалов в следующем выпуске: 7, 61 КБ",
        ),
        ("daily: the next issue has 1 article, 9 KB", "daily: в следующем выпуске 1 материал, 9 КБ"),
        (
            "frequency: 1,204 readers with a value that is not understood get every issue",
            "frequency: читателей: 1\xa0204: значение непонятно, приходит каждый выпуск",
        ),
        (
            "the list: frequency not used in 12 rows, lines 2, 3 …: x is not one of daily, weekly",
            "список: frequency: значение не учтено, строк: 12 (2, 3 …): x\xa0— не одно из daily, weekly",
        ),
        (
            "the list: confirmed in 1 row, line 2, as stated for unknown values: the column status says 7",
            "список: подписка подтверждена в строке 2, как выбрано для непонятных значений: в столбце status стоит 7",
        ),
        (
            "the list: unsubscribed in 2 rows, lines 3, 4, as stated for rows without a status",
            "список: подписка отменена, строк: 2 (3, 4), как выбрано для строк без статуса",
        ),
        (
            "the list: confirmed in 1 row, line 2; check whether they left: the column notes has asked to unsubscribe",
            (
                "список: подписка подтверждена в строке 2; проверьте, не отписался ли этот читатель: "
                "в столбце notes есть asked to unsubscribe"
            ),
        ),
        ("the list: the column логин has the addresses", "список: адреса взяты из столбца логин"),
        (
            "the list: unsubscribed in 12 rows, lines 2, 3 …, because the column 'note' says 'left'",
            "список: подписка отменена, строк: 12 (2, 3 …): в столбце 'note' стоит 'left'",
        ),
        (
            "the mail server mx.example:25 cannot be used: the connection failed: connection refused",
            "почтовый сервер mx.example:25 недоступен: сбой соединения: соединение отклонено",
        ),
        (
            "daily/2026-11-28 is paused: the mail server mx.example:25 refused the login with 535 (no)",
            "рассылка daily/2026-11-28 приостановлена: почтовый сервер mx.example:25: отказ (вход): 535 (no)",
        ),
        ("source agency failed: STARTTLS took longer than 9 s", "источник agency: сбой: нет ответа дольше 9 с"),
        (
            "SQLite: reachable, up to date and writable; 2.6 MB",
            "SQLite: доступна, обновлена, запись работает; размер 2,6 МБ",
        ),
        (
            "no name server answered for a.example (TXT): all of them failed",
            "ни один сервер имён не ответил на запрос a.example (TXT): сбой на каждом из них",
        ),
        ("a.example accepts no mail (a null MX), so replies are lost", "a.example не принимает почту (пустой MX)"),
        (
            "templates/web/leave.html: cannot be read: permission denied",
            "templates/web/leave.html: не прочитать: нет доступа",
        ),
        ("550 5.7.1 go away; and stay there", "550 5.7.1 go away; and stay there"),
    ],
)
def test_result_made_of_parts_is_russian(english: str, russian: str) -> None:
    """Numbers, names, and what servers reply stay."""
    shown = in_language(english, _RUSSIAN)
    assert shown.startswith(russian)
    assert in_language(english, _ENGLISH) == english


def _is_english(text: str) -> bool:
    """Whether words of a sentence are left, or nothing is Russian; code between grave accents does not count."""
    words = re.sub(r"`[^`]*`|\"[^\"]*\"|'[^']*'", "", text)
    return bool(_ENGLISH_WORD.search(words)) or not re.search("[а-яё]", words)
