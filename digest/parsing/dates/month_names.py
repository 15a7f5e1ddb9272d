"""The names of months in six languages."""

# English, Russian; German, French, Spanish and Ukrainian. None of them means two months.
_MONTHS = (
    "jan january янв январь января januar jänner jän janv janvier ene enero січ січень січня",
    "feb february фев февр февраль февраля februar févr fév février fevrier febrero лют лютий лютого",
    "mar march мар март марта märz mär mrz mars marzo бер березень березня",
    "apr april апр апрель апреля avr avril abr abril кві квіт квітень квітня",
    "may май мая mai mayo тра трав травень травня",
    "jun june июн июнь июня juni juin junio чер черв червень червня",
    "jul july июл июль июля juli juil juill juillet julio лип липень липня",
    "aug august авг август августа août aout ago agosto сер серп серпень серпня",
    "sep sept september сен сент сентябрь сентября septembre septiembre setiembre вер вересень вересня",
    "oct october окт октябрь октября okt oktober octobre octubre жов жовт жовтень жовтня",
    "nov november ноя нояб ноябрь ноября novembre noviembre лис лист листопад листопада",
    "dec december дек декабрь декабря dez dezember déc décembre decembre dic diciembre гру груд грудень грудня",
)
MONTH_NUMBERS = {name: number for number, names in enumerate(_MONTHS, 1) for name in names.split()}
"""The numbers of months by their names in lower case, full and abbreviated, in six languages."""


def month_number(name: str) -> int | None:
    """The number of a month by its name, full or abbreviated."""
    return MONTH_NUMBERS.get(name.lower().rstrip("."))
