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
from .saving import (
    ChangedMeanwhile,
    DraftsRefused,
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
    "retire_service",
    "save_location",
    "save_locations",
    "save_programme",
    "save_service",
    "save_services",
]
