"""``uv_build.json``: what uv 0.12.5 writes for the same settings."""

from __future__ import annotations

import json

import msgspec
import pytest

from ultraviolet.build.options import BuildOptions, ExtraBuildRequirement
from ultraviolet.build.records import requirement_record
from ultraviolet.distributions.indexes import IndexLocation
from ultraviolet.distributions.requirement import Requirement
from ultraviolet.distributions.source import DirectorySource, GitSource, PathSource, RegistrySource, Source, UrlSource
from ultraviolet.standards.markers import parse_marker
from ultraviolet.standards.names import PackageName
from ultraviolet.standards.specifiers import ANY, parse_specifiers

INDEX = IndexLocation(url="https://user:secret@example.org/simple")


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        (RegistrySource(ANY), '"index":null,"conflict":null'),
        (
            RegistrySource(parse_specifiers(">=1, <2"), INDEX),
            '"specifier":">=1,<2","index":"https://example.org/simple","conflict":null',
        ),
        (
            UrlSource(url="https://example.org/a.zip", kind="sdist"),
            '"url":"https://example.org/a.zip","subdirectory":null',
        ),
        (PathSource(path="/a/a.zip", kind="sdist"), '"path":"/a/a.zip"'),
        (DirectorySource(path="/a"), '"directory":"/a"'),
        (DirectorySource(path="/a", editable=True), '"editable":"/a"'),
        (
            GitSource(
                repository="https://example.org/r", reference_kind="rev", reference="main", commit="abc", lfs=True
            ),
            '"git":"https://example.org/r?lfs=true&rev=main#abc"',
        ),
        (
            GitSource(repository="https://example.org/r", subdirectory="a b"),
            '"git":"https://example.org/r?subdirectory=a+b"',
        ),
    ],
)
def test_sources_of_extra_requirements(source: Source, expected: str) -> None:
    record = requirement_record(Requirement(name=PackageName("a"), source=source))

    assert msgspec.json.encode(record).decode() == f'{{"name":"a",{expected}}}'


def test_the_whole_record() -> None:
    requirement = Requirement(
        name=PackageName("six"),
        source=RegistrySource(parse_specifiers("<2")),
        marker=parse_marker("python_version > '3.0'"),
    )
    options = BuildOptions(
        config_settings={"b": "1", "a": ("2", "3")},
        extra_requirements={PackageName("p"): (ExtraBuildRequirement(requirement),)},
        extra_variables={PackageName("p"): {"B": "1", "A": "x"}},
    )

    assert options.record_for(PackageName("other")) == b'{"config_settings":{"a":["2","3"],"b":"1"}}'
    assert BuildOptions().record_for(PackageName("p")) == b"{}"
    assert options.record_for(PackageName("p")).decode() == (
        '{"config_settings":{"a":["2","3"],"b":"1"},"extra_build_requires":[{"requirement":{"name":"six",'
        '"marker":"python_full_version >= \'3.1\'","specifier":"<2","index":null,"conflict":null},"match_runtime":false}],'
        '"extra_build_variables":{"A":"x","B":"1"}}'
    )
    json.loads(options.record_for(PackageName("p")))
