"""The one reader of counters: `1 841`, `1,8 тыс.`, `1.8K`, `Просмотров: 1 841 | Комментариев: 0`. Pure."""

import re
from decimal import Decimal

MAX_COUNT = 10**15
"""A larger counter makes no sense; every database can hold this one."""

_MOST_DIGITS = len(str(MAX_COUNT))
_MAX_LENGTH = 300  # characters; a longer text is not a counter
_LONGEST = 3_000  # with the spaces and invisible characters between them
# Zero-width characters and marks of direction, which programs put between the parts of numbers and dates, and spaces
# that a program wrote for HTML.
_INVISIBLE = re.compile("[\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]")
_SPACE_OF_HTML = re.compile(r"(?i)&(?:nbsp|thinsp|#160|#xa0|#820[19]|#8239|#x200[79]|#x202f);")

_NUMBER = re.compile(r"\d(?:[ .,'’٬٫]?\d)*")
_GROUPED = r"[1-9]\d{0,2}(?:([ .,'’])\d{3})(?:\1\d{3})*"
_INDIAN = r"[1-9]\d?(?:,\d\d)+,\d{3}"  # 12,34,567
_WHOLE = re.compile(rf"(?:{_GROUPED}|{_INDIAN}|\d+)(?:[.,]0{{1,2}})?")
_FRACTION = re.compile(rf"(?:{_GROUPED}|\d+)(?:[.,](\d{{1,2}}))?")
_SIGN = re.compile(r"(?:^|[\s:(])(?:[-–]|− ?)$")
_NO_START = re.compile(r"(?:[-–.,]|− ?|[^\W_])$")  # a number behind it is a part of something, or negative
# CLDR's short and long forms of which no language has another meaning, and common variants of them.
_THOUSAND = (
    r"тыс|тысяч[аиы]?|тис|тисяч[аі]?|хил(?:яди)?|хиљ(?:ад[ае])?|илј(?:ад[аи])?|мың|мең|миң|мян(?:га)?|ҳазор|ҳзр|[kк]|thousand"
    r"|tsd|tausend|tys|tysiąc[aey]?|tysięcy|tis|tisíc[aeů]?|tūkst\w*|tusen|tusind|duizend|duisend|libo|þúsund|ribu|mille"
    r"|millier|mila|milers?(?! de)|mijë|ming|müň|nghìn|χιλ\w*|հզր|հազար|ათ(?:ასი)?|אלף|ہزار|हज़ार|हजार|হাজার"
)
_MILLION = (
    r"млн|миллион(?:а|ов)?|милион[аи]?|мільйон(?:а|и|ів)?|мільён\w*|mln|mio|mill|milj|juta|triệu|tr|сая|εκ(?:ατ\w*)?|մլն|միլիոն"
    r"|მლნ|მილიონი|(?:de )?mi(?:ll?|lh|ll?i?j|ll?i|ly)(?:[oóu]n(?!g)\w*|oen|ó|oi|oane|oona\w*|ão|ões)"
)
_BILLION = (
    r"млрд|миллиард(?:а|ов)?|милиард[аи]?|милијард\w*|мільярд\w*|млд|bn|mrd|mlrd|mljrd|mlr|mld|mi(?:ll?i?j?|ly)[aá]r\w*|billion"
    r"|tỷ|δισ\w*|մլրդ|միլիարդ|მლრდ?|მილიარდი"
)
_MAGNITUDES = (
    (re.compile(rf" ?(?i:{_THOUSAND})(?![^\W_])"), 10**3),
    (re.compile(rf" ?(?:[MМ]|(?i:{_MILLION}))(?![^\W_])"), 10**6),
    (re.compile(rf"(?:[BG]| ?(?i:{_BILLION}))(?![^\W_])"), 10**9),  # in Turkish `2,5 B` are thousands
    (re.compile(r" ?(?:T|(?i:трлн|триллион(?:а|ов)?|trn|trillion))(?![^\W_])"), 10**12),
    (re.compile(r" ?(?i:lakhs?|lacs?|लाख|লাখ|لاکھ)(?![^\W_])"), 10**5),
    (re.compile(r" ?(?i:crores?|cr|करोड़|কোটি|کروڑ)(?![^\W_])"), 10**7),
    (re.compile(r" ?[百백][万萬만]"), 10**6),
    (re.compile(r" ?[千천][万萬만]"), 10**7),
    (re.compile(r" ?[千천][億亿억]"), 10**11),
    (re.compile(r" ?[千천]"), 10**3),
    (re.compile(r" ?[万萬만]"), 10**4),
    (re.compile(r" ?[億亿억]"), 10**8),
)
# A thousand in one language and a million or a billion in another, what is no count, and forms that are not read.
# `5 т.` are thousands or tonnes, `5 м` are metres, minutes or millions.
_OTHER_MAGNITUDES = (
    r"mil|mi|(?:de )?mii|mie|mia|mn|mm|md|mr|bil\w*|bi|bin|bio|bln|tri|tril\w*|tn|rb|jt|[enjþ](?![-'’])"
    r"|milers? de|ezer|hilj\w*|tuh\w*|tisu\w+|tisoč\w*|тыщ\w*|мил|милј|тэрбум|兆|조"
    r"|هزار|ألف|آلاف|مليون|ملايين|مليار|میلیون|میلیارد|ارب|מיליון|מיליארד|अरब|হা|লা|কো|พัน|หมื่น|แสน|ล้าน|พันล้าน"
)
_TIME_UNITS = (
    r"s|sec(?:ond)?s?|min(?:ute)?s?|h|hrs?|hours?|d|days?|w|wks?|weeks?|mos?|mths?|months?|y|yrs?|years?"
    r"|с(?! [^\W\d])|сек|секунд[аыу]?|мин|минут[аыу]?|ч|час(?:а|ов)?|д|дн|день|дня|дней|нед|недел[яиью]|недель|мес"
    r"|месяц(?:а|ев)?|г|год(?:а|ин[аиу]?)?|лет|хв(?:илин[аиу]?)?|дн[іи]в?|тиж(?:ні|нів|день)?|рок[иу]|років"
    r"|(?:[^\W\d_]+\.? ){0,2}(?:ago|назад|тому)"
)
_MEASURES = r"т|м|t|m|b|g|л|l|км|km|см|cm|мм|кг|kg|px|[кмгkmgt]i?[бb]|руб\w*|[₽€$]|°[CF]?"
_OTHER_UNITS = re.compile(rf"(?i) ?(?:{_OTHER_MAGNITUDES}|{_TIME_UNITS}|{_MEASURES})(?![^\W_])")
_LABELS = {
    # In "View all 21 comments" the word is what a reader may do.
    "views": r"просмотр(?!еть\b)\w*|прочтени\w*|прочитал\w*|перегляд\w*|views|hits"
    r"|(?<=\d )view|view(?!(?: (?:all|the|\d[\d.,]*[KkMm]?))* (?:comments?|repl(?:y|ies))\b)",
    "comments": r"комм?ент\w*|ответ(?:ы|ов|а)?|відповід\w*|отклик\w*|comments?|repl(?:y|ies)|responses?",
    "rating": r"рейтинг|оценк\w*|rating|score",
    "others": r"лайк\w*|likes?|shares?|репост\w*|голос\w*|votes?",
}
_NONE = {
    name: re.compile(
        rf"(?i)(?:пока |ещ[её] )?(?:no|нет|без|немає) (?:{forms})(?: yet)?[.!]?"
        rf"|(?:{forms}):? (?:пока |ещ[её] )?(?:нет|немає|none)[.!]?"
    )
    for name, forms in _LABELS.items()
}
_ONE = {
    name: re.compile(rf"(?i)(?:one|один|одна) (?:{forms})(?: so far| yet)?[.!]?") for name, forms in _LABELS.items()
}
_LABEL = re.compile(r"(?i)\b(?:" + "|".join(f"(?P<{name}>{forms})" for name, forms in _LABELS.items()) + r")\b")
# WordPress names the article behind its comments (`No Comments on Top 10 places`), in Russian also within the words
# (`Комментариев к записи Топ-10 нет`). "Comments on this article: 5" has its number behind it, and in
# "Комментариев к статье: 5, оценок нет" another word belongs to "нет".
_ARTICLE_BEHIND = re.compile(
    r"(?i)(?P<words>(?:\d[kкmм]?|\bno|\bone|\ba|\bнет|\bодин|\b(?:остав|добав|напи[сш])\w+)"
    rf" (?:{_LABELS['comments']}|thoughts?)"
    r"|\bcomments (?:off|(?:are )?closed)) (?:on|to|к) (?P<article>[^|•·;]+)"
)
_ARTICLE_WITHIN = re.compile(
    rf"(?i)\b(?P<words>{_LABELS['comments']}) к записи (?![(–—-])(?P<article>[^|•·;]+)"
    r"(?= (?:нет|отключены|закрыты) ?(?:$|[|•·;]))"
)
_SEPARATOR = re.compile(r"[|•·;/]")
_SEGMENT = re.compile(r"(?:[^|•·;/,]|,(?! ))+")
_COLON = re.compile(r" ?[:=]")
_MARK = re.compile(r" ?[:=–—-]")
_LEADING_DASH = re.compile(r"(?:^|[-–—]) ?$")
# `<4` and "over 1,000" are bounds; the `>` of a tag before a number is none.
_BOUND_BEFORE = re.compile(
    r"(?i)(?:(?:^|[\s:(])[<>≤≥⩽⩾]=?|&[lg]t;=?|\b(?:(?:less|fewer|more|greater) than|under|below|over|above|up to"
    r"|at (?:most|least)|менее|меньше|более|больше|свыше|до|от|менш|менше|понад|більше))(?: чем)? ?$"
)
_BOUND_AFTER = re.compile(r"(?i) ?(?:or|и|или|і|або) (?:less|fewer|more|over|менее|меньше|более|больше|менше|більше)\b")
# "12 views today" are not all views of an article. Behind a number "today" alone may be the date of the article.
_PERIOD = r"per day|a day|this (?:week|month)|(?:за|на|в) (?:сегодня|сьогодні|день|сутки|неделю|месяц)"
_PERIOD_AFTER = re.compile(
    rf"(?i) ?[:=(–—-]? ?(?:today|сегодня|сьогодні|{_PERIOD}|\d[\d., ]{{0,20}} \(?(?:{_PERIOD}))\b"
)
_PERIOD_BEFORE = re.compile(r"(?i)\b(?:today['’]s|daily|weekly|monthly|дневных|сегодняшних) $")
# A date, a time or an age beside the counters must not decide which number a label has.
_MOMENT = re.compile(
    r"(?i)(?:\b(?:today|yesterday|сегодня|вчера|сьогодні|вчора),? (?:at |в |о |об )?)?"
    r"(?<![\d.,:/-])(?:\d{1,2}:\d\d(?::\d\d)?|\d{1,2}[./-]\d{1,2}[./-](?:\d{4}|\d\d)|\d{4}-\d\d-\d\d)(?![\d:])(?![.,]\d)"
    r"|(?:\d+ ?[^\W\d]+\.?|\ban? [a-z]+|\b(?:минуту|час|день|неделю|месяц|год)) (?:ago|назад)\b"
)


