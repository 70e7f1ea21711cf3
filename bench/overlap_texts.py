# ruff: noqa: E501 (lists of phrases)
"""Generated services with known duplicates: our own phrases combined, spread over 319 fictional towns."""

from __future__ import annotations

import random
from dataclasses import dataclass, replace

from maarag.engines.overlap import Service

KINDS = (
    ("מועדון חברתי", "מפגש {when} הכולל {what}", "club"),
    ("מרכז יום", "מסגרת יומית עם {what}, {when}", "day_centre"),
    ("סדנת העצמה", "סדנה קבוצתית {when}, ובה {what}", "workshop"),
    ("ליווי תעסוקתי", "ליווי אישי לקראת עבודה, {what}, {when}", "employment"),
    ("קבוצת תמיכה", "קבוצה בהנחיה מקצועית {when}; {what}", "support_group"),
    ("חונכות אישית", "מתנדב נפגש עם המשתתף {when}, {what}", "mentoring"),
    ("סלי מזון", "חלוקת מזון {when}, {what}", "food"),
    ("ייעוץ משפטי", "עורכת דין מתנדבת מייעצת {when}, {what}", "legal"),
    ("טיפול רגשי", "מפגשי טיפול {when}, {what}", "therapy"),
    ("הדרכת הורים", "הדרכה פרטנית להורים {when}, {what}", "parenting"),
    ("קורס מחשבים", "לימוד שימוש במחשב ובטלפון {when}, {what}", "computers"),
    ("מיצוי זכויות", "סיוע במילוי טפסים ובפנייה לרשויות {when}, {what}", "rights"),
    ("דיור מוגן", "דירה בקהילה בליווי מדריכה, {what}, {when}", "housing"),
    ("השאלת ציוד", "השאלה ללא תשלום לתקופה קצרה {when}, {what}", "equipment"),
    ("קו חם", "מענה טלפוני {when}, {what}", "hotline"),
    ("הסעות", "הסעה בתיאום מראש {when}, {what}", "transport"),
    ("ניהול תקציב", "ליווי בהתנהלות כלכלית וביציאה מחובות {when}, {what}", "budgeting"),
    ("קייטנה", "שבועיים של פעילות בחופשה, {what}, {when}", "camp"),
    ("שיעורי עזר", "תגבור לימודי {when}, {what}", "homework"),
    ("ביקורי בית", "ביקור של עובדת או מתנדבת בבית {when}, {what}", "home_visits"),
)
PEOPLE = (
    "לאזרחים ותיקים", "לנוער בסיכון", "לנשים נפגעות אלימות", "לאנשים עם מוגבלות", "לעולים חדשים", "להורים יחידניים",
    "לילדים עם אוטיזם", "לצעירים חסרי עורף", "לניצולי שואה", "לחירשים", "לעיוורים", "לנפגעי התמכרויות",
    "למשפחות שכולות", "לאסירים משוחררים", "לדרי רחוב", "לחיילים משוחררים", "ליוצאי אתיופיה", "לקהילה החרדית",
)  # fmt: skip
WHEN = (
    "פעם בשבוע", "בכל יום אחר הצהריים", "בשעות הערב", "פעמיים בשבוע", "לאורך כל השנה", "בימי שישי בבוקר",
    "בעשרה מפגשים", "בימים א, ג ו-ה", "בתיאום אישי", "בחופשות בית הספר",
)  # fmt: skip
WHAT = (
    "עם ארוחה חמה", "בליווי עובדת סוציאלית", "בשיתוף בני המשפחה", "עם סטודנטים מתנדבים", "בהשתתפות סמלית",
    "בהתאמה תרבותית", "לאחר ריאיון היכרות", "בקבוצה קטנה", "עם הסעה מן הבית", "בבית או במרכז", "באמצעות יצירה ותנועה",
    "עם מעקב של שנה", "בשפות עברית וערבית", "בהפניית הרווחה", "בשילוב טיול ופעילות", "עם ליווי אישי צמוד",
    "בסבסוד מלא", "עם הרצאות מומחים", "בסביבה ביתית", "בהנחיית בוגרי התכנית",
)  # fmt: skip
MARKS = (
    "אורן", "ארז", "ברוש", "גפן", "דקל", "הדס", "זית", "חרוב", "כרמל", "לבונה", "מעיין", "נרקיס", "ניצן", "סביון", "ענבר",
    "פעמון", "צבר", "קשת", "רימון", "שקד", "תמר", "תבור", "אלומות", "אופק", "גלים", "דרור", "יובל", "כוכב", "מגדלור", "שחר",
)  # fmt: skip
OWNERS = ("עמותת", "קרן", "מרכז", "בית", "האגודה למען")
TYPING = ("י", "ו", "א", "ה", "ת")
TOWNS = 319
SET_TEXT = "השירות ניתן בתיאום מראש ובכפוף לזכאות. לפרטים יש לפנות למחלקה."


@dataclass(frozen=True)
class Generated:
    services: list[Service]
    truth: set[tuple[str, str]]


