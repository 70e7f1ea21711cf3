"""Every write of the directory."""

from ..drafts import (
    AtLocationDraft,
    CapacityDraft,
    LanguageDraft,
    LocationDraft,
    PhoneDraft,
    ScheduleDraft,
    ServiceDraft,
)
from .overlaps import compute_overlaps, judge_overlap, store_overlaps
from .plan import DraftsRefused
from .saving import (
    ChangedMeanwhile,
    retire_service,
    save_location,
    save_locations,
    save_programme,
    save_service,
    save_services,
)

__all__ = [
    "AtLocationDraft",
    "CapacityDraft",
    "ChangedMeanwhile",
    "DraftsRefused",
    "LanguageDraft",
    "LocationDraft",
    "PhoneDraft",
    "ScheduleDraft",
    "ServiceDraft",
    "compute_overlaps",
    "judge_overlap",
    "retire_service",
    "save_location",
    "save_locations",
    "save_programme",
    "save_service",
    "save_services",
    "store_overlaps",
]
