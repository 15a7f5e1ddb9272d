"""Numbers of things, as the log and the commands name them."""


def counted(number: int, noun: str, form: str = "") -> str:
    """A number with what it counts: `1 item`, `2 items`; `form` is that of the number, such as `,`."""
    return f"{number:{form}} {noun}{'' if number == 1 else 's'}"


def waiting(number: int) -> str:
    """How many wait: `1 waits`, `2 wait`."""
    return "1 waits" if number == 1 else f"{number} wait"
