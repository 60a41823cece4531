# ruff: noqa: BLE001, S110
# keeps to the syntax and the library of Python 3.6; runs under the interpreter of the environment
# mypy: ignore-errors
"""Compile the files whose paths come in on standard input, one a line, and answer each with its path."""

import compileall
import os
import py_compile
import sys
import warnings


def main() -> None:
    name = os.environ.get("PYC_INVALIDATION_MODE", "")
    mode = None
    if name:
        try:
            mode = py_compile.PycInvalidationMode[name]
        except KeyError:
            known = ", ".join('"' + item.name + '"' for item in py_compile.PycInvalidationMode)
            sys.stderr.write('Invalid value for PYC_INVALIDATION_MODE "' + name + '", valid are ' + known + ": ")
            sys.exit(1)
    sys.stdout.write("Ready\n")
    sys.stdout.flush()
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore")
        for line in sys.stdin:
            path = line.rstrip("\n")
            if not path:
                break
            try:
                compileall.compile_file(path, invalidation_mode=mode, force=False, quiet=2)
            except Exception:  # a file that cannot be compiled stays as it is
                pass
            sys.stdout.write(path + "\n")
            sys.stdout.flush()


if __name__ == "__main__":
    main()
