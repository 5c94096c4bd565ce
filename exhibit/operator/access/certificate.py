"""TLS: a certificate of the table's own, or the museum's, taken anew when its file changes."""

from __future__ import annotations

import contextlib
import hashlib
import ipaddress
import os
import ssl
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from exhibit.contract.errors import ConfigError
from exhibit.contract.files import PRIVATE, write_whole
from exhibit.contract.plain_files import open_plain, plain_bytes, plain_text

# Apple's devices refuse certificates that are valid for longer than 825 days.
_VALID_DAYS, _RENEWED_DAYS_BEFORE = 820, 60


@dataclass(frozen=True, slots=True)
class Files:
    """A certificate chain and its private key, both PEM."""

    certificate: Path
    key: Path


class Tls:
    """The TLS context of the page.

    Args:
        files: raises ConfigError where they do not fit together.
    """

    def __init__(self, files: Files) -> None:
        self.files = files
        self.context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self.context.minimum_version = ssl.TLSVersion.TLSv1_2
        self._seen = self._signature()
        self._load(self.context)
        self.fingerprint = fingerprint_of(files.certificate)

    def renew(self) -> bool:
        """Take changed files; new connections use them. Returns whether there were new ones.

        Raises:
            ConfigError: the new files do not fit together; the old ones go on.
        """
        signature = self._signature()
        if signature == self._seen:
            return False
        self._seen = signature
        self._load(ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER))
        self._load(self.context)
        self.fingerprint = fingerprint_of(self.files.certificate)
        return True

    def _load(self, context: ssl.SSLContext) -> None:
        try:
            for file in (self.files.certificate, self.files.key):
                open_plain(file).close()  # OpenSSL waits for a pipe
            # An empty password: a key with one would otherwise ask for it on the console.
            context.load_cert_chain(self.files.certificate, self.files.key, password="")
        except (OSError, ssl.SSLError, ValueError) as error:
            raise ConfigError(
                f"operator.certificate: {self.files.certificate} with key {self.files.key}: "
                f"{error}; expected a PEM chain and its key without a password"
            ) from None

    def _signature(self) -> tuple[float, ...]:
        try:
            files = (self.files.certificate, self.files.key)
            return tuple(file.stat().st_mtime for file in files)
        except OSError:
            return ()


def fingerprint_of(certificate: Path) -> str:
    """Return the SHA-256 of the first certificate of a PEM file, as browsers show it."""
    text = plain_text(certificate, encoding="ascii", errors="replace")
    first = text[text.index("-----BEGIN CERTIFICATE-----") :]
    end = "-----END CERTIFICATE-----"
    der = ssl.PEM_cert_to_DER_cert(first[: first.index(end) + len(end)])
    digest = hashlib.sha256(der).hexdigest().upper()
    return ":".join(digest[i : i + 2] for i in range(0, len(digest), 2))


def ends_at(certificate: Path | None) -> float | None:
    """Return when the first certificate of a PEM file ends, in seconds since 1970.

    None where there is none, or none that can be read now.
    """
    if certificate is None:
        return None
    # A large library: loaded by a table whose metrics are read, and by no other.
    from cryptography import x509

    try:
        found = x509.load_pem_x509_certificate(plain_bytes(certificate))
    except (OSError, ValueError):
        return None
    return found.not_valid_after_utc.timestamp()


def own_files(folder: Path, names: Iterable[str], addresses: Iterable[str]) -> Files:
    """Return a self-signed certificate for these names and addresses, made where there is none.

    It is kept for as long as it is valid, whatever changes, because people compare its fingerprint.
    One that cannot be read for now is not replaced.

    Raises:
        OSError: it cannot be read or kept.
    """
    files = Files(folder / "page.crt", folder / "page.key")
    for file in (files.certificate, files.key):
        with contextlib.suppress(FileNotFoundError):
            plain_bytes(file)
    if not _is_good(files):
        # Loaded only when one is made: it is a large library, needed once in two years.
        key, certificate = _make(list(names), list(addresses))
        write_whole(files.key, key, PRIVATE)
        write_whole(files.certificate, certificate, PRIVATE)
    return files


def _is_good(files: Files) -> bool:
    from cryptography import x509

    try:
        found = x509.load_pem_x509_certificate(plain_bytes(files.certificate))
        Tls(files)
    except (OSError, ValueError, ConfigError):
        return False
    now = datetime.now(UTC)
    # One that begins in the future was made while the clock was wrong: no browser takes it.
    begun = found.not_valid_before_utc <= now
    left = found.not_valid_after_utc - now
    return begun and left > timedelta(days=_RENEWED_DAYS_BEFORE) and os.access(files.key, os.R_OK)


def _make(names: list[str], addresses: list[str]) -> tuple[str, str]:
    from cryptography import x509
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import ec
    from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, names[0][:64])])
    reached: list[x509.GeneralName] = [x509.DNSName(name) for name in names]
    reached += [x509.IPAddress(ipaddress.ip_address(address)) for address in addresses]
    # A day back, for clocks that are behind.
    begins = datetime.now(UTC) - timedelta(days=1)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(begins)
        .not_valid_after(begins + timedelta(days=_VALID_DAYS))
        .add_extension(x509.SubjectAlternativeName(reached), critical=False)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
        .sign(key, hashes.SHA256())
    )
    plain = serialization.NoEncryption()
    pem, pkcs8 = serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8
    return (
        key.private_bytes(pem, pkcs8, plain).decode(),
        certificate.public_bytes(pem).decode(),
    )
