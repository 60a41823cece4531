"""``uv venv``."""

from __future__ import annotations

import os

from ultraviolet.operations.python_pins import PinRules
from ultraviolet.operations.shells import activation_command, find_shell
from ultraviolet.operations.targets import context_of
from ultraviolet.operations.venv import VenvChoice, make_venv, plan_venv

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ultraviolet.cli.invocation import Invocation
    from ultraviolet.operations.venv import OnExisting, Seeder
    from ultraviolet.settings.options import Settings


def run(invocation: Invocation) -> int:
    """Make a virtual environment."""
    arguments, settings, console = invocation.arguments, invocation.settings, invocation.console
    _check_compatibility(invocation)
    for flag, other in (("--no-system", "--managed-python"), ("--system", "--no-managed-python")):
        if arguments.flag(flag):
            console.warn_once(
                f"The `{flag}` flag has no effect, `uv venv` always ignores virtual environments when finding a Python "
                f"interpreter; did you mean `{other}`?"
            )
    context = context_of(settings)
    plan = plan_venv(_choice(settings), context, project_dir=settings.project_dir, warn=console.warn_once)
    console.note(plan.note)
    for warning in plan.warnings:
        console.warn(warning)
    seeds = " with seed packages" if plan.seeds else ""
    paint = console.paint
    console.note(f"Creating virtual environment{seeds} at: {paint.cyan(plan.shown)}")
    environment = make_venv(
        plan,
        context,
        confirm=_confirm_with(invocation),
        seed=_seeder(invocation) if plan.seeds else None,
    )
    shell = find_shell(invocation.environ)
    if shell is not None:
        scripts = os.path.join(plan.shown, os.path.basename(environment.scheme.scripts))
        console.note(f"Activate with: {paint.green(activation_command(shell, scripts))}")
    return 0


def _choice(settings: Settings) -> VenvChoice:
    arguments = settings.arguments
    clear, no_clear = settings.pair("--clear", "--no-clear")
    relocatable, not_relocatable = settings.pair("--relocatable", "--no-relocatable")
    if not relocatable and not not_relocatable:
        relocatable = settings.globals.has_preview("relocatable-envs-default")
    on_existing: OnExisting = "ask"
    if arguments.flag("--allow-existing"):
        on_existing = "allow"
    elif clear:
        on_existing = "force-clear" if arguments.flag("--force") else "clear"
    elif no_clear:
        on_existing = "fail"
    return VenvChoice(
        path=arguments.one("path"),
        python=settings.pip_value("python"),
        preference=settings.globals.python_preference,  # type: ignore[arg-type]  # one of its words, checked
        prompt=arguments.one("--prompt"),
        system_site_packages=arguments.flag("--system-site-packages"),
        seed=settings.flag("--seed"),
        on_existing=on_existing,
        relocatable=relocatable,
        no_project=arguments.flag("--no-project"),
        pins=pin_rules(settings),
    )


def pin_rules(settings: Settings) -> PinRules:
    """Return where ``.python-version`` files are looked for."""
    from ultraviolet.settings.locations import user_config_file

    return PinRules(
        ignore=settings.arguments.flag("--no-config"),
        user_directory=os.path.dirname(user_config_file(settings.environment.variables)),
    )
