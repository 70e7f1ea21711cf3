# ruff: noqa: E501 (one line for each concept)
"""Who a service is for and what it gives, read from its own words in Hebrew, Arabic and English.

A short lexicon of the field, ours. It serves three purposes: two texts that differ only in whom they serve are
told apart; two names of one response are brought together; and a translation is recognised by what it says.
A phrase has one or two words; words are compared by their readings, in order, next to each other.
"""

from __future__ import annotations

from functools import cache

from maarag.language import stems, tokens

POPULATIONS: dict[str, str] = {
    "children": "ילד, ילדים, ילדות, פעוט, פעוטות, תינוק, גיל הרך, לגיל הרך, בגיל הרך, children, child, toddlers, أطفال, الأطفال, اطفال, طفل",
    "youth": "נוער, נער, נערים, מתבגרים, בני נוער, teens, youth, teenagers, adolescents, شبيبة, الشبيبة, فتيان, مراهقين",
    "young_adults": "צעיר, צעירים, צעירות, צעירה, young adults, young people, شباب, الشباب, شابات",
    "elderly": "אזרח ותיק, אזרחים ותיקים, אזרחים וותיקים, קשיש, קשישים, זקנים, גיל שלישי, גיל הזהב, ותיקים, "
    "גמלאים, elderly, seniors, senior citizens, older people, older adults, مسنين, المسنين, كبار السن, المسنون",
    "women": "!נשים, !אישה, !אשה, women, woman, female, نساء, النساء, امرأة",
    "girls": "girls, young women, فتيات, الفتيات",
    "men": "גברים, גבר, men, رجال, الرجال",
    "boys": "boys, بنين",
    "parents": "הורים, הורות, הורה, אימהות, אמהות, אבות, parents, mothers, fathers, parenting, أهالي, الأهالي, والدين, أمهات, الوالدية",
    "single_parents": "חד הורי, חד הוריות, הורה יחידני, הורים יחידניים, הורים עצמאיים, single parents, أحادية الوالد",
    "families": "משפחה, משפחות, families, family, عائلات, العائلات, عائلة, أسر",
    "disabilities": "מוגבלות, מוגבלויות, נכים, נכות, צרכים מיוחדים, disabilities, disability, disabled, ذوي الإعاقة, الإعاقة, إعاقات",
    "intellectual": "מוגבלות שכלית, שכלית התפתחותית, intellectual disability, إعاقة ذهنية",
    "autism": "אוטיזם, אוטיסט, אוטיסטי, אוטיסטים, autism, autistic, توحد, التوحد",
    "visual": "עיוור, עיוורים, עיוורון, לקות ראייה, לקויי ראייה, !ראייה, !ראיה, blind, visually impaired, blindness, مكفوفين, المكفوفين, بصرية",
    "hearing": "חירש, חירשים, חירשות, כבדי שמיעה, לקות שמיעה, לקויי שמיעה, מתחרשים, שמיעה, deaf, hearing, hearing impaired, الصم, صم, سمعية",
    "mental_health": "נפגעי נפש, מתמודדי נפש, מתמודדים, מוגבלות נפשית, נכות נפשית, מחלת נפש, מחלות נפש, mental health, mental illness, نفسية, النفسية",
    "haredi": "חרדי, חרדים, חרדיות, חרדית, haredi, ultra orthodox, حريديم, الحريديم",
    "arab": "!ערבי, !ערבים, !ערביות, !ערבית, arab, عربي, العربي, عربية",
    "bedouin": "בדואי, בדואים, בדואית, bedouin, بدو, البدوي",
    "druze": "דרוזי, דרוזים, דרוזית, druze, دروز, الدرزي",
    "ethiopian": "אתיופיה, אתיופים, אתיופי, ethiopian, ethiopia, إثيوبيا, أثيوبيا",
    "immigrants": "עולים, עולה חדש, עולים חדשים, מהגרים, immigrants, newcomers, قادمين جدد, مهاجرين",
    "refugees": "פליטים, מבקשי מקלט, זרים, refugees, asylum seekers, لاجئين",
    "leaving_faith": "יוצאים בשאלה, יוצאי שאלה, leaving religion",
    "lgbt": 'להט"ב, להטב, lgbt, lgbtq, مثليين',
    "homeless": "דרי רחוב, חסרי בית, homeless, مشردين, المشردين",
    "offenders": "עוברי חוק, עובר חוק, אסירים, אסיר, עבריינים, offenders, prisoners, inmates, أسرى, سجناء, السجناء",
    "addiction": "מכורים, התמכרות, התמכרויות, סמים, addiction, addicts, substance abuse, إدمان, الإدمان, مدمنين",
    "gambling": "הימורים, gambling, قمار",
    "alcohol": "אלכוהול, alcohol, كحول",
    "violence": "אלימות, violence, عنف, العنف, المعنفات",
    "sexual_assault": "תקיפה מינית, פגיעה מינית, פגיעות מיניות, נפגעות תקיפה, sexual assault, sexual abuse, اعتداء جنسي",
    "bereaved": "שכול, שכולות, יתומים, bereaved, orphans, ثكلى, أيتام",
    "holocaust": "ניצולי שואה, שואה, holocaust, holocaust survivors, المحرقة",
    "students": "סטודנטים, students, طلاب جامعيين",
    "soldiers": "חיילים, חיילים בודדים, soldiers, lone soldiers, جنود",
    "carers": "בני משפחה, מטפלים עיקריים, caregivers, carers, مقدمي الرعاية",
    "adoption": "אימוץ, מאמצים, לאמץ, adoption, تبني, التبني",
    "unemployed": "מובטלים, מובטל, unemployed, jobseekers, عاطلين",
    "dementia": "דמנציה, אלצהיימר, dementia, alzheimer, خرف, الخرف",
}

