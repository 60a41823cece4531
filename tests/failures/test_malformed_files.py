"""Files of the user that cannot be understood: which one, where, and what was expected."""

from __future__ import annotations

import shutil
from collections.abc import Callable

import pytest
from tests.failures.site import Site, assert_outcomes
from tests.support.packages import make_wheel

PYPROJECTS: dict[str, str | bytes] = {
    "bad_toml": '[project\nname = "x"\n',
    "conflict_markers": '[project]\n<<<<<<< HEAD\nname = "x"\n=======\nname = "y"\n>>>>>>> other\nversion = "1"\n',
    "not_utf8": b'[project]\nname = "caf\xe9"\nversion = "1"\n',
    "empty": "",
    "no_project": "[tool.other]\nx = 1\n",
    "no_name": '[project]\nversion = "1"\n',
    "bad_name": '[project]\nname = "-x-"\nversion = "1"\n',
    "no_version": '[project]\nname = "x"\n',
    "bad_version": '[project]\nname = "x"\nversion = "one"\n',
    "name_is_number": '[project]\nname = 3\nversion = "1"\n',
    "dependencies_text": '[project]\nname = "x"\nversion = "1"\ndependencies = "app"\n',
    "dependency_bad": '[project]\nname = "x"\nversion = "1"\ndependencies = ["app=>1"]\n',
    "dependency_number": '[project]\nname = "x"\nversion = "1"\ndependencies = [3]\n',
    "requires_python_bad": '[project]\nname = "x"\nversion = "1"\nrequires-python = "3.11 or so"\n',
    "requires_python_empty_range": '[project]\nname = "x"\nversion = "1"\nrequires-python = ">=3.12,<3.11"\n',
    "extra_bad": '[project]\nname = "x"\nversion = "1"\n[project.optional-dependencies]\na = ["???"]\n',
    "group_bad": '[project]\nname = "x"\nversion = "1"\n[dependency-groups]\ndev = ["???"]\n',
    "group_cycle": '[project]\nname = "x"\nversion = "1"\n[dependency-groups]\na = [{include-group = "b"}]\nb = [{include-group = "a"}]\n',
    "group_missing": '[project]\nname = "x"\nversion = "1"\n[dependency-groups]\na = [{include-group = "nope"}]\n',
    "source_both": '[project]\nname = "x"\nversion = "1"\ndependencies = ["app"]\n[tool.uv.sources]\napp = { path = "a", url = "http://x" }\n',
    "source_unknown_index": '[project]\nname = "x"\nversion = "1"\ndependencies = ["app"]\n[tool.uv.sources]\napp = { index = "nope" }\n',
    "source_missing_path": '[project]\nname = "x"\nversion = "1"\ndependencies = ["app"]\n[tool.uv.sources]\napp = { path = "nowhere" }\n',
    "source_workspace": '[project]\nname = "x"\nversion = "1"\ndependencies = ["app"]\n[tool.uv.sources]\napp = { workspace = true }\n',
    "workspace_member_missing": '[project]\nname = "x"\nversion = "1"\n[tool.uv.workspace]\nmembers = ["nowhere"]\n',
    "uv_setting_type": '[project]\nname = "x"\nversion = "1"\n[tool.uv]\nresolution = 3\n',
    "uv_setting_value": '[project]\nname = "x"\nversion = "1"\n[tool.uv]\nresolution = "newest"\n',
    "uv_setting_unknown": '[project]\nname = "x"\nversion = "1"\nrequires-python = ">=3.11"\n[tool.uv]\nno-such-setting = 3\n',
    "required_version": '[project]\nname = "x"\nversion = "1"\n[tool.uv]\nrequired-version = "<0.1"\n',
    "duplicate_key": '[project]\nname = "x"\nname = "y"\nversion = "1"\n',
    "deep": "a = " + "[" * 5000 + "]" * 5000 + "\n",
}


@pytest.mark.parametrize("name", PYPROJECTS)
def test_pyproject(site: Site, name: str) -> None:
    content = PYPROJECTS[name]
    path = site.write("pyproject.toml", content)
    outcomes = [site.run("lock"), site.run("sync"), site.run("add", "app")]
    assert_outcomes(
        site, f"pyproject_{name}", *outcomes, filters=[(r"\[{20,}\]{20,}", "[MANY]"), (r" {20,}\^", "    ^")]
    )
    assert path.read_bytes() == (content if isinstance(content, bytes) else content.encode())


