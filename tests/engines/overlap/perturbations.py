"""Copies of services as people really make them, and look-alikes that are no copies. Fixed by seed."""

from __future__ import annotations

import dataclasses
import random
import re
from collections.abc import Callable, Sequence

from maarag.engines.overlap import Service
from maarag.language import field_synonyms, tokens

HEBREW = "אבגדהוזחטיכלמנסעפצקרשת"
PROVIDERS = ("עמותת נתיב", "המרכז הקהילתי", "אגף הרווחה", "חברת מענים", "קרן דרך", "ידידים למען הקהילה")
TAILS = (" (חדש)", " - מענה עירוני", " - תכנית ארצית", " 2021", " - סניף ראשי")
SYNONYMS = (
    ("תוכנית", "תכנית"),
    ("תכנית", "פרויקט"),
    ("מרכזי", "מרכז"),
    ("סיוע", "עזרה"),
    ("ליווי", "תמיכה"),
    ("לאנשים עם מוגבלויות", "לבעלי מוגבלות"),
    ("אזרחים ותיקים", "קשישים"),
    ("אזרח הוותיק", "קשיש"),
    ("בני נוער", "נערים"),
)

Change = Callable[[Service, random.Random], Service]


def _slip(word: str, rng: random.Random) -> str:
    if len(word) < 4:
        return word
    place = rng.randrange(1, len(word) - 1)
    kind = rng.randrange(5)
    if kind == 0:
        return word[:place] + word[place + 1 :]
    if kind == 1:
        return word[:place] + word[place + 1] + word[place] + word[place + 2 :]
    if kind == 2:
        return word[:place] + rng.choice(HEBREW) + word[place + 1 :]
    if kind == 3:
        return word[:place] + word[place] + word[place:]
    return (
        word.replace("וו", "ו").replace("יי", "י")
        if "וו" in word or "יי" in word
        else word[:place] + "י" + word[place:]
    )


def _slips(text: str, share: float, rng: random.Random) -> str:
    words = text.split(" ")
    return " ".join(_slip(word, rng) if rng.random() < share else word for word in words)


def spelling(service: Service, rng: random.Random) -> Service:
    return dataclasses.replace(
        service, name=_slips(service.name, 0.3, rng), description=_slips(service.description, 0.12, rng)
    )


def reordered(service: Service, rng: random.Random) -> Service:
    words = service.name.split()
    if len(words) > 1:
        cut = rng.randrange(1, len(words))
        words = words[cut:] + words[:cut]
    sentences = [part for part in re.split(r"(?<=[.\n])", service.description) if part.strip()]
    rng.shuffle(sentences)
    return dataclasses.replace(service, name=" ".join(words), description=" ".join(sentences))


