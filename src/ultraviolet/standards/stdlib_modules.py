"""Names of modules of Python's standard library, spelled as package names, by minor version of Python 3.

Somebody who asks an index for ``asyncio`` is told that it comes with Python.
"""

from __future__ import annotations

_ALWAYS = (
    "abc antigravity argparse array ast asyncio atexit base64 bdb binascii bisect builtins bz2 calendar "
    "cmath cmd code codecs codeop collections colorsys compileall concurrent configparser contextlib "
    "contextvars copy copyreg cprofile csv ctypes curses dataclasses datetime dbm decimal difflib dis "
    "doctest email encodings ensurepip enum errno faulthandler fcntl filecmp fileinput fnmatch fractions "
    "ftplib functools gc genericpath getopt getpass gettext glob grp gzip hashlib heapq hmac html http "
    "idlelib imaplib importlib inspect io ipaddress itertools json keyword linecache locale logging lzma "
    "mailbox marshal math mimetypes mmap modulefinder msvcrt multiprocessing netrc nt ntpath nturl2path "
    "numbers opcode operator optparse os pathlib pdb pickle pickletools pkgutil platform plistlib poplib "
    "posix posixpath pprint profile pstats pty pwd py-compile pyclbr pydoc pydoc-data pyexpat queue "
    "quopri random re readline reprlib resource rlcompleter runpy sched secrets select selectors shelve "
    "shlex shutil signal site smtplib socket socketserver sqlite3 ssl stat statistics string stringprep "
    "struct subprocess symtable sys sysconfig syslog tabnanny tarfile tempfile termios textwrap this "
    "threading time timeit tkinter token tokenize trace traceback tracemalloc tty turtle turtledemo types "
    "typing unicodedata unittest urllib uuid venv warnings wave weakref webbrowser winreg winsound "
    "wsgiref xml xmlrpc xx xxlimited xxsubtype zipapp zipfile zipimport zlib"
)
_SOMETIMES: tuple[tuple[int, int, str], ...] = (
    (
        0,
        7,
        "macpath",
    ),
    (
        0,
        8,
        "dummy-threading",
    ),
    (
        0,
        9,
        "formatter parser symbol",
    ),
    (
        0,
        10,
        "binhex",
    ),
    (
        0,
        11,
        "asynchat asyncore distutils imp smtpd",
    ),
    (
        0,
        12,
        (
            "aifc audioop cgi cgitb chunk crypt imghdr lib2to3 mailcap msilib nis nntplib ossaudiodev pipes "
            "sndhdr spwd sunau telnetlib uu xdrlib"
        ),
    ),
    (
        0,
        14,
        "sre-compile sre-constants sre-parse",
    ),
    (
        9,
        99,
        "graphlib zoneinfo",
    ),
    (
        10,
        99,
        "xxlimited-35",
    ),
    (
        11,
        99,
        "tomllib",
    ),
    (
        14,
        99,
        "annotationlib compression",
    ),
    (
        15,
        99,
        "profiling",
    ),
)
"""First and last minor version, and the modules that these have."""


def is_standard_module(minor: int, name: str) -> bool:
    """Whether Python 3.``minor`` has a module of that name, which is normalised as package names are.

    >>> is_standard_module(11, "asyncio"), is_standard_module(11, "distutils"), is_standard_module(12, "distutils")
    (True, True, False)
    """
    if name in _ALWAYS.split():
        return True
    return any(first <= minor <= last and name in names.split() for first, last, names in _SOMETIMES)
