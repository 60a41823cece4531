"""Collected code and the lean msgspec: faster, and never anything else."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import msgspec
import pytest
from tests.support.cli import SOURCE

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="POSIX only")

START = """
import sys
sys.path.insert(0, {library!r})
from ultraviolet import startup
startup.begin()
{body}
startup.finish()
"""


@pytest.fixture
def library(tmp_path: Path) -> Path:
    """A directory with a small `ultraviolet` of its own, and with msgspec."""
    library = tmp_path / "lib"
    package = library / "ultraviolet"
    package.mkdir(parents=True)
    for name in ("__init__.py", "startup.py", "errors.py"):
        shutil.copy(SOURCE / "ultraviolet" / name, package / name)
    (package / "subject").mkdir()
    (package / "subject" / "__init__.py").write_text("")
    (package / "subject" / "fact.py").write_text("FACT = 1\n")
    (library / "msgspec").symlink_to(Path(msgspec.__file__).parent)
    return library


def run(library: Path, body: str, *flags: str) -> str:
    done = subprocess.run(
        [sys.executable, "-IS", *flags, "-c", START.format(library=str(library), body=body)],
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, "")
    return done.stdout


def collections(library: Path) -> list[Path]:
    return list((library / "ultraviolet" / "__pycache__").glob("modules*"))


IMPORT = "from ultraviolet.subject import fact; print(fact.FACT, type(fact.__loader__).__name__)"


def test_second_run_takes_code_from_the_collection(library: Path) -> None:
    assert run(library, IMPORT) == "1 SourceFileLoader\n"
    (file,) = collections(library)
    before = file.stat().st_mtime_ns
    assert run(library, IMPORT) == "1 _Loader\n"
    assert file.stat().st_mtime_ns == before


def test_changed_source_is_compiled_again(library: Path) -> None:
    run(library, IMPORT)
    (library / "ultraviolet" / "subject" / "fact.py").write_text("FACT = 22\n")
    assert run(library, IMPORT) == "22 SourceFileLoader\n"
    assert run(library, IMPORT) == "22 _Loader\n"


def test_removed_source_is_missed(library: Path) -> None:
    run(library, IMPORT)
    (library / "ultraviolet" / "subject" / "fact.py").unlink()
    body = "try:\n    from ultraviolet.subject import fact\nexcept ImportError:\n    print('gone')"
    assert run(library, body) == "gone\n"


def test_commands_add_to_the_collection(library: Path) -> None:
    run(library, "import ultraviolet.errors")
    run(library, IMPORT)
    assert run(library, "import ultraviolet.errors as e; print(type(e.__loader__).__name__)") == "_Loader\n"
    assert run(library, IMPORT) == "1 _Loader\n"


@pytest.mark.parametrize("content", [b"", b"x" * 40, bytes(64)])
def test_damaged_collection_is_replaced(library: Path, content: bytes) -> None:
    run(library, IMPORT)
    (file,) = collections(library)
    file.write_bytes(content)
    assert run(library, IMPORT) == "1 SourceFileLoader\n"
    assert run(library, IMPORT) == "1 _Loader\n"


def test_collection_is_for_one_search_path(library: Path) -> None:
    run(library, IMPORT)
    assert run(library, IMPORT, "-O") == "1 SourceFileLoader\n"


def test_collected_modules_look_like_any_other(library: Path) -> None:
    body = (
        "import ultraviolet.subject as s; from ultraviolet.subject import fact\n"
        "print(fact.__file__, fact.__cached__, fact.__package__, s.__path__, fact.__loader__.get_source(fact.__name__))"
    )
    assert run(library, body) == run(library, body)


def test_no_collection_with_an_ordinary_interpreter(library: Path) -> None:
    code = START.format(library=str(library), body="")
    subprocess.run([sys.executable, "-c", code], check=True)
    assert collections(library) == []


def test_nothing_is_written_where_bytecode_is_not(library: Path) -> None:
    run(library, IMPORT, "-B")
    assert collections(library) == []


def test_msgspec_without_what_it_seldom_needs(library: Path) -> None:
    body = "import msgspec; print([n for n in ('uuid', 'platform', 'textwrap', 'datetime') if n in sys.modules])"
    assert run(library, body) == "[]\n"


def test_msgspec_in_full_when_asked(library: Path) -> None:
    body = """
import datetime, uuid, msgspec
now = datetime.datetime(2026, 1, 2)
print(msgspec.json.encode([now]), uuid.UUID(int=1), datetime.__name__)
class Pair(msgspec.Struct):
    first: int
print(msgspec.json.schema(Pair)["$defs"]["Pair"]["title"], msgspec.inspect.type_info(Pair).fields[0].name)
"""
    assert run(library, body) == (
        "b'[\"2026-01-02T00:00:00\"]' 00000000-0000-0000-0000-000000000001 datetime\nPair first\n"
    )


def test_curl_without_its_asyncio_interface(library: Path) -> None:
    pycurl = pytest.importorskip("pycurl")
    library.joinpath("pycurl").symlink_to(Path(pycurl.__file__).parent)
    body = "import pycurl; print(bool(pycurl.CurlMulti), 'inspect' in sys.modules)"
    assert run(library, body) == "True False\n"
