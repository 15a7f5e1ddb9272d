"""Real mail servers on loopback, each with a configuration of its own: Postfix, and Dovecot without privileges."""

import grp
import os
import pwd
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from socket import create_connection

from tests.support.smtp_server import HOST

NOBODY = 65534
PASSWORD = "the-tests-password"

# Dovecot 2.4, which Debian 13 has, knows other names: https://doc.dovecot.org/2.4.0/installation/upgrade/2.3-to-2.4.html
_SETTINGS_OF_2_3 = """
protocols = imap
disable_plaintext_auth = no
mail_location = maildir:{mail}/%u
passdb {{
  driver = static
  args = password={password}
}}
userdb {{
  driver = static
  args = uid={uid} gid={gid} home={home}
}}
"""
_SETTINGS_OF_2_4 = """
dovecot_config_version = 2.4.0
dovecot_storage_version = 2.4.0
protocols {{
  imap = yes
}}
auth_allow_cleartext = yes
mail_driver = maildir
mail_path = {mail}/%{{user}}
passdb static {{
  password = {password}
}}
userdb static {{
  fields {{
    uid = {uid}
    gid = {gid}
    home = {home}
  }}
}}
"""


@contextmanager
def mail_folder() -> Iterator[Path]:
    """A folder that every user may enter, unlike those of pytest, with an empty one for the users' mail.

    They belong to nobody where the tests run as root.
    """
    folder = Path(tempfile.mkdtemp(prefix="digest-mail-"))
    folder.chmod(0o755)
    if os.getuid() == 0:
        os.chown(folder, NOBODY, NOBODY)
    _give_to_nobody(folder / "mail")
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def as_nobody() -> Iterator[None]:
    """Files are opened as the user that owns the folder above, where the tests run as root."""
    before = os.geteuid()
    if before == 0:
        os.seteuid(NOBODY)
    try:
        yield
    finally:
        os.seteuid(before)


@contextmanager
def dovecot(folder: Path, port: int, prefix: str = "") -> Iterator[None]:
    """An IMAP server whose every user reads the Maildir `folder/mail/USER`; names of folders begin with `prefix`."""
    is_root = os.getuid() == 0
    uid, gid = (NOBODY, NOBODY) if is_root else (os.getuid(), os.getgid())
    user, group = pwd.getpwuid(uid).pw_name, grp.getgrgid(gid).gr_name
    private = folder / "dovecot"
    _give_to_nobody(private)
    config = private / "dovecot.conf"
    program = shutil.which("dovecot", path=f"{os.environ.get('PATH', '')}:/usr/sbin") or ""
    version = subprocess.run([program, "--version"], capture_output=True, text=True, check=True).stdout
    settings = _SETTINGS_OF_2_3 if version.startswith("2.3.") else _SETTINGS_OF_2_4
    config.write_text(
        settings.format(mail=folder / "mail", uid=uid, gid=gid, home=private, password=PASSWORD)
        + f"""
base_dir = {private}/run
state_dir = {private}/state
log_path = {private}/log
listen = {HOST}
ssl = no
default_internal_user = {user}
default_internal_group = {group}
default_login_user = {user}
namespace inbox {{
  inbox = yes
  separator = .
  prefix = {prefix}
}}
service imap-login {{
  chroot =
  inet_listener imap {{
    port = {port}
  }}
}}
service anvil {{
  chroot =
}}
"""
    )
    if os.getuid() == 0:
        os.chown(config, NOBODY, NOBODY)
    command = [program, "-F", "-c", str(config)]
    ids = {"user": uid, "group": gid, "extra_groups": []} if is_root else {}
    process = subprocess.Popen(command, **ids)  # type: ignore[call-overload]  # the keywords depend on the user
    try:
        _wait_for(port, process, private / "log")
        yield
    finally:
        process.terminate()
        process.wait(10)


@contextmanager
def postfix(folder: Path, port: int, domain: str, users: list[str]) -> Iterator[None]:
    """A mail server that accepts all mail to a domain, and bounces what it cannot deliver to `folder/mail/USER`."""
    private = folder / "postfix"
    for name in ("etc", "queue", "data"):
        (private / name).mkdir(parents=True)
    shutil.chown(private / "data", "postfix")
    maps = "".join(f"{user}@{domain} {user}/\n" for user in users)
    (private / "etc" / "users").write_text(maps)
    (private / "etc" / "main.cf").write_text(f"""
compatibility_level = 3.6
queue_directory = {private}/queue
data_directory = {private}/data
command_directory = /usr/sbin
daemon_directory = /usr/lib/postfix/sbin
myhostname = mx.{domain}
mydestination =
inet_interfaces = {HOST}
inet_protocols = ipv4
mynetworks = 127.0.0.0/8
maillog_file = {private}/log
maillog_file_prefixes = {folder.parent}
virtual_mailbox_domains = {domain}
virtual_mailbox_base = {folder}/mail
virtual_mailbox_maps = texthash:{private}/etc/users
virtual_uid_maps = static:{NOBODY}
virtual_gid_maps = static:{NOBODY}
virtual_mailbox_limit = 0
recipient_delimiter = +
smtpd_reject_unlisted_recipient = no
smtpd_relay_restrictions = permit_mynetworks, reject
smtputf8_enable = no
alias_maps =
local_recipient_maps =
""")
    services = [
        "cleanup unix n - n - 0 cleanup",
        "qmgr unix n - n 300 1 qmgr",
        "rewrite unix - - n - - trivial-rewrite",
    ]
    services += ["bounce unix - - n - 0 bounce", "defer unix - - n - 0 bounce", "trace unix - - n - 0 bounce"]
    services += [
        "virtual unix - n n - - virtual",
        "error unix - - n - - error",
        "postlog unix-dgram n - n - 1 postlogd",
    ]
    services += ["smtp unix - - n - - smtp", f"{HOST}:{port} inet n - n - - smtpd", "retry unix - - n - - error"]
    (private / "etc" / "master.cf").write_text("\n".join(services) + "\n")
    command = ["/usr/sbin/postfix", "-c", str(private / "etc")]
    subprocess.run([*command, "start"], check=True, capture_output=True)
    try:
        _wait_for(port, None, private / "log")
        yield
    finally:
        subprocess.run([*command, "stop"], check=False, capture_output=True)


def wait_for_mail(maildir: Path) -> list[Path]:
    """The new messages of a Maildir, once there are any."""
    deadline = time.monotonic() + 60
    while not (found := sorted((maildir / "new").glob("*"))):
        assert time.monotonic() < deadline, f"no mail in {maildir}"
        time.sleep(0.05)
    return found


def _give_to_nobody(folder: Path) -> None:
    """Make a folder; it belongs to the servers' user where the tests run as root."""
    folder.mkdir()
    if os.getuid() == 0:
        os.chown(folder, NOBODY, NOBODY)


def _wait_for(port: int, process: subprocess.Popen[bytes] | None, log: Path) -> None:
    deadline = time.monotonic() + 60
    while True:
        try:
            create_connection((HOST, port), 1).close()
        except OSError:
            text = log.read_text() if log.exists() else "no log"
            assert process is None or process.poll() is None, text
            assert time.monotonic() < deadline, text
            time.sleep(0.05)
        else:
            return
