"""``uv pip check``."""

from __future__ import annotations

from time import perf_counter_ns

from ultraviolet.cli.pip_environment import open_environment, warn_about_entries
from ultraviolet.console.formats import duration, plural

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ultraviolet.cli.invocation import Invocation


def run(invocation: Invocation) -> int:
    """Check that what is installed fits together."""
    started = perf_counter_ns()
    console, settings = invocation.console, invocation.settings
    environment = open_environment(invocation)
    from ultraviolet.operations.check import problems_of, read_site_packages, stated_metadata

    site_packages = read_site_packages(environment)
    warn_about_entries(invocation, [site_packages])
    paint = console.paint
    took = paint.dim(f"in {duration(perf_counter_ns() - started)}")
    console.note(paint.dim(f"Checked {paint.bold(plural(len(site_packages), 'package'))} {took}"))
    problems = problems_of(
        environment,
        site_packages,
        python_version=settings.pip_value("python-version"),
        platform=settings.pip_value("python-platform"),
        environ=invocation.environ,
        stated=stated_metadata(settings),
    )
    if not problems:
        console.note(paint.dim("All installed packages are compatible"))
        return 0
    count = "1 incompatibility" if len(problems) == 1 else f"{len(problems)} incompatibilities"
    console.note(paint.dim(f"Found {paint.bold(count)}"))
    for problem in problems:
        console.note(paint.bold(problem.message))
    return 1
