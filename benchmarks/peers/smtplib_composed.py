"""smtplib with an EmailMessage composed for each recipient: what most programs in Python do."""

import email
import smtplib
from datetime import UTC, datetime
from email import policy
from email.headerregistry import Address
from email.message import EmailMessage
from email.utils import format_datetime, make_msgid

from benchmarks.material import BASE_URL, SENDER, address, name
from benchmarks.peers.smtplib_ready import arguments, run


def main() -> None:
    """Compose and send so many messages with the texts of the file's message."""
    told = arguments(__doc__)
    ready = email.message_from_bytes(told.message.read_bytes(), policy=policy.default)
    text, html = (_part(ready, kind) for kind in ("plain", "html"))

    def send(smtp: smtplib.SMTP, number: int) -> None:
        smtp.send_message(_composed(number, text, html))

    run(told, send)


def _part(ready: EmailMessage, kind: str) -> str:
    part = ready.get_body((kind,))
    assert part is not None
    return str(part.get_content())


def _composed(number: int, text: str, html: str) -> EmailMessage:
    leave = f"{BASE_URL}/u/{number:036d}"
    message = EmailMessage(policy=policy.SMTP)
    message["From"] = SENDER
    message["To"] = Address(name(number), addr_spec=address(number))
    message["Subject"] = "The ferries return and 12 more"
    message["Date"] = format_datetime(datetime.now(UTC))
    message["Message-ID"] = make_msgid(domain=SENDER.domain)
    message["List-Unsubscribe"] = f"<{leave}>"
    message["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
    message.set_content(f"{text}\nUnsubscribe: {leave}\n")
    message.add_alternative(html.replace("</body>", f'<p><a href="{leave}">Unsubscribe</a></p></body>'), subtype="html")
    return message


if __name__ == "__main__":
    main()
