from __future__ import annotations

import os
import threading
from pathlib import Path

import pytest
from tests.support.packages import make_wheel

from ultraviolet.cache.keys import digest, index_key, url_key
from ultraviolet.cache.layout import BUCKETS, Cache
from ultraviolet.cache.maintenance import clean, clean_package, prune, size
from ultraviolet.cache.records import read_record, write_record
from ultraviolet.cache.refresh import Refresh, refresh_from_arguments
from ultraviolet.cache.revisions import Revision, read_revision, write_revision
from ultraviolet.cache.store import ArchiveStore, WheelPointer, pointer_path, read_pointer, write_pointer
from ultraviolet.cache.wheel_metadata import decode_metadata, encode_metadata
from ultraviolet.distributions.indexes import PYPI, IndexLocation
from ultraviolet.fs.errors import ArchiveError
from ultraviolet.standards.metadata import parse_metadata
from ultraviolet.standards.names import PackageName

ANYIO = PackageName("anyio")
BUILT = make_wheel("anyio", "1.0", requires=["idna>=2"], executables=["anyio/__init__.py"])


@pytest.fixture
def cache(tmp_path: Path) -> Cache:
    return Cache(str(tmp_path / "cache")).open()


def add_wheel(cache: Cache, name: str = "anyio", place: str = "pypi") -> str:
    built = make_wheel(name, "1.0")
    archive, _ = ArchiveStore(cache).add_wheel(built.content)
    write_pointer(
        pointer_path(cache, place, name, built.filename), WheelPointer(archive=archive, filename=built.filename)
    )
    return archive


class TestLayout:
    def test_base_files(self, cache: Cache) -> None:
        root = Path(cache.root)

        assert (root / "CACHEDIR.TAG").read_text().startswith("Signature: 8a477f597d28d172789f06886806bc55\n")
        assert (root / ".gitignore").read_text() == "*"
        assert (Path(cache.bucket("sdists")) / ".git").read_text() == ""
        assert (Path(cache.bucket("sdists")) / ".gitignore").read_text() == ""

    def test_use_and_removal_exclude_each_other(self, cache: Cache) -> None:
        other = Cache(cache.root)
        waited = []

        assert not other.lock_exclusively(force=True)
        threading.Timer(0.1, cache.unlock).start()
        assert other.lock_exclusively(on_wait=lambda: waited.append(1))
        assert waited == [1]

    def test_temporary_cache_vanishes(self) -> None:
        cache = Cache.temporary().open()
        cache.close()

        assert not os.path.exists(cache.root)

    def test_no_bucket_is_uvs(self) -> None:
        names_of_uv = {
            "wheels",
            "sdists",
            "flat-index",
            "git",
            "interpreter",
            "simple",
            "archive",
            "python",
            "binaries",
            "osv",
        }

        assert not names_of_uv & {name.rpartition("-")[0] for name in BUCKETS.values()}


class TestKeys:
    def test_of_indexes(self) -> None:
        assert index_key(PYPI) == index_key(IndexLocation(url="https://user:pw@pypi.org/simple/")) == "pypi"
        key = index_key(IndexLocation(url="https://user:pw@example.org/simple/"))
        assert key == index_key(IndexLocation(url="https://example.org/simple"))
        assert key.startswith("index/")

    def test_fragments_make_another_entry(self) -> None:
        assert url_key("https://a/b.whl") != url_key("https://a/b.whl#sha256=00")

    def test_parts_are_told_apart(self) -> None:
        assert digest("ab", "c") != digest("a", "bc")
        assert len(digest("x")) == 16


class TestRefresh:
    def test_applies(self) -> None:
        assert not Refresh().applies_to(ANYIO)
        assert Refresh(everything=True).applies_to(ANYIO)
        some = Refresh(packages=frozenset({ANYIO}))
        assert some.applies_to(ANYIO)
        assert some.applies_to(None)
        assert not some.applies_to(PackageName("idna"))

    def test_explicit_flag_wins_over_packages(self) -> None:
        assert not refresh_from_arguments(False, (ANYIO,)).applies_to(ANYIO)
        assert refresh_from_arguments(None, (ANYIO,)).applies_to(ANYIO)
        assert refresh_from_arguments(True, ()).everything

    def test_combines(self) -> None:
        both = Refresh(since=1, packages=frozenset({ANYIO})).combined(Refresh(since=2, everything=True))
        assert (both.since, both.everything, both.packages) == (2, True, frozenset({ANYIO}))


