"""Why two services are shown as alike, in words."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop as N_

WORDS: dict[str, str] = {
    "name": N_("Their names are alike (%(share)s%%)."),
    "name_within": N_("The name of one is contained in the name of the other."),
    "name_identical": N_("Their names say the same."),
    "name_goes_on": N_("One name says more than the other."),
    "name_differs": N_("A telling word stands in one name only."),
    "subject_differs": N_("Each is about something that the other does not mention."),
    "text": N_("Their descriptions are alike (%(share)s%%)."),
    "lead_within": N_("The first sentence of one is contained in the description of the other."),
    "text_within": N_("The description of one is contained in that of the other."),
    "text_identical": N_("Their descriptions say the same."),
    "text_near_identical": N_("Their descriptions are nearly word for word the same (%(share)s%%)."),
    "name_and_text": N_("Both their names and their descriptions are alike."),
    "name_alone": N_("Only their names can be compared: a description is missing."),
    "text_alone": N_("Only their descriptions can be compared: a name is missing or says little."),
    "all_words": N_("All their words together are alike (%(share)s%%)."),
    "names_told": N_("What the name of each says stands in the text of the other."),
    "letters": N_("Their names are spelled alike (%(share)s%%)."),
    "same_response": N_("Their words speak of the same response."),
    "other_response": N_("Their words speak of different responses."),
    "narrower_response": N_("One of them gives a narrower response."),
    "same_meaning": N_("Their words speak of the same response for the same people."),
    "same_frame": N_("They are of one kind, for the same people, in the same area."),
    "same_terms": N_("They have the same or near terms (%(share)s%%)."),
    "other_terms": N_("They have different terms."),
    "same_population": N_("They are for the same people."),
    "other_population": N_("They are for different people."),
    "names_of_others": N_("The name of one speaks of people whom the other does not mention."),
    "narrower_population": N_("One of them is for a narrower group of people."),
    "population_codes_differ": N_("They are listed under different situations."),
    "near": N_("They serve the same area or are near each other."),
    "far": N_("They are far from each other."),
    "same_provider": N_("The same organisation gives both."),
    "sisters": N_("One organisation gives both, under different names."),
    "branches": N_("They may be branches of one organisation in different spots."),
    "numbers_differ": N_("The numbers in their names differ."),
    "brands_differ": N_("Each has a name of its own."),
    "translation": N_("One may be a translation of the other."),
    "distance_km": N_("Distance between them: %(km)s km."),
}
STRONG, CLEAR = 2.0, 0.75
"""Log-odds from which a reason is called strong, and clear."""


@dataclass(frozen=True)
class Reason:
    """One reason in words; whether it speaks "for" or "against", and how strongly (1 to 3; 0: not at all)."""

    code: str
    words: str
    speaks: str
    strength: int

    @property
    def tone(self) -> str:
        return {"for": "attention", "against": "ok"}.get(self.speaks, "neutral")


def evidence_in_words(evidence: Iterable[Sequence[Any]]) -> list[Reason]:
    """The reasons in the active language, the heaviest first; `evidence` is what a finding keeps."""
    found = []
    for code, value, weight in evidence:
        template = WORDS.get(code)
        numbers = {"share": round(100 * min(max(float(value), 0.0), 1.0)), "km": f"{float(value):.1f}"}
        words = _(template) % numbers if template else str(code)
        size = abs(float(weight))
        strength = 3 if size >= STRONG else 2 if size >= CLEAR else 1 if size > 0 else 0
        speaks = "for" if weight > 0 else "against" if weight < 0 else ""
        found.append(Reason(str(code), words, speaks, strength))
    return found


def weight_in_words(name: str) -> str:
    """What a learned weight is about, in the active language."""
    names = {
        "base": _("Before any reason"),
        "name": _("Names alike"),
        "name_within": _("One name within the other"),
        "name_identical": _("Names that say the same"),
        "name_goes_on": _("One name says more"),
        "name_differs": _("A telling word in one name only"),
        "subject_differs": _("Each about something else"),
        "text": _("Descriptions alike"),
        "lead_within": _("First sentence within the other"),
        "text_within": _("One description within the other"),
        "text_identical": _("Descriptions that say the same"),
        "text_near_identical": _("Descriptions nearly identical"),
        "name_and_text": _("Names and descriptions alike"),
        "name_alone": _("Names alone"),
        "text_alone": _("Descriptions alone"),
        "all_words": _("All words alike"),
        "names_told": _("Each name told in the other's text"),
        "letters": _("Names spelled alike"),
        "same_response": _("Same response"),
        "other_response": _("Different responses"),
        "narrower_response": _("Narrower response"),
        "same_meaning": _("Same response for the same people"),
        "same_frame": _("Same kind, people and area"),
        "same_terms": _("Same terms"),
        "other_terms": _("Different terms"),
        "same_population": _("Same people"),
        "other_population": _("Different people"),
        "names_of_others": _("Other people in the name"),
        "narrower_population": _("Narrower group of people"),
        "population_codes_differ": _("Listed under different situations"),
        "near": _("Near each other"),
        "far": _("Far from each other"),
        "same_provider": _("Same organisation"),
        "sisters": _("Two names of one organisation"),
        "branches": _("Branches of one organisation"),
        "numbers_differ": _("Numbers differ"),
        "brands_differ": _("Names of their own"),
        "translation": _("Translation"),
    }
    return names.get(name, name)
