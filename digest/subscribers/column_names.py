"""The columns of a list of subscribers, under the names that other systems and people give them. Pure."""

import re
from collections.abc import Sequence

# The first name of a column that the list has is used. Sources: the exports that docs/operators.md lists.
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
        *("correo", "correo_electronico", "correo_electrónico", "indirizzo_email", "endereço_de_email"),
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
    ),
    "name": ("full_name", "fullname", "display_name", "фио", "полное_имя"),
    "first_name": ("firstname", "fname", "given_name", "имя"),
    "last_name": ("lastname", "lname", "surname", "family_name", "фамилия"),
    "language": ("lang", "locale", "язык"),
    "timezone": ("time_zone", "часовой_пояс"),
}


def normalised(name: str) -> str:
    """A name or a value for comparison: lower case, `_` between words, е for ё."""
    return re.sub(r"[\W_]+", "_", name.casefold().replace("ё", "е")).strip("_")


def rename_columns(names: list[str]) -> list[str]:
    """The names of a header with Digest's names for the columns that it reads."""
    compared = [normalised(name) for name in names]
    renamed = list(names)
    for column, aliases in _ALIASES.items():
        place = _first_place(compared, (column, *aliases))
        if place is not None and column not in names:
            renamed[place] = column
    return renamed


def _first_place(names: Sequence[str], wanted: Sequence[str]) -> int | None:
    return next((names.index(name) for name in wanted if name in names), None)
