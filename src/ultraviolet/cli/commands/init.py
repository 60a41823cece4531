"""``uv init``."""

from __future__ import annotations

from ultraviolet.errors import UltravioletError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ultraviolet.cli.invocation import Invocation
    from ultraviolet.operations.init import Initialized, PythonRules


def run(invocation: Invocation) -> int:
    """Make a project or a script."""
    settings, console = invocation.settings, invocation.console
    arguments = settings.arguments
    if arguments.flag("--isolated"):
        console.warn(
            "The `--isolated` flag is deprecated and has no effect. Instead, use `--no-config` to prevent uv from "
            "discovering configuration files or `--no-workspace` to prevent uv from adding the initialized project to the "
            "containing workspace."
        )
    bare, package = settings.flag("--bare"), _packaged(invocation)
    if arguments.source("--project") is not None:
        path = "Use `--directory` instead."
        if arguments.one("path") is None:
            path = "Use `--directory` or a positional path instead."
        raise UltravioletError(f"The `--project` option cannot be used in `uv init`. {path}")
    if arguments.flag("--script"):
        if package:
            console.warn_once("`--package` is a no-op for Python scripts, which are standalone")
        return _script(invocation, bare=bare)
    from ultraviolet.operations.init import InitChoice, init_project, project_kind
    from ultraviolet.operations.targets import context_of

    description = arguments.one("--description")
    vcs = arguments.one("--vcs")
    done = init_project(
        InitChoice(
            path=arguments.one("path"),
            name=arguments.one("--name"),
            kind=project_kind(
                app=arguments.flag("--app"),
                lib=arguments.flag("--lib"),
                package=package,
                bare=bare,
                backend=arguments.one("--build-backend") is not None,
            ),
            bare=bare,
            description=description,
            no_description=arguments.flag("--no-description") or (bare and description is None),
            version_control=vcs if vcs is not None else "none" if bare else None,
            backend=arguments.one("--build-backend"),
            no_readme=arguments.flag("--no-readme"),
            author_from=arguments.one("--author-from"),
            no_workspace=arguments.flag("--no-workspace"),
            python=_python_rules(invocation, bare=bare),
        ),
        context_of(settings),
        project_dir=settings.project_dir,
        cache_root=settings.globals.cache_dir,
        warn=console.warn_once,
    )
    _tell(invocation, done)
    return 0


def _packaged(invocation: Invocation) -> bool | None:
    """Whether the project is to be a package; ``None`` when nothing was said."""
    arguments = invocation.arguments
    virtual, backend = arguments.flag("--virtual"), arguments.one("--build-backend") is not None
    if virtual and arguments.flag("--lib"):
        raise UltravioletError("`--virtual` and `--lib` are mutually exclusive")
    if virtual and backend:
        raise UltravioletError("`--virtual` and `--build-backend` are mutually exclusive")
    if arguments.flag("--package") or backend:
        return True
    return False if arguments.flag("--no-package") or virtual else None


def _python_rules(invocation: Invocation, *, bare: bool) -> PythonRules:
    from ultraviolet.cli.commands.venv import download_policy, pin_rules
    from ultraviolet.operations.init import PythonRules

    settings, arguments = invocation.settings, invocation.arguments
    pin = arguments.switch("--pin-python", "--no-pin-python")
    return PythonRules(
        request=arguments.one("--python") or None,
        pin=not bare if pin is None else pin,
        preference=settings.globals.python_preference,  # type: ignore[arg-type]  # one of its words, checked
        pins=pin_rules(settings),
        downloads=download_policy(settings),
    )


def _script(invocation: Invocation, *, bare: bool) -> int:
    from ultraviolet.operations.init import init_script
    from ultraviolet.operations.targets import context_of

    arguments, console = invocation.arguments, invocation.console
    path = arguments.one("path")
    if path is None:
        raise UltravioletError("Script initialization requires a file path")
    for flag, given in (
        ("--no-workspace", arguments.flag("--no-workspace")),
        ("--no-readme", arguments.flag("--no-readme")),
        ("--author-from", arguments.one("--author-from") is not None),
    ):
        if given:
            console.warn_once(f"`{flag}` is a no-op for Python scripts, which are standalone")
    init_script(
        path,
        _python_rules(invocation, bare=bare),
        context_of(invocation.settings),
        bare=bare,
        warn=console.warn,
    )
    from ultraviolet.settings.locations import user_display

    console.note(f"Initialized script at `{console.paint.cyan(user_display(path, invocation.cwd))}`")
    return 0


def _tell(invocation: Invocation, done: Initialized) -> None:
    console = invocation.console
    name = console.paint.cyan(done.name)
    if done.membership is not None:
        workspace = console.paint.cyan(done.workspace or "")
        console.note(
            {
                "added": f"Adding `{name}` as member of workspace `{workspace}`",
                "already": f"Project `{name}` is already a member of workspace `{workspace}`",
                "excluded": f"Project `{name}` is excluded by workspace `{workspace}`",
            }[done.membership]
        )
    if invocation.arguments.one("path") is None:
        console.note(f"Initialized project `{name}`")
    else:
        console.note(f"Initialized project `{name}` at `{console.paint.cyan(done.root)}`")
