# The verbs of this repository. `just` lists them.

default:
    @just --list

# Lint, type-check, check boundaries and test, as CI does.
test *arguments:
    sh tools/test.sh {{arguments}}

# The quick checks.
check:
    ruff check . && ruff format --check . && mypy && python tools/check_boundaries.py

# Rewrite the stored outputs of the command-line tests; look at the difference before you commit it.
snapshots:
    UPDATE_SNAPSHOTS=1 python -m pytest -q tests/cli

# Lines per room, largest files and functions.
figures:
    python tools/check_boundaries.py --figures
