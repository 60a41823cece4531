"""Requirements by themselves: lowered without any sources, and back."""

from __future__ import annotations

from ultraviolet.distributions.direct_urls import UrlContext, direct_url_text, parse_direct_url
from ultraviolet.distributions.requirement import Origin, Requirement
from ultraviolet.distributions.source import RegistrySource, Source
from ultraviolet.standards.requirements import Pep508Requirement
from ultraviolet.standards.specifiers import Specifiers, parse_specifiers


def plain_requirement(requirement: Pep508Requirement, urls: UrlContext, origin: Origin | None = None) -> Requirement:
    """Lower a requirement by itself.

    :raises InvalidDirectUrl: its URL does not say where a distribution is.
    """
    source: Source
    if requirement.url is None:
        source = RegistrySource(requirement.specifiers)
    else:
        source = parse_direct_url(requirement.url, urls)
    return Requirement(
        name=requirement.name, source=source, extras=requirement.extras, marker=requirement.marker, origin=origin
    )


def pep508_requirement(requirement: Requirement, *, keep_url: bool = True) -> Pep508Requirement:
    """Return a lowered requirement as PEP 508 has it; an index or a workspace is not part of that."""
    source = requirement.source
    specifiers: Specifiers = source.specifiers if isinstance(source, RegistrySource) else parse_specifiers("")
    url = None if isinstance(source, RegistrySource) or not keep_url else direct_url_text(source)
    return Pep508Requirement(
        name=requirement.name,
        extras=requirement.extras,
        specifiers=specifiers,
        url=url,
        marker=requirement.marker,
    )
