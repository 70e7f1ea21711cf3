"""`maarag overlap`: which services of a file may duplicate each other, and why."""

from __future__ import annotations

import csv
import io
import json
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from maarag.cli.answers import Refused, give_answer
from maarag.database.errors import translate as _

if TYPE_CHECKING:
    from maarag.engines.overlap import Evidence, OverlapResult, Service
    from maarag.standards.service_files import ServiceRecord
    from maarag.standards.text_files import Problem


@click.command(
    help=_(
        "Pairs of services in SERVICES (HSDS JSON, CSV or Excel) that may duplicate each other, the surest "
        "first, each with its evidence, and the groups they form."
    )
)
@click.argument("services", type=click.Path(exists=True, dir_okay=False))
@click.option(
    "--format", "form", type=click.Choice(["table", "json", "csv"]), default="table", show_default=True
)
@click.option(
    "--min-score",
    type=click.FloatRange(0, 1),
    default=0.5,
    show_default=True,
    help=_("Show pairs of this probability and above."),
)
@click.option("--limit", type=click.IntRange(1), help=_("At most so many pairs; groups are not cut."))
@click.option("--output", type=click.Path(dir_okay=False, path_type=Path), help=_("Write to this file."))
@click.option(
    "--skip-bad-rows", is_flag=True, help=_("List rows that cannot be understood and go on without them.")
)
def overlap(
    services: str, form: str, min_score: float, limit: int | None, output: Path | None, skip_bad_rows: bool
) -> None:
    started = time.perf_counter()
    records = _read(services, skip_bad_rows)
    from maarag.engines.overlap import Options, find_overlaps

    result = find_overlaps(map(service_of, records), options=Options(min_score=min_score))
    seconds = time.perf_counter() - started
    answer = as_json(records, result, seconds, limit)
    if form == "json":
        text = json.dumps(answer, ensure_ascii=False, indent=2) + "\n"
    elif form == "csv":
        text = _as_csv(answer)
    else:
        text = _as_table(answer, wide=output is not None or not sys.stdout.isatty())
    give_answer(text, output, form)


def _read(path: str, skip_bad_rows: bool) -> list[ServiceRecord]:
    from maarag.standards.service_files import ServiceFileError, read_services

    skipped: list[Problem] | None = [] if skip_bad_rows else None
    try:
        records = read_services(path, skipped=skipped)
    except ServiceFileError as error:
        rows = any(problem.row for problem in error.problems)
        hint = "\n" + _("Correct these rows, or go on without them: --skip-bad-rows") if rows else ""
        raise Refused(f"{error}{hint}") from error
    for problem in skipped or ():
        click.echo(_("left out, %(problem)s") % {"problem": problem.message}, err=True)
    return records


def service_of(record: ServiceRecord) -> Service:
    """A service of a file as the engine takes it; its area, where given, is the one it serves."""
    from maarag.engines.overlap import Service

    return Service(
        id=record.id,
        name=record.name,
        description=record.description,
        organisation=record.organisation,
        terms=record.terms,
        lat=record.lat,
        lon=record.lon,
        area_codes=(record.area,) if record.area else (),
        population=(record.population,) if record.population else (),
    )


def as_json(
    records: list[ServiceRecord], result: OverlapResult, seconds: float, limit: int | None
) -> dict[str, Any]:
    """The answer as `--format json` prints it."""
    names = {record.id: record.name for record in records}
    return {
        "services": len(records),
        "pairs": [
            {
                "a": pair.a,
                "b": pair.b,
                "a_name": names[pair.a],
                "b_name": names[pair.b],
                "score": pair.score,
                "evidence": [
                    {"code": reason.code, "value": reason.value, "text": in_words(reason)}
                    for reason in pair.evidence
                ],
            }
            for pair in result.pairs[:limit]
        ],
        "groups": [list(group) for group in result.groups],
        "seconds": round(seconds, 3),
    }


