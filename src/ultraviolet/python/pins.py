"""Pin files: ``.python-version`` and ``.python-versions``."""

from __future__ import annotations

import os

from ultraviolet.errors import UltravioletError
from ultraviolet.python.request import PythonRequest, parse_request

PIN_FILE = ".python-version"
PINS_FILE = ".python-versions"


class PinFileError(UltravioletError):
    """A pin file cannot be read."""


class PinFile:
    """A pin file and the requests in it."""

    __slots__ = ("ignored", "path", "requests")

    def __init__(self, path: str, requests: tuple[PythonRequest, ...] = (), ignored: tuple[str, ...] = ()) -> None:
        self.path = path
        self.requests = requests
        self.ignored = ignored
        """Lines that name executables, which a pin must not; the caller warns with :meth:`warnings`."""

    @property
    def request(self) -> PythonRequest | None:
        """The first request, which counts where one Python is wanted."""
        return self.requests[0] if self.requests else None

    @property
    def file_name(self) -> str:
        """``.python-version`` or ``.python-versions``."""
        return os.path.basename(self.path)

    def warnings(self) -> list[str]:
        """Return one sentence for each ignored line."""
        return [f"Ignoring unsupported Python request `{name}` in version file: {self.path}" for name in self.ignored]


def find_pin_file(
    directory: str,
    *,
    stop_at: str | None = None,
    user_directory: str | None = None,
    prefer_many: bool = False,
    local: bool = True,
) -> str | None:
    """Return the pin file for ``directory``: its own or that of the nearest ancestor, not above ``stop_at``.

    Without one, the file in ``user_directory`` counts. ``prefer_many`` looks for ``.python-versions`` first.
    """
    names = (PINS_FILE, PIN_FILE) if prefer_many else (PIN_FILE, PINS_FILE)
    while local:
        for name in names:
            path = os.path.join(directory, name)
            if os.path.isfile(path):
                return path
        parent = os.path.dirname(directory)
        if directory in (stop_at, parent):
            break
        directory = parent
    if user_directory is not None:
        for name in names:
            path = os.path.join(user_directory, name)
            if os.path.isfile(path):
                return path
    return None


def read_pin_file(path: str, cwd: str = "") -> PinFile | None:
    """Read a pin file; None when it does not exist."""
    try:
        with open(path, encoding="utf-8") as file:
            text = file.read()
    except FileNotFoundError:
        return None
    except UnicodeDecodeError:
        raise PinFileError(f"failed to read from file `{path}`: stream did not contain valid UTF-8") from None
    return parse_pins(text, path, cwd)


def parse_pins(text: str, path: str, cwd: str = "") -> PinFile:
    """Parse the text of a pin file: one request a line, blank lines and ``#`` lines aside."""
    requests = []
    ignored = []
    for line in text.split("\n"):
        stripped = line.strip()
        if not stripped or stripped[0] == "#":
            continue
        request = parse_request(line.removesuffix("\r"), cwd)
        if request.kind == "executable":
            ignored.append(request.value)
        else:
            requests.append(request)
    return PinFile(path, tuple(requests), tuple(ignored))


def write_pin_file(pins: PinFile) -> None:
    """Write a pin file, making its directory."""
    from ultraviolet.fs.atomic import write_text

    write_text(pins.path, "\n".join(request.canonical() for request in pins.requests) + "\n")