LOCKS: dict[str, Callable[[str], str]] = {
    "bad_toml": lambda text: text.replace("version = 1\n", "version = \n", 1),
    "conflict_markers": lambda text: text.replace("[[package]]", "<<<<<<< HEAD\n[[package]]", 1) + ">>>>>>> other\n",
    "half": lambda text: text[: len(text) // 2],
    "empty": lambda text: "",
    "version_2": lambda text: text.replace("version = 1\n", "version = 2\n", 1),
    "revision_99": lambda text: text.replace("revision = 3\n", "revision = 99\n", 1),
    "version_missing": lambda text: text.replace("version = 1\n", "", 1),
    "version_text": lambda text: text.replace("version = 1\n", 'version = "1"\n', 1),
    "package_missing": lambda text: (
        text[: text.index('[[package]]\nname = "lib"')] + text[text.index('[[package]]\nname = "root"') :]
    ),
    "root_missing": lambda text: text[: text.index('[[package]]\nname = "root"')],
    "package_twice": lambda text: (
        text + text[text.index('[[package]]\nname = "lib"') : text.index('[[package]]\nname = "root"')]
    ),
    "source_missing": lambda text: "".join(
        line for line in text.splitlines(keepends=True) if not line.startswith("source = ")
    ),
    "wheels_text": lambda text: text.replace("wheels = [", 'wheels = "x"\nother = [', 1),
    "hash_bad": lambda text: text.replace("sha256:", "sha257:", 1),
    "url_missing": lambda text: text.replace("url = ", "uri = ", 1),
    "marker_bad": lambda text: text.replace('{ name = "lib" }', '{ name = "lib", marker = "python >> 3" }', 1),
    "package_version_bad": lambda text: text.replace('version = "1.1"', 'version = "one"', 1),
    "unknown_key": lambda text: text.replace("version = 1\n", "version = 1\nnew-key = 3\n", 1),
}


@pytest.mark.parametrize("name", LOCKS)
def test_lockfile(site: Site, name: str) -> None:
    site.offer_app()
    site.pyproject("app")
    assert site.run("lock", "-q").exit_code == 0
    lock = site.project / "uv.lock"
    broken = LOCKS[name](lock.read_text())
    lock.write_text(broken)
    outcomes = [site.run("sync", "--frozen"), site.run("sync", "--locked")]
    assert lock.read_text() == broken
    outcomes.append(site.run("lock"))
    assert_outcomes(site, f"lock_{name}", *outcomes)


REQUIREMENTS: dict[str, str | bytes] = {
    "bad_line": "app\n???\n",
    "bad_specifier": "app\n\nlib=>1\n",
    "bad_marker": "app ; python > 3\n",
    "bad_option": "app\n--no-such-option\n",
    "bad_url": "app @ htp:/x\n",
    "missing_include": "-r other.txt\n",
    "missing_constraint": "-c other.txt\napp\n",
    "missing_editable": "-e ./nowhere\n",
    "missing_path": "./nowhere\n",
    "not_utf8": b"app\n# caf\xe9\n",
    "bad_hash": "app==1.0 --hash=sha256:zz\n",
    "conflict_markers": "<<<<<<< HEAD\napp\n=======\nlib\n>>>>>>> other\n",
}


@pytest.mark.parametrize("name", REQUIREMENTS)
def test_requirements(site: Site, name: str) -> None:
    site.offer_app()
    site.write("req.txt", REQUIREMENTS[name])
    site.run("venv", "-q")
    assert_outcomes(site, f"requirements_{name}", site.run("pip", "install", "-r", "req.txt"))
    assert site.installed() == set()


@pytest.mark.parametrize(
    "argument", ["app=>1", "app[", "???", "app ; x", "./nowhere", "nowhere.txt", "-r", "http://[::1", ""]
)
def test_requirement_argument(site: Site, argument: str) -> None:
    site.offer_app()
    site.pyproject()
    site.run("venv", "-q")
    name = "".join(filter(str.isalnum, argument)) or f"odd{len(argument)}"
    assert_outcomes(site, f"argument_{name}", site.run("pip", "install", argument), site.run("add", argument))


@pytest.mark.parametrize(
    ("name", "content"),
    [("nonsense", "three\n"), ("empty", ""), ("binary", b"\xff\xfe"), ("newer", "3.99\n"), ("many", "3.11\n???\n")],
)
def test_python_version_file(site: Site, name: str, content: str | bytes) -> None:
    site.pyproject()
    site.write(".python-version", content)
    assert_outcomes(site, f"pin_{name}", site.run("lock"), site.run("sync"), site.run("venv", "other"))


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("nonsense", "three = four = five\n"),
        ("empty", ""),
        ("no_home", "version = 3.11.0\n"),
        ("moved", "home = /nowhere/bin\nversion_info = 3.11.0\n"),
    ],
)
def test_pyvenv_cfg(guarded: Site, name: str, content: str | bytes) -> None:
    site = guarded
    site.offer_app()
    site.pyproject("app")
    assert site.run("sync", "-q").exit_code == 0
    config = site.environment / "pyvenv.cfg"
    config.write_bytes(content.encode() if isinstance(content, str) else content)
    assert_outcomes(site, f"pyvenv_{name}", site.run("sync"))