def in_words(reason: Evidence) -> str:
    """One reason as a person reads it."""
    texts = {
        "name": _("the names are alike (%(percent)s%%)"),
        "name_within": _("one name holds most of the other (%(percent)s%%)"),
        "name_identical": _("the same words in both names"),
        "name_goes_on": _("one name says more than the other"),
        "name_differs": _("each name has a word that the other lacks"),
        "text": _("the descriptions are alike (%(percent)s%%)"),
        "text_within": _("one description holds most of the other (%(percent)s%%)"),
        "text_identical": _("the same words in both descriptions"),
        "text_near_identical": _("whole passages are the same (%(percent)s%%)"),
        "lead_within": _("one description begins as the other says (%(percent)s%%)"),
        "name_and_text": _("alike in name and in description"),
        "name_alone": _("the names are alike and a description is missing"),
        "subject_differs": _("each is about something that the other does not mention"),
        "all_words": _("all their words together are alike"),
        "names_told": _("the name of each is told in the text of the other"),
        "text_alone": _("the descriptions are alike and a name is missing"),
        "letters": _("the names are spelt alike (%(percent)s%%)"),
        "same_response": _("the names tell of the same response"),
        "other_response": _("each name tells of another response"),
        "narrower_response": _("one name tells of a response that the other service does not give"),
        "same_terms": _("the same terms of the taxonomy"),
        "other_terms": _("different terms of the taxonomy"),
        "same_population": _("the same population"),
        "same_meaning": _("the same response for the same population"),
        "other_population": _("each is for another population"),
        "names_of_others": _("the names tell of different populations"),
        "narrower_population": _("one is for a narrower population"),
        "population_codes_differ": _("the populations given are different"),
        "near": _("near each other"),
        "far": _("too far apart for the same people"),
        "same_provider": _("the same provider"),
        "same_frame": _("one kind, for the same people, in the same area"),
        "sisters": _("one provider gives both, under different names"),
        "branches": _("branches of one provider in different places"),
        "numbers_differ": _("the names have different numbers"),
        "brands_differ": _("each has a name of its own"),
        "translation": _("the same contents in another language (%(percent)s%%)"),
        "distance_km": _("%(km)s km apart"),
    }
    values = {"percent": round(reason.value * 100), "km": f"{reason.value:.1f}"}
    return texts[reason.code] % values


def _as_csv(answer: dict[str, Any]) -> str:
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(["a", "b", "a_name", "b_name", "score", "evidence"])
    for pair in answer["pairs"]:
        words = "; ".join(reason["text"] for reason in pair["evidence"])
        cells = [pair["a"], pair["b"], pair["a_name"], pair["b_name"]]
        writer.writerow([*map(_harmless, cells), pair["score"], words])
    return out.getvalue()


def _harmless(cell: str) -> str:
    """A cell that no spreadsheet takes for a formula."""
    return f"'{cell}" if cell[:1] in ("=", "+", "-", "@", "\t", "\r") else cell


def _as_table(answer: dict[str, Any], *, wide: bool) -> str:
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    console = Console(width=160 if wide else None, file=io.StringIO(), force_terminal=False)
    summary = _("%(services)s services, %(pairs)s pairs, %(groups)s groups; %(seconds)s seconds") % {
        "services": answer["services"],
        "pairs": len(answer["pairs"]),
        "groups": len(answer["groups"]),
        "seconds": answer["seconds"],
    }
    if answer["pairs"]:
        table = Table(title=summary, title_justify="left")
        for heading in (_("Score"), _("Service"), _("and"), _("Why")):
            table.add_column(heading)
        for pair in answer["pairs"]:
            why = ", ".join(reason["text"] for reason in pair["evidence"][:4])
            one, two = (f"{pair[side + '_name']} [{pair[side]}]" for side in ("a", "b"))
            table.add_row(*(Text(cell) for cell in (f"{pair['score']:.2f}", one, two, why)))
        console.print(table)
    else:
        console.print(Text(summary))
    for group in answer["groups"]:
        if len(group) > 2:
            console.print(Text(_("Group: %(ids)s") % {"ids": ", ".join(group)}))
    shown = console.file
    return shown.getvalue() if isinstance(shown, io.StringIO) else ""