RESPONSES: dict[str, str] = {
    "shelter": "מקלט, מקלטים, shelter, shelters, ملجأ",
    "hostel": "הוסטל, הוסטלים, hostel, hostels, نزل",
    "transition_flat": "דירת מעבר, דירות מעבר, transitional apartment, transitional housing, شقة انتقالية",
    "supported_housing": "דיור נתמך, supported housing, supported living, سكن مدعوم",
    "boarding": "פנימייה, פנימיות, boarding school, مدرسة داخلية",
    "care_home": "בית אבות, בתי אבות, nursing home, care home, بيت مسنين",
    "day_centre": "מרכז יום, מרכזי יום, day centre, day center, مركز نهاري",
    "day_nursery": "מעון יום, מעונות יום, day nursery, daycare, nursery, حضانة",
    "after_school": "מועדונית, מועדוניות, צהרון, צהרונים, after school, نادي بعد, مركز بعد",
    "club": "מועדון, מועדונים, מועדוני, club, clubs, نادي, النادي, نواد",
    "holiday_camp": "קייטנה, קייטנות, summer camp, day camp, مخيم صيفي, مخيم",
    "respite": "נופשון, נופשונים, הפוגה, respite, استجمام",
    "hot_meals": "ארוחה חמה, ארוחות, ארוחות חמות, בית תמחוי, hot meals, meals, soup kitchen, وجبات, وجبة",
    "food_parcels": "סלי מזון, חבילות מזון, סל מזון, חלוקת מזון, food parcels, food baskets, food bank, طرود غذائية",
    "food_security": "ביטחון תזונתי, בטחון תזונתי, food security, أمن غذائي",
    "grant": "מענק, מענקים, מלגה, מלגות, grant, grants, scholarship, scholarships, منحة, منح",
    "refund": "החזר, החזרים, refund, reimbursement, استرداد",
    "loan": "הלוואה, הלוואות, loan, loans, قروض, قرض",
    "equipment": "השאלת ציוד, ציוד רפואי, equipment, medical equipment, معدات طبية",
    "hotline": "קו חם, מוקד טלפוני, מוקד, hotline, helpline, خط ساخن",
    "information": "תחנת מידע, תחנות מידע, מידע, information, معلومات",
    "rights": "מיצוי זכויות, זכויות, rights, حقوق, الحقوق",
    "legal": "סיוע משפטי, ייעוץ משפטי, legal aid, legal advice, مساعدة قانونية, استشارة قانونية",
    "diagnosis": "אבחון, אבחונים, diagnosis, assessment, تشخيص",
    "therapy": "טיפול רגשי, טיפול נפשי, פסיכותרפיה, מרכז טיפול, מרכזי טיפול, therapy, psychotherapy, علاج, العلاج",
    "art_therapy": "טיפול באמנות, art therapy, العلاج بالفن",
    "animal_therapy": "בעלי חיים, animal therapy, علاج بالحيوانات",
    "support_group": "קבוצת תמיכה, קבוצות תמיכה, support group, support groups, مجموعة دعم",
    "parent_guidance": "הדרכת הורים, parent guidance, parenting workshop, إرشاد الأهل, إرشاد الأهالي",
    "workshop": "סדנה, סדנת, סדנאות, סדנא, workshop, workshops, ورشة, ورشات",
    "course": "קורס, קורסים, course, courses, دورة, دورات",
    "home_visits": "ביקורי בית, ביקור בית, home visits, زيارات منزلية",
    "home_care": "טיפול ביתי, סיעוד, עזרה ביתית, home care, رعاية منزلية",
    "mentoring": "חונכות, חונך, חונכים, מנטור, mentoring, mentor, mentors, إرشاد شخصي, مرافقة شخصية",
    "employment": "תעסוקה, תעסוקתי, תעסוקתית, השמה, עבודה, employment, jobs, تشغيل, التشغيل, عمل",
    "vocational": "הכשרה מקצועית, vocational training, تأهيل مهني",
    "education": "השכלה, לימודים, לימודי, education, studies, تعليم, التعليم",
    "homework": "שיעורי בית, שיעורי עזר, תגבור לימודי, homework, tutoring, دروس مساعدة, الوظائف البيتية",
    "language_course": "אולפן, לימוד עברית, language course, hebrew lessons, تعليم العبرية",
    "volunteering": "התנדבות, volunteering, تطوع, التطوع",
    "transport": "הסעה, הסעות, transport, transportation, نقليات, سفريات",
    "sport": "ספורט, התעמלות, כדורגל, sport, sports, exercise, رياضة, الرياضة",
    "music": "!מוזיקה, !מוסיקה, music, choir, موسيقى",
    "computers": "מחשבים, מחשב, אוריינות דיגיטלית, computers, digital skills, حاسوب, الحاسوب",
    "budgeting": "ניהול תקציב, כלכלת משפחה, כלכלת בית, budgeting, household budget, إدارة ميزانية",
    "debt": "!חובות, debt, ديون",
    "foster_care": "אומנה, foster care, foster families, foster, عائلات حاضنة, حاضنة",
    "mediation": "!גישור, יישוב סכסוכים, mediation, وساطة",
    "dental": "!שיניים, dental, أسنان, الأسنان",
    "clothes": "בגדים, ביגוד, clothes, clothing, ملابس",
    "furniture": "רהיטים, ריהוט, furniture, أثاث",
    "renovation": "שיפוץ, שיפוצים, תיקונים בבית, renovation, home repairs, ترميم",
    "panic_button": "לחצן מצוקה, panic button, emergency button, زر استغاثة",
    "supportive_community": "קהילה תומכת, supportive community, مجتمع داعم",
    "emergency": "חירום, emergency, طوارئ, الطوارئ",
    "army_prep": "הכנה לצבא, צבא, army, military, جيش",
    "national_service": "שירות לאומי, national service, خدمة وطنية",
    "sign_language": "שפת סימנים, שפת הסימנים, sign language, لغة الإشارة",
    "guide_dogs": "כלבי נחייה, guide dogs, كلاب مرشدة",
    "exercise_rehab": "שיקום, rehabilitation, تأهيل, التأهيل",
    "breastfeeding": "הנקה, breastfeeding, رضاعة",
    "library": "ספרייה, ספריית, library, مكتبة",
    "playgroup": "משחקייה, משחקיה, playgroup, playroom, غرفة ألعاب",
}

