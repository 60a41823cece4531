"""Builds that begin before they are asked for: side by side, in turn, ended without a trace, never waiting for each other."""

from __future__ import annotations

import os
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from tests.support.index_server import IndexServer
from tests.support.packages import make_sdist, make_wheel
from tests.support.workshop import Workshop

from ultraviolet.build.errors import CyclicBuild, HookEnded
from ultraviolet.build.turns import HookTurns
from ultraviolet.distributions.dist import RegistryDist
from ultraviolet.distributions.indexes import IndexLocation, IndexLocations
from ultraviolet.index.options import IndexOptions
from ultraviolet.prepare import ahead
from ultraviolet.prepare.errors import PreparationFailed
from ultraviolet.prepare.preparer import Preparer
from ultraviolet.prepare.waits import Waits

PATIENCE = 60.0
"""Seconds after which something hangs."""
BACKEND = """
import os, sys, time, zipfile

PLACE = {place!r}
NAME = {name!r}

def wait_for(file):
    for _ in range(6000):
        if os.path.exists(os.path.join(PLACE, file)):
            return
        time.sleep(0.01)
    sys.exit(f"waited for {{file}} in vain")

def tell(file):
    with open(os.path.join(PLACE, file), "w") as stream:
        stream.write(str(os.getpid()))

def write(directory, name):
    metadata = "Metadata-Version: 2.1\\nName: " + NAME + "\\nVersion: 1.0\\nRequires-Dist: told\\n"
    os.mkdir(os.path.join(directory, name))
    with open(os.path.join(directory, name, "METADATA"), "w") as stream:
        stream.write(metadata)

def prepare_metadata_for_build_wheel(directory, config_settings=None):
    {body}
    write(directory, NAME + "-1.0.dist-info")
    return NAME + "-1.0.dist-info"

def build_wheel(directory, config_settings=None, metadata_directory=None):
    filename = NAME + "-1.0-py3-none-any.whl"
    with zipfile.ZipFile(os.path.join(directory, filename), "w") as archive:
        base = NAME + "-1.0.dist-info/"
        archive.writestr(base + "METADATA", "Metadata-Version: 2.1\\nName: " + NAME + "\\nVersion: 1.0\\n")
        archive.writestr(base + "WHEEL", "Wheel-Version: 1.0\\nGenerator: test\\nRoot-Is-Purelib: true\\nTag: py3-none-any\\n")
        archive.writestr(base + "RECORD", "")
    return filename
"""


class Sources:
    """An index of sources with backends in their trees, and engines over it."""

    def __init__(self, root: Path, server: IndexServer) -> None:
        self.root = root
        self.place = root / "place"
        self.place.mkdir()
        self.shop = Workshop(root, server)
        self.server = server
        server.add(make_wheel("told", "1.0"))

    def add(self, name: str, body: str = "pass", requires: tuple[str, ...] = ()) -> RegistryDist:
        """Put a source on the index whose metadata hook does something first."""
        built = make_sdist(
            name,
            "1.0",
            pkg_info=False,
            pyproject=f'[build-system]\nrequires = {list(requires)}\nbuild-backend = "own"\nbackend-path = ["."]\n',
            files={"own.py": BACKEND.format(place=str(self.place), name=name, body=body)},
        )
        self.server.add(built)
        return self.shop.registry(built, name)

    def preparer(self, *, concurrent_builds: int = 2) -> Preparer:
        """Return a preparer whose builds find what they need on the index."""
        index = IndexOptions(locations=IndexLocations(indexes=(IndexLocation(url=self.server.index_url),)))
        return self.shop.engines(index=index, concurrent_builds=concurrent_builds).preparer

    def await_file(self, name: str) -> str:
        """Wait until a backend has written a file; return what is in it."""
        path = self.place / name
        wait_until(lambda: path.exists() and bool(path.read_text()))
        return path.read_text()

    def leftovers(self) -> list[str]:
        """Return the environments and scratch files of builds."""
        builds = self.root / "cache" / "builds-v0"
        return [
            *os.listdir(builds),
            *(name for name in os.listdir(tempfile.gettempdir()) if not name.endswith(".lock")),
        ]


def wait_until(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + PATIENCE
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.005)


def finish(function: Callable[[], object]) -> list[BaseException]:
    """Call a function on a thread of its own, which must not hang; return what it raised."""
    raised: list[BaseException] = []

    def work() -> None:
        try:
            function()
        except Exception as error:  # noqa: BLE001 - looked at by the test
            raised.append(error)

    thread = threading.Thread(target=work, daemon=True)
    thread.start()
    thread.join(PATIENCE)
    assert not thread.is_alive()
    return raised


def causes(error: BaseException | None) -> list[str]:
    texts = []
    while error is not None:
        texts.append(str(error))
        error = error.__cause__
    return texts


@pytest.fixture
def sources(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Sources]:
    scratch = tmp_path / "scratch"
    scratch.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(scratch))
    monkeypatch.setattr(ahead, "_SECONDS_TO_TIDY", PATIENCE)
    with IndexServer() as server:
        found = Sources(tmp_path.resolve(), server)
        yield found
        found.shop.close()


def test_builds_run_side_by_side(sources: Sources) -> None:
    dists = [
        sources.add("one", "tell('one'); wait_for('two')"),
        sources.add("two", "tell('two'); wait_for('one')"),
    ]
    preparer = sources.preparer(concurrent_builds=2)
    for dist in dists:
        preparer.prefetch_metadata(dist)
    for dist in dists:
        found = preparer.metadata(dist).metadata
        assert found is not None
        assert found.requires == ("told",)