def parse_count(value: object, name: str) -> int | None:
    """The counter `name` (`views`, `comments` or `rating`) that a value of any source means, at most 10^15.

    A number must be whole. In a text, thousands may be grouped by any space, comma, dot or apostrophe, `тыс.`, `K`,
    `млн`, `M` or `万` may follow, and other words may surround the number. Where the text labels several counters,
    only the number beside the label of `name` counts; `No comments` is 0. Only a rating may be negative. None for
    everything else: a fraction, a percentage, two numbers, the views of a day, a number that is part of a word
    (`Су-57`, `12h`) or of a time, a unit (`3 h`, `5 т.`, `2 days ago`), and a magnitude that languages use for
    different ones (`5 mil`).
    """
    if isinstance(value, str):
        # Quick path for plain digits, which nearly every feed writes (benchmarks: parsing).
        if value.isascii() and value.isdigit() and len(value) < _MOST_DIGITS:
            return int(value)
        return _count_in(visible_line(value, _LONGEST), name)
    if isinstance(value, bool) or not isinstance(value, int | float | Decimal):
        return None
    return _whole_number(value, name)


def is_blank(value: object) -> bool:
    """Whether a value holds no counter at all: None, or a text without letters and digits, such as a dash."""
    return value is None or (isinstance(value, str) and not any(map(str.isalnum, value)))


