"""The engine that unpacks: ISA-L where the ``isal`` package is installed, otherwise zlib. Results are the same.

ISA-L takes half of zlib's time for the content of wheels, and a tenth for checksums. It is used for what is decompressed in
one call; what comes in pieces is left to zlib.
"""

from __future__ import annotations

import zlib
from typing import Any

engine: Any = zlib
try:
    from isal import isal_zlib
except ImportError:
    pass
else:
    engine = isal_zlib

ERRORS: tuple[type[Exception], ...] = (zlib.error, engine.error)
"""What damaged data raise."""
decompressobj = engine.decompressobj
crc32 = engine.crc32
