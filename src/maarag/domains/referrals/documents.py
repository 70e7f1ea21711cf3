"""Referrals as documents: the letter to a service, the list as a workbook."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import override, pgettext

from maarag.domains.families.models import SharedField
from maarag.domains.families.shown import OF_PEOPLE, ShownFile, shown
from maarag.ui import figures
from maarag.ui.documents.pdf import Report, pdf
from maarag.ui.documents.tables import DocumentColumn, DocumentTable
from maarag.ui.figures import name_in_language

from .models import Referral
from .words import status_of, status_of_help

LETTERS_IN = "he"


def letter_pdf(referral: Referral) -> bytes:
    """The letter in Hebrew: what is asked for and the shared fields of the file, and nothing else."""
    with override(LETTERS_IN):
        return pdf(letter_of(referral), language=LETTERS_IN)


def letter_of(referral: Referral) -> Report:
    """The letter in the active language."""
    file = shown(referral.family, referral.fields)
    authority = name_in_language(referral.authority)
    lines = [
        (
            pgettext("receiver of a referral", "To"),
            f"{name_in_language(referral.service)}, {name_in_language(referral.organisation)}",
        ),
        (pgettext("sender of a referral", "From"), f"{authority}, {referral.sent_by.name}"),
        (_("Date"), figures.day(referral.sent_at)),
        (_("File number"), str(file.number)),
        (_("Family"), file.name),
        (_("Address"), file.address),
        (_("Neighbourhood"), name_in_language(file.neighbourhood) if file.neighbourhood else ""),
        (_("Social worker"), file.worker),
        (_("Next review"), figures.day(file.review_on) if file.review_on else ""),
        (_("Response asked for"), name_in_language(referral.response) if referral.response else ""),
    ]
    people = _people(file)
    answer = _("Please answer by %(day)s: accepted, or declined and why.") % {
        "day": figures.day(referral.due_on)
    }
    return Report(
        _("Referral to a service"),
        f"{authority} · {figures.day(referral.sent_at)}",
        paragraphs=[
            *(f"{label}: {value}" for label, value in lines if value),
            referral.text,
            *([answer] if referral.answered_at is None and referral.due_on else []),
        ],
        tables=[people] if people is not None else [],
        notes=[
            _(
                "Handed on by right of: %(basis)s. For this referral only; keep it closed, and delete it when"
                " it ends."
            )
            % {"basis": referral.get_basis_display()}
        ],
        banner=_("Fictional: invented people for demonstration.") if referral.authority.is_fictional else "",
    )


def _people(file: ShownFile) -> DocumentTable | None:
    if not file.fields & OF_PEOPLE:
        return None
    F = SharedField
    columns = [
        (F.MEMBER_NAMES, _("Name"), "text", "name"),
        (F.MEMBER_RELATIONS, _("In the family"), "text", "relation"),
        (F.MEMBER_AGES, pgettext("of a person", "Age"), "integer", "age"),
        (F.MEMBER_NATIONAL_IDS, _("National id"), "text", "national_id"),
        (F.MEMBER_PHONES, _("Phone"), "text", "phone"),
    ]
    used = [column for column in columns if column[0] in file.fields]
    return DocumentTable(
        _("People of the family"),
        [DocumentColumn(label, kind) for _field, label, kind, _name in used],  # type: ignore[arg-type]
        [[getattr(person, name) for *_rest, name in used] for person in file.people],
    )


def list_of(referrals: Iterable[Referral]) -> DocumentTable:
    """The sender's list, without what was asked for and without the family's words."""
    columns: list[tuple[Any, str]] = [
        (_("Family"), "text"),
        (_("File number"), "text"),
        (_("Service"), "text"),
        (_("Organisation"), "text"),
        (_("Response asked for"), "text"),
        (_("Sent"), "date"),
        (_("Sent by"), "text"),
        (_("Due"), "date"),
        (_("State"), "text"),
        (_("Help received"), "text"),
    ]
    return DocumentTable(
        _("Referrals"),
        [DocumentColumn(label, kind) for label, kind in columns],  # type: ignore[arg-type]
        [
            [
                one.family.name,
                str(one.family.number),
                name_in_language(one.service),
                name_in_language(one.organisation),
                name_in_language(one.response) if one.response else "",
                timezone.localdate(one.sent_at),
                one.sent_by.name,
                one.due_on,
                str(status_of(one).word),
                str(status_of_help(one.help).word),  # type: ignore[attr-defined]
            ]
            for one in referrals
        ],
        notes=[_("Personal: keep it closed, and delete it when you are done.")],
    )
