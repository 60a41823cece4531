"""The manifest that ``uv add`` and ``uv remove`` change: that of a project, or the metadata of a script."""

from __future__ import annotations

import os

import msgspec

from ultraviolet.errors import UltravioletError
from ultraviolet.operations.snapshots import rewrite
from ultraviolet.workspace.discovery import Project, update_manifest
from ultraviolet.workspace.editing import ManifestEditor
from ultraviolet.workspace.manifest import Sources, parse_manifest
from ultraviolet.workspace.scripts import Script, parse_script_metadata


class EditedProject(msgspec.Struct, frozen=True):
    """A project whose ``pyproject.toml`` is changed."""

    project: Project

    @property
    def path(self) -> str:
        """Absolute path of the file that is written."""
        return self.project.manifest_path

    @property
    def root(self) -> str:
        """The directory that paths in the manifest are relative to."""
        return self.project.root

    @property
    def text(self) -> str:
        """The manifest."""
        return self.project.manifest.text

    @property
    def sources(self) -> Sources:
        """The sources that the manifest declares."""
        return self.project.manifest.uv.sources

    def editor(self) -> ManifestEditor:
        """Return an editor of the manifest."""
        return ManifestEditor(self.text)

    def write(self, text: str) -> bool:
        """Write another manifest; false when it is the same."""
        if text == self.text:
            return False
        rewrite(self.path, text.encode())
        return True

    def updated(self, text: str) -> EditedProject:
        """Return the project with that manifest.

        :raises UltravioletError: the project would not be valid any more.
        """
        try:
            manifest = parse_manifest(text, self.root)
        except UltravioletError as error:
            raise UltravioletError("Failed to parse updated `pyproject.toml`", hints=error.hints) from error
        project = update_manifest(self.project, manifest)
        if project is None:
            raise UltravioletError("Failed to update `pyproject.toml`")
        return EditedProject(project)


class EditedScript(msgspec.Struct, frozen=True):
    """A script whose metadata block is changed."""

    script: Script

    @property
    def path(self) -> str:
        """Absolute path of the file that is written."""
        return self.script.path

    @property
    def root(self) -> str:
        """The directory that paths in the metadata are relative to."""
        return os.path.dirname(self.script.path)

    @property
    def text(self) -> str:
        """The metadata."""
        return self.script.metadata.text

    @property
    def sources(self) -> Sources:
        """The sources that the metadata declares."""
        return self.script.metadata.uv.sources

    def editor(self) -> ManifestEditor:
        """Return an editor of the metadata."""
        return ManifestEditor(self.text, script=True)

    def write(self, text: str) -> bool:
        """Write other metadata; false when it is the same."""
        if text == self.text:
            return False
        rewrite(self.path, self.script.with_metadata(text).encode())
        return True

    def updated(self, text: str) -> EditedScript:
        """Return the script with that metadata.

        :raises UltravioletError: it would not be valid any more.
        """
        return EditedScript(
            msgspec.structs.replace(self.script, metadata=parse_script_metadata(text, os.path.dirname(self.path)))
        )


Edited = EditedProject | EditedScript
