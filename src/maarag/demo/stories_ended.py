"""Stories in which something ended: it helped, did not help, was declined, swapped, taken back, closed."""

from __future__ import annotations

from maarag.domains.baskets import actions as baskets
from maarag.domains.baskets.models import Stage
from maarag.domains.casework import actions as casework
from maarag.domains.referrals import actions as referrals

from .story_baskets import MIFGASH, NOSHMIM, StoryBasket
from .story_files import HEAD, LEADER, StoryFile

THERAPY = "health:mental_health_care:counseling:individual_counseling"
RIGHTS = "legal:advocacy_legal_aid:understand_government_programs"
PARCELS = "food:food_delivery"


def helped_in_part(file: StoryFile) -> None:
    """A referral after which help came in part, and one under way of which the family is to be asked."""
    file.situation("deprivation:low_income", ago=90)
    file.strength("אחמד מתקן מחשבים לשכנים ונהנה מזה.", ago=90)
    parcels = file.refer("mg-parcels-west", PARCELS, "סל מזון שבועי לארבע נפשות.", ago=70)
    file.accept(parcels, ago=68, words="משובצים ליום חמישי.", start=64)
    file.heard(parcels, "partly", "הסל מגיע, אבל בלי חלב לילדים.", ago=20)
    rights = file.refer("mg-rights-welfare", RIGHTS, "בדיקת זכאות לסיוע בשכר דירה.", ago=46)
    file.accept(rights, ago=42, start=33)
    goal = file.goal("לא לפחד מהטלפון של בעל הבית.", "יציבות בדיור והסדר חוב שכר הדירה.", ago=85, until=50)
    file.item(goal, RIGHTS, "once", service="mg-rights-welfare", ago=46)
    file.agree(ago=80)
    basket = StoryBasket.open(file, NOSHMIM, ago=60)
    basket.ask(
        "mg-legal-aid",
        4,
        upto=Stage.DELIVERED,
        ago=40,
        goal="לא לפחד מהטלפון של בעל הבית.",
        why="תיק פתוח בהוצאה לפועל; ארבע שעות ליווי.",
        choice="הזוג בחר בעמותה ולא בעורך דין פרטי.",
    )
    file.contact("meeting", 20, "האם אומרת שהסל עוזר, אך חסר בו חלב.", minutes=40)
    file.task("לדבר עם שפע השכן על חלב בסל", 0)
    file.task("לשאול את המשפחה על המרכז למיצוי זכויות", -1)


def said_no(file: StoryFile) -> None:
    """Help that did not come in the family's word, a request declined, a payment that was taken back."""
    file.situation("household:families:single_parent", ago=100)
    file.situation("sectors:jews:ethiopians", ago=100, by_family=False)
    file.strength("לינה בת השתים־עשרה קוראת לאחרים ומתרגמת לסבתא.", ago=95)
    club = file.refer(
        "mg-night-youth", "education:more_education:youth_development", "מקום ללינה בערב.", ago=60
    )
    file.accept(club, ago=58, start=55)
    file.heard(club, "no", "הכול שם לגדולים, והיא פחדה ללכת לבד.", ago=25)
    file.end(club, "family_stopped", ago=21, words="לינה אינה רוצה לחזור; נחפש מקום לבנות גילה.")
    file.refer("mg-soup-kitchen", "food:food_pantry", "ארוחה חמה לשתיים, שלוש פעמים בשבוע.", ago=5)
    basket = StoryBasket.open(file, NOSHMIM, ago=90)
    goal = "שלילדה שלי יהיו חברות."
    declined = basket.ask(
        "mg-digital-centres",
        1,
        upto=Stage.APPROVAL,
        ago=50,
        goal=goal,
        why="קורס מחשבים אחר הצהריים.",
        choice="לינה ביקשה קורס ולא חוג.",
    )
    leader = file.world.accounts[LEADER]
    baskets.decline_request(
        by=leader,
        request=declined,
        reason="הקורס מיועד לוותיקים. יש קורס לבנות במרכז הצעירים ללא תשלום.",
        day=basket.day(44),
    )
    again = basket.ask(
        "mg-learning-centres",
        2,
        upto=Stage.PAID,
        ago=70,
        goal=goal,
        why="עזרה בשיעורים וחברות בנות הגיל.",
        choice="האם בחרה במרכז שבו לומדות שתי חברות.",
    )
    baskets.reverse_request(
        by=file.world.accounts[HEAD],
        request=again,
        reason="החשבונית חויבה על חודש שבו המרכז היה סגור; הספק החזיר את הכסף.",
        day=basket.day(14),
    )
    withdrawn = basket.ask(
        "mg-home-goods", 1, upto=Stage.OPINION, ago=12, goal="שולחן לשיעורים.", why="אין שולחן בבית.",
        choice="המשפחה ביקשה לשאול ולא לקנות.",
    )  # fmt: skip
    baskets.withdraw_request(
        by=file.keeper, request=withdrawn, reason="שכנה נתנה שולחן במתנה.", day=basket.day(9)
    )
    file.contact("phone", 21, "האם מספרת שלינה שוב בבית כל אחר צהריים.", minutes=20)