class TestRecords:
    def test_round_trip(self, tmp_path: Path) -> None:
        path = str(tmp_path / "deep" / "x.rec")
        write_record(path, None, b"payload")

        record = read_record(path)
        assert record is not None
        assert (record.policy, record.payload) == (None, b"payload")

    @pytest.mark.parametrize("data", [b"", b"UVR1", b"UVR1\xff\xff\xff\xff\0\0\0\0", b"other"])
    def test_damaged_ones_are_removed(self, tmp_path: Path, data: bytes) -> None:
        path = tmp_path / "x.rec"
        path.write_bytes(data)

        assert read_record(str(path)) is None
        assert not path.exists()

    def test_directory_in_place_of_a_record_is_removed(self, tmp_path: Path) -> None:
        (tmp_path / "x.rec").mkdir()

        assert read_record(str(tmp_path / "x.rec")) is None


def test_metadata_round_trip() -> None:
    metadata = parse_metadata(BUILT.metadata)

    assert decode_metadata(encode_metadata(metadata)) == metadata


class TestStore:
    def test_unpacks_once_with_a_manifest(self, cache: Cache) -> None:
        store = ArchiveStore(cache)
        archive, manifest = store.add_wheel(BUILT.content)

        assert store.add_wheel(BUILT.content, sha256=BUILT.sha256) == (archive, manifest)
        assert store.manifest(archive) == manifest
        assert manifest.dist_info == "anyio-1.0.dist-info"
        assert manifest.directories == ("anyio", "anyio-1.0.dist-info")
        first, *_ = manifest.files
        assert (first.path, first.executable) == ("anyio-1.0.dist-info/METADATA", False)
        assert first.sha256 is not None
        assert [file.executable for file in manifest.files if file.path == "anyio/__init__.py"] == [True]
        assert sorted(os.listdir(cache.bucket("archive"))) == [archive, f"{archive}.manifest"]

    def test_edited_archive_is_not_reused(self, cache: Cache) -> None:
        store = ArchiveStore(cache)
        archive, _ = store.add_wheel(BUILT.content)
        Path(store.path(archive), "anyio", "__init__.py").write_text("edited")

        again, _ = store.add_wheel(BUILT.content)

        assert again != archive
        assert Path(store.path(again), "anyio", "__init__.py").read_text() == "__version__ = '1.0'\n"

    def test_bad_wheel_leaves_nothing(self, cache: Cache) -> None:
        with pytest.raises(ArchiveError):
            ArchiveStore(cache).add_wheel(make_wheel("anyio", "1.0", record=False).content)

        assert os.listdir(cache.bucket("archive")) == []

    def test_damaged_manifest_is_none(self, cache: Cache) -> None:
        store = ArchiveStore(cache)
        archive, _ = store.add_wheel(BUILT.content)
        Path(store.path(archive) + ".manifest").write_bytes(b"UVM1\xc1")

        assert store.manifest(archive) is None
        assert store.manifest("missing") is None

    def test_may_be_filled_by_many_at_once(self, cache: Cache) -> None:
        found: list[str] = []

        def add() -> None:
            found.append(ArchiveStore(cache).add_wheel(BUILT.content)[0])

        threads = [threading.Thread(target=add) for _ in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

        assert len(set(found)) == 1
        assert len(os.listdir(cache.bucket("archive"))) == 2

    def test_pointers(self, cache: Cache) -> None:
        pointer = WheelPointer(archive="abc", filename=BUILT.filename, hashes=("sha256:00",))
        path = pointer_path(cache, "pypi", "anyio", BUILT.filename)
        write_pointer(path, pointer)

        assert read_pointer(path) == (pointer, None)
        assert path.endswith("pypi/anyio/anyio-1.0-py3-none-any.ptr")


class TestMaintenance:
    def test_clean_removes_everything(self, cache: Cache) -> None:
        add_wheel(cache)
        expected = sum(len(files) for _, _, files in os.walk(cache.root))

        removal = clean(cache)

        assert removal.files == expected
        assert not os.path.exists(cache.root)

    def test_clean_of_a_package_takes_its_archives(self, cache: Cache) -> None:
        add_wheel(cache)
        kept = add_wheel(cache, "idna")
        write_record(cache.path("simple", "pypi", "anyio.rec"), None, b"")

        removal = clean_package(cache, ANYIO)

        assert removal.files == 7
        assert sorted(os.listdir(cache.bucket("archive"))) == [kept, f"{kept}.manifest"]
        assert os.listdir(cache.path("simple", "pypi")) == []
        assert clean_package(cache, ANYIO).summary("No cache entries found") == "No cache entries found"

    def test_clean_of_a_package_spares_shared_archives(self, cache: Cache) -> None:
        archive = add_wheel(cache)
        write_pointer(cache.path("sdists", "url", "abc", "rev", "x.ptr"), WheelPointer(archive=archive, filename="x"))

        clean_package(cache, ANYIO)

        assert archive in os.listdir(cache.bucket("archive"))

    def test_clean_of_a_package_takes_sources_built_from_it(self, cache: Cache) -> None:
        metadata = encode_metadata(parse_metadata(BUILT.metadata))
        write_record(cache.path("sdists", "path", "abc", "rev", "metadata.rec"), None, metadata)

        clean_package(cache, ANYIO)

        assert os.listdir(cache.path("sdists", "path")) == []

    def test_prune_removes_what_nothing_uses(self, cache: Cache) -> None:
        kept = add_wheel(cache)
        orphan = add_wheel(cache, "idna")
        os.unlink(pointer_path(cache, "pypi", "idna", "idna-1.0-py3-none-any.whl"))
        for name in ("simple-v4", "simple-v24", "unknown"):
            os.mkdir(os.path.join(cache.root, name))
        os.makedirs(cache.path("environments", "x"))

        prune(cache)

        names = os.listdir(cache.bucket("archive"))
        assert kept in names
        assert orphan not in names
        assert "simple-v24" in os.listdir(cache.root)
        assert not {"simple-v4", "unknown"} & set(os.listdir(cache.root))
        assert os.listdir(cache.bucket("environments")) == []
        assert prune(cache).summary("No unused entries found") == "No unused entries found"

    def test_prune_removes_old_revisions(self, cache: Cache) -> None:
        entry = Path(cache.path("sdists", "pypi", "anyio", "1.0"))
        for name in ("old", "new"):
            (entry / name).mkdir(parents=True)
            (entry / name / "anyio-1.0-py3-none-any.whl").touch()
        write_revision(str(entry / "revision.rec"), Revision(id="new"))

        prune(cache)

        assert sorted(os.listdir(entry)) == ["new", "revision.rec"]
        assert read_revision(str(entry / "revision.rec")) == Revision(id="new")

    def test_prune_for_ci_keeps_built_wheels(self, cache: Cache) -> None:
        add_wheel(cache)
        revision = Path(cache.path("sdists", "pypi", "anyio", "1.0", "rev"))
        (revision / "src").mkdir(parents=True)
        (revision / "anyio-1.0-py3-none-any.whl").touch()
        write_record(str(revision / "metadata.rec"), None, encode_metadata(parse_metadata(BUILT.metadata)))

        prune(cache, ci=True)

        assert os.listdir(cache.bucket("archive")) == []
        assert os.listdir(cache.bucket("wheels")) == []
        assert sorted(os.listdir(revision)) == ["anyio-1.0-py3-none-any.whl", "metadata.rec"]

    def test_prune_does_not_follow_links(self, cache: Cache, tmp_path: Path) -> None:
        (tmp_path / "victim").mkdir()
        (tmp_path / "victim" / "file").touch()
        os.makedirs(cache.bucket("environments"))
        os.symlink(tmp_path / "victim", cache.path("environments", "link"))

        assert prune(cache).files == 1
        assert (tmp_path / "victim" / "file").exists()

    def test_size(self, cache: Cache) -> None:
        before = size(cache)
        add_wheel(cache)

        assert size(cache) > before