# Words whose gender tells whom they mean, though their root does not. Both together mean everybody.
FEMALE = "!נערות, !נערה, !צעירות, !צעירה, !בנות"
MALE = "!נערים, !נער, !צעירים, !צעיר, !בנים"

TRUST = 0.6
"""Two words are one as far as their common reading is trusted (product of both) to this degree."""

SURE = 0.75
"""The same for words of the lexicon."""
PREFIX_LETTERS = "ולבמהכש"

CODES: tuple[str, ...] = (*(f"p:{code}" for code in POPULATIONS), *(f"r:{code}" for code in RESPONSES))
"""Number of a concept = its place here."""

GENERAL = frozenset(
    {"children", "youth", "young_adults", "women", "men", "girls", "boys", "parents", "families", "carers"}
)
GENERAL_WEIGHT = 0.5
POPULATION_WEIGHTS: tuple[float, ...] = tuple(
    GENERAL_WEIGHT if code in GENERAL else 1.0 for code in POPULATIONS
)
"""Words for large parts of everybody restrict less, and are used more loosely, than others."""

IS_POPULATION: tuple[bool, ...] = tuple(code.startswith("p:") for code in CODES)


def _entries() -> list[tuple[str, int]]:
    lists = [*POPULATIONS.values(), *RESPONSES.values()]
    found = [(phrase.strip(), number) for number, text in enumerate(lists) for phrase in text.split(",")]
    for code, words in (("p:girls", FEMALE), ("p:boys", MALE)):
        found.extend((word.strip(), CODES.index(code)) for word in words.split(","))
    return found


