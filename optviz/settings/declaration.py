"""What the panel needs to draw a page's settings, as JSON: it is the same for everybody."""

from typing import Any

from optviz.settings.link import Settings, encode, fields_of
from optviz.words import per_language, tr


@per_language()
def named(settings: type[Settings]) -> tuple[tuple[str, str], ...]:
    """The fields of the panel: name and label, in their order."""
    fields = [field for section in declaration(settings)["sections"] for field in section["fields"]]
    return tuple((field["name"], field["label"] or field["name"]) for field in fields)


def declaration(settings: type[Settings]) -> dict[str, Any]:
    """The sections of a page with their fields, and the defaults as texts by name."""
    usual = settings()
    fields = {field.name: field for field in fields_of(settings)}
    sections = []
    for section in settings.sections:
        described: list[dict[str, Any]] = []
        for name in section.fields:
            found = fields[name].describe(usual)
            described += found if isinstance(found, list) else [found]
        sections.append({"title": tr(section.title), "folded": section.folded, "fields": described})
    return {"page": settings.page, "defaults": encode(usual), "sections": sections}
