"""Which shell it is, and how it activates environments."""

from __future__ import annotations

import pytest

from ultraviolet.operations.shells import activation_command, find_shell


@pytest.mark.parametrize(
    ("environ", "expected"),
    [
        ({"SHELL": "/bin/bash"}, "bash"),
        ({"SHELL": "/usr/local/bin/fish"}, "fish"),
        ({"SHELL": "/opt/pwsh"}, "powershell"),
        ({"SHELL": "/bin/unknown"}, None),
        ({"SHELL": ""}, None),
        ({"SHELL": "/bin/bash", "FISH_VERSION": "3"}, "fish"),
        ({"NU_VERSION": "1", "FISH_VERSION": "3"}, "nushell"),
        ({"PSModulePath": "x"}, "powershell"),
        ({"ZSH_VERSION": "5"}, "zsh"),
    ],
)
def test_finding_the_shell(environ: dict[str, str], expected: str | None) -> None:
    assert find_shell(environ) == expected


@pytest.mark.parametrize(
    ("shell", "scripts", "expected"),
    [
        ("bash", "v/bin", "source v/bin/activate"),
        ("zsh", "a b/bin", "source 'a b/bin/activate'"),
        ("fish", "it's/bin", "source 'it'\"'\"'s/bin/activate.fish'"),
        ("csh", "v/bin", "source v/bin/activate.csh"),
        ("nushell", "v/bin", "overlay use v/bin/activate.nu"),
        ("powershell", "a b", '& "a b/activate"'),
        ("cmd", "a b", '"a b/activate"'),
        ("cmd", "v", "v/activate"),
    ],
)
def test_activation(shell: str, scripts: str, expected: str) -> None:
    assert activation_command(shell, scripts) == expected  # type: ignore[arg-type]
