"""Make the imports of a command cheap, in a process that is ours alone.

The launchers call :func:`begin` when the fast path had no answer, and :func:`finish` when the command is done:

- *Collected code.* Finding and opening three hundred ``.pyc`` files takes longer than running them. So the code of every
  module that commands have imported lies in one file beside our own ``.pyc`` files, :data:`_NAME`, with the place, size
  and time of each source. A module whose source is as it was comes from there; any other is imported as ever. The file
  is written anew when a command has imported something that it lacks. It also tells which modules of ours a module imports
  first of all; those are loaded before it runs, without asking the import system, which is not needed to find them.
- *Compiled patterns.* What modules compile with ``re`` when they are imported lies in the same file, as the code of the
  matching engine.
- *A lean msgspec.* It imports modules for what this program never uses: JSON schemas, introspection, YAML, decimal
  numbers, and ``uuid`` with ``platform`` behind it. Those come when somebody asks for them. Likewise pycurl and its interface for
  ``asyncio``, and typing and its aliases for what ``contextlib`` and ``re`` define.
- *Garbage.* A command makes many values that live until it ends; looking for cycles among them is wasted.

Nothing here may change what a command does: whatever fails is left to the ordinary import system. As the library,
ultraviolet does none of this. Builtin modules only, as in :mod:`ultraviolet.fastpath`.
"""

import _frozen_importlib
import _frozen_importlib_external
import _sre  # type: ignore[import-not-found]  # what `re` compiles for
import _thread
import gc
import marshal
import sys

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence
    from types import CodeType, ModuleType
    from typing import Any, TypeAlias

    Entry: TypeAlias = tuple[str, str, int, int, bool, int, int, tuple[str, ...]]
    """Source file, its ``.pyc``, size and time of the source, whether it is a package, start and length of the code, imports."""
    Pattern: TypeAlias = tuple[str | bytes, int]
    """A regular expression and its flags."""

if sys.platform == "win32":
    import nt as posix
else:
    import posix

_NAME = "modules"
_FORMAT = 3
_HEADER = 16
_LARGEST = 64 * 1024 * 1024
_PYC_HEADER = 16

_GARBAGE_THRESHOLD = 200_000
"""Net new containers before cycles are looked for; CPython's 700 is for programs that run for long."""

_open_collections: "list[Collection]" = []
"""The collection that :func:`begin` found, for :func:`finish`."""


class Collection:
    """The file of collected code, open for reading; it is a finder for :data:`sys.meta_path`."""

    def __init__(
        self, path: str, descriptor: int, entries: "dict[str, Entry]", patterns: "tuple[int, int]" = (0, 0)
    ) -> None:
        self.path = path
        self.descriptor = descriptor
        self.entries = entries
        self.patterns = patterns
        """Start and length of the compiled patterns."""
        self.earlier = frozenset(sys.modules)
        """Modules that were imported before the collection could be asked."""
        self._known: dict[Pattern, tuple[Any, ...]] | None = None
        self.learned: dict[str, list[str]] = {}
        """By module: what it turned out to import, in order, beside what is known."""

    def find_spec(
        self,
        name: str,
        path: "Sequence[str] | None" = None,  # noqa: ARG002  # each entry knows its place
        target: "ModuleType | None" = None,  # noqa: ARG002
    ) -> "_frozen_importlib.ModuleSpec | None":
        """The module from the collection, or ``None`` when it is unknown or its source has changed."""
        if _running and name.startswith(_OURS) and _thread._count() == 0:  # noqa: SLF001
            importer = self.entries.get(_running[-1])
            if importer is not None and name not in importer[7]:
                self.learned.setdefault(_running[-1], []).append(name)
        entry = self.entries.get(name)
        return None if entry is None else self._spec(name, entry)

    def _spec(self, name: str, entry: "Entry") -> "_frozen_importlib.ModuleSpec | None":
        source, compiled, size, modified, package, start, length, imports = entry
        try:
            status = posix.stat(source)
        except OSError:
            return None
        if status.st_size != size or status.st_mtime_ns != modified:
            return None
        loader = _Loader(name, source)
        loader.place = (self.descriptor, length, start)
        loader.imports = imports
        spec = _frozen_importlib.ModuleSpec(name, loader, origin=source, is_package=package)
        spec.has_location = True
        spec.cached = compiled
        if package:
            spec.submodule_search_locations = [source.rpartition("/")[0]]
        return spec

    def bring(self, name: str) -> None:
        """Load a module of ours as the import system would, if nothing speaks against it; else leave that to the import system."""
        entry = self.entries.get(name)
        parent, _, last = name.rpartition(".")
        around = sys.modules.get(parent)
        if entry is None or around is None:
            return
        spec = self._spec(name, entry)
        if spec is None or spec.loader is None:
            return
        module = type(sys)(name)
        module.__spec__ = spec
        module.__loader__ = spec.loader
        module.__package__ = name if entry[4] else parent
        module.__file__ = entry[0]
        module.__cached__ = entry[1]  # type: ignore[attr-defined]  # as the import system sets it
        if spec.submodule_search_locations is not None:
            module.__path__ = spec.submodule_search_locations
        sys.modules[name] = module
        try:
            spec.loader.exec_module(module)
        except Exception:  # noqa: BLE001  # whoever imports it will see that for himself
            sys.modules.pop(name, None)
            return
        setattr(around, last, module)

    def read_patterns(self) -> "dict[Pattern, tuple[Any, ...]]":
        """The compiled patterns."""
        if self._known is None:
            start, length = self.patterns
            self._known = {}
            if length:
                try:
                    self._known = marshal.loads(posix.pread(self.descriptor, length, start))  # noqa: S302
                except (OSError, ValueError, EOFError, TypeError):
                    self._known = {}
        return self._known