def _whole_number(number: float | Decimal, name: str) -> int | None:
    least = -MAX_COUNT if name == "rating" else 0
    try:
        is_count = least <= number <= MAX_COUNT and number == int(number)
    except ArithmeticError:  # a Decimal that is not a number cannot be compared
        return None
    return int(number) if is_count else None


def visible_line(text: str, longest: int) -> str:
    """A number or a date as a reader sees it, with each run of spaces, also non-breaking and thin ones, as one space.

    Empty for a text of more than `longest` characters: if it were cut, the last number might be cut too.
    """
    if len(text) > longest:
        return ""
    visible = _INVISIBLE.sub("", text)
    return " ".join((_SPACE_OF_HTML.sub(" ", visible) if "&" in visible else visible).split())


def _count_in(line: str, name: str) -> int | None:
    if len(line) > _MAX_LENGTH:
        return None
    line = _ARTICLE_WITHIN.sub(_without_article, _ARTICLE_BEHIND.sub(_without_article, line))
    return _labelled_count(_MOMENT.sub("|", line), name) if _LABEL.search(line) else _only_number(line, name)


def _without_article(comments: re.Match[str]) -> str:
    """The words about comments alone; with all that follows them where another counter may be in it."""
    return comments[0] if _LABEL.search(comments["article"]) else comments["words"]


