"""Guidance of the fictional authority's teams, shared by its programmes, and what the array aims at.

All invented. Days are counted from the day of loading; nothing is written where anybody planned a session.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from maarag.domains.guidance.actions import cancel_session, hold_session, plan_session, set_target
from maarag.domains.guidance.models import Measure, Session, Target
from maarag.domains.programmes.models import Programme
from maarag.kernel.access.models import Account

from .households import AUTHORITY
from .loading import Loading

NOSHMIM, HASHVIL, MIFGASH = "noshmim", "hashvil-hameitiv", "mifgash"
LEADER = "team.leader@maale-gan.example"
DISTRICT = "district@welfare.example"
NATIONAL = "national@welfare.example"
CLUSTER, NATION = "F-C9", "IL"
GUIDE, SECOND_GUIDE = "ד״ר רונית שחם (הדגמה)", "מוחמד זועבי (הדגמה)"


@dataclass(frozen=True)
class Told:
    """A session: so many days ago (below zero: ahead), of which programmes, on what, how it went."""

    ago: int
    programmes: Sequence[str]
    topic: str
    guide: str = GUIDE
    present: int = 0
    agreed: str = ""
    cancelled: str = ""


SESSIONS = (
    Told(
        118,
        (NOSHMIM, HASHVIL, MIFGASH),
        "שפה אחת לשלוש תכניות: עוני, סיכון ומה שביניהם",
        present=14,
        agreed="מתחילים כל היכרות משאלה אחת: מה המשפחה מבקשת. מי שפוגש קודם מעביר הלאה, לא שואל שוב.",
    ),
    Told(
        87,
        (NOSHMIM,),
        "מיצוי זכויות בביקור בית",
        guide=SECOND_GUIDE,
        present=8,
        agreed="רשימת בדיקה של עשר זכויות נפוצות; נבדקת בביקור השני ולא בראשון.",
    ),
    Told(
        58,
        (NOSHMIM, MIFGASH),
        "משפחות שמסרבות: מה הסירוב אומר",
        present=11,
        agreed="סירוב נרשם כמידע ולא ככישלון. חוזרים אחרי חודש, בדרך אחרת.",
    ),
    Told(31, (HASHVIL,), "ילדים בלי מסגרת אחר הצהריים", cancelled="המנחה חלתה"),
    Told(
        24,
        (NOSHMIM, HASHVIL, MIFGASH),
        "מה עושים כשאין מקום: המתנה שאינה שתיקה",
        present=13,
        agreed="מי שממתין מקבל שיחה פעם בשבועיים ומענה אחד לפחות מהשירותים הקיימים.",
    ),
    Told(3, (MIFGASH,), "מפגש הורים וילדים: מי מוביל", guide=SECOND_GUIDE),
    Told(-11, (NOSHMIM, HASHVIL, MIFGASH), "לקראת סיום: פרידה שמשאירה רשת"),
)

TARGETS: Sequence[tuple[str, str, str | None, str, int, str]] = (
    (NATIONAL, NATION, None, Measure.PLACES_TAKEN, 95, "מקום פנוי הוא משפחה שמחכה"),
    (NATIONAL, NATION, None, Measure.SPENT, 90, "כסף שלא נוצל חוזר לאוצר"),
    (NATIONAL, NATION, None, Measure.HELP_RECEIVED, 60, "המילה של המשפחה קובעת"),
    (NATIONAL, CLUSTER, None, Measure.PLACES_TAKEN, 90, "מקום פנוי הוא משפחה שמחכה"),
    (NATIONAL, CLUSTER, None, Measure.SPENT, 60, "כסף שלא נוצל חוזר לאוצר"),
    (DISTRICT, CLUSTER, None, Measure.FIRST_RESPONSE, 45, "חודש וחצי הם גבול הסבלנות"),
    (DISTRICT, CLUSTER, None, Measure.LOOP_CLOSURE, 75, "לדעת איך נגמרה כל הפניה"),
    (DISTRICT, CLUSTER, None, Measure.HELP_RECEIVED, 60, "המילה של המשפחה קובעת"),
    (LEADER, AUTHORITY, None, Measure.FIRST_RESPONSE, 30, "הצוות החליט: חודש"),
    (LEADER, AUTHORITY, NOSHMIM, Measure.PLACES_TAKEN, 95, "רשימת ההמתנה ארוכה"),
    (LEADER, AUTHORITY, None, Measure.GOALS_REACHED, 70, "שבע מכל עשר משפחות"),
)


def load_guidance(loading: Loading) -> None:
    """Plan, hold and cancel the sessions, and set the targets, as the people of the demonstration do."""
    accounts = {account.email: account for account in Account.objects.all()}
    programmes = {one.code: one for one in Programme.objects.all()}
    if not Session.objects.exists():
        for told in loading.steps("guidance", SESSIONS):
            _tell(loading, told, accounts[LEADER], [programmes[code] for code in told.programmes])
        loading.counts["guidance"] += len(SESSIONS)
    if not Target.objects.exists():
        for by, place, programme, measure, value, why in TARGETS:
            set_target(
                by=accounts[by],
                place=loading.places[place],
                programme=programmes[programme] if programme else None,
                measure=measure,
                value=value,
                why=why,
                starts=loading.today - timedelta(days=90),
            )
        loading.counts["targets"] += len(TARGETS)


def _tell(loading: Loading, told: Told, by: Account, programmes: list[Programme]) -> None:
    session = plan_session(
        by=by,
        authority=loading.places[AUTHORITY],
        programmes=programmes,
        day=loading.today - timedelta(days=told.ago),
        topic=told.topic,
        guide=told.guide,
    )
    if told.cancelled:
        cancel_session(by=by, session=session, why=told.cancelled)
    elif told.present:
        hold_session(by=by, session=session, present=told.present, agreed=told.agreed)
