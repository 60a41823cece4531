"""What the user may say about builds."""

from __future__ import annotations

from collections.abc import Mapping

import msgspec

from ultraviolet.distributions.requirement import Requirement
from ultraviolet.standards.names import PackageName

ConfigSettings = Mapping[str, str | tuple[str, ...]]
"""``{key: value}``; a key given several times holds all its values."""


class ExtraBuildRequirement(msgspec.Struct, frozen=True):
    """An entry of ``tool.uv.extra-build-dependencies``."""

    requirement: Requirement
    match_runtime: bool = False
    """Use the version that the resolution of the project chose."""
    is_matched: bool = False
    """Whether ``requirement`` names that version already."""


class BuildOptions(msgspec.Struct, frozen=True, kw_only=True):
    """Isolation, settings and extra requirements of builds."""

    no_isolation: bool = False
    """No package is built in isolation."""
    no_isolation_packages: frozenset[PackageName] = frozenset()
    config_settings: ConfigSettings = {}
    config_settings_package: Mapping[PackageName, ConfigSettings] = {}
    extra_requirements: Mapping[PackageName, tuple[ExtraBuildRequirement, ...]] = {}
    extra_variables: Mapping[PackageName, Mapping[str, str]] = {}

    def is_isolated(self, name: PackageName | None) -> bool:
        """Whether a package is built in an environment of its own."""
        return not self.no_isolation and name not in self.no_isolation_packages

    def settings_for(self, name: PackageName | None) -> dict[str, str | tuple[str, ...]]:
        """Return the config settings of a package: its own merged over the general ones."""
        settings = dict(self.config_settings)
        for key, value in (self.config_settings_package.get(name, {}) if name else {}).items():
            present = settings.get(key)
            if present is None:
                settings[key] = value
            else:
                settings[key] = _values(present) + _values(value)
        return settings

    def record_for(self, name: PackageName) -> bytes:
        """Return JSON for ``uv_build.json``: the settings that a build depends on, ``{}`` for none."""
        info: dict[str, object] = {}
        settings = self.settings_for(name)
        if settings:
            info["config_settings"] = dict(sorted(settings.items()))
        extra = self.extra_requirements.get(name)
        if extra:
            from ultraviolet.build.records import requirement_record

            info["extra_build_requires"] = [
                {"requirement": requirement_record(entry.requirement), "match_runtime": entry.match_runtime}
                for entry in extra
            ]
        variables = self.extra_variables.get(name)
        if variables:
            info["extra_build_variables"] = dict(sorted(variables.items()))
        return msgspec.json.encode(info)


def _values(value: str | tuple[str, ...]) -> tuple[str, ...]:
    return (value,) if isinstance(value, str) else value


def parse_config_settings(entries: list[str]) -> dict[str, str | tuple[str, ...]]:
    """Read ``KEY=VALUE`` texts; a repeated key collects its values.

    :raises ValueError: an entry has no ``=``.
    """
    settings: dict[str, str | tuple[str, ...]] = {}
    for entry in entries:
        key, separator, value = entry.partition("=")
        if not separator:
            raise ValueError(f"Missing value for config setting: `{entry}` (expected `KEY=VALUE`)")
        present = settings.get(key)
        settings[key] = value if present is None else (*_values(present), value)
    return settings