def _labelled_count(line: str, name: str) -> int | None:
    """The number at the label of `name`: in the label's own segment, or beside a segment that is only the label."""
    segments = [segment for segment in _SEGMENT.finditer(line) if _LABEL.search(segment[0])]
    own = next((segment for segment in segments if _place(segment[0], name) is not None), None)
    if own is None:
        return None
    if _NONE[name].fullmatch(own[0].strip()):
        return 0
    if _ONE[name].fullmatch(own[0].strip()):
        return 1
    if _is_of_a_period(own[0], name):
        return None
    if not _is_label_alone(own[0]):
        return _only_number(_part_at_label(own[0], name), name)
    # Segments with a number or words of their own take no part in this.
    others = [segment for segment in segments if not _is_label_alone(segment[0])]
    start = max((segment.end() for segment in others if segment.end() <= own.start()), default=0)
    end = min((segment.start() for segment in others if segment.start() >= own.end()), default=len(line))
    return _only_number(_part_at_label(line[start:end], name), name)


def _place(text: str, name: str) -> int | None:
    """Which of the labels in a text is the first one of `name`."""
    labels = enumerate(_LABEL.finditer(text))
    return next((place for place, label in labels if label.lastgroup == name), None)


def _is_label_alone(segment: str) -> bool:
    """Whether a segment is one label, with a colon or without."""
    label = _LABEL.search(segment)
    return label is not None and not segment[: label.start()].strip() and segment[label.end() :].strip() in {"", ":"}


def _is_of_a_period(text: str, name: str) -> bool:
    """Whether the first label of `name` in a text is that of a day's or a week's counter."""
    label = next(label for label in _LABEL.finditer(text) if label.lastgroup == name)
    return bool(_PERIOD_AFTER.match(text, label.end()) or _PERIOD_BEFORE.search(text[: label.start()]))


def _part_at_label(text: str, name: str) -> str:
    """The part of a text that holds the number of the label of `name`; empty where the number may be another's.

    A label is before or after its number, and a colon says that it is before.
    """
    labels = list(_LABEL.finditer(text))
    place = _place(text, name) or 0
    colons = [_COLON.match(text, label.end()) is not None for label in labels]
    is_after, is_before = _directions(text, labels)
    if colons[place] or is_after:
        end = labels[place + 1].start() if place + 1 < len(labels) else len(text)
        return _nearest(_SEPARATOR.split(text[labels[place].end() : end]))
    if not is_before or (place and colons[place - 1]):
        return ""
    start = labels[place - 1].end() if place else 0
    return _nearest(_SEPARATOR.split(text[start : labels[place].start()])[::-1])


def _directions(text: str, labels: list[re.Match[str]]) -> tuple[bool, bool]:
    """Whether the numbers of a text are after their labels, and whether before; neither where both would fit."""
    lead, tail = text[: labels[0].start()], text[labels[-1].end() :]
    starts, ends = (re.search(r"\d", part) is not None for part in (lead, tail))
    if starts and ends:  # "1841 views — 3 comments — 18+" has dashes behind its labels too
        return _LEADING_DASH.search(lead) is not None and all(_MARK.match(text, label.end()) for label in labels), False
    return ends, starts


def _nearest(parts: list[str]) -> str:
    """The first part that holds a letter or a digit."""
    return next((part for part in parts if not is_blank(part)), "")


def _only_number(line: str, name: str) -> int | None:
    """The one number of a line; None where there is another one, or where it is part of something else."""
    numbers = list(_NUMBER.finditer(line)) if len(line) <= _MAX_LENGTH else []
    if len(numbers) != 1:
        return None
    before, end = line[: numbers[0].start()], numbers[0].end()
    is_negative = name == "rating" and _SIGN.search(before) is not None
    if not is_negative and _NO_START.search(before):
        return None
    if _BOUND_BEFORE.search(before) or _BOUND_AFTER.match(line, end):
        return None
    number = _with_magnitude(_ascii_number(numbers[0][0]), line, end)
    if number is None or number > MAX_COUNT:
        return None
    return -number if is_negative else number


def _with_magnitude(number: str, line: str, end: int) -> int | None:
    for form, factor in _MAGNITUDES:
        if form.match(line, end):
            return _multiplied(number, factor)
    if re.match(r"[^\W_]| ?%", line[end:]) or _OTHER_UNITS.match(line, end) or not _WHOLE.fullmatch(number):
        return None
    return int(re.sub(r"\D", "", re.sub(r"[.,]0{1,2}$", "", number)))


def _ascii_number(number: str) -> str:
    """The number in ASCII digits, with Arabic separators replaced by Western ones."""
    signs = {"٬": ",", "٫": ".", "’": "'"}
    return "".join(str(int(char)) if char.isdecimal() else signs.get(char, char) for char in number)


def _multiplied(number: str, factor: int) -> int | None:
    """The number of thousands or millions; None for `1.841K`, which may mean 1841 or 1,841,000."""
    match = _FRACTION.fullmatch(number)
    if match is None or (match[1] in {".", ","} and match[2] is None):
        return None
    whole = number[: match.start(2) - 1] if match[2] else number
    return int(Decimal(f"{re.sub(r'[^0-9]', '', whole)}.{match[2] or 0}") * factor)