@pytest.mark.parametrize("damage", ["no_config", "no_python", "broken_python", "no_lib", "file", "empty"])
def test_environment(guarded: Site, damage: str) -> None:
    site = guarded
    site.offer_app()
    site.pyproject("app")
    assert site.run("sync", "-q").exit_code == 0
    if damage == "no_config":
        (site.environment / "pyvenv.cfg").unlink()
    elif damage == "no_lib":
        shutil.rmtree(site.environment / "lib")
    elif damage in {"file", "empty"}:
        shutil.rmtree(site.environment)
        site.environment.write_text("x") if damage == "file" else site.environment.mkdir()
    else:
        for path in (site.environment / "bin").glob("python*"):
            path.unlink()
            if damage == "broken_python":
                path.write_text("#!/bin/sh\necho broken >&2\nexit 3\n")
                path.chmod(0o755)
    outcomes = [site.run("sync"), site.run("sync", "--check")]
    assert_outcomes(site, f"environment_{damage}", *outcomes)


UV_TOMLS: dict[str, str | bytes] = {
    "bad_toml": "resolution =\n",
    "type": "resolution = 3\n",
    "value": 'link-mode = "teleport"\n',
    "unknown": "no-such-setting = 1\n",
    "not_allowed": '[sources]\napp = { path = "x" }\n',
    "index_bad": '[[index]]\nname = "a b"\nurl = "http://x"\n',
    "index_no_url": '[[index]]\nname = "a"\n',
    "url_bad": 'index-url = "http://[::1"\n',
    "binary": b"\xff",
}


@pytest.mark.parametrize("name", UV_TOMLS)
def test_uv_toml(site: Site, name: str) -> None:
    site.pyproject()
    site.write("uv.toml", UV_TOMLS[name])
    del site.environ["UV_INDEX_URL"]
    assert_outcomes(site, f"settings_{name}", site.run("lock", "--offline"))


SCRIPTS: dict[str, str | bytes] = {
    "bad_toml": "# /// script\n# dependencies = [\n# ///\n",
    "not_closed": "# /// script\n# dependencies = []\n",
    "twice": "# /// script\n# dependencies = []\n# ///\n\n# /// script\n# dependencies = []\n# ///\n",
    "bad_requirement": '# /// script\n# dependencies = ["???"]\n# ///\n',
    "bad_python": '# /// script\n# requires-python = "three"\n# ///\n',
    "type": "# /// script\n# dependencies = 3\n# ///\n",
    "unknown_package": '# /// script\n# dependencies = ["nothing-here"]\n# ///\n',
    "binary": b"\xff\xfe\n# /// script\n# ///\n",
}


@pytest.mark.parametrize("name", SCRIPTS)
def test_script(site: Site, name: str) -> None:
    site.write("script.py", SCRIPTS[name])
    assert_outcomes(
        site,
        f"script_{name}",
        site.run("lock", "--script", "script.py"),
        site.run("run", "--script", "script.py"),
        site.run("sync", "--script", "script.py"),
        filters=[(r"[\w-]+/script-[0-9a-f]{8,}", "[ENVIRONMENTS]/script-[DIGEST]")],
    )


def test_missing_files(site: Site) -> None:
    outcomes = [
        site.run("lock"),
        site.run("sync"),
        site.run("add", "app"),
        site.run("remove", "app"),
        site.run("tree"),
        site.run("export"),
        site.run("pip", "install", "-r", "nowhere.txt"),
        site.run("pip", "compile", "nowhere.in"),
        site.run("run", "--script", "nowhere.py"),
        site.run("lock", "--script", "nowhere.py"),
        site.run("sync", "--project", "nowhere"),
        site.run("sync", "--directory", "nowhere"),
        site.run("lock", "--config-file", "nowhere.toml"),
        site.run("pip", "list", "--python", "/nowhere/python"),
    ]
    site.offer(make_wheel("app", "1.0"))
    site.pyproject("app")
    outcomes += [site.run("sync", "--frozen"), site.run("sync", "--locked"), site.run("export", "--frozen")]
    assert_outcomes(site, "missing_files", *outcomes)
