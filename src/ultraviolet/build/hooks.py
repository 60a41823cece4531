"""Running one hook of a build backend in a process of its own (PEP 517, "Build environment").

The script is handed over with ``-c``. Its import stands in line 8 and its calls in lines 11 and 14, where uv has them, so that the
tracebacks of failing backends read alike.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping, Sequence
from typing import Any

from ultraviolet.build.ports import BuildOutput
from ultraviolet.build.turns import HookTurns


def hook_script(
    backend: str, backend_path: Sequence[str], hook: str, arguments: Sequence[Any], *, answer: str, optional: bool
) -> str:
    """Return the script that calls a hook and writes what it returns, as JSON, to the file ``answer``.

    :param optional: write null when the backend lacks the hook; otherwise that is a failure.
    """
    module, _, target = backend.partition(":")
    load = f"from {module} import {target} as backend" if target else f"import {module} as backend"
    values = ", ".join(_literal(argument) for argument in arguments)
    lines = [
        "import json",
        "import sys",
        "",
        'if sys.path[0] == "":',
        "    del sys.path[0]",
        f"sys.path[:0] = {_literal(list(backend_path))}",
        "",
        load,
        "",
    ]
    if optional:
        lines += [
            "answer = None",
            f"hook = getattr(backend, {_literal(hook)}, None)",
            "",
            "if hook:",
            f"    answer = hook({values})",
        ]
    else:
        lines += ["", f"answer = backend.{hook}({values})"]
    lines += [
        "",
        f'with open({_literal(answer)}, "w", encoding="utf-8") as stream:',
        "    json.dump(answer, stream)",
        "",
    ]
    return "\n".join(lines)


def _literal(value: Any) -> str:
    """Write a text, None, or a list or mapping of texts as Python."""
    return "None" if value is None else json.dumps(value)


def exit_status(returncode: int) -> str:
    """Say how a process ended, in the words of the platform."""
    if returncode >= 0:
        return f"exit {'code' if sys.platform == 'win32' else 'status'}: {returncode}"
    import signal

    try:
        return f"signal: {-returncode} ({signal.Signals(-returncode).name})"
    except ValueError:
        return f"signal: {-returncode}"


class HookRun:
    """Runs one hook and keeps what it printed."""

    def __init__(
        self, variables: Mapping[str, str], output: BuildOutput | None = None, turns: HookTurns | None = None
    ) -> None:
        self._variables = variables
        self._turns = turns if turns is not None else HookTurns(1)
        self._output = output
        self.returncode = 0
        self.stdout = ""
        self.stderr = ""

    def __call__(self, python: str, script: str, cwd: str) -> bool:
        """Run a script to its end, in its turn; return whether it succeeded.

        :raises HookEnded: nobody waits for it any more.
        """
        with self._turns:
            return self._run(python, script, cwd)

    def _run(self, python: str, script: str, cwd: str) -> bool:
        import subprocess
        import threading

        process = subprocess.Popen(
            [python, "-c", script],
            cwd=cwd,
            env=self._variables,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            encoding="utf-8",
            errors="replace",
        )
        self._turns.begun(process.kill)
        collected: dict[str, list[str]] = {"stdout": [], "stderr": []}
        output = self._output

        def drain(name: str) -> None:
            stream = process.stdout if name == "stdout" else process.stderr
            assert stream is not None
            with stream:
                for line in stream:
                    collected[name].append(line)
                    if output is not None:
                        output.line(line.rstrip("\r\n"))

        threads = [threading.Thread(target=drain, args=(name,), daemon=True) for name in collected]
        for thread in threads:
            thread.start()
        try:
            for thread in threads:
                thread.join()
            self.returncode = process.wait()
        except BaseException:
            process.kill()
            process.wait()
            raise
        self.stdout, self.stderr = "".join(collected["stdout"]), "".join(collected["stderr"])
        return self.returncode == 0
