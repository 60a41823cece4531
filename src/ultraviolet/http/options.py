"""What can be configured about transfers; environment variables and settings are read elsewhere."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

import msgspec


class ProxyOptions(msgspec.Struct, frozen=True, kw_only=True):
    """Proxies by scheme of the target; texts as in ``HTTP_PROXY`` and its kin."""

    http: str | None = None
    https: str | None = None
    all: str | None = None
    no_proxy: str | None = None
    """Comma-separated hosts, domains, networks or ``*``."""

    def for_url(self, scheme: str, host: str, port: int) -> str | None:
        """Return the proxy for a target, or ``None`` to connect directly."""
        proxy = (self.https if scheme == "https" else self.http) or self.all
        if not proxy or (self.no_proxy and _is_excluded(self.no_proxy, host, port)):
            return None
        return proxy if "://" in proxy else f"http://{proxy}"


def _is_excluded(no_proxy: str, host: str, port: int) -> bool:
    host = host.strip("[]").lower()
    for entry in no_proxy.replace(" ", ",").split(","):
        pattern = entry.strip().lower()
        if not pattern:
            continue
        if pattern == "*":
            return True
        if "/" in pattern:
            if _in_network(host, pattern):
                return True
            continue
        name, _, number = pattern.rpartition(":")
        if name and number.isdigit() and "]" not in number and ":" not in name:
            if int(number) != port:
                continue
            pattern = name
        pattern = pattern.strip("[]").lstrip(".")
        if host == pattern or host.endswith("." + pattern):
            return True
    return False


def _in_network(host: str, network: str) -> bool:
    import ipaddress

    try:
        return ipaddress.ip_address(host) in ipaddress.ip_network(network, strict=False)
    except ValueError:
        return False


class HttpOptions(msgspec.Struct, frozen=True, kw_only=True):
    """Everything a client needs to know that is the same for all its requests."""

    offline: bool = False
    connect_timeout: float = 10.0
    """Seconds (``UV_HTTP_CONNECT_TIMEOUT``)."""
    read_timeout: float = 30.0
    """Seconds without a byte (``UV_HTTP_TIMEOUT``)."""
    retries: int = 3
    """Attempts after the first (``UV_HTTP_RETRIES``)."""
    retry_delays: bool = True
    """False under ``UV_TEST_NO_HTTP_RETRY_DELAY``."""
    concurrency: int = 50
    """Transfers at a time (``UV_CONCURRENT_DOWNLOADS``)."""
    ca_file: str | None = None
    """PEM bundle in place of the default roots (``SSL_CERT_FILE``)."""
    ca_directories: tuple[str, ...] = ()
    """Directories of certificates (``SSL_CERT_DIR``)."""
    client_certificate: str | None = None
    """PEM file with certificate and key (``SSL_CLIENT_CERT``)."""
    system_certificates: bool = False
    """Trust what the operating system trusts (``--system-certs``)."""
    insecure_hosts: tuple[str, ...] = ()
    """``host`` or ``host:port`` whose certificates are not verified (``--allow-insecure-host``)."""
    proxies: ProxyOptions = ProxyOptions()
    keyring: Literal["disabled", "subprocess"] = "disabled"
    keyring_environ: Mapping[str, str] | None = None
    """The variables that the keyring program runs with; ``None``: those of this process."""
    netrc: str | None = None
    """Path of the netrc file; ``None``: do not look."""
    credentials_file: str | None = None
    """Path of the credential store of ``uv auth``; ``None``: do not look."""
    user_agent: str = "uv/0.12.5"
    transport: Literal["auto", "curl", "stdlib"] = "auto"

    def is_insecure(self, host: str, port: int) -> bool:
        """Whether certificates of a host are not verified."""
        return any(
            entry in (host, f"{host}:{port}", "*")
            for entry in self.insecure_hosts  # few, usually none
        )
