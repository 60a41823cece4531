"""Engines over one cache and one index, for tests of what fetches and builds."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from tests.support.environments import running_interpreter
from tests.support.index_server import IndexServer
from tests.support.packages import BuiltFile

from ultraviolet.cache.layout import Cache
from ultraviolet.cache.refresh import Refresh
from ultraviolet.distributions.artifact import Artifact
from ultraviolet.distributions.dist import RegistryDist
from ultraviolet.distributions.indexes import IndexLocation
from ultraviolet.operations.engine_options import EngineOptions
from ultraviolet.operations.engines import Engines
from ultraviolet.operations.reporter import SilentReporter
from ultraviolet.operations.world import World
from ultraviolet.standards.names import PackageName
from ultraviolet.standards.versions import parse_version


class Workshop:
    """Engines over one cache."""

    def __init__(self, root: Path, server: IndexServer) -> None:
        self.root = root
        self.server = server
        self.opened: list[Any] = []

    def engines(self, *, refresh: Refresh | None = None, **options: Any) -> Engines:
        world = World(
            cwd=str(self.root),
            environ={"PATH": "/usr/bin:/bin", "HOME": str(self.root)},
            cache=Cache(str(self.root / "cache"), refresh=refresh).open(),
            reporter=SilentReporter(),
        )
        engines = Engines(world, EngineOptions(**options), running_interpreter())
        self.opened += [engines, world]
        return engines

    def registry(self, built: BuiltFile, name: str, **changes: Any) -> RegistryDist:
        artifact = Artifact(filename=built.filename, url=f"{self.server.url}/files/{built.filename}", **changes)
        kind: dict[str, Any] = (
            {"wheel": artifact} if built.filename.endswith(".whl") else {"sdist": artifact, "from_sdist": True}
        )
        return RegistryDist(
            name=PackageName(name),
            version=parse_version("1.0"),
            index=IndexLocation(url=self.server.index_url),
            **kind,
        )

    def close(self) -> None:
        for thing in self.opened:
            thing.close()
