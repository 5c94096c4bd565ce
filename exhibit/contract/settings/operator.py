"""The settings of the operator's page: where it is served, and who is believed there."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

from pydantic import Field

from exhibit.contract.settings.addresses import Addresses, Host
from exhibit.contract.settings.section import Section

_A_KEY = "O2onvM62pC1io6jQKm8Nc2UyFXcd4kOmOsBIoYtZ2ik="
PublicKey = Annotated[str, Field(pattern=r"^[A-Za-z0-9+/]{43}=$", examples=[_A_KEY])]
"""32 bytes of Ed25519 in base64."""


class OperatorConfig(Section):
    """The operator's page."""

    enabled: bool = True
    """Off, the table is set up by `config.yaml` alone, and nobody can reach it from here again."""
    host: Host = "127.0.0.1"
    """Address to serve on once the table is claimed; loopback until then."""
    port: int = Field(8443, ge=0, le=65535)
    """Port to serve on; 0 takes a free one."""
    names: tuple[Host, ...] = ()
    """Further names under which the page is reached, such as table.museum.example."""
    proxies: tuple[Addresses, ...] = ()
    """Addresses of reverse proxies in front of the page; what they say of who asks is believed."""
    sign_on: bool = False
    """Believe those proxies who has logged in with them, and in which role."""
    certificate: Path | None = None
    """The museum's own certificate chain (PEM), reloaded when it changes; empty makes one."""
    key: Path | None = None
    """The private key (PEM) of `certificate`."""
    bundle_keys: tuple[PublicKey, ...] = ()
    """Public keys of who may publish bundles for `exhibit bundle pull`, as `bundle key` prints."""
