"""The columns of a list of subscribers, under the names that other systems and people give them. Pure."""

import re
from collections.abc import Collection, Sequence
from unicodedata import normalize

# The first name of a column that the list has is used. Sources: the exports that docs/moving-in.md lists.
_ALIASES = {
    "email": (
        *("email_address", "e_mail", "e_mail_address", "emailaddress", "mail", "subscriber_email", "subscriber"),
        *(
            "primary_email",
            "contact_email",
            "user_email",
            "member_email",
            "customer_email",
            "email_1",
            "e_mail_1_value",
        ),
        *("e_mail_adresse", "email_adresse", "mailadresse", "adresse_e_mail", "adresse_email", "courriel"),
        *("correo", "correo_electronico", "indirizzo_email", "endereco_de_email"),
        *("почта", "эл_почта", "электронная_почта", "адрес_электронной_почты", "e_mail_адрес", "емейл", "имейл"),
        *(
            "адрес_эл_почты",
            "электронный_адрес",
            "эл_адрес",
            "адрес_e_mail",
            "адрес_email",
            "email_адрес",
            "имейл_адрес",
        ),
        *("e_mail_подписчика", "email_подписчика", "почта_подписчика", "адрес_почты", "мейл"),
        *("пошта", "ел_пошта", "електронна_пошта", "електронна_адреса", "адреса_електронної_пошти"),
    ),
    "name": (
        *("full_name", "fullname", "display_name", "subscriber_name", "contact_name"),
        *("фио", "ф_и_о", "фио_подписчика", "ф_и_о_подписчика", "полное_имя", "піб"),
        *("имя_и_фамилия", "фамилия_и_имя", "фамилия_имя", "фамилия_имя_отчество"),
    ),
    "first_name": ("firstname", "fname", "given_name", "имя", "имя_подписчика", "имя_контакта", "ім_я", "імʼя"),
    "last_name": ("lastname", "lname", "surname", "family_name", "фамилия", "фамилия_подписчика", "прізвище"),
    "language": ("lang", "locale", "язык"),
    "timezone": ("time_zone", "часовой_пояс"),
}
# Substack's list of subscribers has its own sections, which are parts of a publication and no topics of ours.
_OF_SUBSTACK, _ITS_SECTIONS = "stripe_plan", "sections of substack"
_ACCENT = re.compile(r"([a-z])[\u0300-\u036f]+")
_NEXT_WORD = re.compile(r"(?<=[a-zа-яё0-9])(?=[A-ZА-ЯЁ])|(?<=[A-ZА-ЯЁ])(?=[A-ZА-ЯЁ][a-zа-яё])")


def normalised(name: str) -> str:
    """A name or a value for comparison: lower case, `_` between words, no accents, е for ё."""
    compared = name.casefold()
    if not compared.isascii():
        compared = normalize("NFC", _ACCENT.sub(r"\1", normalize("NFD", compared))).replace("ё", "е")
    return re.sub(r"[\W_]+", "_", compared).strip("_")


def separated(name: str) -> str:
    """A name with `_` between words that only a capital letter separates, such as `emailStatus`."""
    return _NEXT_WORD.sub("_", name)


def rename_columns(names: list[str]) -> list[str]:
    """The names of a header in lower case, with Digest's names for the columns that it reads."""
    renamed = [name.casefold() for name in names]
    compared = [{normalised(name), normalised(separated(name))} for name in names]
    if "sections" in renamed and any(_OF_SUBSTACK in forms for forms in compared):
        renamed[renamed.index("sections")] = _ITS_SECTIONS
    for column, aliases in _ALIASES.items():
        place = _first_place(compared, (column, *aliases))
        if place is not None and column not in renamed:
            renamed[place] = column
    return renamed


def _first_place(names: Sequence[Collection[str]], wanted: Sequence[str]) -> int | None:
    return next((place for alias in wanted for place, forms in enumerate(names) if alias in forms), None)
