#!/bin/sh
# Sets up an environment of its own, then lints, type-checks and tests. Extra arguments go to pytest.
set -eu
cd "$(dirname "$0")/.."
environment="${ULTRAVIOLET_DEV_ENV:-build/dev}"
python="${PYTHON:-python3}"
if [ ! -x "$environment/bin/python" ]; then
    "$python" -m venv "$environment"
fi
"$environment/bin/python" -m pip install --quiet --disable-pip-version-check -e '.[curl]' \
    'hypothesis>=6.120' 'mypy>=1.14' 'pytest>=8.3' 'pytest-xdist>=3.6' 'ruff>=0.9'
"$environment/bin/ruff" check .
"$environment/bin/ruff" format --check .
"$environment/bin/mypy"
"$environment/bin/python" tools/check_boundaries.py
exec "$environment/bin/python" -m pytest -q -n 2 "$@"
