"""Wheels and source archives that are not what they should be."""

from __future__ import annotations

import hashlib
import io
import os
import struct
import zipfile
from typing import Any

import pytest
from tests.failures.site import UNDER_TEST, Site, assert_outcomes
from tests.support.packages import BuiltFile, make_sdist, make_tar, make_wheel, make_zip, metadata_text

OUTSIDE = "/tmp/ultraviolet-outside"
WHEEL = b"Wheel-Version: 1.0\nGenerator: tests\nRoot-Is-Purelib: true\nTag: py3-none-any\n"


def wheel_of(contents: dict[str, bytes], filename: str = "bad-1.0-py3-none-any.whl", **options: Any) -> BuiltFile:
    """A wheel of the given files and nothing else."""
    return BuiltFile(filename, make_zip(contents, **options))


def parts(**changes: bytes | None) -> dict[str, bytes]:
    """The files of an ordinary wheel, some replaced or (None) left out."""
    contents = {
        "bad/__init__.py": b"",
        "bad-1.0.dist-info/METADATA": metadata_text("bad", "1.0").encode(),
        "bad-1.0.dist-info/WHEEL": WHEEL,
        "bad-1.0.dist-info/RECORD": b"bad/__init__.py,,\nbad-1.0.dist-info/METADATA,,\nbad-1.0.dist-info/WHEEL,,\nbad-1.0.dist-info/RECORD,,\n",
    }
    for name, content in changes.items():
        path = f"bad-1.0.dist-info/{name}"
        if content is None:
            del contents[path]
        else:
            contents[path] = content
    return contents


def with_files(**files: bytes) -> dict[str, bytes]:
    return {**parts(), **files}


def duplicated(first: bytes, second: bytes) -> BuiltFile:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for path, content in parts().items():
            archive.writestr(zipfile.ZipInfo(path), content)
        import warnings

        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            archive.writestr(zipfile.ZipInfo("bad/twice.py"), first)
            archive.writestr(zipfile.ZipInfo("bad/twice.py"), second)
    return BuiltFile("bad-1.0-py3-none-any.whl", buffer.getvalue())


def garbled(position: int) -> BuiltFile:
    """A wheel one byte of which was changed."""
    data = bytearray(
        wheel_of(with_files(**{"bad/data.bin": bytes(range(256)) * 20}), compression=zipfile.ZIP_STORED).content
    )
    data[position] ^= 0xFF
    return BuiltFile("bad-1.0-py3-none-any.whl", bytes(data))


def lying_about_size() -> BuiltFile:
    """A wheel whose directory states a small size for a large file."""
    content = wheel_of(with_files(**{"bad/zeros.bin": bytes(50_000_000)})).content
    size = struct.pack("<I", 50_000_000)
    return BuiltFile("bad-1.0-py3-none-any.whl", content.replace(size, struct.pack("<I", 100)))


