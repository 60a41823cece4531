"""Compare the pip interface with uv's: the same command lines, one program after the other, in the same directory.

    python tools/compare_pip.py --uv /path/to/uv-0.12.5 --ours build/dev/bin/uv [--scenarios FILE] [--only NAME]... [--work DIR] [-v]

A scenario of the TOML file has files to write, git repositories and a web server to set up, and command lines (`! ` is for the shell). After each
command the exit code, both outputs and every file that was made are taken down: contents as digests, RECORD, direct_url.json and
their like in full, compiled bytecode by name. What differs is listed. Times, ports and caches are left out. It needs PyPI, git and
an interpreter, and is run by hand.
"""

from __future__ import annotations

import argparse
import difflib
import functools
import hashlib
import http.server
import os
import re
import shlex
import shutil
import subprocess
import sys
import tempfile
import threading
import tomllib
from pathlib import Path
from typing import Any

IGNORED = re.compile(
    r"(^|/)(\.lock|\.ultraviolet|__pycache__|CACHEDIR\.TAG|\.gitignore|_virtualenv\.py|_virtualenv\.pth)(/|$)|/bin/(de)?activate|"
    r"/bin/pydoc\.bat$|^home/\.local/share/uv/credentials/|\.so$|(^|/)\.git/|^www/|/build/|\.egg-info/SOURCES\.txt$"
)
"""Texts of environments that each project writes in its own words, and what compilers make anew each time."""
IN_FULL = (
    "RECORD",
    "direct_url.json",
    "INSTALLER",
    "REQUESTED",
    "WHEEL",
    "pyvenv.cfg",
    "uv_build.json",
    "entry_points.txt",
)


_SECONDS = 900


class Server:
    """Serves a directory."""

    def __init__(self, directory: Path, port: int) -> None:
        handler = functools.partial(_Quiet, directory=str(directory))
        self._server = http.server.ThreadingHTTPServer(("127.0.0.1", port), handler)
        threading.Thread(target=self._server.serve_forever, daemon=True).start()
        self.address = f"http://127.0.0.1:{self._server.server_port}"

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()


class _Quiet(http.server.SimpleHTTPRequestHandler):
    def log_message(self, *_: object) -> None:
        return


class Run:
    """One program in one scenario."""

    def __init__(self, program: str, name: str, work: Path, scenario: dict[str, Any], python: str, port: int) -> None:
        self.program = program
        self.root = work / "run"
        self.cache = work / f"cache-{name}"
        self.scenario = scenario
        self.python = python
        shutil.rmtree(self.root, ignore_errors=True)
        self.root.mkdir(parents=True)
        self.project = self.root / "project"
        self.project.mkdir()
        (self.root / "home").mkdir()
        (self.root / "www").mkdir()
        self.server = Server(self.root / "www", port)
        kept = {
            name: value for name, value in os.environ.items() if not name.startswith(("UV_", "VIRTUAL_ENV", "CONDA"))
        }
        self.environ = {
            **kept,
            "HOME": str(self.root / "home"),
            "UV_CACHE_DIR": str(self.cache),
            "UV_PYTHON_DOWNLOADS": "never",
            "UV_NO_WRAP": "1",
            "NO_COLOR": "1",
            "GIT_CONFIG_NOSYSTEM": "1",
            "GIT_AUTHOR_DATE": "2024-01-01T00:00:00Z",
            "GIT_COMMITTER_DATE": "2024-01-01T00:00:00Z",
            "SOURCE_DATE_EPOCH": "1704067200",
            **{name: self._filled(text) for name, text in scenario.get("env", {}).items()},
        }

    def take(self) -> list[str]:
        """Return what each command did."""
        for name, text in self.scenario.get("files", {}).items():
            self._write(name, self._filled(text))
        for name in self.scenario.get("git", []):
            self._commit(self.project / name)
        for line in self.scenario.get("before", []):
            done = subprocess.run(
                self._filled(line),
                shell=True,
                cwd=self.project,
                env=self.environ,
                capture_output=True,
                text=True,
                check=False,
            )
            if done.returncode:
                raise SystemExit(f"{line}: {done.stdout}{done.stderr}")
        if self.scenario.get("environment", True):
            self._uv("venv", "-q", "--python", self.python)
        found = []
        for command in self.scenario["commands"]:
            line, _, stdin = command.partition(" << ")
            before = self._tree()
            if line.startswith("! "):
                done = subprocess.run(
                    self._filled(line[2:]),
                    shell=True,
                    cwd=self.project,
                    env=self.environ,
                    capture_output=True,
                    text=True,
                    check=False,
                )
            else:
                done = self._uv(*shlex.split(self._filled(line)), stdin=stdin)
            text = f"$ {'' if line.startswith('! ') else 'uv '}{line}\nexit code: {done.returncode}\n"
            for title, content in (("stdout", done.stdout), ("stderr", done.stderr)):
                if content:
                    text += f"----- {title} -----\n{content}"
            after = self._tree()
            changed = [path for path in sorted(before.keys() | after.keys()) if before.get(path) != after.get(path)]
            text += "----- files -----\n"
            text += "".join(f"{path}: {after.get(path, '(removed)')}\n" for path in changed)
            found.append(self._plain(text))
        self.server.close()
        return found

    def _write(self, name: str, text: str) -> None:
        path = self.root / name if name.startswith("www/") else self.project / name
        path.parent.mkdir(parents=True, exist_ok=True)
        if name.endswith(".utf16"):
            path.write_bytes(text.encode("utf-16"))
        else:
            path.write_text(text, encoding="utf-8")

    def _filled(self, text: str) -> str:
        text = text.replace("[SERVER]", self.server.address).replace("[PROJECT]", str(self.project))
        return text.replace("[PYTHON]", self.python)

    def _commit(self, directory: Path) -> None:
        git = ["git", "-c", "user.name=n", "-c", "user.email=e@example.org", "-c", "commit.gpgsign=false"]
        for words in (["init", "-q", "-b", "main"], ["add", "-A"], ["commit", "-q", "-m", "first"], ["tag", "v1"]):
            subprocess.run([*git, *words], cwd=directory, env=self.environ, check=True)

    def _uv(self, *words: str, stdin: str = "") -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [self.program, *words],
            cwd=self.project,
            env=self.environ,
            input=stdin,
            capture_output=True,
            text=True,
            check=False,
            errors="replace",
            timeout=_SECONDS,
        )

    def _tree(self) -> dict[str, str]:
        found = {}
        for directory, names, files in os.walk(self.root):
            names[:] = [name for name in names if not os.path.islink(os.path.join(directory, name))]
            for name in files:
                path = os.path.join(directory, name)
                shown = os.path.relpath(path, self.root)
                if IGNORED.search(shown):
                    if shown.endswith(".so"):
                        found[shown] = "(compiled)"
                    continue
                found[shown] = self._content(path, name)
        return found

    def _content(self, path: str, name: str) -> str:
        if os.path.islink(path):
            return f"-> {os.readlink(path)}"
        data = Path(path).read_bytes()
        mode = " (executable)" if os.stat(path).st_mode & 0o111 else ""
        if name == "uv_cache.json":
            return "(cache facts)"
        if name in IN_FULL:
            text = data.decode("utf-8", "replace")
            if name == "pyvenv.cfg":
                text = re.sub(r"(?m)^uv = .*$", "uv = *", text)
            if name == "RECORD":
                # Digests of what compilers and facts of the file system make anew each time.
                text = re.sub(r"(?m)^(.*(?:\.so|\.pyc|uv_cache\.json)),.*$", r"\1,*", text)
            return repr(text)
        return hashlib.sha256(data).hexdigest()[:16] + mode

    def _plain(self, text: str) -> str:
        text = text.replace(str(self.cache), "[CACHE]").replace(str(self.root), "[ROOT]")
        text = text.replace(self.server.address, "[SERVER]").replace(str(self.root.parent), "[WORK]")
        text = re.sub(r"\bin (\d+m )?\d+(\.\d+)?m?s\b", "in *", text)
        text = re.sub(r"\[CACHE\]/[^\s'\"`),:]+", "[CACHE]/*", text)
        text = re.sub(
            r"(?m)^(warning: )?(Building|Built|   Building|      Built|Downloading| Downloaded|Downloaded).*\n",
            "",
            text,
        )
        text = re.sub(r"(?m)^ *(Updating|Updated) .*\n", "", text)
        return re.sub(r"/tmp/[\w.-]+", "[TMP]", text)