def shuffled_words(service: Service, rng: random.Random) -> Service:
    words = service.description.split()
    for _ in range(len(words) // 4):
        k = rng.randrange(len(words) - 1)
        words[k], words[k + 1] = words[k + 1], words[k]
    return dataclasses.replace(service, description=" ".join(words))


def shortened(service: Service, rng: random.Random) -> Service:
    words = service.description.split()
    return dataclasses.replace(
        service, description=" ".join(words[: max(4, int(len(words) * rng.uniform(0.25, 0.7)))])
    )


def shorter_name(service: Service, rng: random.Random) -> Service:
    words = re.split(r" - |\(", service.name)[0].split()
    if len(words) > 3 and rng.random() < 0.5:
        words = words[:-1]
    return dataclasses.replace(service, name=" ".join(words))


def longer_name(service: Service, rng: random.Random) -> Service:
    return dataclasses.replace(service, name=service.name + rng.choice(TAILS))


def other_provider(service: Service, rng: random.Random) -> Service:
    return dataclasses.replace(service, organisation=rng.choice(PROVIDERS))


def other_terms(service: Service, rng: random.Random) -> Service:
    """Another hand picks some of the terms, or one of its own."""
    kept = tuple(term for term in service.terms if rng.random() < 0.5)
    return dataclasses.replace(
        service, terms=kept or (rng.choice(("סיוע ותמיכה", "מידע והכוונה", "פעילות חברתית")),)
    )


def no_description(service: Service, rng: random.Random) -> Service:
    return dataclasses.replace(service, description="")


FILLING = tokens(
    "השירות מיועד לתושבים הזקוקים לו ומופעל בכל השנה על ידי צוות מקצועי מיומן בתיאום עם גורמי הטיפול ברשות "
    "ובשיתוף המשפחה והקהילה תוך התאמה אישית לצורכי הפונה ושמירה על פרטיותו וכבודו בימים קבועים"
)


def rewritten(service: Service, rng: random.Random) -> Service:
    """Somebody else's description: half of the words, in pieces, with words of his own."""
    words = service.description.split()
    pieces = [words[k : k + 4] for k in range(0, len(words), 4)]
    kept = [piece for piece in pieces if rng.random() < 0.55] or pieces[:1]
    rng.shuffle(kept)
    own = rng.randrange(len(FILLING) - 6)
    told = [word for piece in kept for word in piece] + FILLING[own : own + 6]
    return dataclasses.replace(service, description=" ".join(told))


def fields_lost(service: Service, rng: random.Random) -> Service:
    lost: dict[str, object] = {}
    for name, empty in (("organisation", ""), ("terms", ()), ("population", ()), ("lat", None)):
        if rng.random() < 0.6:
            lost[name] = empty
    if "lat" in lost:
        lost["lon"] = None
    return dataclasses.replace(service, **lost)  # type: ignore[arg-type]


def synonyms(service: Service, rng: random.Random) -> Service:
    name, description = service.name, service.description
    for old, new in SYNONYMS:
        if rng.random() < 0.7:
            name, description = name.replace(old, new), description.replace(old, new)
    return dataclasses.replace(service, name=name, description=description)


def paraphrased(service: Service, rng: random.Random) -> Service:
    """Expressions of the field said otherwise, where the group has another in Hebrew."""

    def said(text: str, share: float) -> str:
        words, out, place = tokens(text), [], 0
        while place < len(words):
            found = field_synonyms().at(words, place)
            best = found[0][0] if found else ()
            others = [
                other
                for other, trust in (field_synonyms().others(best) if best else [])
                if trust == 1.0 and best[0] >= "א" and "א" <= other[0] <= "ת"
            ]
            if others and rng.random() < share:
                out.extend(rng.choice(others))
                place += len(best)
            else:
                out.append(words[place])
                place += 1
        return " ".join(out)

    return dataclasses.replace(
        service,
        name=said(service.name, 0.6),
        description="\n".join(said(line, 0.4) for line in service.description.split("\n")),
    )


def signs(service: Service, rng: random.Random) -> Service:
    """Quotation marks, hyphens, slashes and double spaces as another hand sets them."""
    name = service.name.replace('"', rng.choice(["״", "''", ""])).replace(
        " - ", rng.choice(["-", " – ", ": "])
    )
    return dataclasses.replace(service, name=f" {name} ", description=service.description.replace(".", " . "))


CHANGES: tuple[Change, ...] = (
    spelling,
    reordered,
    shuffled_words,
    shortened,
    shorter_name,
    longer_name,
    other_provider,
    other_terms,
    rewritten,
    no_description,
    fields_lost,
    synonyms,
    paraphrased,
    signs,
)
GENTLE: tuple[Change, ...] = (
    spelling,
    reordered,
    shuffled_words,
    shortened,
    other_provider,
    fields_lost,
    signs,
)


def copies(
    services: Sequence[Service],
    *,
    share: float,
    seed: int,
    changes: Sequence[Change] = CHANGES,
    most: int = 3,
) -> tuple[list[Service], set[tuple[str, str]]]:
    """Altered copies of a share of the services (ids `<id>~1`), and the pairs (original, copy)."""
    rng = random.Random(seed)
    made, pairs = [], set()
    for service in services:
        if rng.random() >= share:
            continue
        copy = dataclasses.replace(service, id=f"{service.id}~1")
        for change in rng.sample(list(changes), rng.randint(1, most)):
            copy = change(copy, rng)
        made.append(copy)
        pairs.add((service.id, copy.id))
    return made, pairs


BOILERPLATE = (
    "השירות ניתן בתיאום מראש ובכפוף לזכאות ולתקציב השנתי. לפרטים ולהרשמה יש לפנות לעובד סוציאלי במחלקה.",
    "פעילות במבנה נגיש, בשעות אחר הצהריים, בהשתתפות עצמית סמלית. אין כפל מבצעים, מספר המקומות מוגבל.",
)


def boilerplate_pairs(services: Sequence[Service], *, share: float, seed: int) -> list[Service]:
    """Services (ids as before) of which neighbours in the list have only a set text in common."""
    rng = random.Random(seed)
    made = []
    for service in services:
        if rng.random() < share:
            told = service.description.split()
            own = " ".join(told[: max(3, len(told) // 3)])
            service = dataclasses.replace(service, description=f"{own} {rng.choice(BOILERPLATE)}")
        made.append(service)
    return made


PEOPLE = (
    "אזרחים ותיקים", "אנשים עם מוגבלויות", "בני נוער", "נוער עובר חוק", "צעירים",
    "נשים נפגעות אלימות", "דרי רחוב", "לקות שמיעה", "לקות ראייה", "חרדיות", "יוצאי אתיופיה", "יוצאים בשאלה",
    "הורים", "ילדים", "עוברי חוק", "חירשים", "משפחות", "אסירים", "סטודנטים", "עולים חדשים",
)  # fmt: skip
RESPONSES = (
    "הוסטל", "מקלט", "דירת מעבר", "מרכז יום", "מועדון", "קייטנות", "סדנת", "קורסים", "תעסוקה",
    "חונכות", "ליווי קבוצתי", "טיפול", "מרכזי אבחון", "סיוע כספי", "תחנות מידע", "הדרכה", "דיור נתמך",
)  # fmt: skip


def _changed_phrase(service: Service, phrases: Sequence[str], rng: random.Random) -> Service | None:
    """The service for other people, or giving something else: one phrase changed wherever it stands."""
    present = [phrase for phrase in phrases if phrase in service.name]
    if not present:
        return None
    old = max(present, key=len)
    new = rng.choice([phrase for phrase in phrases if phrase not in old and old not in phrase])
    whole = re.compile(rf"(?<![א-ת])([לב]?){old}(?![א-ת/])")
    if not whole.search(service.name) or not whole.search(service.description):
        return None
    return dataclasses.replace(
        service,
        name=whole.sub(rf"\g<1>{new}", service.name),
        description=whole.sub(rf"\g<1>{new}", service.description),
    )


def look_alikes(services: Sequence[Service], *, share: float, seed: int) -> list[Service]:
    """Services made from others' texts that are not the same: for other people, with another response
    (ids `<id>!other`), or in a far town (`<id>!far`, only where the service has a place)."""
    rng = random.Random(seed)
    made = []
    for service in services:
        if rng.random() >= share:
            continue
        kind = rng.randrange(3)
        changed: Service | None = None
        if kind == 0:
            changed = _changed_phrase(service, PEOPLE, rng)
        elif kind == 1:
            changed = _changed_phrase(service, RESPONSES, rng)
            if changed is not None and changed.terms and rng.random() < 0.7:
                changed = dataclasses.replace(changed, terms=(f"other/{rng.choice(RESPONSES)}",))
        elif service.lat is not None and service.lon is not None:
            changed = dataclasses.replace(service, lat=service.lat - rng.uniform(0.3, 1.0))
        if changed is not None and kind == 0 and changed.population and rng.random() < 0.7:
            # Whoever lists a service for other people mostly says so in its codes too.
            changed = dataclasses.replace(changed, population=(f"{changed.population[0]} other",))
        if changed is not None and changed.name.strip():
            made.append(dataclasses.replace(changed, id=f"{service.id}!{'far' if kind == 2 else 'other'}"))
    return made
