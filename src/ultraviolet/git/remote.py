"""Where a repository is, with the credentials to get at it, which are never shown or written down."""

from __future__ import annotations

from ultraviolet.distributions.urls import redact, split_authority, without_credentials
from ultraviolet.git.errors import GitProcessFailed


class Remote:
    """A repository's URL with credentials."""

    __slots__ = ("url",)

    def __init__(self, url: str) -> None:
        self.url = url

    @property
    def shown(self) -> str:
        """The URL as it may be shown."""
        return redact(self.url)

    def submodule_settings(self) -> list[str]:
        """Return settings of one command that let submodules with relative URLs be found, and fetched."""
        return [f"remote.origin.url={without_credentials(self.url)}", *self.credential_settings()]

    def credential_settings(self) -> list[str]:
        """Return settings of one command by which git adds the credentials for other repositories at this host."""
        plain, secret = _root(without_credentials(self.url)), _root(self.url)
        return [f"url.{secret}.insteadOf={plain}"] if plain != secret else []

    def redacting(self) -> _Redacting:
        """Return a context in which failures of git lose the credentials."""
        return _Redacting(self.url)


def _root(url: str) -> str:
    scheme, authority, _ = split_authority(url)
    return f"{scheme}{authority}/"


class _Redacting:
    __slots__ = ("_url",)

    def __init__(self, url: str) -> None:
        self._url = url

    def __enter__(self) -> None:
        return None

    def __exit__(self, kind: object, error: BaseException | None, trace: object) -> None:
        if not isinstance(error, GitProcessFailed):
            return
        text = error.message
        for secret in (self._url, _root(self._url)):
            shown = redact(secret)
            if shown != secret:
                text = text.replace(secret, shown)
        if text != error.message:
            raise GitProcessFailed(text) from None