def compare(arguments: argparse.Namespace, work: Path) -> int:
    """Run the scenarios; return how many command lines differ."""
    for name in () if arguments.keep_caches else ("theirs", "ours"):
        shutil.rmtree(work / f"cache-{name}", ignore_errors=True)
    data = tomllib.loads(Path(arguments.scenarios).read_text(encoding="utf-8"))
    total = different = outputs = 0
    for scenario in data["scenario"]:
        name = scenario["name"]
        if arguments.only and name not in arguments.only:
            continue
        theirs = Run(arguments.uv, "theirs", work, scenario, arguments.python, arguments.port).take()
        ours = Run(os.path.abspath(arguments.ours), "ours", work, scenario, arguments.python, arguments.port).take()
        for line, left, right in zip(scenario["commands"], theirs, ours, strict=True):
            total += 1
            same = left == right
            different += not same
            outputs += _without_stderr(left) != _without_stderr(right)
            mark = "same" if same else "DIFFERENT"
            print(f"{name:24} {mark:9} {line.partition(' << ')[0]}", flush=True)
            if not same or arguments.verbose:
                delta = difflib.unified_diff(left.splitlines(), right.splitlines(), "uv", "here", lineterm="", n=2)
                print("\n".join("    " + row[:400] for row in (delta if not same else left.splitlines())), flush=True)
    print(f"{total} command lines, {total - different} the same throughout, {total - outputs} the same but for stderr")
    return different


def _without_stderr(text: str) -> str:
    return re.sub(r"(?ms)^----- stderr -----\n.*?(?=^----- files -----\n)", "", text)


def main() -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--uv", required=True, help="uv 0.12.5")
    parser.add_argument("--ours", required=True)
    parser.add_argument("--scenarios", default=str(Path(__file__).with_name("compare_pip.toml")))
    parser.add_argument("--python", default=sys.executable)
    parser.add_argument("--only", action="append", default=[])
    parser.add_argument("--work", type=Path)
    parser.add_argument("--port", type=int, default=8931, help="of the web server")
    parser.add_argument("--keep-caches", action="store_true", help="go on with the caches of an earlier run")
    parser.add_argument("-v", "--verbose", action="store_true")
    arguments = parser.parse_args()
    if arguments.work is not None:
        arguments.work.mkdir(parents=True, exist_ok=True)
        return min(compare(arguments, arguments.work.resolve()), 1)
    with tempfile.TemporaryDirectory() as directory:
        return min(compare(arguments, Path(directory).resolve()), 1)


if __name__ == "__main__":
    sys.exit(main())
