"""A user name and password, or a token, that show themselves redacted."""

from __future__ import annotations

from ultraviolet.distributions.urls import credentials as url_credentials
from ultraviolet.distributions.urls import percent_decode


class Credentials:
    """What proves who asks. Printing it shows no secret."""

    __slots__ = ("password", "token", "username")

    def __init__(self, username: str | None = None, password: str | None = None, *, token: str | None = None) -> None:
        self.username = username
        self.password = password
        self.token = token
        """Sent as ``Bearer``; then there is neither user name nor password."""

    @classmethod
    def from_url(cls, url: str) -> Credentials | None:
        """Return the credentials written into a URL, decoded, or ``None``."""
        username, password = url_credentials(url)
        if username is None and password is None:
            return None
        return cls(
            percent_decode(username) if username is not None else None,
            percent_decode(password) if password is not None else None,
        )

    @property
    def is_complete(self) -> bool:
        """Whether there is more than a user name."""
        return self.password is not None or self.token is not None

    def header(self) -> str:
        """Return the value of ``Authorization``."""
        if self.token is not None:
            return f"Bearer {self.token}"
        from binascii import b2a_base64

        pair = f"{self.username or ''}:{self.password or ''}".encode()
        return "Basic " + b2a_base64(pair, newline=False).decode()

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Credentials):
            return NotImplemented
        return (self.username, self.password, self.token) == (other.username, other.password, other.token)

    def __hash__(self) -> int:
        return hash((self.username, self.password, self.token))

    def __repr__(self) -> str:
        if self.token is not None:
            return "Credentials(token=****)"
        return f"Credentials(username={self.username!r}, password={'****' if self.password is not None else None})"
