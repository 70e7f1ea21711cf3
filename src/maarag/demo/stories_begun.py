"""Stories of families with whom the work begins or goes on: plans, visits, consents, requests that wait."""

from __future__ import annotations

from maarag.domains.baskets.actions import ask_above, begin_request, give_opinion, send_request
from maarag.domains.baskets.models import Stage
from maarag.domains.casework import actions as casework
from maarag.kernel.people.models import Organisation

from .story_baskets import HASHVIL, NOSHMIM, StoryBasket
from .story_files import HEAD, LEADER, StoryFile

THERAPY = "health:mental_health_care:counseling:individual_counseling"
LEARNING = "education:more_education:enrichment_programs"
PARENTING = "education:skills_training:parenting_education"
PARCELS = "food:food_delivery"
DEBTS = "legal:advocacy_legal_aid:financial_difficulties"


def whole_way(file: StoryFile) -> None:
    """Everything that a file can hold: assessed by two, a plan of two versions, shared, a visit today."""
    file.situation("deprivation:low_income", "האב פוטר באביב; החודש נגמר לפני סופו.", ago=95)
    file.situation("household:families:parents", ago=95, by_family=False)
    file.strength("הסבתא גרה ברחוב הסמוך ועוזרת בכל יום אחרי הגן.", ago=95)
    file.strength("האם סיימה השנה קורס טיפול בגיל הרך.", ago=30)
    leader = file.world.accounts[LEADER]
    evidence = [
        "דפי חשבון של שלושה חודשים ומכתב מחברת החשמל.",
        "ביקור בית: רטיבות בחדר הילדים.",
        "כרטיסי מעקב מטיפת חלב.",
    ]
    file.assess(
        "family-poverty",
        [(file.keeper, "22233222"), (leader, "21233232")],
        evidence,
        ago=92,
        agreed="21233222",
    )
    file.assess("family-poverty", [(file.keeper, "32233233"), (leader, "32233233")], evidence[:1], ago=12)

    money = file.goal(
        "לגמור את החודש בלי לבקש מההורים שלי.",
        "איזון ההוצאות וההכנסות של הבית, בלי חוב חדש במשך חצי שנה.",
        ago=88,
        until=95,
    )
    child = file.goal(
        "שאיתי ידבר כמו הילדים האחרים בגן.",
        "קידום השפה והקשר של איתי, עם הגן ועם טיפת חלב.",
        fields="welfare education health",
        ago=88,
        until=150,
    )
    work = file.goal("שגיל יחזור לעבוד בעבודה שהוא אוהב.", "חזרה לתעסוקה קבועה בתוך שנה.", ago=88, until=200)
    coaching = file.item(
        money,
        "education:more_education:financial_education",
        "fortnightly",
        service="mg-budget-coaching",
        ago=80,
        ends=60,
        amount="12 מפגשים",
    )
    therapy = file.item(
        child, THERAPY, "weekly", service="mg-therapy-children", ago=75, ends=90, amount="20 פגישות"
    )
    reading = file.item(
        child, PARENTING, "daily", doer="family", who="אורית", ago=85, details="סיפור לפני השינה, כל ערב."
    )
    file.agree(ago=85)
    file.item(
        work, "work:help_find_work", "weekly", service="mg-factory-jobs", ago=18, amount="ליווי לשלושה חודשים"
    )
    file.item(money, DEBTS, "as_needed", doer="worker", ago=18, details="פריסת החוב לחברת החשמל.")
    file.agree(ago=20, note="נוספה חזרה לעבודה, לבקשת האב; נוסף הסדר החוב לחשמל.")
    file.progress(coaching, "running")
    file.progress(therapy, "running")
    file.progress(reading, "done")
    file.move(money, "in_progress")
    file.move(child, "in_progress")

    file.contact(
        "home_visit",
        92,
        "היכרות עם המשפחה בביתה. האם דיברה על הלחץ בסוף החודש, והאב על הפיטורים.",
        minutes=90,
    )
    file.contact("meeting", 85, "נחתמה תוכנית ראשונה. המשפחה ביקשה להתחיל בילדים.", minutes=60)
    file.contact("phone", 34, "הגננת מספרת שאיתי משתתף במפגש. האם שמחה מאוד.", minutes=15)
    file.contact(
        "meeting", 20, "סוכמה גרסה שנייה של התוכנית. האב רוצה לחזור לעבוד.", step="לתאם ביקור בית עם האב"
    )
    file.contact("phone", 0, "שיחת תזכורת לביקור אחר הצהריים. האב יהיה בבית.", minutes=5)
    file.task("ביקור בית היום ב־16:00: איך מתקדם הסדר החוב לחשמל", 0)
    file.task("לשלוח למשפחה את הגרסה השנייה של התוכנית", -15, done=True)
    file.task("לבדוק עם הגן את לוח הפגישות של איתי", 6)
    form = file.document(
        "consent",
        "טופס הסכמה לשיתוף מידע",
        ["מסמך בדיוני, לצורך הדגמה בלבד.", "אנו מסכימים לשיתוף המטרות של איתי עם הגן ועם טיפת חלב."],
        ago=88,
    )
    given = file.consent(
        "תיאום בין הרווחה, הגן וטיפת חלב סביב התפתחותו של איתי.",
        "education health",
        ago=88,
        until=270,
        document=form,
    )
    casework.share_plan(
        by=file.keeper,
        family=file.family,
        organisation=Organisation.objects.get(code="mg-education"),
        profession="education",
        consent=given,
        ends=file.ahead(180),
        with_name=True,
    )

    coaching_sent = file.refer(
        "mg-budget-coaching",
        "education:more_education:financial_education",
        "אימון כלכלי לזוג, בערב, בעברית.",
        ago=84,
    )
    file.accept(coaching_sent, ago=82, words="מתחילים בשבוע הבא.", start=76)
    file.heard(coaching_sent, "yes", "פעם ראשונה שאנחנו יודעים לאן הכסף הולך.", ago=22)
    file.end(coaching_sent, "given", ago=15)
    furniture = file.refer("mg-furniture-bank", "goods:home_goods", "מיטה לילדה בת ארבע ומזרן.", ago=31)
    file.accept(furniture, ago=29, words="יש מיטה; נתאם הובלה.", start=27)

    basket = StoryBasket.open(file, HASHVIL, ago=84)
    goal = "שאיתי ידבר כמו הילדים האחרים בגן."
    why = "המלצת ההתפתחות בטיפת חלב; אין תור בקופה לפני הקיץ."
    choice = "ההורים בחרו במטפלת הקרובה לבית."
    paid = basket.ask("mg-therapy-children", 8, upto=Stage.PAID, ago=78, goal=goal, why=why, choice=choice)
    basket.helped(paid, "yes", "איתי התחיל להגיד מה הוא רוצה ובוכה פחות.", ago=40)
    basket.ask(
        "mg-repairs",
        3,
        upto=Stage.ORDERED,
        ago=24,
        came=1,
        goal="שלא יהיה רטוב בחדר של הילדים.",
        why="רטיבות בחדר הילדים, כפי שנראה בביקור הבית.",
        choice="המשפחה ביקשה תיקון ולא מעבר דירה.",
    )
    basket.ask(
        "mg-therapy-children",
        8,
        upto=Stage.APPROVAL,
        ago=3,
        goal=goal,
        why="הטיפול מועיל, וההורים והגן מבקשים המשך.",
        choice="ההורים בחרו להמשיך אצל אותה מטפלת.",
    )
    basket.ask("mg-learning-edu", 4, upto=Stage.DRAFT, ago=2, goal="מקום שקט לשיעורים אחר הצהריים.")
    nothing_yet(basket, "goods:home_goods")