class _Patterns:
    """Stands before the compiler of regular expressions, and knows those that modules compile when they are imported."""

    def __init__(self, compiler: "ModuleType", known: "dict[Pattern, tuple[Any, ...]]") -> None:
        self.known = known
        self.is_new = False
        self._compiler = compiler
        self._compile: Callable[..., Any] = compiler.compile
        self._engine: Callable[..., Any] = compiler._sre.compile  # noqa: SLF001

    def compile(self, pattern: "Any", flags: int = 0) -> "Any":
        """As ``re._compiler.compile``."""
        if not _running or not isinstance(pattern, (str, bytes)):
            return self._compile(pattern, flags)
        known = self.known.get((pattern, flags))
        if known is not None:
            return self._engine(pattern, *known)
        real = self._compiler._sre  # noqa: SLF001
        self._compiler._sre = _Engine(real, self, (pattern, flags))  # type: ignore[attr-defined]  # noqa: SLF001
        try:
            return self._compile(pattern, flags)
        finally:
            self._compiler._sre = real  # type: ignore[attr-defined]  # noqa: SLF001

    def learn(self, key: "Pattern", flags: int, code: "Sequence[int]", *groups: "Any") -> None:
        """Keep what the engine was told of a pattern, named constants as plain numbers."""
        self.known[key] = (int(flags), [int(word) for word in code], *groups)
        self.is_new = True


class _Engine:
    """Stands before the matching engine while one pattern is compiled."""

    def __init__(self, real: "ModuleType", patterns: "_Patterns", key: "Pattern") -> None:
        self._real = real
        self._patterns = patterns
        self._key = key

    def __getattr__(self, name: str) -> "Any":
        return getattr(self._real, name)

    def compile(self, pattern: "Any", *facts: "Any") -> "Any":
        """As ``_sre.compile``."""
        compiled = self._real.compile(pattern, *facts)
        if pattern == self._key[0]:
            self._patterns.learn(self._key, *facts)
        return compiled


_OURS = "ultraviolet."
_running: "list[str]" = []
"""The modules of the collection that are being executed, one inside the other."""
_open_patterns: "list[_Patterns]" = []


