"""Source trees as the engines see them: lowered metadata without a build, and what a rebuild depends on."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ultraviolet.distributions.direct_urls import InvalidDirectUrl, UrlContext
from ultraviolet.distributions.metadata import DistMetadata
from ultraviolet.errors import UltravioletError
from ultraviolet.standards.requirements import parse_lenient_requirement

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ultraviolet.distributions.indexes import IndexLocation
    from ultraviolet.distributions.requirement import Requirement
    from ultraviolet.standards.metadata import Metadata
    from ultraviolet.standards.names import GroupName, PackageName
    from ultraviolet.workspace.discovery import DiscoveryOptions, Project
    from ultraviolet.workspace.lowering import LoweringContext


class ProjectTrees:
    """Implements the port ``prepare.SourceTrees`` over the workspace room; reads each project once."""

    def __init__(
        self,
        *,
        environ: Mapping[str, str],
        cwd: str,
        no_sources: bool | frozenset[PackageName] = False,
        command_line_indexes: tuple[IndexLocation, ...] = (),
        configured_indexes: tuple[tuple[IndexLocation, str], ...] = (),
        discovery: DiscoveryOptions | None = None,
        editable_members: bool = True,
    ) -> None:
        self._environ = environ
        self._cwd = cwd
        self._changes: dict[str, Any] = {
            "no_sources": no_sources,
            "command_line_indexes": command_line_indexes,
            "configured_indexes": configured_indexes,
            "urls": UrlContext(environ=environ, cwd=cwd),
            "editable": editable_members,
        }
        self._discovery = discovery
        self._projects: dict[str, Project | None] = {}
        self._infos: dict[str, bytes] = {}

    def adopt(self, project: Project) -> None:
        """Use a project that was discovered already, for all its members."""
        from ultraviolet.workspace.discovery import Project

        for name, member in project.workspace.members.items():
            if not _is_cut_off(member.root, project.workspace.root):
                self._projects[member.root] = Project(project.workspace, name)

    def static_metadata(self, tree: str) -> DistMetadata | None:
        """Return lowered metadata from ``pyproject.toml`` alone; None when some of it is dynamic."""
        from ultraviolet.workspace.metadata import member_metadata

        project = self._project(tree)
        if project is None or project.member is None:
            return None
        try:
            return member_metadata(project.workspace, project.member, cwd=self._cwd, **self._changes)
        except UltravioletError as error:
            if isinstance(error.__cause__, InvalidDirectUrl):
                return None  # a template of the backend's, such as `{root:uri}`
            raise

    def stated_requirements(self, tree: str) -> DistMetadata | None:
        """Return what ``pyproject.toml`` requires, lowered, whatever its version; None when a build must tell."""
        from ultraviolet.standards.versions import parse_version
        from ultraviolet.workspace.lowering import LoweringContext
        from ultraviolet.workspace.manifest import read_manifest
        from ultraviolet.workspace.metadata import lower_metadata, plain_metadata, static_metadata

        project = self._project(tree)
        member = project.member if project is not None else None
        data = member.manifest.data if member is not None else read_manifest(f"{tree}/pyproject.toml").data
        stated = static_metadata(data, ignore_version=True, ignore_python=True)
        if stated is None:
            return None
        version = stated.version if stated.version is not None else parse_version("0")
        if project is None or member is None:
            urls: UrlContext = self._changes["urls"]
            return plain_metadata(stated, version, LoweringContext(base=tree, urls=urls))
        return lower_metadata(
            project.workspace,
            member,
            version=version,
            requires=stated.requires,
            provides_extra=stated.provides_extra,
            requires_python=stated.requires_python,
            dynamic=stated.version is None,
            cwd=self._cwd,
            **self._changes,
        )

    def groups(self, tree: str) -> tuple[PackageName | None, dict[GroupName, tuple[Requirement, ...]]]:
        """Return the name of a project (None where there is none) and its dependency groups, lowered.

        :raises UltravioletError: there is no manifest, or it cannot be read.
        """
        from ultraviolet.workspace.lowering import context_of
        from ultraviolet.workspace.metadata import lower_groups

        project = self._discover(tree)
        context = context_of(project.workspace, project.member, **self._changes)
        return project.name, lower_groups(project.workspace, project.member, context, cwd=self._cwd)

    def lower(self, tree: str, metadata: Metadata) -> DistMetadata:
        """Apply the sources of a project to metadata that a build gave."""
        from ultraviolet.workspace.metadata import lower_metadata
        from ultraviolet.workspace.plain import plain_requirement

        project = self._project(tree)
        requires = tuple(parse_lenient_requirement(text) for text in metadata.requires_dist)
        if project is None or project.member is None:
            urls: UrlContext = self._changes["urls"]
            return DistMetadata(
                name=metadata.name,
                version=metadata.version,
                requires=tuple(plain_requirement(requirement, urls) for requirement in requires),
                requires_python=metadata.requires_python,
                provides_extra=metadata.provides_extra,
                dynamic=metadata.dynamic,
            )
        return lower_metadata(
            project.workspace,
            project.member,
            version=metadata.version,
            requires=requires,
            provides_extra=metadata.provides_extra,
            requires_python=metadata.requires_python,
            dynamic="version" in (project.member.manifest.data.get("project") or {}).get("dynamic", ()),
            cwd=self._cwd,
            **self._changes,
        )

    def build_requirements(self, tree: str, texts: tuple[str, ...]) -> list[Any]:
        """Return the requirements of a build, lowered with the sources of the project that is built."""
        from ultraviolet.workspace.lowering import lower
        from ultraviolet.workspace.plain import plain_requirement

        project = self._project(tree)
        requirements = [parse_lenient_requirement(text) for text in texts]
        if project is None or project.member is None:
            urls: UrlContext = self._changes["urls"]
            return [plain_requirement(requirement, urls) for requirement in requirements]
        from ultraviolet.workspace.lowering import context_of

        context: LoweringContext = context_of(project.workspace, project.member, **self._changes)
        return [lowered for requirement in requirements for lowered in lower(requirement, context)]

    def cache_info(self, tree: str) -> bytes:
        """Return JSON that changes whenever the project must be built anew."""
        found = self._infos.get(tree)
        if found is None:
            from ultraviolet.workspace.cache_info import tree_cache_info

            project = self._projects.get(tree)
            data = project.member.manifest.data if project is not None and project.member is not None else None
            try:
                found = tree_cache_info(tree, self._environ, data).to_json()
            except OSError as error:
                raise UltravioletError(f"Failed to read the source tree at `{tree}`") from error
            self._infos[tree] = found
        return found

    def cache_info_of_file(self, path: str) -> bytes:
        """Return the like for an archive."""
        from ultraviolet.workspace.cache_info import path_cache_info

        try:
            return path_cache_info(path, self._environ).to_json()
        except OSError as error:
            raise UltravioletError(f"Failed to read `{path}`") from error

    def state(self, path: str) -> bytes | None:
        """Return the record of a file or source tree; None when it cannot be read."""
        import os

        try:
            return self.cache_info(path) if os.path.isdir(path) else self.cache_info_of_file(path)
        except UltravioletError:
            return None

    def _discover(self, tree: str) -> Project:
        from ultraviolet.workspace.discovery import DiscoveryOptions, discover_project

        return discover_project(
            tree, self._discovery if self._discovery is not None else DiscoveryOptions(cwd=self._cwd)
        )

    def _project(self, tree: str) -> Project | None:
        if tree in self._projects:
            return self._projects[tree]
        from ultraviolet.workspace.errors import MissingManifest, UnmanagedProject

        project: Project | None
        try:
            project = self._discover(tree)
        except (MissingManifest, UnmanagedProject):
            project = None
        if project is not None and project.root != tree:
            project = None
        self._projects[tree] = project
        return project


def _is_cut_off(tree: str, root: str) -> bool:
    """Whether another project lies between a member and its workspace: the member is then read as one that stands alone."""
    import os

    above = os.path.dirname(tree)
    while len(above) > len(root):
        if os.path.isfile(f"{above}/pyproject.toml"):
            return True
        above = os.path.dirname(above)
    return False
