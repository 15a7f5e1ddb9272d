"""The files of deploy/: what they name exists, and the proxies pass on what Digest needs."""

import json
import re
import shlex
import socket
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from unittest import mock

import click
import pytest
from prometheus_client.parser import text_string_to_metric_families

from digest.cli.main import cli
from digest.web.api.envelope import MOST_BYTES_OF_A_LIST
from tests.support.ports import reserved_port
from tests.support.web import Client, Web
from tests.web.conftest import configured

DEPLOY = Path(__file__).parents[2] / "deploy"
UNITS = sorted((DEPLOY / "systemd").glob("*.service"))


@pytest.mark.parametrize("unit", UNITS, ids=lambda unit: unit.name)
def test_systemd_unit_starts_a_command_with_options_that_exist(unit: Path) -> None:
    """`digest … --help` accepts them."""
    (line,) = re.findall(r"^ExecStart=(.*)$", unit.read_text(encoding="utf-8"), re.MULTILINE)
    program, name, *options = shlex.split(line)
    assert program == "/opt/digest/bin/digest"
    command = cli.get_command(click.Context(cli), name)
    assert command is not None
    known = {option for parameter in command.params for option in parameter.opts}
    assert {option for option in options if option.startswith("--")} <= known


@pytest.mark.parametrize("unit", UNITS, ids=lambda unit: unit.name)
def test_systemd_unit_goes_on_when_a_parser_of_it_is_killed_for_its_memory(unit: Path) -> None:
    """By default systemd stops the whole service then, and the same feed would stop it again after each start."""
    assert "OOMPolicy=continue" in unit.read_text(encoding="utf-8").splitlines()


@pytest.mark.parametrize("unit", UNITS, ids=lambda unit: unit.name)
def test_systemd_unit_ends_before_the_database_and_the_mail_server_of_its_host(unit: Path) -> None:
    """At a shutdown the results of messages in flight were lost with them."""
    (line,) = re.findall(r"^After=(.*)$", unit.read_text(encoding="utf-8"), re.MULTILINE)
    assert {"postgresql.service", "postfix.service"} <= set(line.split())


def test_containers_command_has_options_that_exist() -> None:
    """The image starts `digest run --serve`, as a user without rights, and asks `/healthz`."""
    text = (DEPLOY / "container" / "Containerfile").read_text(encoding="utf-8")
    entry, command = (json.loads(found) for found in re.findall(r"^(?:ENTRYPOINT|CMD) (\[.*\])$", text, re.MULTILINE))
    assert entry == ["digest"]
    cli.make_context("digest", [*command, "--help"], resilient_parsing=True)
    assert re.search(r"^USER 10001$", text, re.MULTILINE)
    assert "/healthz" in text


def test_monitoring_names_metrics_that_exist(web: Web) -> None:
    """The dashboard and the rules ask for nothing that `/metrics` does not have."""
    families = text_string_to_metric_families(web.get("/metrics").text)
    known = {sample for family in families for sample in (family.name, f"{family.name}_total")}
    for file in (DEPLOY / "monitoring").iterdir():
        named = set(re.findall(r"\bdigest_\w+", file.read_text(encoding="utf-8")))
        assert named <= known, file.name
        assert named or file.name == "prometheus.yml"


def test_monitoring_has_a_rule_for_metrics_that_do_not_answer() -> None:
    """Prometheus knows that of each target; the other rules have nothing to compare then."""
    scraped, rules = ((DEPLOY / "monitoring" / name).read_text("utf-8") for name in ("prometheus.yml", "alerts.yml"))
    (job,) = re.findall(r"job_name: (\w+)", scraped)
    assert f'expr: up{{job="{job}"}} == 0\n' in rules