class _Loader(_frozen_importlib_external.SourceFileLoader):
    """Loads a module's code from the collection; all else (its source, its data) as any source file's loader."""

    place: "tuple[int, int, int]"
    imports: "tuple[str, ...]"

    def get_code(self, fullname: str) -> "CodeType | None":  # noqa: ARG002
        """The code as it was compiled."""
        code: CodeType | None = marshal.loads(posix.pread(*self.place))  # noqa: S302  # as trusted as a .pyc
        return code

    def exec_module(self, module: "ModuleType") -> None:
        """Run the module, after those that it imports."""
        # With other threads about, the locks of the import system are needed.
        if self.imports and _open_collections and _thread._count() == 0:  # noqa: SLF001
            for name in self.imports:
                if name not in sys.modules:
                    _open_collections[0].bring(name)
        stand_ins = _of_typing() if module.__name__ == "typing" and sys.version_info < (3, 13) else {}
        _running.append(module.__name__)
        try:
            exec(marshal.loads(posix.pread(*self.place)), module.__dict__)  # noqa: S102, S302  # as trusted as a .pyc
        finally:
            _running.pop()
            _withdraw(stand_ins, stand_ins)
        if module.__name__ == "re._compiler" and _open_collections:
            patterns = _Patterns(module, _open_collections[0].read_patterns())
            module.compile = patterns.compile  # type: ignore[attr-defined]
            _open_patterns.append(patterns)


def kept_pattern(pattern: str, flags: int) -> "Any":
    """A regular expression as it was compiled by an earlier process, or ``None``. ``re`` is not needed for it."""
    known = _open_collections[0].read_patterns().get((pattern, flags)) if _open_collections else None
    return None if known is None else _sre.compile(pattern, *known)


def begin() -> None:
    """Get ready before anything but builtin modules is imported."""
    gc.set_threshold(_GARBAGE_THRESHOLD, 20, 20)
    path = _collection_path()
    if path is not None:
        try:
            collection = _open(path)
        except (OSError, ValueError, EOFError, TypeError):
            collection = Collection(path, -1, {})
        if collection.entries:
            sys.meta_path.insert(0, collection)
        _open_collections.append(collection)
    if "msgspec" not in sys.modules:
        sys.meta_path.insert(0, _LeanFinder())
    curl = type(sys)("pycurl.async_multi")
    curl.AsyncCurlMulti = type("AsyncCurlMulti", (), {})  # type: ignore[attr-defined]
    sys.modules.setdefault(curl.__name__, curl)


def finish() -> None:
    """Write the collection anew if the command imported a module that it lacks."""
    if not _open_collections or sys.dont_write_bytecode:
        return
    collection = _open_collections[0]
    new = [
        (name, module.__spec__)
        for name, module in list(sys.modules.items())
        if name not in collection.earlier
        and type(getattr(getattr(module, "__spec__", None), "loader", None))
        is _frozen_importlib_external.SourceFileLoader
    ]
    if not new and not collection.learned and not any(patterns.is_new for patterns in _open_patterns):
        return
    try:
        _write(collection, new)
    except (OSError, ValueError, TypeError, EOFError):
        return


def _collection_path() -> "str | None":
    """Where the collection is kept; ``None`` where there is none: this is for our own launcher's interpreter only."""
    if sys.pycache_prefix is not None or not sys.flags.no_site or not hasattr(posix, "pread"):
        return None
    tag = sys.implementation.cache_tag
    return f"{__file__.rpartition('/')[0]}/__pycache__/{_NAME}.{tag}.bin"


def _surroundings() -> "tuple[Any, ...]":
    """All that the same names could lead to other modules by."""
    return (_FORMAT, _frozen_importlib_external.MAGIC_NUMBER, sys.version, sys.flags.optimize, tuple(sys.path))


def _open(path: str) -> Collection:
    descriptor = posix.open(path, posix.O_RDONLY | posix.O_CLOEXEC)
    entries: dict[str, Entry] = {}
    patterns = (0, 0)
    try:
        header = posix.pread(descriptor, _HEADER, 0)
        start, length = int.from_bytes(header[:8], "little"), int.from_bytes(header[8:], "little")
        if length <= _LARGEST:
            surroundings, found, place = marshal.loads(posix.pread(descriptor, length, start))  # noqa: S302
            if surroundings == _surroundings():
                entries, patterns = found, place
    finally:
        if not entries:
            posix.close(descriptor)
    return Collection(path, descriptor, entries, patterns)


def _write(collection: Collection, new: "list[tuple[str, Any]]") -> None:
    """Write what is known and what is new to another file, and rename that."""
    temporary = f"{collection.path}.{posix.getpid()}"
    descriptor = posix.open(temporary, posix.O_WRONLY | posix.O_CREAT | posix.O_EXCL | posix.O_CLOEXEC, 0o644)
    try:
        try:
            data = _content(collection, new)
            while data:
                data = data[posix.write(descriptor, data) :]
        finally:
            posix.close(descriptor)
        posix.rename(temporary, collection.path)
    except BaseException:
        posix.unlink(temporary)
        raise