def nothing_yet(basket: StoryBasket, response: str) -> None:
    """A line of the basket that nobody has begun to write."""
    term = basket.file.world.loading.terms[f"human_services:{response}"]
    begin_request(by=basket.file.keeper, basket=basket.basket, response=term, day=basket.day(1))


def taken_back(file: StoryFile) -> None:
    """A consent that was taken back, a declined referral that was sent on, a late task, a late goal."""
    file.situation("education:struggling_students", "תמר נעדרת בימי ראשון.", ago=120)
    file.situation("health:chronic_illness", ago=118, by_family=False)
    file.strength("עומר בן השש־עשרה מבשל לכל הבית ושומר על הדס.", ago=110)
    given = file.consent("שיחה עם יועצת בית הספר של תמר.", "education", ago=70, until=200)
    casework.share_plan(
        by=file.keeper,
        family=file.family,
        organisation=Organisation.objects.get(code="mg-education"),
        profession="education",
        consent=given,
        ends=file.ahead(90),
    )
    casework.withdraw_consent(
        by=file.keeper, consent=given, words="תמר ביקשה שבבית הספר לא ידעו, והאם חזרה בה."
    )
    goal = file.goal(
        "שתמר תקום בבוקר ותלך לבית הספר.",
        "ביקור סדיר בבית הספר: לא יותר מיום היעדרות אחד בחודש.",
        fields="welfare education",
        ago=115,
        until=-6,
    )
    file.move(goal, "in_progress")
    file.item(goal, LEARNING, "several", service="mg-learning-centres", ago=100, ends=60)
    file.item(goal, "care:mentoring", "weekly", doer="worker", ago=100, details="שיחה שבועית עם תמר לבדה.")
    file.agree(ago=105)
    sent = file.refer(
        "mg-learning-edu", LEARNING, "מקום במרכז הלמידה לתמר, כיתה ה׳, שלושה ימים בשבוע.", ago=26
    )
    file.decline(sent, "no_place", ago=20, words="המרכז מלא עד ינואר.")
    onward = file.send_on(sent, "mg-learning-centres", ago=17)
    file.accept(onward, ago=12, words="יש מקום בימי שני ורביעי.")
    file.contact("phone", 13, "האם מספרת על לילה קשה. סוכם להיפגש בבית.", minutes=25)
    file.task("להתקשר ליועצת רק לאחר הסכמה חדשה של האם", -4)
    file.task("לתאם הסעה למרכז הלמידה", 9)