def swapped(file: StoryFile) -> None:
    """A request that took another's place, what was delivered and waits to be paid, what did not come."""
    file.situation("deprivation:at_risk:at_risk_teens", ago=75, by_family=False)
    file.strength("רועי ואביו רצים יחד בכל מוצאי שבת.", ago=75)
    goal = file.goal("שרועי יחזור לצחוק.", "תמיכה רגשית לרועי והורות בגיל ההתבגרות.", ago=72, until=100)
    file.move(goal, "in_progress")
    file.item(goal, THERAPY, "weekly", service="mg-therapy-adults", ago=60)
    file.agree(ago=66)
    basket = StoryBasket.open(file, MIFGASH, ago=64)
    words = {
        "goal": "שרועי יחזור לצחוק.",
        "why": "ירידה בלימודים והסתגרות מאז האבל על הסבא.",
        "choice": "רועי ביקש לדבר עם גבר.",
    }
    first = basket.ask("mg-therapy-adults", 10, upto=Stage.ORDERED, ago=50, **words)
    instead = {**words, "choice": "רועי ביקש להחליף: פגישות אחרי הצהריים, ליד בית הספר."}
    basket.ask("mg-therapy-children", 9, upto=Stage.ORDERED, ago=30, replaces=first, came=4, **instead)
    basket.ask(
        "mg-warm-home", 2, upto=Stage.DELIVERED, ago=35, goal="אחר צהריים עם אנשים.",
        why="יונתן לבד בבית עד הערב.", choice="יונתן ביקר ואהב את המדריכה.",
    )  # fmt: skip
    basket.ask(
        "mg-furniture-bank", 2, upto=Stage.ORDERED, ago=20, came=0, goal="מיטה לכל ילד.",
        why="שני הבנים ישנים במיטה אחת.", choice="המשפחה בחרה במיטות ולא במיטת קומתיים.",
    )  # fmt: skip
    file.contact("meeting", 31, "רועי סיפר שקשה לו להגיע לפגישות בבוקר.", minutes=50)
    file.task("לברר עם מאגר הרהיטים מתי יגיעו המיטות", -3)


