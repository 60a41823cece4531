"""The indexes of PyTorch: one for each accelerator, and which of them suit a machine (``--torch-backend``).

The tables of drivers are Table 2 of the release notes of the CUDA toolkit, and the architectures that PyTorch's builds for ROCm
are compiled for.
"""

from __future__ import annotations

from typing import Final, Literal

import msgspec

from ultraviolet.distributions.indexes import IndexLocation
from ultraviolet.standards.names import PackageName
from ultraviolet.standards.versions import Version, parse_version

_BASE: Final = "https://download.pytorch.org/whl/"

_OF_ONE_RELEASE: Final = (
    "fbgemm-gpu fbgemm-gpu-genai torch torch-tensorrt torchao torcharrow torchaudio torchcodec torchcsprng torchdistx torchrec "
    "torchtext torchtune torchvision"
)
"""What these indexes offer and is compiled for one version of CUDA."""

PACKAGES: Final = tuple(
    map(
        PackageName,
        f"{_OF_ONE_RELEASE} pytorch-triton pytorch-triton-rocm pytorch-triton-xpu torchserve triton triton-rocm triton-xpu "
        "xformers".split(),
    )
)
"""What these indexes offer."""

_BOUND: Final = tuple(
    map(PackageName, f"{_OF_ONE_RELEASE} deepspeed flash-attn flash-attn-3 megablocks natten vllm".split())
)
"""What is compiled for one version of CUDA, and so must all come from one of the indexes."""

# Backends, newest first, beside the oldest driver on Linux and on Windows.
_CUDA: Final = (
    ("cu132 cu130", "580", "580"),
    ("cu129 cu128 cu126 cu125 cu124 cu123 cu122 cu121 cu120", "525.60.13", "528.33"),
    ("cu118 cu117 cu116 cu115 cu114 cu113 cu112 cu111", "450.80.2", "452.39"),
    ("cu110", "450.36.6", "451.22"),
    ("cu102", "440.33", "441.22"),
    ("cu101", "418.39", "418.96"),
    ("cu100", "410.48", "411.31"),
    ("cu92", "396.26", "398.26"),
    ("cu91", "390.46", "391.29"),
    ("cu90", "384.81", "385.54"),
    ("cu80", "375.26", "376.51"),
)
_ROCM: Final = (
    ("rocm7.2", "900 906 908 90a 942 950 1030 1100 1101 1102 1150 1151 1200 1201"),
    ("rocm7.1", "900 906 908 90a 942 950 1030 1100 1101 1102 1200 1201"),
    ("rocm7.0", "900 906 908 90a 942 950 1030 1100 1101 1102 1200 1201"),
    ("rocm6.4", "900 906 908 90a 942 1030 1100 1101 1102 1200 1201"),
    ("rocm6.3", "900 906 908 90a 942 1030 1100 1101 1102 1200 1201"),
    ("rocm6.2.4", "900 906 908 90a 942 1030 1100 1101 1102 1200 1201"),
    ("rocm6.2", "900 906 908 90a 942 1030 1100"),
    ("rocm6.1", "900 906 908 90a 942 1030 1100 1101"),
    ("rocm6.0", "900 906 908 90a 942 1030 1100"),
)

ARCHITECTURES: Final = tuple(f"gfx{name}" for name in _ROCM[0][1].split())
"""The AMD GPUs that are known, in order."""


class Accelerator(msgspec.Struct, frozen=True):
    """What computes: a CUDA driver of some version, an AMD GPU of some architecture, or an Intel GPU."""

    kind: Literal["cuda", "amd", "xpu"]
    driver: Version | None = None
    architecture: str | None = None


class TorchIndexes(msgspec.Struct, frozen=True, kw_only=True):
    """Where the packages of PyTorch are looked for instead of the configured indexes."""

    indexes: tuple[IndexLocation, ...]
    """In the order they are preferred; the first one with a suitable version wins."""
    is_bound: bool = False
    """Whether all packages that need CUDA must agree on its version, because there is a choice."""

    def by_package(self) -> tuple[tuple[PackageName, tuple[IndexLocation, ...]], ...]:
        """Return the indexes of each package that they offer."""
        return tuple((name, self.indexes) for name in PACKAGES)

    def system_needs(self) -> dict[tuple[PackageName, str], tuple[PackageName, Version]]:
        """Return what packages from these indexes need of the system: ``{(package, index URL): ("cuda", 12.8)}``."""
        if not self.is_bound:
            return {}
        needs = [(index.url, _system_of(index)) for index in self.indexes]
        return {(name, url): need for name in _BOUND for url, need in needs if need is not None}


def indexes_of_backend(backend: str) -> TorchIndexes:
    """Return the index of one backend, by the name ``--torch-backend`` has for it.

    >>> indexes_of_backend("cu128").indexes[0].url
    'https://download.pytorch.org/whl/cu128'
    """
    return TorchIndexes(indexes=_located((backend,)))


def indexes_of_accelerator(accelerator: Accelerator | None, system: str) -> TorchIndexes:
    """Return the indexes for a machine.

    :param system: the target's operating system, as :class:`ultraviolet.standards.platforms.Platform` names it.
    """
    is_linux = system in {"manylinux", "musllinux"}
    backends: list[str] = []
    match accelerator:
        case Accelerator("cuda", driver) if driver is not None and (is_linux or system == "windows"):
            for names, linux, windows in _CUDA:
                if driver >= parse_version(linux if is_linux else windows):
                    backends += names.split()
        case Accelerator("amd", _, architecture) if architecture is not None and is_linux:
            short = architecture.removeprefix("gfx")
            backends += [backend for backend, supported in _ROCM if short in supported.split()]
        case Accelerator("xpu") if system in {"manylinux", "windows"}:
            return indexes_of_backend("xpu")
    is_bound = accelerator is not None and accelerator.kind == "cuda"
    return TorchIndexes(indexes=_located((*backends, "cpu")), is_bound=is_bound)


def _system_of(index: IndexLocation) -> tuple[PackageName, Version] | None:
    backend = index.url.removeprefix(_BASE)
    if backend.startswith("cu"):
        return PackageName("cuda"), parse_version(f"{backend[2:-1]}.{backend[-1]}")
    if backend.startswith("rocm"):
        return PackageName("rocm"), parse_version(backend[4:])
    return None


def _located(backends: tuple[str, ...]) -> tuple[IndexLocation, ...]:
    return tuple(IndexLocation(url=_BASE + backend) for backend in backends)
