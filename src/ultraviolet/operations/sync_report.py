"""What a sync did, as the JSON of ``uv sync --output-format json``."""

from __future__ import annotations

import json
import os
from typing import Any, Literal

from ultraviolet.environment.value import Environment
from ultraviolet.operations.apply import Applied
from ultraviolet.operations.lock import Locked, LockTarget

_ACTIONS = {"removed": "uninstalled", "added": "installed", "reinstalled": "reinstalled"}
_ORDER = ("uninstalled", "installed", "reinstalled")


def sync_report(
    *,
    project: tuple[str, str] | None = None,
    script: str | None = None,
    environment: Environment,
    root: str,
    action: Literal["use", "create", "replace"],
    applied: Applied,
    locked: Locked | None,
    frozen: bool,
    target: LockTarget,
    dry_run: bool,
) -> str:
    """Return the report.

    :param project: directory of the project and of its workspace.
    :param script: path of the script, when there is no project.
    :param root: where the environment is, or would be.
    """
    executable = environment.executable
    if executable.startswith(environment.root + os.sep) and environment.root != root:
        executable = root + executable[len(environment.root) :]
    report: dict[str, Any] = {
        "schema": {"version": "preview"},
        "target": "project" if project is not None else "script",
    }
    if project is not None:
        report["project"] = {"path": project[0], "workspace": {"path": project[1]}}
    else:
        report["script"] = {"path": script}
    report["sync"] = {
        "environment": {
            "path": root,
            "python": {
                "path": executable,
                "version": environment.interpreter.version,
                "implementation": environment.interpreter.implementation_name,
            },
        },
        "action": {"use": "check", "create": "create", "replace": "replace" if project is not None else "update"}[
            action
        ],
        "changes": _changes(applied),
    }
    report["lock"] = _lock(locked, target, frozen=frozen) if locked is not None else None
    report["dry_run"] = dry_run
    return json.dumps(report, indent=2, ensure_ascii=False)


def _changes(applied: Applied) -> list[dict[str, str]]:
    rows = sorted(
        (change.name, _ORDER.index(_ACTIONS[change.kind]), change.version if change.prepared else None)
        for change in applied.changes
    )
    return [
        {"name": name, **({} if version is None else {"version": version}), "action": _ORDER[action]}
        for name, action, version in rows
    ]


def _lock(locked: Locked, target: LockTarget, *, frozen: bool) -> dict[str, str]:
    action = "use" if frozen else "check"
    if locked.changed:
        action = "create" if locked.previous is None else "update"
    return {"path": target.path, "action": action}
