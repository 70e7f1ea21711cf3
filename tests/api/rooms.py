"""Below which addresses who may do most, and what rows there are."""

from __future__ import annotations

from typing import Any

from tests.access import arguments, arguments_referrals
from tests.access import arguments_baskets as baskets
from tests.access import table_casework as casework
from tests.access import table_funding as funding
from tests.access import table_ledger as ledger
from tests.access import table_programmes as programmes
from tests.access import table_rubrics as rubrics
from tests.access.conftest import Estate

MAIN = ("integrator own",)
KEEPING = ("team_leader own", "social_worker own")
MANAGING = ("national_manager own",)
HEADING = ("department_head own",)
ANSWERING = ("partner_worker own",)
_DOING_MOST = {
    "/": MAIN,
    "/api/families/": KEEPING,
    "/api/referrals/": KEEPING,
    "/api/referrals/inbox": ANSWERING,
    "/api/casework/": KEEPING,
    "/api/casework/shared": ANSWERING,
    "/api/baskets/": KEEPING,
    "/api/funding/": MANAGING,
    "/api/programmes/": MANAGING,
    "/api/programmes/toolbox/": HEADING,
    "/api/ledger/": MANAGING,
}


def doing_most(path: str) -> tuple[str, ...]:
    """Who may do most below the address."""
    return _DOING_MOST[max((prefix for prefix in _DOING_MOST if path.startswith(prefix)), key=len)]


def rows_of(estate: Estate) -> dict[str, list[Any]]:
    """What there is below each address; the longest beginning that fits counts."""
    referral = arguments_referrals.to_us(estate)["pk"]
    return {
        "/api/needs/": [estate.estimate.pk],
        "/api/missions/": [estate.mission.pk],
        "/api/imports/files/": [estate.import_file.pk],
        "/api/access/grants/": [estate.grant.pk],
        "/api/places/": [estate.nation.world.city.code],
        "/api/services/": [estate.service.code],
        "/api/taxonomy/terms/": ["human_services:food"],
        "/api/families/": [estate.family.pk],
        "/api/families/openings/": [arguments.opening(estate)],
        "/api/families/emergency/": [arguments.own_opening(estate)],
        "/api/families/shared/": [arguments.share(estate)],
        "/api/referrals/": [referral],
        "/api/referrals/inbox/": [referral],
        "/hsds/services/": [estate.service.code],
        "/hsds/organizations/": [estate.service.organisation.code],
        **_of_casework(estate),
        **_of_baskets(estate),
        **_of_money(estate),
        "/api/rubrics/": [rubrics.one(estate)],
    }


def _of_casework(estate: Estate) -> dict[str, list[Any]]:
    file = "/api/casework/{pk}/"
    in_force = casework.item_in_force(estate)  # before the draft of the next: it agrees on what is drafted
    return {
        file: [estate.family.pk],
        f"{file}plan/items/": [casework.item_of_draft(estate), in_force],
        f"{file}plan/items/{{row}}/progress": [in_force],
        f"{file}plan/shares/": [casework.share_in_file(estate)],
        f"{file}goals/": [casework.goal(estate)],
        f"{file}situation/": [casework.circumstance(estate)],
        f"{file}contacts/": [casework.contact(estate)],
        f"{file}documents/": [casework.document(estate)],
        f"{file}tasks/": [casework.task(estate)],
        f"{file}consents/": [casework.consent(estate)],
        f"{file}assessments/": [casework.rated(estate)],
        "/api/casework/shared/": [casework.share_of_plan(estate)],
    }


def _of_baskets(estate: Estate) -> dict[str, list[Any]]:
    request = "/api/baskets/requests/{pk}"
    sent, approved, delivered = (make(estate) for make in (baskets.sent, baskets.approved, baskets.delivered))
    return {
        "/api/baskets/": [baskets.basket(estate)],
        request: [baskets.draft(estate)],
        f"{request}/opinion": [sent],
        f"{request}/decide": [sent],
        f"{request}/withdraw": [sent],
        f"{request}/order": [approved],
        f"{request}/reverse": [approved, delivered],
        f"{request}/delivery": [baskets.ordered(estate)],
        f"{request}/helped": [delivered],
    }


def _of_money(estate: Estate) -> dict[str, list[Any]]:
    budget = "/api/funding/budgets/"
    return {
        budget: [funding.of_the_city(estate)],
        f"{budget}{{code}}/grant": [funding.plan_of_the_city(estate)],
        f"{budget}{{code}}/lines/": [funding.a_line(estate)],
        "/api/programmes/": [funding.a_programme(estate)],
        "/api/programmes/methods/": [programmes.a_method(estate)],
        "/api/programmes/toolbox/": [programmes.of_the_city(estate)],
        "/api/ledger/pots/": [ledger.pot(estate)],
        "/api/ledger/entries/": [ledger.entry(estate)],
    }
