"""Requirements: every form of PEP 508, and errors with a caret line."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from packaging.requirements import InvalidRequirement as PackagingInvalid
from packaging.requirements import Requirement as Reference
from tests.support.versions import specifier_lists

from ultraviolet.standards.errors import InvalidRequirement
from ultraviolet.standards.requirements import (
    _Parser,
    looks_like_path_or_url,
    parse_lenient_requirement,
    parse_requirement,
)

spaces = st.sampled_from(["", " ", "  "])


@st.composite
def requirement_texts(draw: st.DrawFn) -> str:
    """Spell a requirement with a version."""
    specifiers = draw(specifier_lists)
    if specifiers and draw(st.booleans()):
        specifiers = f"({specifiers})"
    extras = draw(st.sampled_from(["", "[]", "[a]", "[b, A_b]", "[ a,c ]"]))
    marker = draw(st.sampled_from(["", "; os_name == 'nt'", ' ; extra=="x" or python_version<"3.9"']))
    name = draw(st.sampled_from(["a", "Foo.Bar", "x_y-2"]))
    return f"{draw(spaces)}{name}{draw(spaces)}{extras}{draw(spaces)}{specifiers}{marker}{draw(spaces)}"


@given(requirement_texts())
def test_agrees_with_packaging(text: str) -> None:
    ours, theirs = parse_requirement(text), Reference(text)
    assert ours.name == theirs.name.lower().replace(".", "-").replace("_", "-")
    assert {extra.lower().replace("_", "-") for extra in theirs.extras} == set(ours.extras)
    assert sorted(map(str, ours.specifiers)) == sorted(set(map(str, theirs.specifier))) or len(
        set(map(str, ours.specifiers))
    ) < len(ours.specifiers)
    assert ours.marker.is_true == (theirs.marker is None)


@given(requirement_texts())
def test_the_quick_and_the_full_parser_agree(text: str) -> None:
    quick, full = parse_requirement(text), _Parser(text).requirement()
    assert str(quick) == str(full)
    assert quick.marker is full.marker
    assert str(parse_requirement(str(quick))) == str(quick)


def error_reason(text: str) -> str | None:
    try:
        parse_requirement(text)
    except InvalidRequirement as error:
        return error.reason
    return None


@given(st.text(alphabet="a1-._ []()<>=!~,;@'\"/#", max_size=14))
def test_what_packaging_accepts_is_accepted(text: str) -> None:
    try:
        Reference(text)
    except PackagingInvalid:
        return
    reason = error_reason(text)
    # packaging allows names such as `a_`, arbitrary text after `===`, and nothing between parentheses.
    allowed = ("URL requirement must be preceded", "Unexpected end of version", "Package name must end", "Extra name")
    assert reason is None or reason.startswith(allowed) or "===" in text


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("requests", "requests"),
        ("Requests [Security , tests]>= 2.8.1, == 2.8.* ; os_name=='nt'", "requests[security,tests]==2.8.*,>=2.8.1 ; os_name == 'nt'"),
        ("a (>=1,<2)", "a>=1,<2"),
        ("a(>=1,)", "a>=1"),
        ("a>=1,", "a>=1"),
        ("a>=1 ,<2 ", "a>=1,<2"),
        ("a[]", "a"),
        ("a (>=1) # comment", "a>=1"),
        ("a @ https://x.org/a.whl", "a @ https://x.org/a.whl"),
        ("a[b]@https://x.org/a.whl ; os_name == 'nt'", "a[b] @ https://x.org/a.whl ; os_name == 'nt'"),
        ("a @ https://x.org/a.whl; os_name == 'nt'", "a @ https://x.org/a.whl ; os_name == 'nt'"),
        ("a @ https://x.org/a.whl;b", "a @ https://x.org/a.whl;b"),
        ("a @ ../my folder/a", "a @ ../my folder/a"),
        ("a @ x #comment", "a @ x"),
        ("a @ x#egg=b", "a @ x#egg=b"),
        ("a; os_name == sys_platform", "a"),
        ("a; python_version < '3' and python_version > '4'", "a ; python_version < '0'"),
    ],
)  # fmt: skip
def test_forms(text: str, expected: str) -> None:
    assert str(parse_requirement(text)) == expected


URL_HINT = "URL requirement must be preceded by a package name. Add the name of the package before the URL (e.g., `package_name @ {}`)."


@pytest.mark.parametrize(
    ("text", "reason", "carets"),
    [
        ("foo bar", "Expected one of `@`, `(`, `<`, `=`, `>`, `~`, `!`, `;`, found `b`", "    ^"),
        ("foo 日", "Expected one of `@`, `(`, `<`, `=`, `>`, `~`, `!`, `;`, found `日`", "    ^^"),
        ("_foo", "Expected package name starting with an alphanumeric character, found `_`", "^"),
        ("foo-", "Package name must end with an alphanumeric character, not `-`", "   ^"),
        ("foo[a", "Missing closing bracket (expected ']', found end of dependency specification)", "   ^"),
        (
            "foo[,]",
            "Expected either alphanumerical character (starting the extra name) or `]` (ending the extras section), found `,`",
            "    ^",
        ),
        ("foo[a,]", "Expected an alphanumeric character starting the extra name, found `]`", "      ^"),
        (
            "foo[a b]",
            "Expected either `,` (separating extras) or `]` (ending the extras section), found `b`",
            "      ^",
        ),
        ("foo[a_]", "Extra name must end with an alphanumeric character, not `_`", "     ^"),
        (
            "foo[a!]",
            "Invalid character in extras name, expected an alphanumeric character, `-`, `_`, `.`, `,` or `]`, found `!`",
            "     ^",
        ),
        ("foo (>=1", "Missing closing parenthesis (expected ')', found end of dependency specification)", "    ^"),
        ("foo (>=1) x", "Expected end of input or `;`, found `x`", "          ^"),
        ("foo ()", "Unexpected end of version specifier, expected operator", "     "),
        ("foo>=", "Unexpected end of version specifier, expected version", "   ^^"),
        ("foo>=1,<x", "expected version to start with a number, but no leading ASCII digits were found", "       ^^"),
        ("foo>=1.*", "Operator >= cannot be used with a wildcard version specifier", "   ^^^^^"),
        ("foo==1#c", "after parsing `1`, found `#c`, which is not part of a valid version", "   ^^^^^"),
        ("foo @", "Expected URL", "     ^"),
        ("foo>=1;", "Expected marker value, found end of dependency specification", "       ^"),
        ("foo; bar=='1'", "Expected a quoted string or a valid marker name, found `bar`", "     ^^^"),
        (
            "foo ; os_name=='a' x",
            "Unexpected character 'x', expected 'and', 'or' or end of input",
            "                   ^",
        ),
        ("./foo", URL_HINT.format("/path/to/file"), "^^^^^"),
        ("foo/bar baz", URL_HINT.format("https://..."), "^^^^^^^"),
        ("git+https://x ; y", URL_HINT.format("https://..."), "^^^^^^^^^^^^^"),
        ("foo-1.tar.gz", URL_HINT.format("https://..."), ""),
    ],
)
def test_errors_underline_the_part(text: str, reason: str, carets: str) -> None:
    with pytest.raises(InvalidRequirement) as caught:
        parse_requirement(text)
    assert str(caught.value) == f"{reason}\n{text}\n{carets}"


def test_empty_text() -> None:
    with pytest.raises(InvalidRequirement) as caught:
        parse_requirement("")
    assert str(caught.value) == "Empty field is not allowed for PEP508"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("elasticsearch-dsl (>=7.2.0<8.0.0)", "elasticsearch-dsl>=7.2.0,<8.0.0"),
        ("jupyter-core (!=~5.0,>=4.12)", "jupyter-core>=4.12,!=5.0.*"),
        ("torch (>= 1.9.*)", "torch>=1.9"),
        ("pyzmq (>=2.7,!=3.0*,!=3.1*)", "pyzmq>=2.7,!=3.0.*,!=3.1.*"),
        ("botocore>=1.3.0,<1.4.0'; python_version > '3.8'", "botocore>=1.3.0,<1.4.0 ; python_full_version >= '3.9'"),
        ("a>=9.0.0a1.0", "a>=9.0.0a1"),
    ],
)
def test_known_mistakes_are_repaired(text: str, expected: str) -> None:
    assert str(parse_lenient_requirement(text)) == expected
    assert parse_lenient_requirement(text) is parse_lenient_requirement(text)


def test_what_cannot_be_repaired_is_reported_as_written() -> None:
    with pytest.raises(InvalidRequirement) as caught:
        parse_lenient_requirement("a ==1.x,")
    assert caught.value.text == "a ==1.x,"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("/bin/ls", True),
        (".", True),
        ("C:\\x", True),
        ("https://x", True),
        ("foo/bar", True),
        ("foo.zip[extra]", True),
        ("foo.tar.bz2", False),
        ("foo[extra]", False),
        ("foo", False),
        ("", False),
    ],
)
def test_paths_and_urls_are_recognised(text: str, expected: bool) -> None:
    assert looks_like_path_or_url(text) == expected
