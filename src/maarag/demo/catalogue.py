"""The ministry's catalogue of services: what it offers in the nation, without saying where or how much."""

from __future__ import annotations

from datetime import date

from maarag.domains.services.actions import ServiceDraft, save_services
from maarag.domains.services.models import Service
from maarag.kernel.people.models import Organisation

from .loading import Loading
from .programmes import MINISTRY
from .tables import LANGUAGES, Row, names, rows

TABLES = ("catalogue", "catalogue_words")
AS_OF = date(2021, 5, 18)
LABELS = {
    "he": ("אוכלוסייה", "תחום", "דרכי התערבות"),
    "ar": ("الفئة المستهدفة", "المجال", "طرق التدخّل"),
    "en": ("For", "Field", "Ways of intervention"),
}


def load_catalogue(loading: Loading) -> None:
    ministry = Organisation.objects.get(code=MINISTRY)
    words = {(row["kind"], row["code"]): row for row in rows("catalogue_words")}
    theirs = loading.codes_of_theirs(Service)
    drafts = [
        ServiceDraft(
            code=code,
            organisation=ministry,
            source=loading.sources["welfare-catalogue-2021"],
            as_of=AS_OF,
            fields={**names(row), **_descriptions(row, words), "source_row": row["number"]},
            terms=[loading.terms[term] for term in f"{row['responses']} {row['situations']}".split()],
            areas=[loading.places["IL"]],
        )
        for row in rows("catalogue")
        if (code := f"catalogue-{row['number']}") not in theirs
    ]
    save_services(by=loading.by, drafts=drafts)
    loading.progress("catalogue", len(drafts), len(drafts))
    loading.counts["services"] += len(drafts)


def _descriptions(row: Row, words: dict[tuple[str, str], Row]) -> dict[str, str]:
    """In our own words, from the facts of the row: for whom, in what field, in what ways."""
    texts: dict[str, str] = {}
    for language in LANGUAGES:
        parts = []
        for kind, column, label in zip(
            ("population", "field", "way"),
            ("populations", "fields", "ways"),
            LABELS[language],
            strict=True,
        ):
            found = [words[(kind, code)][f"name_{language}"] for code in row[column].split()]
            if found:
                parts.append(f"{label}: {'; '.join(found)}.")
        texts[f"description_{language}"] = " ".join(parts)
    return texts
