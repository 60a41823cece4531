"""Versions: parsing, normalisation and total order (PEP 440).

A `Version` is two things only: the release segments as written (trailing zeros matter for printing) and a key
that orders versions (trailing zeros do not matter there). Everything else is read back from the key. Keys are
nested tuples, so that sorting, bisecting and the set algebra of `ranges` compare them without running Python code::

    key = (epoch, release without trailing zeros, suffix, 0)
    suffix = (phase, pre-release number, post or -1, dev or infinity, local segments)

The last element leaves room for cut points: the place just before a version has -1 there, just after it 1.

Besides real versions there are three internal sentinels, which sort where no version can: ``min`` below every
pre-release of a release, ``max`` above every post-release and local version, and a local sentinel above every
local version of one exact version. `ranges` uses them to express the operators of PEP 440 as intervals.
"""

from __future__ import annotations

from ultraviolet.standards.errors import InvalidVersion, quoted

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable
    from typing import Final

Suffix = tuple[int, int, int, int, tuple[tuple[int, int | str], ...]]
"""Everything after the release, in an order that compares as PEP 440 asks."""
VersionKey = tuple[int, tuple[int, ...], Suffix, int]
"""What orders versions."""

Cut = tuple[int, tuple[int, ...], Suffix, int, "Version"]
"""A place between versions: just before (-1 in the fourth element) or just after (1) the version it carries."""

MAX_NUMBER: Final = 2**64 - 2
"""The largest number a version may hold; one more is refused, so that "plus one" always fits 64 bits."""

_INFINITY: Final = 2**64 - 1
_MIN, _DEV, _ALPHA, _BETA, _RC, _FINAL, _POST = range(7)
_PRE_LETTERS: Final = {"a": _ALPHA, "b": _BETA, "rc": _RC}
_PRE_NAMES: Final = ("", "", "a", "b", "rc", "", "")
_PRE_SPELLINGS: Final = (
    ("alpha", _ALPHA),
    ("beta", _BETA),
    ("preview", _RC),
    ("pre", _RC),
    ("rc", _RC),
    ("a", _ALPHA),
    ("b", _BETA),
    ("c", _RC),
)
_POST_SPELLINGS: Final = ("post", "rev", "r")
_LOCAL_MAX: Final[tuple[tuple[int, int | str], ...]] = ((2, 0),)
PLAIN: Final[Suffix] = (_FINAL, 0, -1, _INFINITY, ())
"""The suffix of every final release; there is one such object, so it may be compared by identity."""
_WHITESPACE: Final = " \t\n\x0c\r"
_DIGITS: Final = "0123456789"

_MEMO: dict[str, Version] = {}


