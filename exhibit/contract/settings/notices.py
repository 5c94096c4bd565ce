"""The settings of notices: who hears of faults while nobody looks at the page."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from exhibit.contract.settings.section import Section

_ADDRESS = r"[^@\s<>,;]+@[^@\s<>,;]+"


class NoticesConfig(Section):
    """Mail and webhook for faults and recoveries."""

    mail_to: tuple[
        Annotated[str, Field(pattern=rf"^{_ADDRESS}$", examples=["kim@museum.example"])], ...
    ] = Field((), max_length=20)
    """Who gets mail; empty for nobody."""
    mail_from: str = Field(
        "", max_length=200, pattern=rf"^({_ADDRESS})?$", examples=["table@museum.example"]
    )
    """Sender of the mail; empty takes the first of `mail_to`."""
    smtp_host: str = Field(
        "", max_length=253, pattern=r"^[^\s/]*$", examples=["mail.museum.example"]
    )
    """The museum's mail server."""
    smtp_port: int = Field(587, ge=1, le=65535)
    """Its port: 587 for starttls, 465 for tls, 25 for none as a rule."""
    smtp_security: Literal["starttls", "tls", "none"] = "starttls"
    """How the way there is encrypted. The server's certificate must be one that this machine
    trusts."""
    smtp_user: str = Field("", max_length=200)
    """Who logs in; empty for nobody. The password is the systemd credential `smtp-password`, or
    the file of that name in `state/operator`, with mode 0600."""
    webhook: str = Field(
        "",
        max_length=500,
        pattern=r"^(https?://[^\s@]+)?$",
        examples=["https://desk.museum.example/notices"],
    )
    """Address that gets each notice as JSON by POST; empty for none. Where there is a credential
    or file `webhook-token`, it is sent along as bearer."""
    place: str = Field("Tracing Table", max_length=60, pattern=r"^[^\x00-\x1f\x7f]+$")
    """What this table is called in notices."""
    pause_min: float = Field(15.0, ge=1, le=1440, json_schema_extra={"unit": "min"})
    """Shortest time from one notice to the next; what happens meanwhile comes together."""
    sign_of_life: bool = True
    """Say once a week that the table lives, and how it was used."""
