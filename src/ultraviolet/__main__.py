"""Run the command line with ``python -m ultraviolet``."""

from __future__ import annotations

import sys


def main(name: str = "uv") -> None:
    """Entry point of the installed commands where no shell script can be used."""
    import os

    from ultraviolet.fastpath import main as start

    program = sys.argv[0]
    if program.endswith((".py", ".pyc")):
        program = os.path.join(os.path.dirname(sys.executable), name)
    start(os.path.abspath(program), sys.argv[1:])


def main_uvx() -> None:
    """Entry point of ``uvx`` where no shell script can be used."""
    main("uvx")


if __name__ == "__main__":
    main()
