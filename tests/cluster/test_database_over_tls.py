"""Hosts and their PostgreSQL over TLS: the server's certificate is verified, and a wrong one is one sentence."""

from pathlib import Path

import pytest
from sqlalchemy import make_url

from digest.errors import StoreError
from digest.store.engine.database import Database
from tests.support.certificates import make_authority
from tests.support.cluster import READERS, cluster, name_of
from tests.support.installation import Installation
from tests.support.tcp_proxy import over_tcp

REFUSED = [  # the host, the folder of the authority, and what the error says
    ("127.0.0.1", "other", "certificate verify failed; sslrootcert in [database] url must name the authority"),
    ("localhost", ".", 'does not match host name "localhost"; the host in [database] url must be one of the names'),
    ("127.0.0.1", "missing", "does not exist; sslrootcert in [database] url must be the full path of a PEM file"),
]


def verified(url: str, authority: Path, host: str = "127.0.0.1") -> str:
    """The address with the settings that verify the server."""
    settings = {"sslmode": "verify-full", "sslrootcert": str(authority)}
    return make_url(url).set(host=host).update_query_dict(settings).render_as_string(hide_password=False)


@pytest.mark.needs("time")
def test_hosts_send_over_verified_tls_and_refuse_another_server(tmp_path: Path, postgres_store_url: str) -> None:
    """Jobs, notices and messages go over TLS alone; a wrong authority, name or file is refused without a password."""
    authority = make_authority(tmp_path)
    (tmp_path / "other").mkdir()
    make_authority(tmp_path / "other")
    with (
        over_tcp(postgres_store_url, authority.server(tmp_path)) as url,
        cluster(tmp_path / "site", verified(url, authority.file)) as site,
    ):
        for number in (1, 2):
            site.start(number)
        site.until(lambda: len(site.log.accepted) == READERS)
        with site.app() as app:
            site.until(lambda: {one.name for one in app.job_tables.hosts()} == {name_of(1), name_of(2)})
            site.until(lambda: str(app.issues.history("daily", 1)[0].state) == "done")
        assert "Traceback" not in site.output(1) + site.output(2)
        configuration = site.host(3) / "config" / "digest.toml"
        right = configuration.read_text()
        for host, folder, phrase in REFUSED:
            wrong = verified(url.replace("postgres@", "postgres:sesame@"), tmp_path / folder / "authority.pem", host)
            configuration.write_text(right.replace(verified(url, authority.file), wrong))
            ran = Installation(site.host(3)).run("status")
            assert "sesame" not in ran.failed(1, phrase)
            assert ran.err.count("\n") == 1


def test_plain_server_is_refused_by_a_host_that_verifies_it(tmp_path: Path, postgres_store_url: str) -> None:
    """Nothing is sent to it, also no password."""
    file = make_authority(tmp_path).file
    with over_tcp(postgres_store_url) as url, pytest.raises(StoreError, match=r"does not support SSL.*; set ssl = on"):
        Database.open(verified(url, file), tmp_path)
