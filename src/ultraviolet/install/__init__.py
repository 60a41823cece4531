"""Installing: decide what must change in an environment, then change it.

``plan`` compares a resolution with what is installed (pure); ``wheel`` writes one unpacked wheel; ``uninstall`` removes one
distribution; ``journal`` makes both safe against being killed; ``bytecode`` compiles; ``execute`` does a whole plan.
"""

from __future__ import annotations