WHEELS: dict[str, BuiltFile] = {
    "empty": BuiltFile("bad-1.0-py3-none-any.whl", b""),
    "no_zip": BuiltFile("bad-1.0-py3-none-any.whl", b"hello" * 100),
    "truncated": BuiltFile("bad-1.0-py3-none-any.whl", wheel_of(parts()).content[:-30]),
    "bad_checksum": garbled(400),
    "no_metadata": wheel_of(parts(METADATA=None)),
    "no_wheel": wheel_of(parts(WHEEL=None)),
    "no_record": wheel_of(parts(RECORD=None)),
    "no_dist_info": wheel_of({"bad/__init__.py": b""}),
    "two_dist_infos": wheel_of(with_files(**{"other-1.0.dist-info/METADATA": b"", "other-1.0.dist-info/WHEEL": WHEEL})),
    "record_not_csv": wheel_of(parts(RECORD=b'bad/__init__.py,"\n\xff\n')),
    "record_of_missing_files": wheel_of(parts(RECORD=b"bad/gone.py,sha256=x,3\n")),
    "wrong_name": wheel_of(parts(METADATA=metadata_text("other", "1.0").encode())),
    "wrong_version": wheel_of(parts(METADATA=metadata_text("bad", "2.0").encode())),
    "metadata_not_text": wheel_of(parts(METADATA=b"\xff\xfe\x00")),
    "metadata_empty": wheel_of(parts(METADATA=b"")),
    "wheel_version_2": wheel_of(parts(WHEEL=WHEEL.replace(b"1.0", b"2.0", 1))),
    "wheel_empty": wheel_of(parts(WHEEL=b"")),
    "traversal": wheel_of(with_files(**{"../../../../escaped.py": b"x"})),
    "absolute": wheel_of(with_files(**{"/tmp/ultraviolet-outside.py": b"x"})),
    "data_traversal": wheel_of(with_files(**{"bad-1.0.data/data/../../../../../escaped": b"x"})),
    "control_character": wheel_of(with_files(**{"bad/a\nb.py": b"x"})),
    "unknown_data": wheel_of(with_files(**{"bad-1.0.data/nonsense/x": b"x"})),
    "script_escapes": wheel_of(parts(**{"entry_points.txt": b"[console_scripts]\n../../escaped = bad:main\n"})),
    "script_reserved": wheel_of(parts(**{"entry_points.txt": b"[console_scripts]\npython = bad:main\n"})),
    "script_malformed": wheel_of(parts(**{"entry_points.txt": b"[console_scripts]\nx = bad main(\n"})),
    "entry_points_malformed": wheel_of(parts(**{"entry_points.txt": b"[console_scripts\nx"})),
    "script_directory": wheel_of(with_files(**{"bad-1.0.data/scripts/sub/tool": b"#!python\n"})),
    "twice_equal": duplicated(b"same", b"same"),
    "twice_different": duplicated(b"one", b"two"),
    "lying_about_size": lying_about_size(),
    "trailing_garbage": BuiltFile("bad-1.0-py3-none-any.whl", wheel_of(parts()).content + b"garbage"),
}


def escapes(site: Site) -> list[str]:
    found = [str(path) for path in site.root.rglob("*escaped*")]
    return found + [path for path in (OUTSIDE, f"{OUTSIDE}.py") if os.path.lexists(path)]


@pytest.mark.parametrize("name", WHEELS)
def test_wheel(site: Site, name: str) -> None:
    site.server.metadata_files = False
    built = WHEELS[name]
    site.server.add(built, metadata=b"", project="bad")
    site.run("venv", "-q")
    outcome = site.run("pip", "install", "bad")
    site.write(f"dir/{built.filename}", built.content)
    local = site.run("pip", "install", "--reinstall", f"./dir/{built.filename}")
    assert_outcomes(site, f"wheel_{name}", outcome, local, filters=[(r"\S*/cache/\S+?/(?=bad)", "[UNPACKED]/")])
    assert escapes(site) == []
    if outcome.exit_code and local.exit_code and UNDER_TEST is None:
        assert site.installed() == set()
        left = {path.name for path in site.site_packages.iterdir() if not path.name.startswith("_virtualenv")}
        assert left <= {"_virtualenv.py", "_virtualenv.pth"}, left


BACKEND = '[build-system]\nrequires = []\nbuild-backend = "backend"\nbackend-path = ["."]\n'
FAILING = """
import sys
def get_requires_for_build_wheel(settings=None): return []
def build_wheel(directory, settings=None, metadata=None):
    print("compiling the thing")
    print("thing.c:1:10: fatal error: thing.h: No such file or directory", file=sys.stderr)
    {how}
"""


def sdist(how: str) -> BuiltFile:
    return make_sdist("bad", "1.0", pyproject=BACKEND, pkg_info=False, files={"backend.py": FAILING.format(how=how)})