def paid_and_helped(file: StoryFile) -> None:
    """Everything paid, and the family's word of each: it helped, in part, not."""
    file.situation("education:learning_disorders", "שלושת הילדים באותה כיתה.", ago=160)
    file.strength("ההורים מגיעים יחד לכל פגישה.", ago=160)
    goal = file.goal("שהשיעורים לא ייגמרו בבכי.", "חיזוק לימודי לשלושת הילדים.", fields="education", ago=150)
    file.move(goal, "partly", "בחשבון השתפרו מאוד; בקריאה עוד קשה.")
    file.item(goal, "education:more_education:enrichment_programs", "several", ago=140, who="מורה פרטית")
    file.agree(ago=145)
    basket = StoryBasket.open(file, NOSHMIM, ago=148)
    said = (
        ("mg-learning-edu", 5, 140, "yes", "הם עושים שיעורים לבד, זה פלא."),
        ("mg-school-bag", 3, 90, "partly", "ילקוטים יפים, אבל אחד נקרע מיד."),
        ("mg-parents-mothers", 1, 80, "no", "הקבוצה הייתה לתינוקות ולא לילדים בני שלוש־עשרה."),
    )
    for service, quantity, ago, helped, words in said:
        paid = basket.ask(
            service,
            quantity,
            upto=Stage.PAID,
            ago=ago,
            goal="שהשיעורים לא ייגמרו בבכי.",
            why="המלצת היועצת ומורת השילוב.",
            choice="ההורים בחרו מתוך שתי הצעות.",
        )
        basket.helped(paid, helped, words, ago=ago - 30)
    file.contact("phone", 50, "האב מודה על המרכז, ומבקש להפסיק את הקבוצה.", minutes=15)


def on_its_way(file: StoryFile) -> None:
    """An Arabic-speaking family: heard and to be closed, to be ordered, a task of the team leader."""
    file.situation("language:arabic_speaking", ago=55, by_family=False)
    file.situation("employment:unemployed", ago=55)
    file.strength("רנין מציירת, והציורים שלה תלויים בגן.", ago=55)
    work = file.refer("mg-women-work", "work:help_find_work", "הכנה לעבודה לאם, בערבית.", ago=52)
    file.accept(work, ago=48, start=44)
    file.heard(work, "yes", "مرّة أولى حدا بحكي معي عن شغل بلغتي.", ago=12)
    goal = file.goal("أن أعمل وأعود قبل أن يرجع الأولاد.", "תעסוקה בשעות הלימודים.", ago=50, until=110)
    file.move(goal, "in_progress")
    file.item(goal, "work:help_find_work", "several", service="mg-women-work", ago=44)
    file.agree(ago=47)
    basket = StoryBasket.open(file, NOSHMIM, ago=45)
    basket.ask(
        "mg-single-afternoon", 4, upto=Stage.APPROVED, ago=7, goal="שהילדה תחכה לי במקום טוב.",
        why="צהרון עד שהאם חוזרת מהעבודה.", choice="האם בחרה בצהרון דובר ערבית.",
    )  # fmt: skip
    basket.ask(
        "mg-vocational", 1, upto=Stage.OPINION, ago=2, goal="תעודה של סייעת.",
        why="קורס סייעות, נפתח בעוד חודש.", choice="הדס בחרה בקורס הערב.",
    )  # fmt: skip
    file.task("לעבור עם העובדת על התוכנית של המשפחה", 2, worker=file.world.accounts[LEADER])
    file.contact("meeting", 12, "הפגישה התקיימה בערבית. האם מחכה לתשובה מגן הילדים.", minutes=45)


def closed_well(file: StoryFile) -> None:
    """A file that was closed with its outcome: goals, what helped and what did not in the family's words."""
    file.situation("household:families:single_parent", ago=200)
    file.strength("סמירה תופרת לכל הבניין.", ago=200)
    money = file.goal("לפתוח מתפרה קטנה בבית.", "הכנסה מעבודה עצמאית.", ago=190, until=-10)
    school = file.goal("שאחמד ישב בכיתה.", "התאמות למידה לאחמד.", fields="education", ago=190, until=-20)
    file.item(money, "work:business_mentorship", "fortnightly", doer="body", who="מט״י", ago=180)
    file.item(school, "education:special_education", "daily", service="mg-special-afternoon", ago=170)
    file.agree(ago=185)
    basket = StoryBasket.open(file, NOSHMIM, ago=175)
    paid = basket.ask(
        "mg-special-afternoon",
        4,
        upto=Stage.PAID,
        ago=165,
        goal="שאחמד ישב בכיתה.",
        why="המלצת ועדת הזכאות.",
        choice="האם בחרה בצהרון שליד בית הספר.",
    )
    basket.helped(paid, "yes", "יש לו שם חבר.", ago=60)
    baskets.close_basket(by=file.keeper, basket=basket.basket, day=basket.day(8))
    file.move(money, "reached")
    casework.close_with_outcome(
        by=file.keeper,
        family=file.family,
        reason="goals_reached",
        goals={school.pk: ("partly", "יושב בכיתה רוב היום; הסייעת ממשיכה.")},
        said_by=file.parent,
        helped="שמישהי ישבה איתי על המספרים בלי לצחוק.",
        hindered="לחכות חודשיים לתשובה על הצהרון.",
        next_steps="אפשר לפנות שוב בכל עת; שיחת טלפון בעוד שלושה חודשים.",
        closed_on=file.day(1),
    )