class Version:
    """One PEP 440 version; equality, hash and order ignore trailing zeros of the release."""

    __slots__ = ("_after", "_before", "_ceiling", "_hash", "_text", "key", "release")

    release: tuple[int, ...]
    """The release segments as written, trailing zeros included."""
    key: VersionKey
    """The order among versions."""
    _text: str
    _hash: int
    _before: Cut
    _after: Cut
    _ceiling: Cut | None

    def __init__(self, release: tuple[int, ...], epoch: int = 0, suffix: Suffix = PLAIN) -> None:
        self.release = release
        if not release[-1]:
            release = _trim(release)
        self.key = (epoch, release, suffix, 0)

    @classmethod
    def build(
        cls,
        release: Iterable[int],
        *,
        epoch: int = 0,
        pre: tuple[str, int] | None = None,
        post: int | None = None,
        dev: int | None = None,
        local: tuple[int | str, ...] = (),
    ) -> Version:
        """Make a version of its components; `pre` is one of ``a``, ``b``, ``rc`` and a number."""
        suffix = _suffix(pre, post, dev, tuple(_local_key(segment) for segment in local))
        return cls(tuple(release), epoch, suffix)

    @property
    def epoch(self) -> int:
        """The number before ``!``, 0 when absent."""
        return self.key[0]

    @property
    def pre(self) -> tuple[str, int] | None:
        """The pre-release letter (``a``, ``b``, ``rc``) and number."""
        phase, number, _, _, _ = self.key[2]
        return (_PRE_NAMES[phase], number) if _ALPHA <= phase <= _RC else None

    @property
    def post(self) -> int | None:
        """The post-release number."""
        post = self.key[2][2]
        return post if 0 <= post < _INFINITY else None

    @property
    def dev(self) -> int | None:
        """The development release number."""
        phase, _, _, dev, _ = self.key[2]
        return dev if dev < _INFINITY and phase else None

    @property
    def local(self) -> tuple[int | str, ...]:
        """The segments of the local version label; empty when there is none."""
        local = self.key[2][4]
        if not local or local is _LOCAL_MAX:
            return ()
        return tuple(segment for _, segment in local)

    @property
    def major(self) -> int:
        """The first release segment."""
        return self.release[0]

    @property
    def minor(self) -> int:
        """The second release segment, or 0."""
        return self.release[1] if len(self.release) > 1 else 0

    @property
    def micro(self) -> int:
        """The third release segment, or 0."""
        return self.release[2] if len(self.release) > 2 else 0

    @property
    def is_prerelease(self) -> bool:
        """Whether this is an alpha, beta, release candidate or development release."""
        suffix = self.key[2]
        return suffix is not PLAIN and (suffix[0] < _FINAL or suffix[3] < _INFINITY)

    @property
    def is_postrelease(self) -> bool:
        """Whether there is a post-release number."""
        return self.key[2][2] >= 0

    @property
    def is_local(self) -> bool:
        """Whether there is a local version label."""
        return bool(self.key[2][4])

    @property
    def sentinel(self) -> str | None:
        """Which internal boundary this is (``min``, ``max``, ``local``), `None` for a real version."""
        suffix = self.key[2]
        if suffix is PLAIN:
            return None
        if suffix[4] is _LOCAL_MAX:
            return "local"
        if suffix[0] == _MIN:
            return "min"
        return "max" if suffix[2] == _INFINITY else None

    def without_local(self) -> Version:
        """Drop the local version label."""
        phase, number, post, dev, local = self.key[2]
        return Version(self.release, self.key[0], _shared(phase, number, post, dev)) if local else self

    def only_release(self) -> Version:
        """Keep the release segments alone; the epoch goes as well."""
        if self.key[2] is PLAIN and not self.key[0]:
            return self
        return Version(self.release)

    def only_release_trimmed(self) -> Version:
        """Keep the release segments alone, without trailing zeros (``0`` stays ``0``)."""
        trimmed = self.key[1] or (0,)
        if self.key[2] is PLAIN and not self.key[0] and len(trimmed) == len(self.release):
            return self
        return Version(trimmed)

    def with_release(self, release: tuple[int, ...]) -> Version:
        """Replace the release segments."""
        return Version(release, self.key[0], self.key[2])

    def with_dev(self, dev: int) -> Version:
        """Set the development release number."""
        phase, number, post, _, local = self.key[2]
        if phase == _FINAL:
            phase = _DEV
        return Version(self.release, self.key[0], (phase, number, post, dev, local))

    def min_sentinel(self) -> Version:
        """The boundary below every pre-release and development release of this final release."""
        return Version(self.release, self.key[0], (_MIN, 0, -1, 0, ()))

    def max_sentinel(self) -> Version:
        """The boundary above every post-release and local version of this final release or pre-release."""
        phase, number, _, _, _ = self.key[2]
        return Version(
            self.release, self.key[0], (_POST if phase == _FINAL else phase, number, _INFINITY, _INFINITY, ())
        )

    def local_sentinel(self) -> Version:
        """The boundary above every local version of this version."""
        phase, number, post, dev, _ = self.key[2]
        return Version(self.release, self.key[0], (phase, number, post, dev, _LOCAL_MAX))

    def successor(self) -> Version | None:
        """The least real version above a sentinel; `None` for real versions, and where there is none."""
        suffix = self.key[2]
        if suffix is PLAIN:
            return None
        phase, number, post, dev, local = suffix
        if local is _LOCAL_MAX:
            if dev < _INFINITY:
                return Version(self.release, self.key[0], (phase, number, post, dev + 1, ()))
            phase = _POST if phase == _FINAL else phase
            return Version(self.release, self.key[0], (phase, number, post + 1, 0, ()))
        if phase == _MIN:
            return Version(self.release, self.key[0], (_DEV, 0, -1, 0, ()))
        if post == _INFINITY and phase < _FINAL:
            return Version(self.release, self.key[0], (phase, number + 1, -1, 0, ()))
        return None

    def before(self) -> Cut:
        """The cut point just below this version; see `ranges`."""
        try:
            return self._before
        except AttributeError:
            epoch, release, suffix, _ = self.key
            self._before = (epoch, release, suffix, -1, self)
            return self._before

    def after(self) -> Cut:
        """The cut point just above this version; see `ranges`."""
        try:
            return self._after
        except AttributeError:
            epoch, release, suffix, _ = self.key
            self._after = (epoch, release, suffix, 1, self)
            return self._after

    def ceiling(self) -> Cut | None:
        """The cut point below the least real version above a sentinel; `None` for real versions."""
        try:
            return self._ceiling
        except AttributeError:
            successor = self.successor()
            self._ceiling = None if successor is None else successor.before()
            return self._ceiling

    def __str__(self) -> str:
        try:
            return self._text
        except AttributeError:
            self._text = self._render()
            return self._text

    def __repr__(self) -> str:
        return f"Version({str(self)!r})"

    def __hash__(self) -> int:
        try:
            return self._hash
        except AttributeError:
            self._hash = hash(self.key)
            return self._hash

    def __eq__(self, other: object) -> bool:
        if isinstance(other, Version):
            return self.key == other.key
        return NotImplemented

    def __lt__(self, other: Version) -> bool:
        return self.key < other.key

    def __le__(self, other: Version) -> bool:
        return self.key <= other.key

    def __gt__(self, other: Version) -> bool:
        return self.key > other.key

    def __ge__(self, other: Version) -> bool:
        return self.key >= other.key

    def _render(self) -> str:
        epoch, _, suffix, _ = self.key
        text = ".".join(map(str, self.release))
        if epoch:
            text = f"{epoch}!{text}"
        if suffix is PLAIN:
            return text
        phase, number, post, dev, local = suffix
        if _ALPHA <= phase <= _RC:
            text += f"{_PRE_NAMES[phase]}{number}"
        if 0 <= post < _INFINITY:
            text += f".post{post}"
        if dev < _INFINITY and phase != _MIN:
            text += f".dev{dev}"
        if local is _LOCAL_MAX:
            text += "+"
        elif local:
            text += "+" + ".".join(str(segment) for _, segment in local)
        return text


