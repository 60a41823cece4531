"""From references to commits and checkouts, without anything around."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.git.conftest import GIT, Repository, project

from ultraviolet.cache.layout import Cache
from ultraviolet.distributions.source import GitSource
from ultraviolet.git.errors import GitFailed
from ultraviolet.git.remote import Remote
from ultraviolet.git.repositories import Repositories
from ultraviolet.http.options import HttpOptions


class Told:
    """Records what is reported."""

    def __init__(self) -> None:
        self.lines: list[str] = []

    def on_checkout_start(self, url: str, revision: str) -> None:
        """Record."""
        self.lines.append(f"start {revision}")

    def on_checkout_complete(self, url: str, commit: str) -> None:
        """Record."""
        self.lines.append(f"done {commit}")


def repositories(tmp_path: Path, *, offline: bool = False) -> Repositories:
    environ = {**GIT, "GIT_DIR": "/nowhere", "GIT_CONFIG_COUNT": "1"}
    environ |= {"GIT_CONFIG_KEY_0": "protocol.file.allow", "GIT_CONFIG_VALUE_0": "always"}
    return Repositories(Cache(str(tmp_path / "cache")), environ=environ, http=HttpOptions(offline=offline))


def causes(error: BaseException) -> list[str]:
    found = []
    current: BaseException | None = error
    while current is not None:
        found.append(str(current).splitlines()[0])
        current = current.__cause__
    return found


@pytest.mark.parametrize(
    ("kind", "reference", "expected"),
    [
        ("default", None, "main"),
        ("branch", "dev", "dev"),
        ("tag", "v1", "v1"),
        ("rev", "dev", "dev"),
        ("rev", "v1", "v1"),
        ("rev", "refs/heads/dev", "dev"),
    ],
)
def test_reference(repository: Repository, tmp_path: Path, kind: str, reference: str | None, expected: str) -> None:
    source = GitSource(repository=repository.url, reference_kind=kind, reference=reference)  # type: ignore[arg-type]
    found = repositories(tmp_path).fetch(source)
    assert found.commit == repository.git("rev-parse", expected)
    assert (Path(found.path) / "pyproject.toml").is_file()


@pytest.mark.parametrize("length", [7, 12, 40])
def test_commit(repository: Repository, tmp_path: Path, length: int) -> None:
    commit = repository.git("rev-parse", "v1")
    source = GitSource(
        repository=repository.url,
        reference_kind="rev",
        reference=commit[:length],
        commit=commit if length == 40 else None,
    )
    assert repositories(tmp_path).fetch(source).commit == commit


def test_commit_outside_of_all_branches(repository: Repository, tmp_path: Path) -> None:
    commit = repository.commit({"extra": ""})
    repository.git("reset", "--quiet", "--hard", "HEAD^")
    source = GitSource(repository=repository.url, reference_kind="rev", reference=commit, commit=commit)
    assert repositories(tmp_path).fetch(source).commit == commit


def test_one_commit_for_a_command(repository: Repository, tmp_path: Path) -> None:
    source = GitSource(repository=repository.url)
    git = repositories(tmp_path)
    first = git.fetch(source)
    second = repository.commit({"extra": ""})
    assert git.fetch(source) == first
    assert git.precise(source).commit == first.commit
    assert repositories(tmp_path).fetch(source).commit == second


def test_locked(repository: Repository, tmp_path: Path) -> None:
    """A branch stays where a lockfile has it, and nothing is fetched once the commit is there."""
    source = GitSource(repository=repository.url, reference_kind="branch", reference="main")
    commit = repository.git("rev-parse", "v1")
    held = GitSource(repository=repository.url, reference_kind="branch", reference="main", commit=commit)
    told = Told()
    git = repositories(tmp_path)
    git.remember([held])
    assert git.fetch(source, told).commit == commit
    assert told.lines == ["start main", f"done {commit}"]
    told = Told()
    git = repositories(tmp_path, offline=True)
    assert git.fetch(held, told).commit == commit
    assert told.lines == []


def test_interrupted_checkout(repository: Repository, tmp_path: Path) -> None:
    source = GitSource(repository=repository.url)
    found = repositories(tmp_path).fetch(source)
    (Path(found.path) / ".ok").unlink()
    (Path(found.path) / "pyproject.toml").unlink()
    again = repositories(tmp_path).fetch(source)
    assert again == found
    assert (Path(again.path) / "pyproject.toml").is_file()


def test_damaged_database(repository: Repository, tmp_path: Path) -> None:
    source = GitSource(repository=repository.url)
    found = repositories(tmp_path).fetch(source)
    for head in tmp_path.glob("cache/*/db/*/.git/HEAD"):
        head.unlink()
    repository.commit({"extra": ""})
    assert repositories(tmp_path).fetch(source).commit != found.commit


def test_submodules(repository: Repository, tmp_path: Path) -> None:
    outer = Repository(tmp_path / "outer")
    outer.git("submodule", "--quiet", "add", "../repo", "inner")
    outer.commit(project("outer", "1.0"))
    found = repositories(tmp_path).fetch(GitSource(repository=outer.url))
    assert (Path(found.path) / "inner" / "pyproject.toml").is_file()


def test_unknown_reference(repository: Repository, tmp_path: Path) -> None:
    source = GitSource(repository=repository.url, reference_kind="rev", reference="nope")
    with pytest.raises(GitFailed) as caught:
        repositories(tmp_path).fetch(source)
    said = causes(caught.value)
    assert said[0] == "Git operation failed"
    assert said[1].startswith("failed to clone into: ")
    assert said[2] == "failed to fetch branch or tag `nope`"
    assert said[3].startswith("process didn't exit successfully: `/")
    assert said[3].endswith("'+refs/tags/nope:refs/remotes/origin/tags/nope'` (exit status: 128)")


def test_unknown_commit(repository: Repository, tmp_path: Path) -> None:
    source = GitSource(repository=repository.url, reference_kind="rev", reference="abcdef1")
    with pytest.raises(GitFailed) as caught:
        repositories(tmp_path).fetch(source)
    assert causes(caught.value)[1] == "failed to find branch, tag, or commit `abcdef1`"


def test_offline(tmp_path: Path) -> None:
    with pytest.raises(GitFailed) as caught:
        repositories(tmp_path, offline=True).fetch(GitSource(repository="https://example.org/repo.git"))
    assert causes(caught.value)[-1].startswith("Remote Git fetches are not allowed because network connectivity")


def test_no_git(tmp_path: Path) -> None:
    git = Repositories(Cache(str(tmp_path / "cache")), environ={"PATH": str(tmp_path)})
    with pytest.raises(GitFailed) as caught:
        git.fetch(GitSource(repository="https://example.org/repo.git"))
    assert causes(caught.value)[-1].startswith("Git executable not found.")


def test_credentials_are_not_shown(tmp_path: Path) -> None:
    git = repositories(tmp_path)
    git.remember_credentials("http://me:secret@127.0.0.1:9/repo.git")
    with pytest.raises(GitFailed) as caught:
        git.fetch(GitSource(repository="http://127.0.0.1:9/repo"))
    current: BaseException | None = caught.value
    while current is not None:
        assert "secret" not in str(current)
        last = current
        current = current.__cause__
    assert "http://me:****@127.0.0.1:9/repo" in str(last)


def test_settings_of_submodules() -> None:
    assert Remote("https://me:secret@example.org/a/b.git").submodule_settings() == [
        "remote.origin.url=https://example.org/a/b.git",
        "url.https://me:secret@example.org/.insteadOf=https://example.org/",
    ]
    assert Remote("ssh://git@example.org/b.git").credential_settings() == []
