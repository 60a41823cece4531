"""Places where credentials may be kept: netrc, the store of ``uv auth``, the keyring program."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping

from ultraviolet.distributions.urls import without_credentials
from ultraviolet.http.credentials import Credentials
from ultraviolet.http.urls import origin_of


class NetrcProvider:
    """The netrc file; a missing or unreadable one knows nothing."""

    def __init__(self, path: str) -> None:
        self.path = path

    def __call__(self, url: str, username: str | None) -> Credentials | None:
        """Return the entry of the URL's host (or the default entry) if its user name fits."""
        import netrc

        try:
            entries = netrc.netrc(self.path)
        except (OSError, netrc.NetrcParseError, UnicodeDecodeError):
            return None
        _, host, port = origin_of(url)
        found = entries.authenticators(f"{host}:{port}") or entries.authenticators(host)
        if found is None:
            return None
        login, account, password = found
        name = login or account
        if username is not None and name != username:
            return None
        return Credentials(name or None, password or None)


class StoreProvider:
    """The plain-text store that ``uv auth login`` writes: ``[[credential]]`` tables in a TOML file."""

    def __init__(self, path: str) -> None:
        self.path = path

    def __call__(self, url: str, username: str | None) -> Credentials | None:
        """Return the entry whose service is the longest prefix of the URL on the same realm."""
        best: tuple[int, Credentials] | None = None
        for service, credentials in read_store(self.path):
            if username is not None and credentials.username != username:
                continue
            if origin_of(service) != origin_of(url):
                continue
            prefix = without_credentials(service).rstrip("/")
            if url != prefix and not url.startswith(prefix + "/"):
                continue
            if best is None or len(prefix) > best[0]:
                best = (len(prefix), credentials)
        return best[1] if best is not None else None


def read_store(path: str) -> list[tuple[str, Credentials]]:
    """Read the store as (service URL, credentials); a missing or damaged file is empty."""
    import tomllib

    try:
        with open(path, "rb") as file:
            document = tomllib.load(file)
    except (OSError, tomllib.TOMLDecodeError, UnicodeDecodeError):
        return []
    found = []
    for entry in document.get("credential", []):
        service = entry.get("service")
        if not isinstance(service, str):
            continue
        if "://" not in service:
            service = f"https://{service}"
        if entry.get("scheme", "basic") == "bearer":
            found.append((service, Credentials(token=entry.get("token"))))
        else:
            found.append((service, Credentials(entry.get("username"), entry.get("password"))))
    return found


class KeyringProvider:
    """The ``keyring`` program; needs a user name unless the index demands credentials always."""

    def __init__(
        self,
        *,
        environ: Mapping[str, str] | None = None,
        without_username: bool = False,
        warn: Callable[[str], None] | None = None,
    ) -> None:
        self.warn = warn
        self.environ = environ
        """The variables that the program runs with; those of this process by default."""
        self.without_username = without_username

    def __call__(self, url: str, username: str | None) -> Credentials | None:
        """Ask for the URL, then for the host, then (not https) for scheme and host."""
        if username is None and not self.without_username:
            return None
        scheme, host, port = origin_of(url)
        standard = (scheme, port) in {("http", 80), ("https", 443)}
        place = host if standard else f"{host}:{port}"
        services = [url, place]
        if scheme != "https":
            services.append(f"{scheme}://{place}")
        for service in services:
            found = _ask_keyring(service, username, self.environ, self.warn)
            if found is not None:
                return found
        return None


def _ask_keyring(
    service: str, username: str | None, environ: Mapping[str, str] | None, warn: Callable[[str], None] | None
) -> Credentials | None:
    import subprocess

    command = ["keyring", "get", service]
    command += [username] if username is not None else ["--mode", "creds"]
    try:
        done = subprocess.run(
            command,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=None if username is not None else subprocess.PIPE,
            check=False,
            env=environ,
        )
        output = done.stdout.decode()
    except (OSError, UnicodeDecodeError):
        return None
    if username is None and (done.returncode == 0 or b"unrecognized arguments: --mode" not in done.stderr):
        os.write(2, done.stderr)  # what the program tells people, which goes straight there when a name is known
    elif username is None and warn is not None:
        warn(
            "Attempted to fetch credentials using the `keyring` command, but it does not support `--mode creds`; upgrade to "
            "`keyring>=v25.2.1` or provide a username"
        )
    if done.returncode:
        return None
    if username is not None:
        return Credentials(username, output.rstrip())
    lines = output.splitlines()
    return Credentials(lines[0], lines[1]) if len(lines) > 1 else None