def parse_version(text: str) -> Version:
    """Parse one version in any spelling PEP 440 allows.

    Raises `InvalidVersion`.

    >>> str(parse_version("v1.0-ALPHA.1"))
    '1.0a1'
    """
    version = _MEMO.get(text)
    if version is None:
        version = _parse_plain(text)
        if version is None:
            parser = _Parser(text)
            version = parser.version()
        _MEMO[text] = version
    return version


def parse_version_pattern(text: str) -> tuple[Version, bool]:
    """Parse a version that may end in ``.*``; tells whether it did.

    Raises `InvalidVersion`.
    """
    if text[-2:] != ".*" and (known := _MEMO.get(text)) is not None:
        return known, False
    version = _parse_plain(text[:-2] if text[-2:] == ".*" else text)
    if version is not None:
        return version, text[-2:] == ".*"
    parser = _Parser(text)
    return parser.pattern(), parser.wildcard


def _parse_plain(text: str) -> Version | None:
    """Read dotted decimal numbers, by far the most common form; `None` for everything else."""
    if len(text) < 20 and text.isascii() and text.replace(".", "").isdigit():
        try:
            return Version(tuple(map(int, text.split("."))))
        except ValueError:
            return None
    return None


class _Parser:
    """A scanner over one version; each method consumes one component, in the order of PEP 440's appendix B."""

    __slots__ = ("dev", "epoch", "local", "position", "post", "pre", "release", "text", "wildcard")

    def __init__(self, text: str) -> None:
        self.text = text
        self.position = 0
        self.epoch = 0
        self.release: tuple[int, ...] = ()
        self.pre: tuple[str, int] | None = None
        self.post: int | None = None
        self.dev: int | None = None
        self.local: tuple[tuple[int, int | str], ...] = ()
        self.wildcard = False

    def version(self) -> Version:
        try:
            version = self.pattern()
        except _WildcardInside:
            raise InvalidVersion("wildcards are not allowed in a version") from None
        if self.wildcard:
            raise InvalidVersion("wildcards are not allowed in a version")
        return version

    def pattern(self) -> Version:
        self._skip(_WHITESPACE)
        self._accept("v")
        self._parse_release()
        if self.text.startswith(".*", self.position):
            if self.position + 2 != len(self.text):
                raise _WildcardInside("wildcards in versions must be at the end")
            self.wildcard = True
        else:
            self._parse_pre()
            self._parse_post()
            self._parse_dev()
            self._parse_local()
            self._skip(_WHITESPACE)
            if self.position < len(self.text):
                parsed, remaining = self.text[: self.position], self.text[self.position :]
                raise InvalidVersion(
                    f"after parsing `{parsed}`, found `{remaining}`, which is not part of a valid version"
                )
        return Version(self.release, self.epoch, _suffix(self.pre, self.post, self.dev, self.local))

    def _parse_release(self) -> None:
        first = self._number()
        if first is None:
            raise InvalidVersion("expected version to start with a number, but no leading ASCII digits were found")
        if self._accept("!"):
            self.epoch = first
            first = self._number()
            if first is None:
                raise InvalidVersion(
                    "expected version to have a non-empty release component after an epoch, "
                    "but no ASCII digits after the epoch were found"
                )
        release = [first]
        while self._accept("."):
            number = self._number()
            if number is None:
                self.position -= 1
                break
            release.append(number)
        self.release = tuple(release)

    def _parse_pre(self) -> None:
        start = self.position
        self._separator()
        for spelling, phase in _PRE_SPELLINGS:
            if self._accept(spelling):
                self._separator()
                self.pre = (_PRE_NAMES[phase], self._number() or 0)
                return
        self.position = start

    def _parse_post(self) -> None:
        start = self.position
        if self._accept("-"):
            number = self._number()
            if number is not None:
                self.post = number
                return
            self.position = start
        self._separator()
        for spelling in _POST_SPELLINGS:
            if self._accept(spelling):
                self._separator()
                self.post = self._number() or 0
                return
        self.position = start

    def _parse_dev(self) -> None:
        start = self.position
        self._separator()
        if self._accept("dev"):
            self._separator()
            self.dev = self._number() or 0
        else:
            self.position = start

    def _parse_local(self) -> None:
        if not self._accept("+"):
            return
        precursor = "+"
        segments: list[tuple[int, int | str]] = []
        text = self.text
        while True:
            start = end = self.position
            while end < len(text) and text[end].isascii() and text[end].isalnum():
                end += 1
            self.position = end
            if start == end:
                raise InvalidVersion(
                    f"found a `{precursor}` indicating the start of a local component in a version, "
                    f"but did not find any alphanumeric ASCII segment following the `{precursor}`"
                )
            segment = text[start:end]
            if segment.isdigit() and len(segment.lstrip("0")) <= 20 and int(segment) < 2**64:
                segments.append((1, int(segment)))
            else:
                segments.append((0, segment.lower()))
            if end == len(text) or text[end] not in ".-_":
                break
            precursor = text[end]
            self.position = end + 1
        self.local = tuple(segments)

    def _number(self) -> int | None:
        text = self.text
        start = end = self.position
        while end < len(text) and text[end] in _DIGITS:
            end += 1
        if start == end:
            return None
        self.position = end
        digits = text[start:end].lstrip("0")
        number = int(digits or "0") if len(digits) <= 20 else _INFINITY
        if number > MAX_NUMBER:
            raise InvalidVersion(
                f"expected number less than or equal to {MAX_NUMBER}, "
                f"but number found in {quoted(text[start:end])} exceeds it"
            )
        return number

    def _accept(self, word: str) -> bool:
        end = self.position + len(word)
        if self.text[self.position : end].lower() == word:
            self.position = end
            return True
        return False

    def _separator(self) -> None:
        if self.text[self.position : self.position + 1] in {".", "-", "_"}:
            self.position += 1

    def _skip(self, characters: str) -> None:
        while self.position < len(self.text) and self.text[self.position] in characters:
            self.position += 1


class _WildcardInside(InvalidVersion):
    """``.*`` with something after it, which is worded differently where no wildcard is allowed at all."""


def _trim(release: tuple[int, ...]) -> tuple[int, ...]:
    end = len(release)
    while end and not release[end - 1]:
        end -= 1
    return release[:end]


def _suffix(
    pre: tuple[str, int] | None, post: int | None, dev: int | None, local: tuple[tuple[int, int | str], ...]
) -> Suffix:
    if pre is not None:
        phase, number = _PRE_LETTERS[pre[0]], pre[1]
    elif post is not None:
        phase, number = _POST, 0
    elif dev is not None:
        phase, number = _DEV, 0
    else:
        if not local:
            return PLAIN
        phase, number = _FINAL, 0
    return (phase, number, -1 if post is None else post, _INFINITY if dev is None else dev, local)


def _shared(phase: int, number: int, post: int, dev: int) -> Suffix:
    return PLAIN if phase == _FINAL else (phase, number, post, dev, ())


def _local_key(segment: int | str) -> tuple[int, int | str]:
    return (1, segment) if isinstance(segment, int) else (0, segment)