def nearly_spent(file: StoryFile) -> None:
    """A basket of which little is left, a request above it, and one whose price rose meanwhile."""
    file.situation("deprivation:low_income", ago=150)
    file.situation("employment:unemployed", "הסופר שבו עבדה נסגר.", ago=150)
    file.strength("שכנות מהבניין מתחלקות בהסעות לגן.", ago=140)
    goal = "ללמוד מקצוע ולעבוד בשעות של הילדים."
    found = file.goal(goal, "הכשרה מקצועית והשתלבות בעבודה.", ago=140, until=75)
    file.move(found, "in_progress")
    file.item(found, "work:skills_training:vocational_courses", "several", service="mg-vocational", ago=130)
    file.agree(ago=135)
    basket = StoryBasket.open(file, NOSHMIM, ago=140)
    course = basket.ask(
        "mg-vocational",
        1,
        upto=Stage.PAID,
        ago=132,
        goal=goal,
        why="קורס הנהלת חשבונות עם השמה בסופו.",
        choice="נועה בחרה בקורס הערב, כשהאב בבית.",
    )
    basket.helped(course, "partly", "הקורס טוב, אבל עדיין לא מצאתי עבודה.", ago=30)
    after = basket.ask(
        "mg-single-afternoon",
        5,
        upto=Stage.PAID,
        ago=120,
        goal=goal,
        why="צהרון בימי הקורס.",
        choice="המשפחה בחרה בצהרון שבשכונה.",
    )
    basket.helped(after, "yes", "בלי הצהרון לא הייתי מגיעה לשיעור אחד.", ago=28)
    basket.ask(
        "mg-school-bag",
        4,
        upto=Stage.DELIVERED,
        ago=45,
        goal="שלכל הילדים יהיה ילקוט לשנה החדשה.",
        why="ארבעה תלמידים בבית אחד.",
        choice="המשפחה בחרה בילקוטים המלאים ולא בתווים.",
    )
    basket.ask(
        "mg-therapy-children",
        3,
        upto=Stage.APPROVAL,
        ago=RISEN_BEFORE,
        goal="שיונתן יישן בלילה.",
        why="סיוטים מאז המעבר; המלצת רופאת הילדים.",
        choice="המשפחה ביקשה מטפלת שמגיעה בערב.",
    )
    basket.ask(
        "mg-learning-centres",
        4,
        upto=Stage.APPROVAL,
        ago=4,
        goal="שרועי ויעל יעברו את המבחנים.",
        why="שני התאומים מתקשים בחשבון.",
        choice="המשפחה בחרה במרכז שליד הבית.",
    )
    file.contact("home_visit", 9, "נועה מחכה לתשובה משני מקומות עבודה. הבית רגוע יותר.", minutes=50)
    file.task("לשאול את המכללה על ההשמה של נועה", 0)


RISEN_BEFORE = 8
"""Days ago: before the price rose."""


