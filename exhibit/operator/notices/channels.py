"""The two ways out: a mail server, and an address that takes JSON."""

from __future__ import annotations

import http.client
import json
import os
import smtplib
import ssl
import stat
import urllib.error
import urllib.request
from collections.abc import Sequence
from dataclasses import dataclass
from email.message import EmailMessage
from email.utils import localtime, make_msgid
from pathlib import Path
from typing import Any, Protocol

from exhibit.contract.errors import ExhibitError
from exhibit.contract.plain_files import plain_text
from exhibit.contract.settings.notices import NoticesConfig

PASSWORD, BEARER = "smtp-password", "webhook-token"
_WITHIN_S = 20.0


class NoticeError(ExhibitError):
    """A notice did not get out; the message says where it was to go, and why."""


@dataclass(frozen=True, slots=True)
class Notice:
    """What is told: one line, all of it, and the records that it is made of."""

    subject: str
    text: str
    events: Sequence[dict[str, Any]] = ()


class Channel(Protocol):
    """A way out."""

    @property
    def name(self) -> str:
        """Where notices go, for people."""

    def send(self, notice: Notice) -> None:
        """Send a notice; raises NoticeError. It may take a while."""


def open_channels(config: NoticesConfig, secrets_dir: Path) -> list[Channel]:
    """Return the ways out that the settings name.

    Args:
        config: where to.
        secrets_dir: holds files of secrets, where systemd gives none.
    """
    channels: list[Channel] = []
    if config.mail_to:
        channels.append(Mail(config, secrets_dir))
    if config.webhook:
        channels.append(Webhook(config, secrets_dir))
    return channels


class Mail:
    """Mail through the museum's server."""

    def __init__(self, config: NoticesConfig, secrets_dir: Path) -> None:
        self._config, self._secrets_dir = config, secrets_dir
        self.name = f"mail through {config.smtp_host or '(notices.smtp_host is empty)'}"

    def send(self, notice: Notice) -> None:
        """Send a notice to all; raises NoticeError."""
        config = self._config
        sender = config.mail_from or config.mail_to[0]
        message = EmailMessage()
        message["Subject"] = f"[{config.place}] {notice.subject}"
        message["From"], message["To"] = sender, ", ".join(config.mail_to)
        message["Date"] = localtime()
        message["Message-ID"] = make_msgid(domain=sender.rpartition("@")[2])
        # Whoever is on holiday answers people, not tables.
        message["Auto-Submitted"] = "auto-generated"
        message.set_content(notice.text)
        try:
            with self._connected() as server:
                if config.smtp_user:
                    server.login(config.smtp_user, read_secret(PASSWORD, self._secrets_dir))
                server.send_message(message)
        except (OSError, smtplib.SMTPException, ValueError) as error:
            raise NoticeError(f"{self.name}: {_words(error)}") from None

    def _connected(self) -> smtplib.SMTP:
        config = self._config
        where = (config.smtp_host, config.smtp_port)
        if not config.smtp_host:
            raise NoticeError(self.name)
        if config.smtp_security == "tls":
            context = ssl.create_default_context()
            return smtplib.SMTP_SSL(*where, timeout=_WITHIN_S, context=context)
        server = smtplib.SMTP(*where, timeout=_WITHIN_S)
        if config.smtp_security == "starttls":
            try:
                server.starttls(context=ssl.create_default_context())
            except BaseException:
                server.close()
                raise
        return server


class Webhook:
    """JSON by POST: `table`, `subject`, `text` (which chat programs show) and `events`."""

    def __init__(self, config: NoticesConfig, secrets_dir: Path) -> None:
        self._config, self._secrets_dir = config, secrets_dir
        self.name = f"webhook {urllib.request.Request(config.webhook).host}"

    def send(self, notice: Notice) -> None:
        """Send a notice; raises NoticeError where it was not taken with a status of 2xx."""
        body = {
            "table": self._config.place,
            "subject": notice.subject,
            "text": f"[{self._config.place}] {notice.subject}\n{notice.text}",
            "events": list(notice.events),
        }
        headers = {"Content-Type": "application/json", "User-Agent": "tracing-table"}
        bearer = read_secret(BEARER, self._secrets_dir)
        if bearer:
            headers["Authorization"] = f"Bearer {bearer}"
        data = json.dumps(body, ensure_ascii=False, default=str).encode()
        request = urllib.request.Request(self._config.webhook, data, headers, method="POST")
        try:
            with urllib.request.urlopen(request, timeout=_WITHIN_S):
                pass
        except urllib.error.HTTPError as error:
            # It is the answer too, with its connection.
            error.close()
            raise NoticeError(f"{self.name}: {_words(error)}") from None
        except (OSError, ValueError, http.client.HTTPException) as error:
            raise NoticeError(f"{self.name}: {_words(error)}") from None


def read_secret(name: str, folder: Path) -> str:
    """Return a secret: a credential of systemd, or a file that its user alone may read.

    Returns:
        empty where there is neither.

    Raises:
        NoticeError: the file cannot be read, or others can read it too.
    """
    given = os.environ.get("CREDENTIALS_DIRECTORY")
    path = Path(given) / name if given else None
    try:
        if path is None or not path.is_file():
            path = folder / name
            mode = path.stat().st_mode
            if os.name == "posix" and stat.S_IMODE(mode) & 0o077:
                raise NoticeError(
                    f"{path}: others can read it; expected mode 0600: chmod 600 {path}"
                )
        return plain_text(path).strip()
    except FileNotFoundError:
        return ""
    except (OSError, UnicodeDecodeError) as error:
        raise NoticeError(f"{path}: cannot be read: {error}") from None


def _words(error: Exception) -> str:
    """Return what went wrong in one line."""
    if isinstance(error, smtplib.SMTPResponseException):
        said = error.smtp_error
        text = said.decode(errors="replace") if isinstance(said, bytes) else str(said)
        return f"{error.smtp_code} {text}".splitlines()[0][:200]
    return (str(error).splitlines() or [type(error).__name__])[0][:200]
