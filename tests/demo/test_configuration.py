"""The settings of the demo."""

from pathlib import Path
from urllib.parse import urlsplit

import pytest

from digest.demo.configuration import demo_settings
from digest.parsing.urls import is_loopback


def test_demo_settings_beside_a_real_installation_stay_on_this_machine(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Neither a configuration nor `.env` nor a variable makes the demo send to a real mail server."""
    (tmp_path / "config").mkdir()
    (tmp_path / "config" / "digest.toml").write_text('[smtp]\nhost = "mail.gazette.example"\n')
    (tmp_path / ".env").write_text("SMTP_PASSWORD=secret\nDIGEST_SECRET=0123456789abcdef0123\n")
    monkeypatch.setenv("SMTP_PASSWORD", "secret")
    monkeypatch.chdir(tmp_path)
    settings = demo_settings(tmp_path / "demo", origin="http://127.0.0.1:1", smtp_port=2)
    assert [(server.host, server.port) for server in settings.smtp.servers] == [("127.0.0.1", 2)]
    assert not settings.smtp.password.get_secret_value()
    assert not settings.secret.get_secret_value()
    assert not settings.bounces.source
    assert not settings.alerts.to
    assert not settings.alerts.heartbeat_url
    addresses = [settings.portal.url, settings.web.base_url, *(source.url for source in settings.sources)]
    assert all(is_loopback(urlsplit(address).hostname) for address in addresses)
    assert settings.path("digest.db").parent == tmp_path / "demo"
