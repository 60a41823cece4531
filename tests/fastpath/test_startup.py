"""Collected code and the lean msgspec: faster, and never anything else."""

from __future__ import annotations

import re
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


@pytest.fixture
def tree(library: Path) -> Path:
    """The library with modules that import each other: `top` needs `fact` and `deep.inner`, the latter needs `fact`."""
    package = library / "ultraviolet"
    (package / "deep").mkdir()
    (package / "deep" / "__init__.py").write_text("from ultraviolet.deep.inner import INNER\n")
    (package / "deep" / "inner.py").write_text("from ultraviolet.subject.fact import FACT\nINNER = FACT + 1\n")
    (package / "top.py").write_text(
        "from ultraviolet.subject import fact\nfrom ultraviolet.deep.inner import INNER\n"
        "try:\n    from ultraviolet.optional import THERE\nexcept ImportError:\n    THERE = False\n"
        "def facts():\n    from ultraviolet import deep\n"
        "    return fact.FACT, INNER, THERE, deep.inner.INNER, deep.INNER\n"
    )
    (package / "optional.py").write_text("THERE = True\n")
    return library


SHOW = """
asked = []
real = startup.Collection.find_spec
def find_spec(self, name, path=None, target=None):
    asked.append(name)
    return real(self, name, path, target)
startup.Collection.find_spec = find_spec
from ultraviolet import top
print(*top.facts())
for name in ("top", "subject.fact", "deep", "deep.inner"):
    module = sys.modules["ultraviolet." + name]
    facts = vars(module)
    print(*(facts.get(key) for key in ("__name__", "__package__", "__file__", "__cached__", "__path__")), facts["__spec__"])
print(sorted(key for key in vars(sys.modules["ultraviolet"]) if key in {"subject", "deep", "top"}), *ASKED)
"""


def test_modules_are_loaded_with_what_they_import(tree: Path) -> None:
    body = SHOW.replace("ASKED", "()")
    outputs = [run(tree, body) for _ in range(4)]
    assert outputs[0].splitlines()[0] == "1 2 True 2 2"
    # The loaders differ in the first run, and nothing else.
    assert len({text.replace("_Loader", "SourceFileLoader") for text in map(_without_addresses, outputs)}) == 1
    # Once it is known what imports what, the import system is asked for the first of them alone.
    names = run(tree, SHOW.replace("*ASKED", "[name for name in asked if name.startswith('ultraviolet.')]"))
    assert names.splitlines()[-1].endswith("['ultraviolet.top']")


def _without_addresses(text: str) -> str:
    return re.sub(r" at 0x[0-9a-f]+", "", text).replace("ultraviolet.startup.", "_frozen_importlib_external.")


def test_modules_that_changed_are_loaded_with_what_they_import(tree: Path) -> None:
    for _ in range(3):
        run(tree, SHOW.replace("ASKED", "()"))
    package = tree / "ultraviolet"
    (package / "optional.py").unlink()
    (package / "deep" / "inner.py").write_text("from ultraviolet.subject.fact import FACT\nINNER = FACT + 10\n")
    for _ in range(3):
        assert run(tree, SHOW.replace("ASKED", "()")).splitlines()[0] == "1 11 False 11 11"


def test_modules_that_fail_are_left_to_whoever_imports_them(tree: Path) -> None:
    for _ in range(3):
        run(tree, SHOW.replace("ASKED", "()"))
    (tree / "ultraviolet" / "optional.py").write_text("from ultraviolet.gone import THERE\n")
    for _ in range(3):
        assert run(tree, SHOW.replace("ASKED", "()")).splitlines()[0] == "1 2 False 2 2"


def test_with_other_threads_about_the_import_system_is_asked(tree: Path) -> None:
    body = "import threading; done = threading.Event(); threading.Thread(target=done.wait).start()\n"
    for _ in range(3):
        run(tree, SHOW.replace("ASKED", "()"))
    names = run(
        tree, body + SHOW.replace("*ASKED", "[n for n in asked if n.startswith('ultraviolet.')]") + "\ndone.set()"
    )
    assert "ultraviolet.deep.inner" in names.splitlines()[-1]


def test_typing_without_context_managers(library: Path) -> None:
    body = """
import typing
print("contextlib" in sys.modules, typing.ContextManager[int])
import contextlib
with contextlib.suppress(KeyError):
    {}["x"]
print(contextlib.AbstractContextManager.__module__, isinstance(contextlib.suppress(), contextlib.AbstractContextManager))
"""
    plain = run(library, body)
    assert plain.splitlines()[1] == "contextlib True"
    assert run(library, body).replace("False", "True", 1) == plain


def test_msgspec_needs_neither_enumerations_nor_expressions(library: Path) -> None:
    body = """
import typing, msgspec
print([n for n in ('re', 'enum', 'contextlib', 'typing_extensions') if n in sys.modules])
class Pair(msgspec.Struct):
    first: 'int'
print(msgspec.json.decode(b'{"first": 1}', type=Pair), typing.ForwardRef.__module__)
import enum, re, contextlib
class Color(enum.Enum):
    RED = 1
print(Color.RED, re.match('a+', 'aab').group(), re.Pattern is type(re.compile('a')), contextlib.suppress.__name__)
"""
    wanted = "Pair(first=1) typing\nColor.RED aa True suppress\n"
    for _ in range(3):
        names, _, rest = run(library, body).partition("\n")
        assert rest == wanted
    if sys.version_info < (3, 13):
        assert names == "[]"


def test_kept_patterns_need_no_re(library: Path) -> None:
    shutil.copy(SOURCE / "ultraviolet" / "patterns.py", library / "ultraviolet" / "patterns.py")
    (library / "ultraviolet" / "user.py").write_text(
        "from ultraviolet.patterns import compile_pattern\n"
        "WORD = compile_pattern(r'(?P<first>[a-z])[a-z]*+')\nLINE = compile_pattern('^b', 8)\n"
    )
    body = (
        "from ultraviolet.user import WORD, LINE\nfound = WORD.match('abc1')\nprint('re' in sys.modules)\n"
        "print(found.group(), found['first'], LINE.findall('a\\nb'), LINE.flags, WORD.groupindex, WORD.pattern)"
    )
    outputs = [run(library, body).split("\n", 1) for _ in range(4)]
    assert [first for first, _ in outputs] == ["True", "True", "False", "False"]
    assert len({rest for _, rest in outputs}) == 1
    # Without the collection, as for the library, they are compiled.
    plain = subprocess.run(
        [sys.executable, "-IS", "-c", f"import sys; sys.path.insert(0, {str(library)!r})\n{body}"],
        capture_output=True,
        text=True,
        check=True,
    )
    assert plain.stdout.split("\n", 1) == ["True", outputs[0][1]]
