"""Who may open which address of guidance and of targets."""

from __future__ import annotations

from maarag.kernel.access.permissions import Permission as P

from .arguments_guidance import new_session, new_target, session, target
from .rules import Guarded, Rule

ROW = {"of_a_row": True}
JSON = {"of_a_row": True, "method": "json"}
HELD = {"present": 7, "agreed": "להתחיל ממה שהמשפחה מבקשת"}

GUIDANCE: dict[str, Rule] = {
    "guidance:index": Guarded(P.VIEW_STAFF_FIGURES),
    "guidance:export": Guarded(P.VIEW_STAFF_FIGURES),
    "guidance:plan": Guarded(P.GUIDE_PROGRAMMES),
    "guidance:targets": Guarded(P.VIEW_STAFF_FIGURES),
    "guidance:set_target": Guarded(P.GUIDE_PROGRAMMES),
    "guidance:end_target": Guarded(P.GUIDE_PROGRAMMES, target, **ROW),
    "guidance:end_target POST": Guarded(P.GUIDE_PROGRAMMES, target, method="post", statuses=(302,), **ROW),
    "guidance:detail": Guarded(P.VIEW_STAFF_FIGURES, session, **ROW),
    "guidance:edit": Guarded(P.GUIDE_PROGRAMMES, session, **ROW),
    "guidance:hold": Guarded(
        P.GUIDE_PROGRAMMES, session, method="post", data=lambda estate: HELD, statuses=(302,), **ROW
    ),
    "guidance:cancel": Guarded(
        P.GUIDE_PROGRAMMES,
        session,
        method="post",
        data=lambda estate: {"why": "המנחה חלתה"},
        statuses=(302,),
        **ROW,
    ),
    "api:guidance_sessions": Guarded(P.VIEW_STAFF_FIGURES),
    "api:guidance_session": Guarded(P.VIEW_STAFF_FIGURES, session, **ROW),
    "api:guidance_session_plan": Guarded(P.VIEW_STAFF_FIGURES),
    "api:guidance_session_plan POST": Guarded(P.GUIDE_PROGRAMMES, data=new_session, statuses=(201,), **JSON),
    "api:guidance_session_change": Guarded(P.VIEW_STAFF_FIGURES, session, **ROW),
    "api:guidance_session_change PATCH": Guarded(
        P.GUIDE_PROGRAMMES, session, method="patch", data=lambda estate: {"topic": "עוני"}, **ROW
    ),
    "api:guidance_session_hold": Guarded(P.GUIDE_PROGRAMMES, session, data=lambda estate: HELD, **JSON),
    "api:guidance_session_cancel": Guarded(
        P.GUIDE_PROGRAMMES, session, data=lambda estate: {"why": "המנחה חלתה"}, **JSON
    ),
    "api:guidance_targets": Guarded(P.VIEW_STAFF_FIGURES),
    "api:guidance_target_set": Guarded(P.VIEW_STAFF_FIGURES),
    "api:guidance_target_set POST": Guarded(P.GUIDE_PROGRAMMES, data=new_target, statuses=(201,), **JSON),
    "api:guidance_target_end": Guarded(P.GUIDE_PROGRAMMES, target, **JSON),
}
