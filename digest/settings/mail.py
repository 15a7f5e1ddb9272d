"""The tables of mail that is sent: servers and signing."""

from email.headerregistry import Address
from email.policy import SMTP
from typing import Annotated, Any, Literal, Self

from pydantic import AfterValidator, BeforeValidator, Field, SecretStr, Strict, model_validator

from digest.parsing.urls import bracketed, is_loopback
from digest.settings.fields import mail, times, words
from digest.settings.fields.mail import MailHost
from digest.settings.fields.table import Table, Whole
from digest.settings.fields.words import Line


def parse_mailbox(text: str) -> Address:
    """The display name and address of a mailbox that was validated."""
    address: Address = SMTP.header_factory("From", text).addresses[0]
    return address


class ServerSettings(Table):
    """A mail server: the keys of `[smtp]` that each of `[[smtp.relays]]` has too."""

    host: MailHost = "localhost"
    port: Annotated[Whole, Field(ge=1, le=65535)] = 25
    security: Literal["starttls", "tls", "none"] = "starttls"
    username: Line = ""
    password: SecretStr = SecretStr("")
    rate: Annotated[float | None, BeforeValidator(times.rate)] = None

    @property
    def place(self) -> str:
        """HOST:PORT, for messages."""
        return f"{bracketed(self.host)}:{self.port}"

    @model_validator(mode="before")
    @classmethod
    def _security_by_host_and_port(cls, data: Any) -> Any:
        if not isinstance(data, dict) or "security" in data:
            return data
        if mail.is_local_host(data.get("host", "localhost")):
            return {**data, "security": "none"}
        return {**data, "security": "tls"} if data.get("port") == 465 else data  # RFC 8314, 3.3

    @model_validator(mode="after")
    def _none_on_loopback_only(self) -> Self:
        if self.security == "none" and not is_loopback(self.host):
            raise ValueError('security = "none" is for a server on this machine only; expected "starttls" or "tls"')
        return self


class RelaySettings(ServerSettings):
    """One of `[[smtp.relays]]`; its password is the variable of `.env` that `password_env` names."""

    host: MailHost
    password_env: Annotated[str, AfterValidator(words.variable)] = ""
    weight: Annotated[float, Strict(), Field(ge=0.01, le=1000)] = 1.0

    @model_validator(mode="after")
    def _username_has_a_password(self) -> Self:
        if bool(self.username) != bool(self.password_env):
            raise ValueError("a username has a password; expected both `username` and `password_env`, or neither")
        return self


class SmtpSettings(ServerSettings):
    """`[smtp]`: the mail server, or several relays; the password is SMTP_PASSWORD in `.env`."""

    ca_file: str = ""
    connections: Annotated[Whole, Field(ge=1, le=100)] = 10
    window: Annotated[int | None, BeforeValidator(mail.messages_in_flight)] = None
    connection_messages: Annotated[Whole, Field(ge=1, le=1_000_000)] = 1000
    connection_seconds: Annotated[Whole, Field(ge=1, le=86_400)] = 600
    sender: Annotated[str, Field(alias="from"), AfterValidator(mail.mailbox)] = "Digest <digest@localhost>"
    bounce_domain: Annotated[str, AfterValidator(mail.mail_domain)] = ""
    ramp: Literal["", "new-domain"] = ""
    relays: tuple[RelaySettings, ...] = ()

    @property
    def servers(self) -> tuple[ServerSettings, ...]:
        """The relays, else the server of this table."""
        return self.relays or (self,)

    @property
    def mailbox(self) -> Address:
        """The sender's display name and address."""
        return parse_mailbox(self.sender)


class DkimSettings(Table):
    """`[dkim]`: signing, off without a key. An empty `domain` means the sender's."""

    key: str = ""
    selector: Annotated[str, AfterValidator(mail.dns_name)] = ""
    domain: Annotated[str, AfterValidator(mail.dns_name)] = ""

    @model_validator(mode="after")
    def _key_has_a_selector(self) -> Self:
        if bool(self.key) != bool(self.selector):
            raise ValueError("a key has a selector; expected both `key` and `selector`, or neither")
        return self