@cache
def phrases() -> dict[tuple[str, ...], tuple[int, ...]]:
    """Normalised words of each phrase (one or two) → the concepts it names."""
    found: dict[tuple[str, ...], set[int]] = {}
    for phrase, number in _entries():
        if phrase.startswith("!"):
            continue
        words = tuple(tokens(phrase))
        if not 1 <= len(words) <= 2:
            raise ValueError(f"a phrase of the lexicon has one or two words: {phrase!r}")
        found.setdefault(words, set()).add(number)
    return {words: tuple(sorted(numbers)) for words, numbers in found.items()}


@cache
def exact() -> dict[str, tuple[int, ...]]:
    """Words marked with ``!``: taken as written, with any prefix letters, since their readings mislead."""
    found: dict[str, set[int]] = {}
    for phrase, number in _entries():
        if phrase.startswith("!"):
            found.setdefault(tokens(phrase)[0], set()).add(number)
    return {word: tuple(sorted(numbers)) for word, numbers in found.items()}


def exact_concepts(word: str) -> tuple[int, ...]:
    known = exact()
    for length in range(4):
        if length and word[length - 1 : length] not in PREFIX_LETTERS:
            break
        if word[length:] in known:
            return known[word[length:]]
    return ()


@cache
def forms() -> dict[str, tuple[tuple[str, float], ...]]:
    """Reading of a word → the words of the lexicon that may be read so, with their trust."""
    found: dict[str, list[tuple[str, float]]] = {}
    for word in sorted({word for words in phrases() for word in words}):
        for reading in stems(word):
            if reading.weight >= SURE:
                found.setdefault(reading.text, []).append((word, reading.weight))
    return {reading: tuple(words) for reading, words in found.items()}


def lexicon_words(word: str) -> set[str]:
    """The words of the lexicon that a normalised word may be a form of."""
    known = forms()
    return {
        entry
        for reading in stems(word)
        if reading.weight >= SURE
        for entry, trust in known.get(reading.text, ())
        if reading.weight * trust >= SURE
    }
