"""Who may open which address of families' files."""

from __future__ import annotations

from datetime import timedelta

from django.utils import timezone

from maarag.kernel.access.permissions import Permission as P
from maarag.kernel.access.permissions import Role

from .arguments import (
    family,
    family_to_close,
    holder,
    new_family,
    new_opening,
    new_share,
    opening,
    own_opening,
    read_today,
    reading_verdict,
    share,
    share_of_family,
)
from .rules import Guarded, Rule, SignedIn

FAMILIES: dict[str, Rule] = {
    "families:index": Guarded(P.VIEW_FAMILIES),
    "families:find": Guarded(P.VIEW_FAMILIES),
    "families:open": Guarded(P.EDIT_FAMILIES),
    "families:reviews": Guarded(P.VIEW_FAMILIES),
    "families:export": Guarded(P.VIEW_FAMILIES, lambda estate: {"form": "xlsx"}),
    "families:detail": Guarded(P.VIEW_FAMILIES, family, of_a_row=True),
    "families:edit": Guarded(P.EDIT_FAMILIES, family, of_a_row=True),
    "families:close": Guarded(
        P.EDIT_FAMILIES,
        family_to_close,
        of_a_row=True,
        method="post",
        data=lambda estate: {"reason": "other"},
        statuses=(302,),
    ),
    "families:reopen": Guarded(P.EDIT_FAMILIES, family, of_a_row=True, method="post", statuses=(302,)),
    "families:pdf": Guarded(P.VIEW_FAMILIES, family, of_a_row=True),
    "families:emergency": Guarded(P.OPEN_FOREIGN_FILES),
    "families:open_foreign": Guarded(P.OPEN_FOREIGN_FILES),
    "families:emergency_file": Guarded(
        P.OPEN_FOREIGN_FILES, own_opening, of_a_row=True, of_its_owner=True, owner=Role.SOCIAL_WORKER
    ),
    "families:justify": Guarded(
        P.OPEN_FOREIGN_FILES,
        own_opening,
        of_a_row=True,
        method="post",
        data=lambda estate: {"text": "x" * 20},
        statuses=(302,),
        of_its_owner=True,
        owner=Role.SOCIAL_WORKER,
    ),
    "families:end_own": Guarded(
        P.OPEN_FOREIGN_FILES,
        own_opening,
        of_a_row=True,
        method="post",
        statuses=(302,),
        of_its_owner=True,
        owner=Role.SOCIAL_WORKER,
    ),
    "families:openings": Guarded(P.REVIEW_READING),
    "families:opening_counts": Guarded(P.VIEW_AUDIT),
    "families:opening": Guarded(P.REVIEW_READING, opening, of_a_row=True),
    "families:opening POST": Guarded(
        P.REVIEW_READING,
        opening,
        of_a_row=True,
        method="post",
        data=lambda estate: {"verdict": "accepted", "note": "x"},
        statuses=(302,),
    ),
    "families:end_foreign": Guarded(P.REVIEW_READING, opening, of_a_row=True, method="post", statuses=(302,)),
    "families:shared": Guarded(P.VIEW_SHARED_FILES),
    "families:shared_file": Guarded(P.VIEW_SHARED_FILES, share, of_a_row=True),
    "families:share": Guarded(P.SHARE_FAMILIES, family, of_a_row=True),
    "families:withdraw_share": Guarded(P.SHARE_FAMILIES, share_of_family, of_a_row=True),
    "families:withdraw_share POST": Guarded(
        P.SHARE_FAMILIES, share_of_family, of_a_row=True, method="post", statuses=(302,)
    ),
    "families:mine": SignedIn(),
    "families:readers": Guarded(P.VIEW_FAMILIES, family, of_a_row=True),
    "families:readers_letter": Guarded(P.VIEW_FAMILIES, family, of_a_row=True),
    "families:add_holder": Guarded(
        P.EDIT_FAMILIES,
        family,
        of_a_row=True,
        method="post",
        data=lambda estate: {"email": estate.sister[Role.RESIDENT].email},
        statuses=(302,),
    ),
    "families:drop_holder": Guarded(P.EDIT_FAMILIES, holder, of_a_row=True, method="post", statuses=(302,)),
    "families:hold": Guarded(
        P.REVIEW_READING,
        family,
        of_a_row=True,
        method="post",
        data=lambda estate: {"reason": "?", "until": (timezone.localdate() + timedelta(days=9)).isoformat()},
        statuses=(302,),
    ),
    "families:release": Guarded(P.REVIEW_READING, family, of_a_row=True, method="post", statuses=(302,)),
    "families:erase": Guarded(P.REVIEW_READING, family, of_a_row=True),
    "families:erase POST": Guarded(
        P.REVIEW_READING,
        family,
        of_a_row=True,
        method="post",
        data=lambda estate: {"reason": "asked", "number": estate.family.number},
        statuses=(302,),
    ),
    "families:reading": Guarded(P.REVIEW_READING),
    "families:reading_day": Guarded(P.REVIEW_READING, read_today, of_a_row=True),
    "families:counts": Guarded(P.VIEW_STAFF_FIGURES),
    "families:counts_export": Guarded(P.VIEW_STAFF_FIGURES, lambda estate: {"form": "xlsx"}),
    "api:families_list": Guarded(P.VIEW_FAMILIES),
    "api:families_find": Guarded(P.VIEW_FAMILIES, query="?q=a"),
    "api:families_open": Guarded(P.VIEW_FAMILIES),
    "api:families_open POST": Guarded(
        P.EDIT_FAMILIES, of_a_row=True, method="json", data=new_family, statuses=(201,)
    ),
    "api:family": Guarded(P.VIEW_FAMILIES, family, of_a_row=True),
    "api:family_change": Guarded(P.VIEW_FAMILIES, family, of_a_row=True),
    "api:family_change PATCH": Guarded(
        P.EDIT_FAMILIES, family, of_a_row=True, method="patch", data=lambda estate: {"name": "אחר"}
    ),
    "api:family_close": Guarded(
        P.EDIT_FAMILIES,
        family_to_close,
        of_a_row=True,
        method="json",
        data=lambda estate: {"reason": "other"},
    ),
    "api:family_reopen": Guarded(P.EDIT_FAMILIES, family, of_a_row=True, method="json", statuses=(409,)),
    "api:families_emergency": Guarded(P.OPEN_FOREIGN_FILES),
    "api:families_emergency_open": Guarded(P.OPEN_FOREIGN_FILES),
    "api:families_emergency_open POST": Guarded(
        P.OPEN_FOREIGN_FILES,
        method="json",
        data=new_opening,
        statuses=(201, 422),  # 422: the own authority's worker needs no emergency
    ),
    "api:families_emergency_file": Guarded(
        P.OPEN_FOREIGN_FILES, own_opening, of_a_row=True, of_its_owner=True, owner=Role.SOCIAL_WORKER
    ),
    "api:families_justify": Guarded(
        P.OPEN_FOREIGN_FILES,
        own_opening,
        of_a_row=True,
        method="json",
        data=lambda estate: {"text": "x" * 20},
        of_its_owner=True,
        owner=Role.SOCIAL_WORKER,
    ),
    "api:families_end_own": Guarded(
        P.OPEN_FOREIGN_FILES,
        own_opening,
        of_a_row=True,
        method="json",
        of_its_owner=True,
        owner=Role.SOCIAL_WORKER,
    ),
    "api:families_openings": Guarded(P.REVIEW_READING),
    "api:families_opening_counts": Guarded(P.VIEW_AUDIT),
    "api:families_opening": Guarded(P.REVIEW_READING, opening, of_a_row=True),
    "api:families_end_foreign": Guarded(P.REVIEW_READING, opening, of_a_row=True, method="json"),
    "api:families_judge": Guarded(
        P.REVIEW_READING,
        opening,
        of_a_row=True,
        method="json",
        data=lambda estate: {"verdict": "accepted", "note": "x"},
        statuses=(409,),
    ),
    "api:family_shares": Guarded(P.VIEW_FAMILIES, family, of_a_row=True),
    "api:family_share": Guarded(P.VIEW_FAMILIES, family, of_a_row=True),
    "api:family_share POST": Guarded(
        P.SHARE_FAMILIES, family, of_a_row=True, method="json", data=new_share, statuses=(201,)
    ),
    "api:family_withdraw_share": Guarded(P.SHARE_FAMILIES, share_of_family, of_a_row=True, method="json"),
    "api:families_shared": Guarded(P.VIEW_SHARED_FILES),
    "api:families_shared_file": Guarded(P.VIEW_SHARED_FILES, share, of_a_row=True),
    "api:families_mine": SignedIn(),
    "api:families_counts": Guarded(P.VIEW_STAFF_FIGURES),
    "api:families_reading": Guarded(P.REVIEW_READING),
    "api:families_reading_verdict": Guarded(
        P.REVIEW_READING, of_a_row=True, method="json", data=reading_verdict
    ),
    "api:family_readers": Guarded(P.VIEW_FAMILIES, family, of_a_row=True),
}
