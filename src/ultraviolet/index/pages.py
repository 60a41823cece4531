"""From a page to a listing: which files belong to a project, grouped by version."""

from __future__ import annotations

from collections.abc import Iterable
from operator import attrgetter

from ultraviolet.distributions.listing import encode_listing
from ultraviolet.distributions.urls import redact
from ultraviolet.errors import UltravioletError
from ultraviolet.index.errors import ContentTypeError
from ultraviolet.standards.filenames import split_filename
from ultraviolet.standards.simple_api import SimpleFile, SimplePage, parse_html, parse_json
from ultraviolet.standards.specifiers import parse_lenient_specifiers
from ultraviolet.standards.versions import parse_version

JSON_TYPE = "application/vnd.pypi.simple.v1+json"
HTML_TYPE = "application/vnd.pypi.simple.v1+html"
PYX_JSON_TYPE = "application/vnd.pyx.simple.v1+json"
ACCEPT = f"{JSON_TYPE}, {HTML_TYPE};q=0.2, text/html;q=0.01"
ACCEPT_ENCODING = "gzip, deflate, zstd"


def parse_page(content_type: str | None, body: bytes, url: str) -> SimplePage:
    """Parse a page of either form.

    :raises ContentTypeError: of neither form.
    """
    if content_type is None:
        raise ContentTypeError(f"Missing `Content-Type` header for {redact(url)}")
    kind = content_type.partition(";")[0].strip()
    if kind in {JSON_TYPE, PYX_JSON_TYPE}:
        return parse_json(body, url)
    if kind in {HTML_TYPE, "text/html"}:
        return parse_html(body, url)
    raise ContentTypeError(f'Unsupported `Content-Type` "{kind}" for {redact(url)}. Expected JSON or HTML.')


def group_files(files: Iterable[SimpleFile], name: str) -> dict[str, list[SimpleFile]]:
    """Return ``{version text: files}`` of the files that are wheels and sdists of a project, sorted by filename.

    Files of other names, with versions that are none, and with a Requires-Python that nobody can read are left out.
    """
    texts: dict[str, list[SimpleFile] | None] = {}
    groups: dict[object, list[SimpleFile]] = {}
    spelled: dict[object, str] = {}
    readable: dict[str | None, bool] = {None: True}
    prefixes: dict[str, bool] = {}
    for file in files:
        filename = file.filename
        if filename[-4:] == ".whl":
            # A page repeats a few spellings of the name, and has several files of most versions.
            prefix, _, rest = filename.partition("-")
            named = prefixes.get(prefix)
            if named is None:
                named = prefixes[prefix] = split_filename(f"{prefix}-0-py3-none-any.whl", name) is not None
            dashes = rest.count("-")
            if not named or dashes < 3 or dashes > 4:
                continue
            text, _, rest = rest.partition("-")
            if dashes == 4 and not rest[:1].isdigit():
                continue
        else:
            split = split_filename(filename, name)
            if split is None:
                continue
            text = split[1]
        requires_python = file.requires_python
        known = readable.get(requires_python)
        if known is None and requires_python is not None:
            known = readable[requires_python] = _is_readable(requires_python)
        if not known:
            continue
        if text in texts:
            group = texts[text]
        else:
            group = texts[text] = _open_group(text, groups, spelled)
        if group is not None:
            group.append(file)
    for group in groups.values():
        if len(group) > 1:
            group.sort(key=_FILENAME)
    return {spelled[key]: group for key, group in groups.items()}


_FILENAME = attrgetter("filename")


def _open_group(
    text: str, groups: dict[object, list[SimpleFile]], spelled: dict[object, str]
) -> list[SimpleFile] | None:
    """Return the group of a version; texts that mean the same version share it."""
    try:
        version = parse_version(text.replace("_", "-") if "_" in text else text)
    except UltravioletError:
        return None
    group = groups.get(version.key)
    if group is None:
        group = groups[version.key] = []
        spelled[version.key] = str(version)
    return group


def _is_readable(requires_python: str) -> bool:
    try:
        parse_lenient_specifiers(requires_python)
    except UltravioletError:
        return False
    return True


def listing_record(content_type: str | None, body: bytes, url: str, name: str) -> bytes:
    """Return the record of a project's page (see :mod:`ultraviolet.distributions.listing`)."""
    return encode_listing(group_files(parse_page(content_type, body, url).files, name))