def soon_over(file: StoryFile) -> None:
    """A consent that ends soon, a referral taken back, tasks that were done."""
    file.situation("health:chronic_illness", "האב בטיפולי דיאליזה.", ago=130)
    file.strength("המשפחה שרה יחד בכל ערב שבת.", ago=130)
    file.consent("תיאום עם המרפאה שבה מטופל האב.", "health", ago=340, until=11)
    sent = file.refer("mg-therapy-adults", THERAPY, "שיחות תמיכה לאם.", ago=16)
    referrals.withdraw_referral(
        by=file.keeper, referral=sent, words="האם מצאה מטפלת בקופת החולים.", at=file.at(10)
    )
    file.task("לבקש מהמשפחה הסכמה חדשה לתיאום עם המרפאה", 8)
    file.task("למלא עם האב את טופסי הנכות", -20, done=True)
    file.task("לברר זכאות להסעות לדיאליזה", -9, done=True)
    file.contact("home_visit", 20, "מולאו טופסי הנכות. האב עייף אך במצב רוח טוב.", minutes=80)


def looked_at_again(file: StoryFile) -> None:
    """Two assessments half a year apart, and what changed between them."""
    file.situation("housing:home_renters", "שש נפשות בשלושה חדרים.", ago=190)
    file.situation("age_group:teens", ago=190, by_family=False)
    file.strength("הסבתא מלמדת את הנכדות לבשל, ושלושתן צוחקות.", ago=185)
    raters = [(file.keeper, "22132221"), (file.world.accounts[LEADER], "22232222")]
    told = ["הכנסה אחת לשש נפשות.", "דירה קטנה ולחה.", "הסבתא אחרי אשפוז."]
    file.assess("family-poverty", raters, told, ago=182, agreed="22132222")
    later = [(file.keeper, "33233333"), (file.world.accounts[LEADER], "32233333")]
    file.assess(
        "family-poverty", later, ["שתי הכנסות מאז הקיץ.", "הסכם שכירות חדש."], ago=9, agreed="33233333"
    )
    goal = file.goal("דירה שבה לכל בת יש פינה.", "דיור יציב והולם.", ago=180, until=30)
    file.move(goal, "in_progress")
    file.item(goal, "housing:help_find_housing", "as_needed", service="mg-housing-aid", ago=170)
    file.agree(ago=175)
    aid = file.refer("mg-housing-aid", "housing:help_find_housing", "סיוע בשכר דירה לשנה.", ago=172)
    file.accept(aid, ago=168, start=160)
    file.heard(aid, "yes", "בזכות הסיוע חתמנו על דירה עם חלון לכל חדר.", ago=60)
    file.end(aid, "goes_on", ago=55)
    basket = StoryBasket.open(file, MIFGASH, ago=120)
    basket.ask(
        "mg-furniture-bank", 4, upto=Stage.PAID, ago=55, goal="דירה שבה לכל בת יש פינה.",
        why="מעבר לדירה חדשה, אין מיטות ושולחנות.", choice="הבנות בחרו את השולחנות בעצמן.",
    )  # fmt: skip