def waits_for_others(file: StoryFile) -> None:
    """A young mother: a service that does not answer, a new referral, a request for the department's head."""
    file.situation("household:families:single_parent", ago=40)
    file.situation("age_group:infants", "סאמי בן שנה ותשעה חודשים.", ago=40, by_family=False)
    file.strength("לינה לומדת לבגרות בכל ערב אחרי שסאמי נרדם.", ago=35)
    late = file.refer(
        "mg-family-visitor",
        "care:home_visiting",
        "מבקרת דוברת ערבית לאם צעירה, פעם בשבוע.",
        ago=13,
        fields="family_name member_names member_phones address",
    )
    assert late.due_on is not None
    file.refer("mg-parcels-west", PARCELS, "סל מזון שבועי, עד שתתחיל קצבת הבטחת ההכנסה.", ago=2)
    goal = "להיות אימא טובה וגם לסיים בגרות."
    found = file.goal(goal, "מסגרת יום לסאמי והשלמת בגרות לאם.", fields="welfare education", ago=33)
    file.item(found, "care:daytime_care", "daily", service="mg-day-nursery", ago=-14)
    file.item(
        found, "education:bagrut_high_school_equivalency", "several", service="mg-bagrut", ago=-30, ends=200
    )
    basket = StoryBasket.open(file, HASHVIL, ago=30)
    basket.ask(
        "mg-day-nursery",
        6,
        upto=Stage.APPROVAL,
        ago=6,
        goal=goal,
        why="ועדת התכנון המליצה על מעון רב־יומי עד גיל שלוש.",
        choice="לינה ביקרה בשני מעונות ובחרה בקרוב לסבתא.",
    )
    basket.ask(
        "mg-bagrut", 1, upto=Stage.OPINION, ago=1, goal=goal, why="שני מועדים אחרונים בחורף.",
        choice="לינה בחרה במרתון ולא בקורס ארוך.",
    )  # fmt: skip
    basket.ask(
        "mg-baby-box", 1, upto=Stage.ORDERED, ago=11, goal="שלסאמי יהיה מה שצריך.", why="אין בבית לול וציוד.",
        choice="לינה בחרה בערכה ולא בתווים.",
    )  # fmt: skip
    asked_above(basket, goal)
    file.contact("home_visit", 33, "לינה מקבלת בחום. בבית נקי ויש מעט אוכל.", minutes=70)
    file.task("להתקשר למבקרת המשפחה: לא ענו על ההפניה", 0)


def asked_above(basket: StoryBasket, goal: str) -> None:
    """What the department's head asked for, and nobody else in the department may decide."""
    head, keeper = basket.file.world.accounts[HEAD], basket.file.keeper
    request = basket.ask(
        "mg-therapy-adults",
        12,
        upto=Stage.DRAFT,
        ago=5,
        goal=goal,
        why="בשיחה עם ראש המחלקה סיפרה לינה על חרדות מאז הלידה; אין תור בקופה עד האביב.",
        choice="לינה בחרה במטפלת דוברת ערבית.",
    )
    request = send_request(by=head, request=request, day=basket.day(5))
    give_opinion(by=keeper, request=request, stance="for", text="נחוץ ודחוף.", day=basket.day(4))
    ask_above(by=head, request=request, why="טיפול רגשי לאם צעירה; התור בקופה ארוך מדי.")


def looked_at_for_children(file: StoryFile) -> None:
    """An assessment of the children's risk that waits for its second rater, and a plan not yet agreed."""
    file.situation("deprivation:at_risk:at_risk_children", ago=25, by_family=False)
    file.situation("role:family_caregivers", "הסבתא נזקקת לעזרה בכל שעות היום.", ago=25)
    file.strength("דוד מגיע לכל אימון כדורגל, והמאמן מכיר אותו היטב.", ago=25)
    file.assess(
        "child-risk",
        [(file.keeper, "3323-3")],
        ["אין סימני פגיעה; ההורים מספרים על צעקות.", "אחות בית הספר.", "שיחה עם דוד לבדו."],
        ago=5,
        closed=False,
    )
    goal = file.goal(
        "שיהיה שקט בארוחת הערב.", "הדרכת הורים והפחתת הכעס בבית.", fields="welfare education", ago=15
    )
    file.item(goal, PARENTING, "weekly", service="mg-parents-welfare", ago=-7, ends=90, amount="10 מפגשים")
    file.item(goal, "care:in_home_support", "daily", doer="body", who="חברת הסיעוד", ago=-3)
    sent = file.refer("mg-parents-welfare", PARENTING, "סדנת הורים בערב לזוג עם ארבעה ילדים.", ago=11)
    file.accept(sent, ago=6, words="קבוצה נפתחת בתחילת החודש.")
    file.contact("home_visit", 5, "נשמעו צעקות בין ההורים. הילדים ישבו ליד הסבתא.", minutes=60)
    file.task("להשלים הערכת סיכון יחד עם ראש הצוות", 1)
    file.task("לדבר עם המאמן של דוד, לאחר הסכמה", -2)
