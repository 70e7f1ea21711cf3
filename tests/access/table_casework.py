"""The lines of casework in the table of addresses."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from django.core.files.base import ContentFile
from django.utils import timezone

from maarag.kernel.access.actions import grant
from maarag.kernel.access.permissions import Permission as P
from maarag.kernel.access.permissions import Role
from tests.factories import casework as made

from .arguments import family
from .conftest import Estate
from .rules import Guarded, Rule

Arguments = Callable[[Estate], dict[str, Any]]


def _worker(estate: Estate) -> Any:
    return estate.own[Role.SOCIAL_WORKER]


def row(make: Callable[..., Any], **fields: Any) -> Arguments:
    """The own family, and a row of its file that `make` makes."""

    def arguments(estate: Estate) -> dict[str, Any]:
        return {**family(estate), "row": make(_worker(estate), estate.family, **fields).pk}

    arguments.__qualname__ = f"row.{make.__name__}"
    return arguments


goal, circumstance, contact = row(made.goal), row(made.circumstance), row(made.contact)
document, task, consent = row(made.document), row(made.task), row(made.consent)


def with_a_goal(estate: Estate) -> dict[str, Any]:
    goal(estate)
    return family(estate)


def drafted(estate: Estate) -> dict[str, Any]:
    """A plan in force and a draft of the next."""
    made.planned(_worker(estate), estate.family)
    return with_a_draft(estate)


def with_a_draft(estate: Estate) -> dict[str, Any]:
    item_of_draft(estate)
    return family(estate)


def item_of_draft(estate: Estate) -> dict[str, Any]:
    found = made.item(_worker(estate), estate.family, made.goal(_worker(estate), estate.family))
    return {**family(estate), "row": found.pk}


def item_in_force(estate: Estate) -> dict[str, Any]:
    plan = made.planned(_worker(estate), estate.family)
    return {**family(estate), "row": made.first_item(plan).pk}


def document_of_plan(estate: Estate) -> dict[str, Any]:
    made.planned(_worker(estate), estate.family)
    return {**family(estate), "form": "xlsx"}


def on_a_rubric(estate: Estate) -> dict[str, Any]:
    assessment(estate)
    return {**family(estate), "code": "family-poverty"}


def rubric_of_families(estate: Estate) -> dict[str, Any]:
    assessment(estate)
    return {"code": "family-poverty"}


def with_a_rubric(estate: Estate) -> dict[str, Any]:
    assessment(estate)
    return family(estate)


def assessment(estate: Estate) -> dict[str, Any]:
    found = made.assessment(_worker(estate), estate.family, estate.nation.world.system)
    return {**family(estate), "row": found.pk}


def rated(estate: Estate) -> dict[str, Any]:
    found = made.assessment(_worker(estate), estate.family, estate.nation.world.system)
    made.rated(_worker(estate), found)
    return {**family(estate), "row": found.pk}


def share_of_plan(estate: Estate) -> dict[str, Any]:
    """What is shared with a body, for which the own partner works."""
    world, partner = estate.nation.world, estate.own[Role.PARTNER_WORKER]
    grant(by=world.system, account=partner, role=Role.PARTNER_WORKER, organisation=world.organisation)
    return {"pk": made.shared_plan(_worker(estate), estate.family, world.organisation).pk}


def share_in_file(estate: Estate) -> dict[str, Any]:
    return {**family(estate), "row": share_of_plan(estate)["pk"]}


def ahead(days: int) -> str:
    return (timezone.localdate() + timedelta(days=days)).isoformat()


def new_goal(_estate: Estate) -> dict[str, Any]:
    return {"own_words": "שקט", "professions": ["welfare"], "target_on": ahead(9), "agreed_by": "נועה"}


def new_item(estate: Estate) -> dict[str, Any]:
    return {
        "goal": str(made.goal(_worker(estate), estate.family).pk),
        "response": made.response().code,
        "doer": "worker",
        "starts": ahead(0),
        "frequency": "weekly",
        "professions": ["welfare"],
    }


def changed_item(estate: Estate) -> dict[str, Any]:
    return new_item(estate)


def new_share(estate: Estate) -> dict[str, Any]:
    code = estate.nation.world.organisation.code
    return {"organisation": code, "profession": "health", "basis_details": "סעיף 1", "ends": ahead(9)}


def same(**values: Any) -> Arguments:
    return lambda _estate: dict(values)


AGREED = same(agreed_by="נועה")
CONTACT = {"kind": "phone", "at": "2026-01-01T10:00:00+02:00", "people": "נועה", "said": "שלום"}
CONSENT = {"purpose": "לתאם", "professions": ["health"], "given_by": "נועה", "manner": "spoken"}
OUTCOME = {"reason": "other", "next_steps": "מרכז המשפחה"}


def new_document(_estate: Estate) -> dict[str, Any]:
    return {"kind": "court", "title": "פסק דין", "file": ContentFile(made.PDF, name="a.pdf")}


def read(arguments: Arguments = family, **more: Any) -> Guarded:
    return Guarded(P.VIEW_FAMILIES, arguments, of_a_row=True, **more)


def edit(arguments: Arguments = family, **more: Any) -> Guarded:
    return Guarded(P.EDIT_FAMILIES, arguments, of_a_row=True, **more)


def post(arguments: Arguments = family, **more: Any) -> Guarded:
    return edit(arguments, method="post", **{"statuses": (302,), **more})


def nothing(_estate: Estate) -> dict[str, Any]:
    return {}


def sent(arguments: Arguments = family, data: Arguments = nothing, **more: Any) -> Guarded:
    return edit(arguments, data=data, **{"method": "json", **more})


MADE = (201,)

CASEWORK: dict[str, Rule] = {
    "casework:my_tasks": Guarded(P.VIEW_FAMILIES),
    "casework:calendar": Guarded(P.VIEW_FAMILIES),
    "casework:shared": Guarded(P.VIEW_SHARED_FILES),
    "casework:shared_plan": Guarded(P.VIEW_SHARED_FILES, share_of_plan, of_a_row=True),
    "casework:agreement": Guarded(P.REVIEW_READING, rubric_of_families),
    "casework:plan": read(),
    "casework:versions": read(),
    "casework:print": read(document_of_plan),
    "casework:begin_draft": post(),
    "casework:discard": post(drafted),
    "casework:agree": edit(drafted),
    "casework:add_goal": edit(),
    "casework:edit_goal": edit(goal),
    "casework:goal_state": edit(goal),
    "casework:add_item": edit(with_a_goal),
    "casework:change_item": edit(item_of_draft),
    "casework:remove_item": edit(item_of_draft),
    "casework:remove_item POST": post(item_of_draft),
    "casework:progress": edit(item_in_force),
    "casework:situation": read(),
    "casework:add_situation": edit(),
    "casework:add_strength": edit(),
    "casework:edit_circumstance": edit(circumstance),
    "casework:end_circumstance": edit(circumstance),
    "casework:begin_assessment": post(on_a_rubric),
    "casework:assessment": read(assessment),
    "casework:rate": edit(assessment),
    "casework:agree_assessment": edit(rated, statuses=(200, 302)),
    "casework:close_assessment": post(rated),
    "casework:contacts": read(),
    "casework:add_contact": edit(),
    "casework:edit_contact": edit(contact),
    "casework:documents": read(),
    "casework:add_document": edit(),
    "casework:document": read(document),
    "casework:remove_document": edit(document),
    "casework:remove_document POST": post(document, data=same(why="טעות")),
    "casework:tasks": read(),
    "casework:add_task": edit(),
    "casework:edit_task": edit(task),
    "casework:tick": post(task),
    "casework:sharing": read(),
    "casework:add_consent": edit(),
    "casework:withdraw_consent": edit(consent),
    "casework:withdraw_consent POST": post(consent, data=same(words="נועה")),
    "casework:share_plan": Guarded(P.SHARE_FAMILIES, family, of_a_row=True),
    "casework:withdraw_share": Guarded(P.SHARE_FAMILIES, share_in_file, of_a_row=True),
    "casework:timeline": read(),
    "casework:close": edit(),
    "api:casework_agreement": Guarded(P.REVIEW_READING, rubric_of_families),
    "api:casework_plan": read(),
    "api:casework_set_goal": sent(data=new_goal, statuses=MADE),
    "api:casework_change_goal": sent(goal, same(own_words="אחר"), method="patch"),
    "api:casework_move_goal": sent(goal, same(state="reached")),
    "api:casework_draft": sent(),
    "api:casework_discard": sent(drafted, method="delete"),
    "api:casework_add_item": sent(data=new_item, statuses=MADE),
    "api:casework_change_item": sent(item_of_draft, changed_item, method="put"),
    "api:casework_remove_item": sent(item_of_draft, method="delete"),
    "api:casework_move_item": sent(item_in_force, same(progress="running")),
    "api:casework_agree": sent(with_a_draft, AGREED),
    "api:casework_situation": read(),
    "api:casework_add_circumstance": sent(
        data=same(kind="strength", words="סבתא", said_by="family"), statuses=MADE
    ),
    "api:casework_end_circumstance": sent(circumstance, same(why="עברה")),
    "api:casework_contacts": read(),
    "api:casework_add_contact": sent(data=same(**CONTACT), statuses=MADE),
    "api:casework_change_contact": sent(contact, same(said="אחר"), method="patch"),
    "api:casework_documents": read(),
    "api:casework_add_document": edit(method="post", data=new_document, statuses=MADE),
    "api:casework_document": read(document),
    "api:casework_remove_document": sent(document, same(why="טעות")),
    "api:casework_my_tasks": Guarded(P.VIEW_FAMILIES),
    "api:casework_tasks": read(),
    "api:casework_add_task": sent(data=lambda _estate: {"what": "x", "due": ahead(2)}, statuses=MADE),
    "api:casework_change_task": sent(task, same(what="אחר"), method="patch"),
    "api:casework_finish_task": sent(task),
    "api:casework_reopen_task": sent(task, statuses=(409,)),
    "api:casework_timeline": read(),
    # the family of the estate has goals that nobody has spoken of
    "api:casework_close": sent(data=same(**OUTCOME), statuses=(422,)),
    "api:casework_shared": Guarded(P.VIEW_SHARED_FILES),
    "api:casework_shared_plan": Guarded(P.VIEW_SHARED_FILES, share_of_plan, of_a_row=True),
    "api:casework_consents": read(),
    "api:casework_add_consent": sent(data=lambda _estate: {**CONSENT, "until": ahead(9)}, statuses=MADE),
    "api:casework_resting": read(consent),
    "api:casework_withdraw_consent": sent(consent, same(words="נועה")),
    "api:casework_shares": read(),
    "api:casework_share_plan": Guarded(
        P.SHARE_FAMILIES, family, of_a_row=True, method="json", data=new_share, statuses=MADE
    ),
    "api:casework_withdraw_share": Guarded(P.SHARE_FAMILIES, share_in_file, of_a_row=True, method="json"),
    "api:casework_assessments": read(),
    "api:casework_begin_assessment": sent(with_a_rubric, same(rubric="family-poverty")),
    "api:casework_assessment": read(assessment),
    "api:casework_rate": sent(assessment, same(marks=[{"dimension": "income", "level": 1}])),
    "api:casework_close_assessment": sent(rated),
}