def test_hooks_take_turns(sources: Sources) -> None:
    body = "os.mkdir(os.path.join(PLACE, 'busy')); time.sleep(0.1); os.rmdir(os.path.join(PLACE, 'busy'))"
    dists = [sources.add(name, body) for name in ("one", "two", "three")]
    preparer = sources.preparer(concurrent_builds=1)
    for dist in dists:
        preparer.prefetch_metadata(dist)
    assert [preparer.metadata(dist).metadata is not None for dist in dists] == [True] * 3


def test_failures_ahead_are_told_when_asked_for(sources: Sources) -> None:
    good, bad = sources.add("good"), sources.add("bad", "tell('tried'); sys.exit('no luck')")
    preparer = sources.preparer()
    preparer.prefetch_metadata(bad)
    sources.await_file("tried")
    assert preparer.metadata(good).metadata is not None
    with pytest.raises(PreparationFailed, match=r"Failed to build `bad==1\.0`") as caught:
        preparer.metadata(bad)
    assert "no luck" in causes(caught.value)[-1]


def test_builds_that_are_not_needed_end_without_a_trace(sources: Sources) -> None:
    slow = sources.add("slow", "tell('process'); wait_for('permission')")
    waiting = [sources.add(f"waiting{number}", "wait_for('permission')") for number in range(12)]
    preparer = sources.preparer(concurrent_builds=1)
    preparer.prefetch_metadata(slow)
    process = int(sources.await_file("process"))
    for dist in waiting:
        preparer.prefetch_metadata(dist)
    preparer.end_prefetches()
    with pytest.raises(ProcessLookupError):
        os.kill(process, 0)
    assert sources.leftovers() == []
    # They can still be asked for.
    (sources.place / "permission").touch()
    for dist in (slow, *waiting):
        assert preparer.metadata(dist).metadata is not None


def test_ended_builds_of_build_requirements_are_forgotten(sources: Sources) -> None:
    sources.add("inner", "tell('process'); wait_for('permission')")
    outer = sources.add("outer", requires=("inner",))
    preparer = sources.preparer()
    preparer.prefetch_metadata(outer)
    sources.await_file("process")
    preparer.end_prefetches()
    assert sources.leftovers() == []
    (sources.place / "permission").touch()
    assert preparer.metadata(outer).metadata is not None


@pytest.mark.parametrize("early", [False, True])
def test_sources_that_need_each_other_are_refused(sources: Sources, early: bool) -> None:
    dists = [sources.add("one", requires=("two",)), sources.add("two", requires=("one",))]
    preparer = sources.preparer()
    if early:
        for dist in dists:
            preparer.prefetch_metadata(dist)
    raised = finish(lambda: preparer.metadata(dists[0]))
    assert any("Cyclic build dependency detected for" in text for text in causes(raised[0]))
    assert causes(raised[0])[0] == "Failed to download and build `one==1.0`"


def test_wheels_that_need_each_other_are_refused(sources: Sources) -> None:
    dists = [sources.add("one", requires=("two",)), sources.add("two", requires=("one",))]
    preparer = sources.preparer()
    raised = finish(lambda: preparer.prepare(dists))
    assert any("Cyclic build dependency detected for" in text for text in causes(raised[0]))


def test_one_turn_is_enough_for_builds_within_builds(sources: Sources) -> None:
    dists = [sources.add("outer", requires=("inner",)), sources.add("inner")]
    preparer = sources.preparer(concurrent_builds=1)
    raised = finish(lambda: preparer.prepare(dists))
    assert [causes(error) for error in raised] == []


# The parts


def test_threads_that_were_ended_get_no_turn() -> None:
    turns = HookTurns(1)
    turns.end([threading.get_ident()])
    with pytest.raises(HookEnded), turns:
        pass
    turns.forgive()
    killed: list[str] = []
    with turns:
        turns.begun(lambda: killed.append("running"))
        turns.end([threading.get_ident()])
        assert killed == ["running"]
        turns.begun(lambda: killed.append("new"))
    assert killed == ["running", "new"]
    turns.forgive()
    with turns:
        pass


def test_waits_see_circles_over_any_number_of_threads() -> None:
    waits, steps, release = Waits(), [threading.Event() for _ in range(3)], threading.Event()
    results: list[list[BaseException]] = []

    def hold(position: int, after: Callable[[], bool]) -> None:
        waits.own(position)
        steps[position].set()
        assert after()
        with waits.waiting([position + 1], "label"):
            release.wait(PATIENCE)

    threads = [threading.Thread(target=hold, args=(position, steps[position].wait)) for position in range(3)]
    for thread in threads:
        thread.start()
    for step in steps:
        assert step.wait(PATIENCE)
    wait_until(lambda: len(waits._waiting) == 3)
    waits.own(3)
    results.append(finish(lambda: waits.waiting([0], "other").__enter__()))
    with pytest.raises(CyclicBuild, match="for `mine`"), waits.waiting([99, 0], "mine"):
        pass
    waits.disown(3)
    with waits.waiting([0], "mine"):
        pass
    release.set()
    for thread in threads:
        thread.join()
    assert results == [[]]


def test_the_one_who_has_it_does_not_wait() -> None:
    waits = Waits()
    waits.own("thing")
    with pytest.raises(CyclicBuild), waits.waiting(["thing"], "label"):
        pass