def _content(collection: Collection, new: "list[tuple[str, Any]]") -> bytes:
    """The whole file: where the index is and how long; the code of each module; the patterns; the index."""
    fresh = {name: found for name, spec in new if (found := _compiled(spec)) is not None}
    parts: list[bytes] = []
    entries: dict[str, Entry] = {}
    position = _HEADER
    for name, old in collection.entries.items():
        if name not in fresh:
            parts.append(posix.pread(collection.descriptor, old[6], old[5]))
            entries[name] = (*old[:5], position, old[6], (*old[7], *collection.learned.get(name, ())))
            position += old[6]
    for name, (facts, code) in fresh.items():
        parts.append(code)
        entries[name] = (*facts, position, len(code), ())
        position += len(code)
    known = _open_patterns[0].known if _open_patterns else collection.read_patterns()
    compiled = marshal.dumps(known)
    place = (position, len(compiled))
    parts.append(compiled)
    position += len(compiled)
    if not entries or position > _LARGEST:
        raise ValueError
    index = marshal.dumps((_surroundings(), entries, place))
    return b"".join((position.to_bytes(8, "little"), len(index).to_bytes(8, "little"), *parts, index))


def _compiled(spec: "_frozen_importlib.ModuleSpec") -> "tuple[tuple[str, str, int, int, bool], bytes] | None":
    """A module's entry and code, from its ``.pyc``, if that was made from the source as it is now."""
    source, compiled = spec.origin, spec.cached
    if source is None or compiled is None or not source.endswith(".py"):
        return None
    try:
        descriptor = posix.open(compiled, posix.O_RDONLY | posix.O_CLOEXEC)
        try:
            data = posix.read(descriptor, posix.fstat(descriptor).st_size)
        finally:
            posix.close(descriptor)
        status = posix.stat(source)
    except OSError:
        return None
    expected = (
        _frozen_importlib_external.MAGIC_NUMBER
        + bytes(4)
        + (int(status.st_mtime) & 0xFFFFFFFF).to_bytes(4, "little")
        + (status.st_size & 0xFFFFFFFF).to_bytes(4, "little")
    )
    if data[:_PYC_HEADER] != expected:
        return None
    package = spec.submodule_search_locations is not None
    return (source, compiled, status.st_size, status.st_mtime_ns, package), data[_PYC_HEADER:]


class _LeanFinder:
    """Waits for the first import of msgspec, which many commands never need, and has it done leanly."""

    def find_spec(
        self,
        name: str,
        path: "Sequence[str] | None" = None,  # noqa: ARG002  # for submodules, which are not ours to find
        target: "ModuleType | None" = None,  # noqa: ARG002
    ) -> "_frozen_importlib.ModuleSpec | None":
        """The module as the other finders know it, with a loader that leaves out what is never used."""
        if name != "msgspec":
            return None
        sys.meta_path.remove(self)
        spec: _frozen_importlib.ModuleSpec | None = _frozen_importlib._find_spec(name, None)  # type: ignore[attr-defined]  # noqa: SLF001
        if spec is not None and spec.loader is not None:
            spec.loader = _LeanLoader(spec.loader)  # type: ignore[assignment]  # it has all that a loader needs
        return spec


class _LeanLoader:
    """Runs msgspec with stand-ins for the modules that only its unused parts need."""

    def __init__(self, loader: "Any") -> None:
        self._loader = loader

    def create_module(self, spec: "_frozen_importlib.ModuleSpec") -> "ModuleType | None":
        """As the real loader."""
        module: ModuleType | None = self._loader.create_module(spec)
        return module

    def exec_module(self, module: "ModuleType") -> None:
        """As the real loader, which takes over."""
        module.__loader__ = self._loader
        if module.__spec__ is not None:
            module.__spec__.loader = self._loader
        import typing

        before = set(sys.modules)
        stand_ins = {name: found for name, found in _stand_ins().items() if name not in before}
        sys.modules.update(stand_ins)
        # It tries what a reference takes; to make a real one calls `compile`, which costs a millisecond the first time.
        real, typing.ForwardRef = typing.ForwardRef, _Reference  # type: ignore[assignment, misc]
        try:
            self._loader.exec_module(module)
        except Exception:  # noqa: BLE001  # whatever it is, an import without stand-ins reports it better
            for name in set(sys.modules) - before:
                if name.startswith("msgspec."):
                    del sys.modules[name]
            _withdraw(stand_ins)
            typing.ForwardRef = real  # type: ignore[misc]
            self._loader.exec_module(module)
        finally:
            _withdraw(stand_ins)
            typing.ForwardRef = real  # type: ignore[misc]


