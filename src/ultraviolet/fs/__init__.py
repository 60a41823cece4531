"""Files and directories: atomic writes, locks, links, safe archives, removal with counts.

The only room that knows how the operating system's file system behaves. Import the module that is needed
(``fs.atomic``, ``fs.locks``, ``fs.archives`` ...): each is small, so that a command pays only for what it uses.
"""

from __future__ import annotations
