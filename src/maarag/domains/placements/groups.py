"""The groups of families that floors and fairness are about, by their names."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext

from maarag.kernel.places.models import Place
from maarag.kernel.taxonomy.models import Term
from maarag.ui import figures
from maarag.ui.figures import name_in_language
from maarag.values import Shown

from .gathering import ATTRIBUTES, LANGUAGE, SECTOR, UNKNOWN


@dataclass(frozen=True)
class Group:
    """One group: its code, its name, and how many families of the run are in it (None: not told)."""

    value: str
    label: str
    families: Shown = None


@dataclass(frozen=True)
class GroupsOf:
    """The groups of one attribute, the largest first."""

    attribute: str
    label: str
    groups: tuple[Group, ...]

    def field(self, group: Group) -> str:
        """The name of the field for a floor as a share."""
        return f"floor-{self.attribute}-{group.value}"

    def number_field(self, group: Group) -> str:
        """The name of the field for a floor as a number of families."""
        return f"least-{self.attribute}-{group.value}"


def attribute_label(attribute: str) -> str:
    return {
        "sex": _("Parent"),
        "sector": pgettext("group of families", "Sector"),
        "language": _("Language"),
        "area": _("Neighbourhood"),
    }.get(attribute, attribute)


def least_in_words(percent: int | None, number: int | None) -> str:
    """How many of a group a floor asks for: a share, or a number of families."""
    if percent:
        return figures.percent(percent / 100)
    count = number or 0
    return ngettext("%(count)s family", "%(count)s families", count) % {"count": figures.number(count)}


def labels_of(attribute: str, values: Iterable[str]) -> dict[str, str]:
    """The names of the groups of one attribute, by their codes, in the language of the page."""
    values = list(values)
    found: dict[str, str] = {value: value for value in values}
    match attribute:
        case "sex":
            found |= {
                "female": _("A mother alone"),
                "male": _("A father alone"),
                "both": _("Both parents"),
            }
        case "sector" | "language":
            beginning = SECTOR if attribute == "sector" else LANGUAGE
            terms = Term.objects.filter(code__in=[f"{beginning}{value}" for value in values])
            found |= {term.code.removeprefix(beginning): name_in_language(term) for term in terms}
        case "area":
            places = Place.objects.filter(code__in=values)
            found |= {place.code: name_in_language(place) for place in places}
    found[UNKNOWN] = _("Not known")
    return {value: found[value] for value in values}


def groups_from(counted: Mapping[tuple[str, str], Any]) -> list[GroupsOf]:
    """(attribute, value) → families, as groups by attribute; what is not known stands last."""
    parts = []
    for attribute in ATTRIBUTES:
        values = {value: n for (name, value), n in counted.items() if name == attribute}
        labels = labels_of(attribute, values)
        order = sorted(values, key=lambda v: (v == UNKNOWN, -_size(values[v]), labels[v]))
        groups = tuple(Group(value, labels[value], values[value]) for value in order)
        parts.append(GroupsOf(attribute, attribute_label(attribute), groups))
    return parts


def _size(families: Shown) -> float:
    return float(families) if isinstance(families, int | float) else 0.0


def group_words(floor: Mapping[str, Any]) -> str:
    """The group that a floor asks for."""
    label = labels_of(floor["attribute"], [floor["value"]])[floor["value"]]
    return f"{attribute_label(floor['attribute'])}: {label}"
