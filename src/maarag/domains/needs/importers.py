"""Need estimates from a table: place, situation, number, source, date and certainty."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _l

from maarag.kernel.imports import parsing
from maarag.kernel.imports.importer import (
    Existing,
    Field,
    Importer,
    NotUnderstood,
    Problem,
    Row,
    RowRefused,
    Understood,
    register,
)
from maarag.kernel.imports.lookups import PlaceLookup, SourceLookup, TermLookup, TopicLookup
from maarag.kernel.taxonomy.models import Term, Topic, Vocabulary
from maarag.kernel.taxonomy.queries import topics_of_terms

from .actions import EstimateDraft, save_estimates
from .models import Certainty, NeedEstimate, Unit

UNITS = {
    Unit.PEOPLE: ("אנשים", "נפשות", "איש", "People", "أشخاص"),
    Unit.FAMILIES: ("משפחות", "משקי בית", "בתי אב", "Families", "households", "عائلات"),
}
CERTAINTIES = {
    Certainty.COUNTED: ("נספר", "ספירה", "ודאי", "ודאית", "גבוהה", "Counted", "high", "معدود"),
    Certainty.ESTIMATED: ("אומדן", "הערכה", "בינונית", "Estimated", "medium", "تقدير"),
    Certainty.ROUGH: ("אומדן גס", "הערכה גסה", "נמוכה", "Rough estimate", "low", "تقدير تقريبي"),
}


@dataclass(frozen=True)
class _Target:
    draft: EstimateDraft
    source: str


@register
class Needs(Importer):
    """One row for each place, situation, population group, unit, date and source."""

    kind = "needs"
    title = _l("Needs")
    description = _l(
        "How many people or families in a place are in a situation: from which source, when, how sure."
    )
    fields = (
        Field("place", _l("Place"), ("מקום", "רשות", "שכונה", "יישוב", "ישוב", "المكان"), required=True),
        Field("situation", _l("Situation"), ("מצב", "צורך", "الحالة"), required=True),
        Field(
            "topic",
            _l("Topic"),
            ("נושא", "תחום", "الموضوع"),
            help=_l("Where the situation belongs to several topics."),
        ),
        Field(
            "population",
            _l("Population group"),
            ("אוכלוסייה", "אוכלוסיה", "קבוצת אוכלוסייה", "population group", "الفئة"),
        ),
        Field(
            "number",
            _l("Number"),
            ("מספר", "כמות", "היקף", "العدد"),
            parsing.count,
            required=True,
            help=_l("A whole number from zero up, such as 30 or 1,200."),
        ),
        Field("unit", _l("Unit"), ("יחידה", "יחידת ספירה", "الوحدة"), parsing.choice(UNITS)),
        Field("lowest", _l("At least"), ("לפחות", "מינימום", "lower", "على الأقل"), parsing.whole()),
        Field("highest", _l("At most"), ("לכל היותר", "מקסימום", "upper", "على الأكثر"), parsing.whole()),
        Field(
            "source",
            _l("Source"),
            ("מקור", "المصدر"),
            required=True,
            help=_l("The name of the document or register."),
        ),
        Field(
            "as_of",
            _l("As of"),
            ("תאריך", "נכון ליום", "נכון לתאריך", "date", "التاريخ"),
            parsing.day,
            required=True,
            help=_l("The day on which the number was right, such as 31.12.2025."),
        ),
        Field(
            "certainty",
            _l("Certainty"),
            ("ודאות", "מידת ודאות", "רמת ודאות", "درجة اليقين"),
            parsing.choice(CERTAINTIES),
        ),
        Field("note", _l("Note"), ("הערה", "הערות", "ملاحظة"), parsing.lines),
        Field("is_public", _l("Public"), ("פומבי", "ציבורי", "علني"), parsing.yes_no),
    )
    example = (
        {
            "place": "עיר לדוגמה",
            "situation": "human_situations:deprivation:low_income",
            "number": 120,
            "unit": "משפחות",
            "lowest": 90,
            "highest": 150,
            "source": "סקר צרכים 2025",
            "as_of": "31.12.2025",
            "certainty": "אומדן",
        },
    )

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        self._places, self._terms, self._topics = PlaceLookup(), TermLookup(), TopicLookup()
        self._sources = SourceLookup()
        self._topics_of = topics_of_terms()
        self._topic_by_pk = Topic.objects.in_bulk()

    def understand(self, row: Row) -> Understood:
        problems: list[Problem] = []

        def look(name: str, find: Any, *more: Any) -> Any:
            if row.get(name) is None:
                return None
            try:
                return find(row.get(name), *more)
            except NotUnderstood as error:
                problems.append(Problem(name, error.reason, error.hint))
                return None

        place = look("place", self._places.find)
        situation = look("situation", self._terms.find, Vocabulary.SITUATION)
        population = look("population", self._terms.find, Vocabulary.SITUATION)
        topic = look("topic", self._topics.find)
        if situation and topic is None and row.get("topic") is None:
            topic = self._topic_of(situation, problems)
        counted: parsing.Count = row.get("number")
        unit = row.get("unit") or counted.unit
        if not unit:
            problems.append(Problem("unit", _("The row does not say whether these are people or families.")))
        if row.get("unit") and counted.unit and row.get("unit") != counted.unit:
            problems.append(
                Problem("unit", _("The number and the column of units disagree: people or families?"))
            )
        lowest, highest = row.get("lowest"), row.get("highest")
        if (lowest is not None and lowest > counted.number) or (
            highest is not None and highest < counted.number
        ):
            problems.append(Problem("number", _("The number lies outside its own range.")))
        if row.get("as_of") > self._today:
            problems.append(Problem("as_of", _("The date lies in the future.")))
        if problems:
            raise RowRefused(*problems)
        default = Certainty.ROUGH if counted.is_approximate else Certainty.ESTIMATED
        draft = EstimateDraft(
            place=place,
            topic=topic,
            situation=situation,
            population=population,
            unit=str(unit),
            number=counted.number,
            lowest=lowest,
            highest=highest,
            certainty=str(row.get("certainty") or default),
            as_of=row.get("as_of"),
            source_row=str(row.number),
            note=row.get("note", ""),
            is_public=row.get("is_public", True),
        )
        code = self._sources.code(row.get("source"))
        key = "|".join(
            (
                place.code,
                topic.code,
                situation.code,
                population.code if population else "",
                draft.unit,
                draft.as_of.isoformat(),
                code,
            )
        )
        notes = (
            ()
            if row.get("certainty")
            else (_("The row does not say how sure the number is: taken as an estimate."),)
        )
        return Understood(
            key[:300],
            self._shown(draft, row.get("source")),
            _Target(draft, row.get("source")),
            frozenset({place.pk}),
            notes,
        )

    @property
    def _today(self) -> Any:
        from django.utils import timezone

        return timezone.localdate()

    def _topic_of(self, situation: Term, problems: list[Problem]) -> Topic | None:
        topics = sorted(self._topics_of.get(situation.pk, ()))
        if len(topics) == 1:
            return self._topic_by_pk[topics[0]]
        names = ", ".join(str(self._topic_by_pk[pk]) for pk in topics)
        reason = (
            _("The situation belongs to several topics: %(topics)s. Write which.") % {"topics": names}
            if topics
            else _("The situation belongs to no topic. Write the topic.")
        )
        problems.append(Problem("topic", reason))
        return None

    @staticmethod
    def _shown(draft: EstimateDraft, source: str) -> dict[str, Any]:
        return {
            "place": f"{draft.place} ({draft.place.code})",
            "topic": str(draft.topic),
            "situation": str(draft.situation),
            "population": str(draft.population) if draft.population else "",
            "number": draft.number,
            "unit": draft.unit,
            "lowest": draft.lowest,
            "highest": draft.highest,
            "as_of": draft.as_of,
            "certainty": draft.certainty,
            "note": draft.note,
            "is_public": draft.is_public,
        }

    def existing(self, keys: Sequence[str]) -> Mapping[str, Existing]:
        places = {key.split("|", 1)[0] for key in keys}
        wanted = set(keys)
        found: dict[str, Existing] = {}
        stored = NeedEstimate.objects.filter(
            place__code__in=places, source__code__in={key.rpartition("|")[2] for key in keys}
        ).select_related("place", "topic", "situation", "population", "source")
        for estimate in stored:
            population = estimate.population.code if estimate.population else ""
            key = "|".join(
                (
                    estimate.place.code,
                    estimate.topic.code,
                    estimate.situation.code,
                    population,
                    estimate.unit,
                    estimate.as_of.isoformat(),
                    estimate.source.code,
                )
            )[:300]
            if key in wanted:
                found[key] = Existing(self._shown(estimate, ""), frozenset({estimate.place_id}))  # type: ignore[arg-type]
        return found

    def apply(self, rows: Sequence[Understood]) -> None:
        by_source: dict[str, list[EstimateDraft]] = defaultdict(list)
        for row in rows:
            by_source[row.target.source].append(row.target.draft)
        for text, drafts in by_source.items():
            save_estimates(by=self.by, source=self._sources.take(text, by=self.by), drafts=drafts)