def generate(n: int, *, duplicates: float = 0.05, alike: float = 0.0, seed: int = 1) -> Generated:
    """`n` services, of which a share are altered copies of others (of a copy's other copies too).

    A share `alike` are look-alikes: another service's text, place, mark and owner, but for other people or with
    another response, as sister programmes of one body are told. They are no duplicates.

    Otherwise the same response for the same people never comes twice in a town, though it does in other towns,
    14 km away and more, as a chain's services do; and each town has the same people with other responses, the
    same response for other people, and set texts shared by many.
    """
    rng = random.Random(seed)
    towns = [(29.5 + 0.13 * (k // 11), 34.2 + 0.15 * (k % 11)) for k in range(TOWNS)]
    cells = [(t, k, p) for t in range(TOWNS) for k in range(len(KINDS)) for p in range(len(PEOPLE))]
    masks = int(n * alike)
    originals = n - int(n * duplicates) - masks
    if originals + masks > len(cells):
        raise ValueError(f"at most {len(cells)} different services can be generated")
    taken = rng.sample(cells, originals)
    services = [
        _service(number, kind, people, towns[town], rng) for number, (town, kind, people) in enumerate(taken)
    ]
    services += _look_alikes(services, taken, masks, rng) if masks else []
    kin: dict[str, list[str]] = {}
    for k in range(n - originals - masks):
        source = services[rng.randrange(originals)]
        copy = replace(_altered(source, rng), id=f"c{k:06d}")
        services.append(copy)
        kin.setdefault(source.id, [source.id]).append(copy.id)
    truth = {
        (x, y) if x < y else (y, x) for ids in kin.values() for k, x in enumerate(ids) for y in ids[k + 1 :]
    }
    rng.shuffle(services)
    return Generated(services, truth)


def _service(number: int, kind: int, people: int, town: tuple[float, float], rng: random.Random) -> Service:
    name, frame, term = KINDS[kind]
    whom, mark = PEOPLE[people], rng.choice(MARKS)
    told = frame.format(when=rng.choice(WHEN), what=", ".join(rng.sample(WHAT, 3)))
    text = f"{told}. מיועד {whom} {rng.choice(WHAT)} {rng.choice(WHEN)}."
    if rng.random() < 0.3:
        text = f"{text} {SET_TEXT}"
    return Service(
        id=f"s{number:06d}",
        name=f'{name} {whom} "{mark}"',
        description=text,
        organisation=f"{rng.choice(OWNERS)} {mark}",
        terms=(term,),
        lat=town[0] + rng.uniform(-0.01, 0.01),
        lon=town[1] + rng.uniform(-0.01, 0.01),
    )


def _look_alikes(
    services: list[Service], cells: list[tuple[int, int, int]], wanted: int, rng: random.Random
) -> list[Service]:
    """Services of cells that are still free, in the words of a neighbouring one: one phrase is another."""
    used, made = set(cells), []
    while len(made) < wanted:
        source = rng.randrange(len(cells))
        town, kind, people = cells[source]
        if rng.random() < 0.5:
            cell = (town, kind, rng.randrange(len(PEOPLE)))
            old, new = PEOPLE[people], PEOPLE[cell[2]]
        else:
            cell = (town, rng.randrange(len(KINDS)), people)
            old, new = KINDS[kind][0], KINDS[cell[1]][0]
        if cell in used:
            continue
        used.add(cell)
        service = services[source]
        # Another response is told in its own first words; what follows (when, with whom) is the same.
        first, other = (KINDS[k][1].split("{")[0] for k in (kind, cell[1]))
        made.append(
            replace(
                service,
                id=f"m{len(made):06d}",
                name=service.name.replace(old, new),
                description=service.description.replace(old, new).replace(first, other, 1),
                terms=(KINDS[cell[1]][2],),
            )
        )
    return made


def _altered(service: Service, rng: random.Random) -> Service:
    """One to three of: slips of the pen, words in another order, less text, another provider, fields lost."""
    for kind in rng.sample(range(5), rng.randint(1, 3)):
        if kind == 0:
            service = replace(
                service,
                name=_slips(service.name, 0.3, rng),
                description=_slips(service.description, 0.1, rng),
            )
        elif kind == 1:
            words = service.name.split()
            cut = rng.randrange(1, len(words))
            service = replace(service, name=" ".join(words[cut:] + words[:cut]))
        elif kind == 2:
            words = service.description.split()
            service = replace(service, description=" ".join(words[: max(4, len(words) // 2)]))
        elif kind == 3:
            service = replace(service, organisation=f"{rng.choice(OWNERS)} {rng.choice(MARKS)}")
        else:
            service = replace(service, organisation="", terms=())
    return service


def _slips(text: str, share: float, rng: random.Random) -> str:
    words = text.split(" ")
    for k, word in enumerate(words):
        if len(word) > 3 and rng.random() < share:
            place = rng.randrange(1, len(word) - 1)
            put = rng.choice(("", word[place] * 2, rng.choice(TYPING)))
            words[k] = word[:place] + put + word[place + 1 :]
    return " ".join(words)