@contextmanager
def nginx(folder: Path, port: int, upstream: int) -> Iterator[None]:
    """The configuration for nginx at a port, without TLS."""
    server = (DEPLOY / "proxy" / "nginx.conf").read_text(encoding="utf-8").split("server {")[2]
    server = re.sub(r"^ *(?:ssl_|listen \[).*$", "", server, flags=re.MULTILINE)
    server = server.replace("listen 443 ssl;", f"listen 127.0.0.1:{port};").replace(
        "127.0.0.1:8000", f"127.0.0.1:{upstream}"
    )
    server = server.replace("/var/log/nginx/error.log", str(folder / "log"))
    paths = "".join(f"{name}_temp_path {folder};" for name in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi"))
    text = f"pid {folder}/pid; daemon off; user root; events {{}} http {{ {paths} access_log off; server {{ {server} }}"
    (folder / "nginx.conf").write_text(text, encoding="utf-8")
    with running("nginx", "-c", str(folder / "nginx.conf"), "-e", str(folder / "errors")):
        yield


@contextmanager
def caddy(folder: Path, port: int, upstream: int) -> Iterator[None]:
    """The configuration for Caddy at a port, without TLS."""
    text = (DEPLOY / "proxy" / "Caddyfile").read_text(encoding="utf-8")
    text = text.replace("news.gazette.example", f"http://127.0.0.1:{port}").replace(
        "127.0.0.1:8000", f"127.0.0.1:{upstream}"
    )
    text = text.replace("{\n    log {", f"{{\n    admin off\n    log {{\n        output file {folder / 'log'}", 1)
    (folder / "Caddyfile").write_text(text, encoding="utf-8")
    with running("caddy", "run", "--config", str(folder / "Caddyfile"), "--adapter", "caddyfile"):
        yield


@contextmanager
def running(*command: str) -> Iterator[None]:
    """A server as a child process, which ends with the block."""
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        yield
    finally:
        process.terminate()
        process.wait(timeout=30)


def wait_until_open(port: int) -> None:
    """Wait until a server listens; fail after a minute."""
    end = time.monotonic() + 60
    while time.monotonic() < end:
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.05)
    pytest.fail("the proxy does not listen")


with_each_proxy = pytest.mark.parametrize(
    "proxy",
    [
        pytest.param(nginx, marks=pytest.mark.needs("nginx"), id="nginx"),
        pytest.param(caddy, marks=pytest.mark.needs("caddy"), id="caddy"),
    ],
)


@with_each_proxy
def test_proxy_passes_pages_and_the_clients_address_and_keeps_metrics_private(
    web: Web, tmp_path: Path, proxy: Callable[[Path, int, int], AbstractContextManager[None]]
) -> None:
    """A client cannot choose the address that counts for the limits."""
    configured(web.site.folder, 25, 'trusted_proxies = ["127.0.0.1"]')
    with reserved_port() as port, proxy(tmp_path, port, web.port):
        wait_until_open(port)
        client = Client(port, {"X-Forwarded-For": "203.0.113.9"})
        for path in ("/metrics", "/metrics/", "//metrics", "/METRICS", "/%6detrics", "/metrics?x=1"):
            assert client.get(path).status == 404, path
        assert web.get("/metrics").status == 200
        assert client.get("/archive").body == web.get("/archive").body
        with mock.patch("digest.web.page_request.client_address", return_value="127.0.0.1") as resolved:
            assert client.post("/leave/x").status == web.post("/leave/x").status
        assert resolved.call_args_list[0].args[1].split(",")[-1].strip() == "127.0.0.1"


@with_each_proxy
def test_proxy_logs_no_token_where_digest_does_not_answer(
    tmp_path: Path, proxy: Callable[[Path, int, int], AbstractContextManager[None]]
) -> None:
    """Its error log would name the path, and the page that the form was on."""
    with reserved_port() as port, reserved_port() as nowhere, proxy(tmp_path, port, nowhere):
        wait_until_open(port)
        client = Client(port, {"Referer": "https://news.gazette.example/leave/dG9rZW4"})
        assert client.post("/leave/dG9rZW4").status == 502
        (log,) = [file.read_text(encoding="utf-8") for file in tmp_path.iterdir() if file.name == "log"]
    assert "dG9rZW4" not in log
    assert proxy is nginx or "connection refused" in log


def test_nginx_redirects_to_the_name_of_the_pages_alone() -> None:
    """A request that names another host would be led there."""
    text = (DEPLOY / "proxy" / "nginx.conf").read_text(encoding="utf-8")
    assert "return 301 https://$server_name$request_uri;" in text


def test_nginx_lets_lists_of_readers_pass_and_waits_until_they_are_checked() -> None:
    """Its own limits are a megabyte and a minute."""
    text = (DEPLOY / "proxy" / "nginx.conf").read_text(encoding="utf-8")
    (most,) = re.findall(r"client_max_body_size (\d+)m;", text)
    assert int(most) * 1024 * 1024 > MOST_BYTES_OF_A_LIST
    assert "proxy_read_timeout 5m;" in text
