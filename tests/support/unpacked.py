"""Unpacked wheels with their manifests, as the cache holds them."""

from __future__ import annotations

import os
from base64 import urlsafe_b64encode
from collections.abc import Mapping
from hashlib import sha256
from pathlib import Path

from ultraviolet.distributions.dist import CachedWheel, Dist, RegistryDist
from ultraviolet.distributions.indexes import IndexLocation
from ultraviolet.distributions.manifest import WheelFile, WheelManifest
from ultraviolet.standards.names import parse_package_name
from ultraviolet.standards.versions import parse_version


def registry_dist(name: str, version: str = "1.0") -> RegistryDist:
    """Return a version at an index."""
    index = IndexLocation(url="https://example.org/simple")
    return RegistryDist(name=parse_package_name(name), version=parse_version(version), index=index)


def unpack_wheel(
    root: Path,
    name: str,
    version: str = "1.0",
    files: Mapping[str, str | bytes] | None = None,
    *,
    info: Mapping[str, str | None] | None = None,
    executable: tuple[str, ...] = (),
    dist: Dist | None = None,
    metadata_name: str | None = None,
    metadata_version: str | None = None,
    wheel: str = "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
    cache_info: bytes | None = None,
    build_info: bytes | None = None,
) -> CachedWheel:
    """Write an unpacked wheel below ``root``; ``info`` are further files of its ``.dist-info``."""
    stem = f"{name.replace('-', '_')}-{version}"
    dist_info = f"{stem}.dist-info"
    metadata = f"Metadata-Version: 2.1\nName: {metadata_name or name}\nVersion: {metadata_version or version}\n"
    texts: dict[str, str | bytes] = dict(files if files is not None else {f"{name.replace('-', '_')}/__init__.py": ""})
    texts[f"{dist_info}/METADATA"] = metadata
    texts[f"{dist_info}/WHEEL"] = wheel
    texts.update({f"{dist_info}/{key}": text for key, text in (info or {}).items() if text is not None})
    texts[f"{dist_info}/RECORD"] = "not used: the manifest is\n"
    path = root / f"unpacked-{stem}"
    entries = []
    for relative, text in sorted(texts.items()):
        data = text.encode() if isinstance(text, str) else text
        target = path / relative
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(data)
        if relative in executable:
            target.chmod(0o755)
        digest = urlsafe_b64encode(sha256(data).digest()).rstrip(b"=").decode()
        entries.append(
            WheelFile(relative, len(data), relative in executable, None if relative.endswith("/RECORD") else digest)
        )
    directories = {
        parent
        for entry in entries
        for count in range(1, entry.path.count("/") + 1)
        for parent in ["/".join(entry.path.split("/")[:count])]
    }
    manifest = WheelManifest(dist_info, tuple(sorted(directories)), tuple(entries))
    return CachedWheel(
        dist=dist or registry_dist(name, version),
        name=parse_package_name(name),
        version=parse_version(version),
        filename=f"{stem}-py3-none-any.whl",
        path=str(path),
        manifest=manifest,
        cache_info=cache_info,
        build_info=build_info,
    )


def tree(root: str | os.PathLike[str]) -> list[str]:
    """Return all files and links below a directory, relative to it."""
    return sorted(
        os.path.relpath(os.path.join(directory, name), root)
        for directory, names, files in os.walk(root)
        for name in [*files, *(name for name in names if os.path.islink(os.path.join(directory, name)))]
    )
