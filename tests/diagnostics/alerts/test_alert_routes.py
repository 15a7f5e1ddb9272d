"""Whether somebody hears of alerts when the mail server is out of order."""

from pathlib import Path

import pytest

from digest.diagnostics.alerts.alert_routes import weak_routes
from digest.settings.schema import Settings
from tests.support.installation import Installation

_TO, _APPRISE, _HEARTBEAT = (
    {"to": ["a@desk.example"]},
    {"apprise": ["ntfy://x"]},
    {"heartbeat_url": "https://m.example"},
)
_RELAYS = [{"host": "a.example"}, {"host": "b.example"}]


@pytest.mark.parametrize(
    ("alerts", "relays", "weakness"),
    [
        ({}, [], "[alerts] is empty"),
        (_TO, [], "through the mail server alone"),
        (_TO, _RELAYS[:1] * 2, "through the mail server alone"),
        (_TO, _RELAYS, ""),
        ({}, _RELAYS, "[alerts] is empty"),
        (_TO | _APPRISE, [], ""),
        (_TO | _HEARTBEAT, [], ""),
        (_APPRISE, [], ""),
    ],
)
def test_weak_routes_depend_on_one_mail_server(
    alerts: dict[str, object], relays: list[dict[str, str]], weakness: str
) -> None:
    """Apprise, a heartbeat or a second relay is another way."""
    portal = {"name": "Gazette", "url": "https://gazette.example", "timezone": "UTC"}
    settings = Settings.model_validate({"portal": portal, "alerts": alerts, "smtp": {"relays": relays}})
    found = weak_routes(settings)
    assert (weakness in found) if weakness else found == ""


def test_check_alerts_warns_where_one_server_carries_them(tmp_path: Path) -> None:
    """It names what to set; with a heartbeat all is well."""
    site = Installation(tmp_path).configure(smtp='\n[alerts]\nto = ["ops@desk.example"]')
    site.run("migrate").fine()
    (found,) = site.run("check", "--json", "--only", "alerts").fine().json
    assert (found["level"], found["fix"]) == ("warn", "set [alerts] apprise or heartbeat_url")
    heartbeat = 'heartbeat_url = "https://monitor.example/x"'
    site.configure(smtp=f'\n[alerts]\nto = ["ops@desk.example"]\n{heartbeat}')
    (found,) = site.run("check", "--json", "--only", "alerts").fine().json
    assert (found["level"], found["says"]) == ("ok", "alerts go by mail to 1, heartbeat")