SDISTS: dict[str, BuiltFile] = {
    "raises": sdist("raise RuntimeError('no luck')"),
    "exits": sdist("sys.exit(3)"),
    "answers_nonsense": sdist("return 'nothing-1.0-py3-none-any.whl'"),
    "killed": sdist("import os; os.kill(os.getpid(), 9)"),
    "wrong_backend": make_sdist("bad", "1.0", pyproject=BACKEND.replace('"backend"', '"absent"'), pkg_info=False),
    "missing_module": make_sdist(
        "bad", "1.0", pyproject=BACKEND, pkg_info=False, files={"backend.py": "import distutils_is_gone\n"}
    ),
    "no_hook": make_sdist("bad", "1.0", pyproject=BACKEND, pkg_info=False, files={"backend.py": ""}),
    "requires_unknown": make_sdist(
        "bad", "1.0", pyproject='[build-system]\nrequires = ["absent-backend"]\nbuild-backend = "absent"\n', pkg_info=False
    ),
    "requires_malformed": make_sdist("bad", "1.0", pyproject='[build-system]\nrequires = ["a b c"]\n', pkg_info=False),
    "build_system_malformed": make_sdist("bad", "1.0", pyproject="[build-system]\nrequires = 3\n", pkg_info=False),
    "toml_malformed": make_sdist("bad", "1.0", pyproject="[build-system\n", pkg_info=False),
    "no_project": make_sdist("bad", "1.0", pyproject="", pkg_info=False, files={"readme.txt": "x"}),
    "not_an_archive": BuiltFile("bad-1.0.tar.gz", b"hello"),
    "truncated": BuiltFile("bad-1.0.tar.gz", make_sdist("bad", "1.0").content[:200]),
    "empty_archive": BuiltFile("bad-1.0.tar.gz", make_tar({})),
    "traversal": BuiltFile("bad-1.0.tar.gz", make_tar({"bad-1.0/pyproject.toml": b"", "bad-1.0/../../../escaped": b"x"})),
    "absolute": BuiltFile("bad-1.0.tar.gz", make_tar({"bad-1.0/pyproject.toml": b"", "/tmp/ultraviolet-outside": b"x"})),
    "wrong_name": make_sdist(
        "bad", "1.0", pyproject=BACKEND, pkg_info=False,
        files={"backend.py": "def build_wheel(d, s=None, m=None):\n    import zipfile, os\n    name = 'other-1.0-py3-none-any.whl'\n    with zipfile.ZipFile(os.path.join(d, name), 'w') as z:\n        z.writestr('other-1.0.dist-info/METADATA', 'Metadata-Version: 2.1\\nName: other\\nVersion: 1.0\\n')\n        z.writestr('other-1.0.dist-info/WHEEL', 'Wheel-Version: 1.0\\nRoot-Is-Purelib: true\\nTag: py3-none-any\\n')\n        z.writestr('other-1.0.dist-info/RECORD', '')\n    return name\n"},
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", SDISTS)
def test_sdist(site: Site, name: str) -> None:
    site.offer(SDISTS[name], make_wheel("app", "1.0", requires=["bad"]))
    site.environ["UV_NO_WRAP"] = "1"
    site.run("venv", "-q")
    outcome = site.run("pip", "install", "app")
    site.pyproject("app")
    locked = site.run("lock")
    filters = [
        (r"(Traceback \(most recent call last\):\n)(?: {8,}.*\n)+", r"\1        [FRAMES]\n"),
        (r"[\w/-]*(builds|build-environments)-v\d+/\S*?(?=[\s`\"/])\S*", "[BUILD]"),
        (r"\[ROOT\]/cache/sources?-v\d+\S*|\S*/cache/sdists-v\d+\S*|\S*/cache/sources-v\d+\S*", "[SOURCE]"),
        (r"python3?(\.\d+)? -c", "python -c"),
    ]
    assert_outcomes(site, f"sdist_{name}", outcome, locked, filters=filters)
    assert escapes(site) == []
    assert site.installed() == set()


def test_locked_hash_is_not_that_of_the_file(site: Site) -> None:
    site.offer_app()
    site.pyproject("app")
    assert site.run("lock").exit_code == 0
    lock = (site.project / "uv.lock").read_text()
    built = make_wheel("lib", "1.1")
    (site.project / "uv.lock").write_text(lock.replace(built.sha256, "0" * 64))
    outcome = site.run("sync", "--frozen")
    assert_outcomes(site, "hash_locked", outcome, filters=[(built.sha256, "[DIGEST]")])
    assert site.installed() == set()


def test_file_changed_after_locking(site: Site) -> None:
    site.offer_app()
    site.pyproject("app")
    assert site.run("lock").exit_code == 0
    changed = make_wheel("lib", "1.1", files={"lib/__init__.py": "import this\n"})
    site.server.add(changed)
    outcome = site.run("sync")
    frozen = site.run("sync", "--frozen")
    digests = [(make_wheel("lib", "1.1").sha256, "[LOCKED]"), (changed.sha256, "[SERVED]")]
    assert_outcomes(site, "hash_changed", outcome, frozen, filters=digests)
    assert site.installed() == set()


def test_index_hash_is_wrong(site: Site) -> None:
    site.offer(make_wheel("app", "1.0", requires=["lib"]))
    built = make_wheel("lib", "1.1")
    site.server.add(built, wrong_hash=True)
    site.pyproject("app")
    site.run("venv", "-q")
    assert_outcomes(
        site,
        "hash_index",
        site.run("pip", "install", "app"),
        site.run("sync"),
        filters=[(built.sha256, "[DIGEST]")],
    )


@pytest.mark.parametrize(
    ("name", "lines"),
    [
        ("unpinned", "app\n"),
        ("no_hash", "app==1.0\n"),
        ("dependency", "app==1.0 --hash=sha256:{app}\n"),
        ("wrong", "app==1.0 --hash=sha256:{zero}\nlib==1.1 --hash=sha256:{lib}\n"),
        ("md5", "app==1.0 --hash=md5:{md5}\nlib==1.1 --hash=sha256:{lib}\n"),
        ("malformed", "app==1.0 --hash=sha256\n"),
        ("right", "app==1.0 --hash=sha256:{app}\nlib==1.1 --hash=sha256:{lib}\n"),
    ],
)
def test_required_hashes(site: Site, name: str, lines: str) -> None:
    site.offer_app()
    app, lib = make_wheel("app", "1.0", requires=["lib>=1"]), make_wheel("lib", "1.1")
    md5 = hashlib.md5(app.content).hexdigest()
    site.write("req.txt", lines.format(app=app.sha256, lib=lib.sha256, zero="0" * 64, md5=md5))
    site.run("venv", "-q")
    assert_outcomes(
        site,
        f"require_hashes_{name}",
        site.run("pip", "install", "--require-hashes", "-r", "req.txt"),
        site.run("pip", "sync", "--require-hashes", "req.txt"),
        filters=[(app.sha256, "[APP]"), (lib.sha256, "[LIB]"), (md5, "[MD5]")],
    )


def test_incompatible_python(site: Site) -> None:
    site.offer(make_wheel("app", "1.0", requires=["lib"]), make_wheel("onlyold", "1.0", tags="cp27-cp27m-win32"))
    site.server.add(make_wheel("lib", "1.1", requires_python="<3"), requires_python="<3")
    site.server.add(make_wheel("new", "1.0", requires_python=">=4"), requires_python=">=4")
    site.run("venv", "-q")
    outcomes = [site.run("pip", "install", name) for name in ("app", "onlyold", "new")]
    site.write("onlyold-1.0-cp27-cp27m-win32.whl", make_wheel("onlyold", "1.0", tags="cp27-cp27m-win32").content)
    outcomes.append(site.run("pip", "install", "./onlyold-1.0-cp27-cp27m-win32.whl"))
    for name in ("app", "onlyold", "new"):
        site.pyproject(name)
        outcomes.append(site.run("lock"))
        outcomes.append(site.run("sync"))
    site.pyproject(requires_python=">=3.99")
    outcomes.append(site.run("lock"))
    outcomes.append(site.run("sync"))
    outcomes.append(site.run("sync", "--python", "3.99"))
    assert_outcomes(site, "incompatible_python", *outcomes)
