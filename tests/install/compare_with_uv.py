"""Compare environments: packages installed by uv from an index, and the same wheels installed by this project.

    python tests/install/compare_with_uv.py UV_BINARY [--link-mode MODE] [--runs N] REQUIREMENT...

Run by hand; it needs an index. Prints the differences between the two trees and the time of the installations.
"""

from __future__ import annotations

import argparse
import os
import shutil
import stat
import subprocess
import sys
import tempfile
import time
from typing import Any

from ultraviolet.distributions.dist import CachedWheel, RegistryDist
from ultraviolet.distributions.indexes import IndexLocation
from ultraviolet.distributions.manifest import WheelFile, WheelManifest
from ultraviolet.environment.create import VenvOptions, create_venv
from ultraviolet.environment.site_packages import read_site_packages
from ultraviolet.environment.value import environment_of
from ultraviolet.install.execute import install_wheels, remove_distributions
from ultraviolet.install.options import InstallOptions
from ultraviolet.python.probe import Prober
from ultraviolet.standards.names import parse_package_name
from ultraviolet.standards.record import parse_record
from ultraviolet.standards.versions import parse_version


def read_archive(path: Any) -> Any:
    """Return an unpacked wheel of uv's cache as a cached wheel of ours."""
    dist_info = next((name for name in os.listdir(path) if name.endswith(".dist-info")), None)
    if dist_info is None:
        return None
    with open(f"{path}/{dist_info}/RECORD", encoding="utf-8") as file:
        digests = {row[0]: row[1].removeprefix("sha256=") or None for row in parse_record(file.read())}
    directories, files = [], []
    for root, names, entries in os.walk(path):
        names.sort()
        prefix = os.path.relpath(root, path)
        prefix = "" if prefix == "." else prefix + "/"
        directories += [prefix + name for name in names]
        for name in entries:
            facts = os.stat(os.path.join(root, name))
            executable = bool(stat.S_IMODE(facts.st_mode) & 0o111)
            files.append(WheelFile(prefix + name, facts.st_size, executable, digests.get(prefix + name)))
    directories.sort(key=lambda name: name.count("/"))
    files.sort(key=lambda file: file.path)
    name, _, version = dist_info.removesuffix(".dist-info").partition("-")
    package, parsed = parse_package_name(name), parse_version(version)
    dist = RegistryDist(name=package, version=parsed, index=IndexLocation(url="https://pypi.org/simple"))
    manifest = WheelManifest(dist_info, tuple(directories), tuple(files))
    return CachedWheel(
        dist=dist, name=package, version=parsed, filename=f"{name}-{version}.whl", path=path, manifest=manifest
    )


def tree(root: Any) -> Any:
    found: dict[str, tuple[Any, Any]] = {}
    for directory, names, files in os.walk(root):
        for name in [*files, *[name for name in names if os.path.islink(os.path.join(directory, name))]]:
            path = os.path.join(directory, name)
            relative = os.path.relpath(path, root)
            if "__pycache__" in relative:
                continue
            if relative.endswith("RECORD"):  # digests of scripts contain the path
                with open(path, "rb") as file:
                    found[relative] = (0, [line for line in file if b"/bin/" not in line])
                continue
            if os.path.islink(path):
                found[relative] = ("link", os.readlink(path))
            else:
                with open(path, "rb") as file:
                    found[relative] = (
                        stat.S_IMODE(os.stat(path).st_mode),
                        file.read().replace(os.fsencode(root), b"ROOT"),
                    )
    return found


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("uv")
    parser.add_argument("requirements", nargs="+")
    parser.add_argument("--link-mode")
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--keep")
    arguments = parser.parse_args()
    work = arguments.keep or tempfile.mkdtemp(prefix="compare-")
    environ = dict(os.environ, UV_CACHE_DIR=f"{work}/cache", UV_PYTHON_DOWNLOADS="never")
    theirs, ours = f"{work}/theirs/env", f"{work}/mine-0/env"  # of one length, for the sizes in RECORD
    os.makedirs(os.path.dirname(ours), exist_ok=True)
    uv = [arguments.uv, "-q"]
    subprocess.run([*uv, "venv", "--clear", theirs, "--python", sys.executable], check=True, env=environ)
    environ["VIRTUAL_ENV"] = theirs
    mode = ["--link-mode", arguments.link_mode] if arguments.link_mode else []
    subprocess.run([*uv, "pip", "install", *mode, *arguments.requirements], check=True, env=environ)
    listing = subprocess.run(
        [arguments.uv, "pip", "freeze"], check=True, env=environ, capture_output=True, text=True
    ).stdout
    wanted = dict(line.split("==") for line in listing.splitlines())
    archive = next(name for name in os.listdir(f"{work}/cache") if name.startswith("archive"))
    wheels = []
    for name in os.listdir(f"{work}/cache/{archive}"):
        wheel = read_archive(f"{work}/cache/{archive}/{name}")
        if wheel is not None and wanted.get(wheel.name) == str(wheel.version):
            wheels.append(wheel)
    wheels = list({wheel.name: wheel for wheel in wheels}.values())
    count = sum(len(wheel.manifest.files) for wheel in wheels)
    print(f"{len(wheels)} of {len(wanted)} packages, {count} files")

    interpreter = Prober(None, environ=os.environ, cwd=os.getcwd()).query(sys.executable)
    options = InstallOptions(link_mode=arguments.link_mode)
    for run in range(arguments.runs):
        environment = create_venv(ours, interpreter, VenvOptions(on_existing="clear"), cwd=os.getcwd())
        made = environment.interpreter
        python3 = os.path.join(environment.scheme.scripts, "python3")  # as uv finds it
        environment = environment_of(made.in_environment(made.prefix, python3, python3, made.scheme))
        started, cpu = time.perf_counter(), time.process_time()
        install_wheels(wheels, environment, options, lambda text: print("warning:", text))
        print(f"ours: {(time.perf_counter() - started) * 1000:.0f} ms, CPU {(time.process_time() - cpu) * 1000:.0f} ms")
        if not run:
            compare(tree(theirs), tree(ours))
    for _ in range(arguments.runs):
        subprocess.run([*uv, "venv", "--clear", theirs, "--python", sys.executable], check=True, env=environ)
        pins = [f"{name}=={version}" for name, version in wanted.items()]
        started, children = time.perf_counter(), os.times()
        subprocess.run([*uv, "pip", "install", "--offline", "--no-deps", *mode, *pins], check=True, env=environ)
        used = os.times()
        spent = used.children_user + used.children_system - children.children_user - children.children_system
        print(f"uv, whole process: {(time.perf_counter() - started) * 1000:.0f} ms, CPU {spent * 1000:.0f} ms")
    before = set(
        tree(create_venv(f"{work}/empty", interpreter, VenvOptions(on_existing="clear"), cwd=os.getcwd()).root)
    )
    remove_distributions(read_site_packages(environment), environment, print)
    print("left after removing everything:", sorted(set(tree(ours)) - before))
    if not arguments.keep:
        shutil.rmtree(work)


def compare(theirs: Any, ours: Any) -> None:
    for path in sorted(set(theirs) | set(ours)):
        if path == ".lock" or "activate" in path or path.endswith((".bat", "_virtualenv.py")):
            continue
        left, right = theirs.get(path), ours.get(path)
        if left == right:
            continue
        print("DIFFERENT" if left and right else "ONLY UV" if left else "ONLY OURS", path)
        if left and right:
            print("   uv:  ", left[0], str(left[1])[:300])
            print("   ours:", right[0], str(right[1])[:300])


if __name__ == "__main__":
    main()
