"""A Postfix of the tests' own: a receiver that we did not write, with one Maildir for everybody."""

import grp
import os
import pwd
import shutil
import signal
import smtplib
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path

_ROOT = Path(os.environ.get("POSTFIX_ROOT", "/"))  # where Debian's package was unpacked, if not installed
_QUEUES = (
    "active bounce corrupt defer deferred flush hold incoming maildrop pid private public saved trace".split()
)
_MAIN = """
compatibility_level = 3.6
queue_directory = {folder}/queue
data_directory = {folder}/data
daemon_directory = {root}/usr/lib/postfix/sbin
command_directory = {root}/usr/sbin
shlib_directory = {root}/usr/lib/postfix
import_environment = MAIL_CONFIG LD_LIBRARY_PATH
mail_owner = {owner}
setgid_group = {group}
default_privs = nobody
inet_interfaces = 127.0.0.1
inet_protocols = ipv4
myhostname = postfix.test
mynetworks = 127.0.0.0/8
mydestination =
alias_maps =
alias_database =
virtual_mailbox_domains = static:all
virtual_mailbox_maps = static:inbox/
virtual_mailbox_base = {folder}
virtual_uid_maps = static:{uid}
virtual_gid_maps = static:{gid}
transport_maps = texthash:{folder}/transport
smtpd_recipient_restrictions = check_recipient_access texthash:{folder}/access, permit_mynetworks, reject
smtpd_reject_unlisted_recipient = no
smtpd_client_connection_rate_limit = 0
smtpd_peername_lookup = no
smtputf8_enable = yes
disable_dns_lookups = yes
"""
_MASTER = """
127.0.0.1:{port} inet n - n - - smtpd -o max_use=1
cleanup unix n - n - 0 cleanup
qmgr unix n - n 300 1 qmgr
rewrite unix - - n - - trivial-rewrite
bounce unix - - n - 0 bounce
defer unix - - n - 0 bounce
trace unix - - n - 0 bounce
verify unix - - n - 1 verify
proxymap unix - - n - - proxymap
error unix - - n - - error
retry unix - - n - - error
virtual unix - n n - - virtual
anvil unix - - n - 1 anvil
"""


class NoPostfix(Exception):
    """None can be started here; the text says why."""


@dataclass(frozen=True)
class Postfix:
    """It takes mail for every address, and puts all of it into one Maildir."""

    folder: Path
    port: int
    master: "subprocess.Popen[bytes]"

    @property
    def url(self) -> str:
        return f"smtp://127.0.0.1:{self.port}"

    def answer(self, recipients: Mapping[str, str]) -> None:
        """What it says from now on to some: `{"boris@example.com": "550 5.1.1 no such user"}`, access(5)."""
        self._set("access", recipients)

    def bounce(self, recipients: Mapping[str, str]) -> None:
        """Takes their mail, and reports a little later that it cannot be delivered: `"5.1.1 unknown"`."""
        self._set("transport", {who: f"error:{why}" for who, why in recipients.items()})

    def mails(self) -> list[EmailMessage]:
        """What it has delivered so far, with the recipient in Delivered-To."""
        files = sorted((self.folder / "inbox" / "new").glob("*"))
        return [message_from_bytes(file.read_bytes(), policy=policy.default) for file in files]

    def waiting(self) -> int:
        """Mails that it has accepted and not yet dealt with."""
        queue = self.folder / "queue"
        return sum(
            file.is_file()
            for name in ("incoming", "active", "deferred")
            for file in (queue / name).rglob("*")
        )

    def _set(self, table: str, rows: Mapping[str, str]) -> None:
        _write_table(self.folder / table, rows)
        self.master.send_signal(signal.SIGHUP)  # who talks to somebody ends that first


@contextmanager
def postfix() -> Iterator[Postfix]:
    """Gone after the block. Raises NoPostfix."""
    folder = Path(tempfile.mkdtemp(prefix="paldies-postfix-", dir="/tmp"))
    try:
        server = _started(folder)
        try:
            yield server
        finally:
            os.killpg(server.master.pid, signal.SIGTERM)
            server.master.wait(timeout=20)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _started(folder: Path) -> Postfix:
    program = _ROOT / "usr/lib/postfix/sbin/master"
    if not program.exists():
        raise NoPostfix("Postfix is not installed (POSTFIX_ROOT may name a folder that it was unpacked to)")
    if os.geteuid() != 0:
        raise NoPostfix("Postfix can only be started by root")
    port = _free_port()
    _furnish(folder, port)
    master = subprocess.Popen(
        [program, "-c", folder / "etc", "-d"],
        env={**os.environ, "LD_LIBRARY_PATH": f"{_ROOT / 'usr/lib/postfix'}"},
        start_new_session=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    for _ in range(300):
        if master.poll() is not None:
            raise NoPostfix(f"Postfix ended with exit code {master.returncode}")
        with suppress(OSError, smtplib.SMTPException), smtplib.SMTP("127.0.0.1", port, timeout=5) as smtp:
            smtp.noop()
            return Postfix(folder, port, master)
        time.sleep(0.05)
    os.killpg(master.pid, signal.SIGKILL)
    raise NoPostfix("Postfix was not ready after 15 seconds")


def _furnish(folder: Path, port: int) -> None:
    owner, group, nobody = _owner(), _group(), pwd.getpwnam("nobody")
    folder.chmod(0o755)
    for name in ("etc", "data", "inbox", "queue", *(f"queue/{queue}" for queue in _QUEUES)):
        (folder / name).mkdir()
    for name in ("data", *(f"queue/{queue}" for queue in _QUEUES if queue != "pid")):
        (folder / name).chmod(0o700)
        os.chown(folder / name, owner.pw_uid, -1)
    for name in ("public", "maildrop"):
        (folder / "queue" / name).chmod(0o710 if name == "public" else 0o730)
        os.chown(folder / "queue" / name, owner.pw_uid, group.gr_gid)
    os.chown(folder / "inbox", nobody.pw_uid, nobody.pw_gid)
    root = "" if str(_ROOT) == "/" else _ROOT
    (folder / "etc/main.cf").write_text(
        _MAIN.format(
            folder=folder, root=root, owner=owner.pw_name, group=group.gr_name,
            uid=nobody.pw_uid, gid=nobody.pw_gid,
        )
    )  # fmt: skip
    (folder / "etc/master.cf").write_text(_MASTER.format(port=port))
    for table in ("access", "transport"):
        _write_table(folder / table, {})


def _owner() -> pwd.struct_passwd:
    """Postfix wants a user who is neither root nor nobody; where it is not installed, another one will do."""
    for name in ("postfix", "mail", "daemon"):
        with suppress(KeyError):
            return pwd.getpwnam(name)
    raise NoPostfix("there is no user that Postfix could run as")


def _group() -> grp.struct_group:
    for name in ("postdrop", "utmp", "staff"):
        with suppress(KeyError):
            return grp.getgrnam(name)
    raise NoPostfix("there is no group that Postfix could use")


def _write_table(path: Path, rows: Mapping[str, str]) -> None:
    path.write_text("".join(f"{key} {value}\n" for key, value in rows.items()))


def _free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        port: int = listener.getsockname()[1]
        return port
