"""``uv venv``."""

from __future__ import annotations

import os

from ultraviolet.operations.python_pins import PinRules
from ultraviolet.operations.shells import activation_command, find_shell
from ultraviolet.operations.targets import context_of, environment_store
from ultraviolet.operations.venv import VenvChoice, existing_policy, made_again, make_venv, plan_venv

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from ultraviolet.cli.invocation import Invocation
    from ultraviolet.console.colors import Paint
    from ultraviolet.operations.missing_python import DownloadPolicy
    from ultraviolet.operations.venv import RepeatableVenv, Seeder, VenvPlan
    from ultraviolet.settings.options import Settings


def run(invocation: Invocation) -> int:
    """Make a virtual environment."""
    arguments, settings, console = invocation.arguments, invocation.settings, invocation.console
    settings.refuse_offline_refresh()
    _warn_without_effect(invocation)
    for flag, other in (("--no-system", "--managed-python"), ("--system", "--no-managed-python")):
        if arguments.flag(flag):
            console.warn_once(
                f"The `{flag}` flag has no effect, `uv venv` always ignores virtual environments when finding a Python "
                f"interpreter; did you mean `{other}`?"
            )
    context = context_of(settings)
    plan = plan_venv(_choice(settings), context, project_dir=settings.project_dir, warn=console.warn_once)
    using, creating = _announcements(plan, console.paint)
    console.note(using)
    for warning in plan.warnings:
        console.warn(warning)
    console.note(creating)
    environment = make_venv(
        plan,
        context,
        confirm=_confirm_with(invocation),
        seed=_seeder(invocation) if plan.seeds else None,
        warn=console.warn_once,
    )
    leads = plan.link is not None and os.path.islink(plan.link)
    scripts = os.path.join(plan.shown_link if leads else plan.shown, os.path.basename(environment.scheme.scripts))
    activation = _activation(scripts, invocation.environ, console.paint)
    if activation is not None:
        console.note(activation)
    made = made_again(plan, environment, context)
    if made is not None:
        _keep(invocation, plan, made, scripts)
    return 0


def _announcements(plan: VenvPlan, paint: Paint) -> tuple[str, str]:
    """Return the lines before anything is made."""
    seeds = " with seed packages" if plan.seeds else ""
    creating = f"Creating virtual environment{seeds} at: {paint.cyan(plan.shown)}"
    if plan.link is not None:
        creating = f"Creating virtual environment `{paint.cyan(os.path.basename(plan.location))}`{seeds}"
    return painted_interpreter(plan.note, paint), creating


def _activation(scripts: str, environ: Mapping[str, str], paint: Paint) -> str | None:
    """Return the line that says how to go on, for a shell that is known."""
    shell = find_shell(environ)
    return None if shell is None else f"Activate with: {paint.green(activation_command(shell, scripts))}"


def _keep(invocation: Invocation, plan: VenvPlan, made: RepeatableVenv, scripts: str) -> None:
    """Let the same command make the environment anew at once."""
    from ultraviolet.cli.keeping import keep_made
    from ultraviolet.console.colors import Paint

    paints = (Paint(enabled=False), Paint(enabled=True))
    keep_made(
        invocation,
        made.fields,
        root=made.root,
        executable=made.executable,
        cache=made.cache,
        before=[_announcements(plan, paint) for paint in paints],
        after=[_activation(scripts, invocation.environ, paint) for paint in paints],
    )


def _choice(settings: Settings) -> VenvChoice:
    arguments = settings.arguments
    clear, no_clear = settings.pair("--clear", "--no-clear")
    relocatable, not_relocatable = settings.pair("--relocatable", "--no-relocatable")
    if not relocatable and not not_relocatable:
        relocatable = settings.globals.has_preview("relocatable-envs-default")
    return VenvChoice(
        path=arguments.one("path"),
        python=settings.pip_value("python"),
        preference=settings.globals.python_preference,  # type: ignore[arg-type]  # one of its words, checked
        prompt=arguments.one("--prompt"),
        system_site_packages=arguments.flag("--system-site-packages"),
        seed=settings.flag("--seed"),
        on_existing=existing_policy(
            allow=arguments.flag("--allow-existing"), clear=clear, force=arguments.flag("--force"), keep=no_clear
        ),
        relocatable=relocatable,
        no_project=arguments.flag("--no-project"),
        pins=pin_rules(settings),
        downloads=download_policy(settings),
        distutils_hook=not settings.globals.has_preview("no-distutils-patch"),
        centralized=settings.globals.has_preview("centralized-project-envs"),
        store=environment_store(settings),
    )


def download_policy(settings: Settings) -> DownloadPolicy:
    """Return whether Pythons may be downloaded, for hints."""
    from ultraviolet.operations.missing_python import DownloadPolicy

    options = settings.globals
    return DownloadPolicy(options.python_downloads, offline=options.offline)  # type: ignore[arg-type]  # checked


def pin_rules(settings: Settings) -> PinRules:
    """Return where ``.python-version`` files are looked for."""
    from ultraviolet.settings.locations import user_config_file

    return PinRules(
        ignore=settings.arguments.flag("--no-config"),
        user_directory=os.path.dirname(user_config_file(settings.environment.variables)),
    )


def painted_interpreter(note: str, paint: Paint) -> str:
    """``Using CPython 3.12.1 interpreter at: PATH`` with the path (or, without one, the version) in colour."""
    start, separator, path = note.partition(" at: ")
    if separator:
        return f"{start}{separator}{paint.cyan(path)}"
    start, separator, version = note.rpartition(" ")
    return f"{start}{separator}{paint.cyan(version)}"


def _confirm_with(invocation: Invocation) -> Callable[[str, str], bool | None]:
    def confirm(question: str, hint: str) -> bool | None:
        from ultraviolet.console.prompt import confirm as ask

        return ask(invocation.console, question, hint)

    return confirm


def _seeder(invocation: Invocation) -> Seeder:
    from ultraviolet.cli.reporting import ConsoleReporter
    from ultraviolet.operations.seed import seeder

    return seeder(invocation.settings, ConsoleReporter(invocation.console))


_WITHOUT_EFFECT = {
    "--no-seed": "seed packages",
    "--no-pip": "`pip`",
    "--no-setuptools": "`setuptools`",
    "--no-wheel": "`wheel`",
}


def _warn_without_effect(invocation: Invocation) -> None:
    for flag, what in _WITHOUT_EFFECT.items():
        if invocation.arguments.flag(flag):
            invocation.console.warn(f"virtualenv's `{flag}` has no effect (uv omits {what} by default)")
