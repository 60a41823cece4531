"""``--torch-backend``: which accelerator there is, and which indexes suit it."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.support.cli import clean_environment, run_cli
from tests.support.index_server import IndexServer
from tests.support.packages import make_wheel

from ultraviolet.distributions import torch
from ultraviolet.distributions.indexes import IndexLocation
from ultraviolet.distributions.torch import Accelerator, indexes_of_accelerator
from ultraviolet.operations.accelerators import detect_accelerator
from ultraviolet.standards.names import PackageName
from ultraviolet.standards.versions import parse_version


@pytest.mark.parametrize(
    ("files", "programs", "expected"),
    [
        ({}, {}, None),
        ({"sys/module/nvidia/version": "550.144.03\n"}, {}, "cuda 550.144.3"),
        (
            {"proc/driver/nvidia/version": "NVRM version: NVIDIA UNIX x86_64 Kernel Module  375.74  Wed Jun 14\nGCC\n"},
            {"rocm_agent_enumerator": "echo gfx90a"},
            "cuda 375.74",
        ),
        (
            {"proc/driver/nvidia/version": "nothing of the kind\n"},
            {"nvidia-smi": "echo 572.60; echo 580"},
            "cuda 572.60",
        ),
        ({}, {"nvidia-smi": "exit 9", "rocm_agent_enumerator": "echo gfx000; echo gfx1100; echo gfx90a"}, "amd gfx90a"),
        ({"sys/bus/pci/devices/0/class": "0x030000\n", "sys/bus/pci/devices/0/vendor": "0x8086\n"}, {}, "xpu"),
        ({"sys/bus/pci/devices/0/class": "0x020000\n", "sys/bus/pci/devices/0/vendor": "0x8086\n"}, {}, None),
    ],
)
def test_accelerators_are_noticed(
    files: dict[str, str], programs: dict[str, str], expected: str | None, tmp_path: Path
) -> None:
    for name, text in files.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text)
    (tmp_path / "bin").mkdir()
    for name, text in programs.items():
        (tmp_path / "bin" / name).write_text(f"#!/bin/sh\n{text}\n")
        (tmp_path / "bin" / name).chmod(0o755)

    found = detect_accelerator({"PATH": str(tmp_path / "bin")}, root=str(tmp_path))

    told = (
        None
        if found is None
        else " ".join(str(part) for part in (found.kind, found.driver or found.architecture) if part)
    )
    assert told == expected


@pytest.mark.parametrize(
    ("accelerator", "system", "expected"),
    [
        (None, "manylinux", ["cpu"]),
        (Accelerator("cuda", parse_version("580")), "manylinux", ["cu132", "cu130", "cu129", "cu128"]),
        (Accelerator("cuda", parse_version("455")), "manylinux", ["cu118", "cu117", "cu116", "cu115"]),
        (Accelerator("cuda", parse_version("376")), "manylinux", ["cu80", "cpu"]),
        (Accelerator("cuda", parse_version("527")), "windows", ["cu118", "cu117", "cu116", "cu115"]),
        (Accelerator("cuda", parse_version("580")), "macos", ["cpu"]),
        (Accelerator("amd", None, "gfx1150"), "manylinux", ["rocm7.2", "cpu"]),
        (Accelerator("amd", None, "gfx90a"), "musllinux", ["rocm7.2", "rocm7.1", "rocm7.0", "rocm6.4"]),
        (Accelerator("amd", None, "gfx90a"), "windows", ["cpu"]),
        (Accelerator("xpu"), "windows", ["xpu"]),
        (Accelerator("xpu"), "musllinux", ["cpu"]),
    ],
)
def test_indexes_fit_the_driver(accelerator: Accelerator | None, system: str, expected: list[str]) -> None:
    found = [index.url.rpartition("/")[2] for index in indexes_of_accelerator(accelerator, system).indexes]

    assert found[:4] == expected


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[IndexServer]:
    """An ordinary index, beside one for CUDA 12.8 and one for CUDA 11.8."""
    with IndexServer() as server, IndexServer() as newer, IndexServer() as older:
        server.add(make_wheel("torch", "9.0"))
        server.add(make_wheel("filelock", "1.0"))
        newer.add(make_wheel("torch", "2.8", requires=["filelock"]))
        newer.add(make_wheel("filelock", "2.0"))
        older.add(make_wheel("torch", "2.7", requires=["filelock"]))
        older.add(make_wheel("torchvision", "0.20", requires=["torch"]))
        places = {"cu128": newer.index_url, "cu118": older.index_url}
        monkeypatch.setattr(
            torch,
            "_located",
            lambda backends: tuple(
                IndexLocation(url=places[backend].rstrip("/")) for backend in backends if backend in places
            ),
        )
        monkeypatch.setattr(
            torch,
            "_system_of",
            lambda index: (
                PackageName("cuda"),
                parse_version("12.8" if index.url == newer.index_url.rstrip("/") else "11.8"),
            ),
        )
        yield server


def compile_torch(server: IndexServer, directory: Path, *words: str, requirements: str, **variables: str) -> str:
    (directory / "requirements.in").write_text(requirements)
    environ = clean_environment(
        directory,
        UV_CACHE_DIR=str(directory / "cache"),
        UV_DEFAULT_INDEX=server.index_url,
        UV_PYTHON=sys.executable,
        PATH=os.path.dirname(sys.executable),
        **variables,
    )
    outcome = run_cli(
        "pip", "compile", "requirements.in", "--no-header", "--no-annotate", *words, cwd=directory, env=environ
    )
    return outcome.stdout or outcome.stderr


def test_packages_of_pytorch_come_from_their_index(server: IndexServer, tmp_path: Path) -> None:
    assert compile_torch(server, tmp_path, requirements="torch\n") == "torch==9.0\n"
    found = compile_torch(server, tmp_path, "--torch-backend", "cu128", requirements="torch\n")
    assert found == "filelock==1.0\ntorch==2.8\n"
    assert compile_torch(server, tmp_path, requirements="torch\n", UV_TORCH_BACKEND="cu118").endswith("torch==2.7\n")


def test_packages_for_cuda_agree_on_its_version(server: IndexServer, tmp_path: Path) -> None:
    words = ("--torch-backend", "auto")
    driver = {"UV_CUDA_DRIVER_VERSION": "560"}

    alone = compile_torch(server, tmp_path, *words, requirements="torch\n", **driver)
    together = compile_torch(server, tmp_path, *words, requirements="torch\ntorchvision\n", **driver)

    assert alone == "filelock==1.0\ntorch==2.8\n"
    assert together == "filelock==1.0\ntorch==2.7\ntorchvision==0.20\n"
