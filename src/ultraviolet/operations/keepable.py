"""What is installed, as far as it may stay: distributions whose wheels were built for something else may not."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from ultraviolet.distributions.installed import InstalledDistribution
from ultraviolet.environment.site_packages import WheelFileError, read_wheel_tags
from ultraviolet.standards.names import PackageName
from ultraviolet.standards.tags import Tags, tag_lines_compatible


class Keepable(Mapping[PackageName, tuple[InstalledDistribution, ...]]):
    """Installed distributions by name; the ``WHEEL`` of one is read when the resolver asks for it."""

    def __init__(self, installed: Iterable[InstalledDistribution], tags: Tags | None) -> None:
        found: dict[PackageName, list[InstalledDistribution]] = {}
        for distribution in installed:
            found.setdefault(distribution.name, []).append(distribution)
        self._found = {name: tuple(distributions) for name, distributions in found.items()}
        self._tags = tags
        self._judged: dict[PackageName, tuple[InstalledDistribution, ...]] = {}

    def __getitem__(self, name: PackageName) -> tuple[InstalledDistribution, ...]:
        judged = self._judged.get(name)
        if judged is None:
            judged = self._judged[name] = tuple(filter(self._fits, self._found[name]))
        return judged

    def __iter__(self) -> Iterator[PackageName]:
        return iter(self._found)

    def __len__(self) -> int:
        return len(self._found)

    def _fits(self, distribution: InstalledDistribution) -> bool:
        if self._tags is None:
            return True
        try:
            lines = read_wheel_tags(distribution)
        except WheelFileError:
            return True
        return lines is None or tag_lines_compatible(lines, self._tags)