class _Reference:
    """Takes what ``typing.ForwardRef`` takes."""

    def __init__(self, _text: str, *, is_argument: bool = True, is_class: bool = False) -> None:
        pass


def _of_typing() -> "dict[str, ModuleType]":
    """Have stand-ins found for modules of which ``typing`` wants two names each, for aliases that are not used here."""
    contextlib = type(sys)("contextlib")
    for name in ("AbstractContextManager", "AbstractAsyncContextManager"):
        setattr(contextlib, name, type(name, (), {"__module__": "contextlib"}))
    found = {"contextlib": contextlib, "re": _lean_re()}
    found = {name: module for name, module in found.items() if name not in sys.modules}
    sys.modules.update(found)
    return found


def _lean_re() -> "ModuleType":
    """Make a stand-in for ``re``, for those that only want to know its types, or compile later."""
    stand_in = type(sys)("re")
    example = _sre.compile("", 0, [1], 0, {}, (None,))  # the code for: success
    stand_in.Pattern = type(example)  # type: ignore[attr-defined]
    stand_in.Match = type(example.match(""))  # type: ignore[attr-defined]
    stand_in.compile = _later("re", "compile")  # type: ignore[attr-defined]
    return stand_in


def _withdraw(
    stand_ins: "dict[str, ModuleType]", names: "Iterable[str]" = ("datetime", "decimal", "enum", "re", "uuid")
) -> None:
    """Let the modules that others use too be imported for real."""
    for name in names:
        if name in stand_ins and sys.modules.get(name) is stand_ins[name]:
            del sys.modules[name]


def _stand_ins() -> "dict[str, ModuleType]":
    import _datetime  # type: ignore[import-not-found]  # what `datetime` re-exports

    module_type = type(sys)
    uuid = module_type("uuid")
    uuid.UUID = type("UUID", (), {})  # type: ignore[attr-defined]
    uuid.SafeUUID = type("SafeUUID", (), {"safe": 0, "unsafe": -1, "unknown": None})  # type: ignore[attr-defined]
    decimal = module_type("decimal")
    decimal.Decimal = type("Decimal", (), {})  # type: ignore[attr-defined]  # for values that are never used here
    enum = module_type("enum")
    for name in ("Enum", "EnumMeta", "IntEnum", "Flag", "IntFlag", "StrEnum"):  # as are these
        setattr(enum, name, type(name, (), {}))
    schemas = module_type("msgspec._json_schema")
    for name in ("schema", "schema_components"):
        setattr(schemas, name, _later("msgspec._json_schema", name))
    return {
        "datetime": _datetime,
        "decimal": decimal,
        "enum": enum,
        "re": _lean_re(),
        "uuid": uuid,
        "msgspec._json_schema": schemas,
        **{name: _Later(name) for name in ("msgspec.inspect", "msgspec.toml", "msgspec.yaml")},
    }


def _real(name: str) -> "ModuleType":
    """Import a module that has a stand-in."""
    if isinstance(sys.modules.get(name), _Later) or not hasattr(sys.modules.get(name), "__file__"):
        sys.modules.pop(name, None)
    __import__(name)
    return sys.modules[name]


def _later(module: str, name: str) -> "Callable[..., Any]":
    def call(*arguments: "Any", **options: "Any") -> "Any":
        return getattr(_real(module), name)(*arguments, **options)

    return call


class _Later(type(sys)):  # type: ignore[misc]  # the type of modules, without importing `types`
    """Stands for a module until something of it is wanted."""

    def __getattr__(self, name: str) -> "Any":
        if name.startswith("__"):
            raise AttributeError(name)
        return getattr(_real(self.__name__), name)
