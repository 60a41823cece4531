"""Wheels named by URL or path that a plan must not install: built for something else, or ruled out by ``--no-binary``."""

from __future__ import annotations

import os.path
from collections.abc import Callable, Iterable

from ultraviolet.distributions.direct_urls import direct_url_text
from ultraviolet.distributions.dist import DirectDist, Dist
from ultraviolet.distributions.source import PathSource, UrlSource
from ultraviolet.distributions.urls import redact, url_filename
from ultraviolet.errors import UltravioletError
from ultraviolet.standards.filenames import WheelFilename, parse_wheel_filename
from ultraviolet.standards.names import PackageName
from ultraviolet.standards.tag_grammar import abi_tag, pretty_platform, python_tag
from ultraviolet.standards.tags import Tags
from ultraviolet.workspace.paths import user_display


class PlanFailed(UltravioletError):
    """What is to be installed cannot be."""


def check_wheels(
    dists: Iterable[Dist], tags: Tags | None, forbids_binary: Callable[[PackageName], bool], *, cwd: str
) -> None:
    """Refuse wheels that cannot be used here.

    :raises PlanFailed: the cause says which and why.
    """
    for dist in dists:
        source = dist.source if isinstance(dist, DirectDist) else None
        if not isinstance(source, (UrlSource, PathSource)) or source.kind != "wheel":
            continue
        url = redact(direct_url_text(source))
        if isinstance(source, UrlSource):
            kind, shown, filename = "URL", url, url_filename(source.url)
        else:
            kind, shown, filename = "path", user_display(source.path, cwd), os.path.basename(source.path)
        wheel = parse_wheel_filename(filename)
        if tags is not None and not tags.is_compatible(wheel):
            hint = _explain(wheel, tags)
            raise PlanFailed(
                "Failed to determine installation plan", hints=(hint,) if hint is not None else ()
            ) from UltravioletError(f"A {kind} ({shown}) dependency is incompatible with the current platform")
        if forbids_binary(dist.name):
            raise PlanFailed("Failed to determine installation plan") from UltravioletError(
                f"A {kind} dependency points to a wheel which conflicts with `--no-binary`: {url}"
            )


def _explain(wheel: WheelFilename, tags: Tags) -> str | None:
    reason, best = tags.incompatibility(wheel), tags.best
    if best is None:
        return None
    if reason == "python":
        return (
            f"The wheel is compatible with {_listed(wheel.python_tags, _python)}, but you're using {_python(best[0])}"
        )
    if reason == "abi":
        return f"The wheel is compatible with {_listed(wheel.abi_tags, _abi)}, but you're using {_abi(best[1])}"
    if reason == "freethreaded-abi":
        return (
            f"You're using {_abi(best[1])}, but the wheel was built for {_listed(wheel.abi_tags, _interface)}, which "
            "requires a GIL-enabled interpreter"
        )
    if reason == "platform":
        return f"The wheel is compatible with {_listed(wheel.platform_tags, _platform)}, but you're on {_platform(best[2])}"
    return None


def _listed(tags: Iterable[str], describe: Callable[[str], str]) -> str:
    return ", ".join(map(describe, tags))


def _named(name: str | None, tag: str) -> str:
    return f"`{tag}`" if name is None else f"{name} (`{tag}`)"


def _python(tag: str) -> str:
    known = python_tag(tag)
    return _named(known.pretty if known is not None else None, tag)


def _abi(tag: str) -> str:
    known = abi_tag(tag)
    return _named(known.pretty if known is not None else None, tag)


def _interface(tag: str) -> str:
    if tag == "abi3":
        return "the stable ABI (`abi3`)"
    known = abi_tag(tag)
    pretty = known.pretty if known is not None else None
    return f"`{tag}`" if pretty is None else f"the {pretty} ABI (`{tag}`)"


def _platform(tag: str) -> str:
    return _named(pretty_platform(tag), tag)
