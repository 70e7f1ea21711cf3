"""Every write of casework."""

from .assessments import begin_assessment, close_assessment, rate_assessment
from .circumstances import add_circumstance, change_circumstance, end_circumstance
from .closing import close_with_outcome
from .consents import (
    read_shared_plan,
    record_consent,
    share_plan,
    withdraw_consent,
    withdraw_plan_share,
)
from .contacts import (
    add_task,
    change_contact,
    change_task,
    finish_task,
    record_contact,
    reopen_task,
)
from .documents import add_document, read_document, remove_document
from .goals import change_goal, move_goal, set_goal
from .plans import (
    add_item,
    agree_plan,
    change_item,
    content_mark,
    discard_draft,
    draft_plan,
    move_item,
    remove_item,
)
from .writing import AlreadyDone, NothingToAgree, mark_of

__all__ = [
    "AlreadyDone",
    "NothingToAgree",
    "add_circumstance",
    "add_document",
    "add_item",
    "add_task",
    "agree_plan",
    "begin_assessment",
    "change_circumstance",
    "change_contact",
    "change_goal",
    "change_item",
    "change_task",
    "close_assessment",
    "close_with_outcome",
    "content_mark",
    "discard_draft",
    "draft_plan",
    "end_circumstance",
    "finish_task",
    "mark_of",
    "move_goal",
    "move_item",
    "rate_assessment",
    "read_document",
    "read_shared_plan",
    "record_consent",
    "record_contact",
    "remove_document",
    "remove_item",
    "reopen_task",
    "set_goal",
    "share_plan",
    "withdraw_consent",
    "withdraw_plan_share",
]
