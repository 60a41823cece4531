"""What can go wrong in a resolution."""

from __future__ import annotations

from ultraviolet.errors import UltravioletError
from ultraviolet.pubgrub import Derivation
from ultraviolet.standards.names import PackageName
from ultraviolet.standards.versions import Version


class ResolutionError(UltravioletError):
    """A resolution had to be given up."""


class NoSolution(ResolutionError):
    """The requirements cannot be satisfied together; the cause is the explanation."""

    exit_code = 1
    is_diagnostic = True

    def __init__(
        self,
        header: str,
        report: str,
        *,
        hints: tuple[str, ...],
        derivation: Derivation,
        split: str | None,
        diagnostics: tuple[str, ...] = (),
    ) -> None:
        super().__init__(header, hints=hints)
        self.diagnostics = diagnostics
        """Warnings that were due before the failure."""
        self.report = report
        """The explanation: paragraphs of sentences, as in the cause."""
        self.derivation = derivation
        """The proof, before it was shortened for the report."""
        self.split = split
        """The fork that failed, as the header names it; None when nothing was forked."""


class Explanation(ResolutionError):
    """Why there is no solution, in sentences."""


class DisallowedUrl(ResolutionError):
    """A package of an index asks for a URL that no direct requirement named."""

    def __init__(self, name: PackageName, url: str) -> None:
        super().__init__(
            f"Package `{name}` was included as a URL dependency. URL dependencies must be expressed as direct "
            f"requirements or constraints. Consider adding `{name} @ {url}` to your dependencies or constraints file."
        )
        self.name = name
        self.url = url


class ConflictingSources(ResolutionError):
    """Two sources were asked for one package in one environment."""

    def __init__(self, name: PackageName, kind: str, sources: tuple[str, ...], environment: str | None) -> None:
        where = "" if environment is None else f" in {environment}"
        listed = "\n".join(f"- {source}" for source in sources)
        super().__init__(f"Requirements contain conflicting {kind} for package `{name}`{where}:\n{listed}")
        self.name = name
        self.sources = sources


class UnhashedPackage(ResolutionError):
    """Hashes are required, but a package is not pinned with any."""

    def __init__(self, name: PackageName) -> None:
        super().__init__(
            f"In `--require-hashes` mode, all requirements must be pinned upfront with `==`, but found: `{name}`"
        )
        self.name = name


class MismatchedName(ResolutionError):
    """An index answered with the metadata of another package."""

    def __init__(self, expected: PackageName, actual: PackageName) -> None:
        super().__init__(
            f"The index returned metadata for the wrong package: expected distribution metadata for {expected}, "
            f"got distribution metadata for {actual}"
        )


class DependencyError(ResolutionError):
    """The dependencies of a version could not be accepted; the cause says why."""

    exit_code = 1
    is_diagnostic = True

    def __init__(self, name: PackageName, version: Version, *, hints: tuple[str, ...]) -> None:
        super().__init__(f"Failed to resolve dependencies for `{name}` (v{version})", hints=hints)
