"""The stories of the fictional authority: what its department does with families, told through the actions.

All invented. Who writes are the demonstration's own accounts; days are counted back from the day of loading.
A file in which anybody has worked already is left as it is.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

from django.db import connection

from maarag.database.rows import RowScope, visible
from maarag.domains.baskets.models import Basket
from maarag.domains.casework.models import Contact, Goal
from maarag.domains.casework.rubrics import load_rubrics
from maarag.domains.families.actions import MemberDraft, open_family
from maarag.domains.families.models import Family, FamilyStatus, Relation
from maarag.domains.programmes.queries import quotas_in
from maarag.domains.referrals.models import Referral
from maarag.domains.services.models import Service
from maarag.kernel.access.models import Account
from maarag.kernel.rubrics.models import Rubric

from .buying import end_line
from .drawn_baskets import load_drawn
from .households import AUTHORITY, households
from .loading import Loading
from .stories_begun import (
    looked_at_for_children,
    nearly_spent,
    taken_back,
    waits_for_others,
    whole_way,
)
from .stories_ended import (
    closed_well,
    helped_in_part,
    looked_at_again,
    on_its_way,
    paid_and_helped,
    said_no,
    soon_over,
    swapped,
)
from .story_baskets import load_prices
from .story_files import StoryFile, World
from .tables import Row, rows

TABLES = ("fiction_families", "fiction_family_members", "names")
STORIES: dict[str, Callable[[StoryFile], None]] = {
    "FF-01": whole_way,
    "FF-02": taken_back,
    "FF-03": nearly_spent,
    "FF-04": waits_for_others,
    "FF-05": helped_in_part,
    "FF-07": looked_at_for_children,
    "FF-08": said_no,
    "FF-09": swapped,
    "FF-10": paid_and_helped,
    "FF-11": on_its_way,
    "FF-12": closed_well,
    "FF-13": soon_over,
    "FF-14": looked_at_again,
}
TWICE = "FF-09"
"""The family of which a second file was opened, with its ids left out and a name spelled otherwise."""
TWICE_ON = date(2026, 10, 28)
TWICE_BY = "fifth.worker@maale-gan.example"


def load_stories(loading: Loading) -> None:
    """Tell every story in a file that holds nothing yet, and fill the baskets of the drawn families."""
    # of the thousands of small reads below, planning the joins would take longer than all the rest
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL join_collapse_limit = 4")
    authority = loading.places[AUTHORITY]
    load_rubrics(by=loading.by)
    drawn, _people = households()
    table = [row for row in rows("fiction_families") + drawn if row["authority"] == AUTHORITY]
    with visible(RowScope(frozenset({authority.pk}), loading.by.pk)):
        world = World(
            loading=loading,
            accounts={account.email: account for account in Account.objects.all()},
            services={service.code: service for service in Service.objects.select_related("organisation")},
            quotas={quota.programme.code: quota for quota in quotas_in(authority, loading.today)},
            rubrics={rubric.code: rubric for rubric in Rubric.objects.filter(is_current=True)},
        )
        load_prices(loading, world)
        families = {
            (family.neighbourhood.code if family.neighbourhood else "", family.opened_on): family
            for family in Family.objects.select_related("authority", "neighbourhood", "worker")
        }
        files = {row["code"]: families.get(_key(row)) for row in table}
        worked = {
            key
            for model in (Contact, Goal, Basket, Referral)
            for key in model._default_manager.values_list("family_id", flat=True)
        }
        for code in loading.steps("stories", list(STORIES)):
            family = files[code]
            if family is not None and family.status == FamilyStatus.OPEN and family.pk not in worked:
                STORIES[code](StoryFile(world, family))
        _open_twice(world, families)
        load_drawn(world, [files[row["code"]] for row in drawn if row["code"] in files], worked)
        end_line(loading)
    loading.counts["stories"] += len(STORIES)


def _key(row: Row) -> tuple[str, date]:
    return row["neighbourhood"], date.fromisoformat(row["opened_on"])


def _open_twice(world: World, families: dict[tuple[str, date], Family]) -> None:
    """A second file of one family, as it is opened where nobody looked for the first."""
    row = next(row for row in rows("fiction_families") if row["code"] == TWICE)
    if (row["neighbourhood"], TWICE_ON) in families:
        return
    members = [one for one in rows("fiction_family_members") if one["family"] == TWICE]
    open_family(
        by=world.accounts[TWICE_BY],
        authority=world.loading.places[AUTHORITY],
        name=row["name"].replace("יעקובוב", "יעקבוב"),
        neighbourhood=world.loading.places[row["neighbourhood"]],
        address=f"{row['address']}, דירה 4",
        worker=world.accounts[TWICE_BY],
        opened_on=min(TWICE_ON, world.loading.today),
        members=[
            MemberDraft(
                one["first_name"],
                one["last_name"].replace("יעקובוב", "יעקבוב"),
                one["relation"],
                fields={"gender": one["gender"], "birth_date": date.fromisoformat(one["birth_date"])},
            )
            for one in members
            if one["relation"] == Relation.CHILD or one["gender"] == "female"
        ],
    )
