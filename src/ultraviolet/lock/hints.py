"""Why none of the wheels of a package fits, in a sentence that says what there is instead."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from ultraviolet.standards.filenames import WheelFilename
from ultraviolet.standards.markers import MarkerEnvironment
from ultraviolet.standards.tag_grammar import abi_tag, pretty_platform, python_tag
from ultraviolet.standards.tag_order import abi_order, platform_order, python_order
from ultraviolet.standards.tags import Tags


def wheel_hint(
    name: str,
    version: str | None,
    wheels: Sequence[WheelFilename],
    tags: Tags,
    environment: MarkerEnvironment | None,
) -> str | None:
    """Return the hint for wheels of which none is compatible; None when there is nothing to say."""
    if not wheels:
        return None
    ranks = [tags.rank(wheel.python_tags, wheel.abi_tags, wheel.platform_tags) for wheel in wheels]
    reason = tags.incompatibility(wheels[ranks.index(max(ranks))])
    best = tags.best
    package = f"`{name}`" if version is None else f"`{name}` (v{version})"
    if reason == "python":
        found = sorted({tag for wheel in wheels for tag in wheel.python_tags}, key=python_order)
        words = None if best is None else _words(best[0], getattr(python_tag(best[0]), "pretty", None), bare=True)
        return _tag_sentence(package, found, words, "Python implementation tag")
    if reason == "abi":
        found = sorted({tag for wheel in wheels for tag in wheel.abi_tags if tag != "none"}, key=abi_order)
        words = None if best is None else _words(best[1], getattr(abi_tag(best[1]), "pretty", None), bare=True)
        return _tag_sentence(package, found, words, "Python ABI tag")
    if reason == "platform":
        usable = (
            wheel
            for wheel in wheels
            if any(tags.supports(python, abi) for python in wheel.python_tags for abi in wheel.abi_tags)
        )
        found = sorted({tag for wheel in usable for tag in wheel.platform_tags}, key=platform_order)
        words = None if best is None else _words(best[2], pretty_platform(best[2]), bare=False)
        return _platform_sentence(package, found, words, environment)
    return None


def _words(tag: str, pretty: str | None, *, bare: bool) -> str:
    if pretty is not None:
        return f"{pretty} (`{tag}`)"
    return tag if bare else f"`{tag}`"


def _tag_sentence(package: str, found: Sequence[str], best: str | None, what: str) -> str | None:
    if not found:
        return None
    what += "" if len(found) == 1 else "s"
    if best is None:
        return f"Wheels are available for {package} with the following {what}: {_list(found)}"
    return f"You're using {best}, but {package} only has wheels with the following {what}: {_list(found)}"


def _platform_sentence(
    package: str, found: Sequence[str], best: str | None, environment: MarkerEnvironment | None
) -> str | None:
    if not found:
        return None
    what = "platform" if len(found) == 1 else "platforms"
    if best is None or environment is None:
        return f"Wheels are available for {package} on the following {what}: {_list(found)}"
    marker = f"sys_platform == '{environment.sys_platform}'"
    if environment.platform_machine:
        marker += f" and platform_machine == '{environment.platform_machine}'"
    return (
        f"You're on {best}, but {package} only has wheels for the following {what}: {_list(found)}; consider adding "
        f'"{marker}" to `tool.uv.required-environments` to ensure uv resolves to a version with compatible wheels'
    )


def _list(tags: Iterable[str]) -> str:
    return ", ".join(f"`{tag}`" for tag in tags)
