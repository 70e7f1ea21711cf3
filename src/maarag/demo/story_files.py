"""An invented family's file as its story writes in it: through the actions, by its workers, on past days."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import cached_property
from xml.sax.saxutils import escape

from django.utils import timezone

from maarag.domains.casework import actions as casework
from maarag.domains.casework.models import Assessment, Consent, Document, Goal, Plan, PlanItem
from maarag.domains.families.models import Basis, Family, Relation
from maarag.domains.programmes.models import Quota
from maarag.domains.referrals import actions as referrals
from maarag.domains.referrals.models import Referral
from maarag.domains.services.models import Service
from maarag.kernel.access.models import Account
from maarag.kernel.rubrics import actions as rounds
from maarag.kernel.rubrics.models import Rubric

from .loading import Loading

LEADER, HEAD = "team.leader@maale-gan.example", "department.head@maale-gan.example"
PARTNER = "partner@shefa.example"
SERVICES = "human_services:"
SITUATIONS = "human_situations:"
CONTENT_TYPES = (
    '<?xml version="1.0" encoding="UTF-8"?><Types '
    'xmlns="http://schemas.openxmlformats.org/package/2006/content-types"><Default Extension="rels" '
    'ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Override '
    'PartName="/word/document.xml" ContentType="application/vnd.openxmlformats-officedocument.'
    'wordprocessingml.document.main+xml"/></Types>'
)
RELATIONS = (
    '<?xml version="1.0" encoding="UTF-8"?><Relationships '
    'xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="rId1" '
    'Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument" '
    'Target="word/document.xml"/></Relationships>'
)


@dataclass(frozen=True)
class World:
    """What all stories write with: accounts by address, services and quotas by code, rubrics by code."""

    loading: Loading
    accounts: dict[str, Account]
    services: dict[str, Service]
    quotas: dict[str, Quota]
    rubrics: dict[str, Rubric]

    def day(self, ago: int, *, after: date | None = None) -> date:
        """So many days ago, but not before `after`."""
        day = self.loading.today - timedelta(days=ago)
        return max(day, after) if after else day


@dataclass(frozen=True)
class StoryFile:
    """One family's file; days are counted back from the day of loading."""

    world: World
    family: Family

    @property
    def keeper(self) -> Account:
        return self.family.worker

    @cached_property
    def parents(self) -> list[str]:
        adults = self.family.members.filter(relation__in=[Relation.PARENT, Relation.GRANDPARENT])
        return [f"{one.first_name} {one.last_name}" for one in adults.order_by("birth_date")]

    @cached_property
    def parent(self) -> str:
        """Who of the family speaks."""
        return self.parents[-1]

    def day(self, ago: int) -> date:
        return self.world.day(ago, after=self.family.opened_on)

    def ahead(self, days: int) -> date:
        return self.world.loading.today + timedelta(days=days)

    def at(self, ago: int, hour: int = 10) -> datetime:
        moment = timezone.make_aware(datetime.combine(self.day(ago), time(hour)))
        return min(moment, timezone.now())

    # situations, assessments

    def situation(self, term: str, words: str = "", *, ago: int = 60, by_family: bool = True) -> None:
        casework.add_circumstance(
            by=self.keeper,
            family=self.family,
            kind="situation",
            term=self.world.loading.terms[SITUATIONS + term],
            words=words,
            said_by="family" if by_family else "worker",
            said_by_whom=self.parent if by_family else "",
            said_on=self.day(ago),
        )

    def strength(self, words: str, *, ago: int = 60) -> None:
        casework.add_circumstance(
            by=self.keeper,
            family=self.family,
            kind="strength",
            words=words,
            said_by="family",
            said_by_whom=self.parent,
            said_on=self.day(ago),
        )

    def assess(
        self,
        rubric: str,
        raters: Sequence[tuple[Account, str]],
        evidence: Sequence[str],
        *,
        ago: int,
        agreed: str = "",
        closed: bool = True,
    ) -> Assessment:
        """Rate on a rubric: each rater's levels are a string of digits, one for each dimension."""
        found = self.world.rubrics[rubric]
        blank = Assessment(
            authority=self.family.authority, family=self.family, rubric=found, day=self.day(ago)
        )
        assessment = rounds.begin_round(by=raters[0][0], round=blank)
        for rater, levels in raters:
            casework.rate_assessment(
                by=rater, assessment=assessment, marks=_marks(found, levels, evidence), day=self.day(ago)
            )
        if agreed:
            casework.rate_assessment(
                by=raters[0][0],
                assessment=assessment,
                marks=_marks(found, agreed, evidence),
                day=self.day(max(ago - 3, 0)),
                joint=True,
            )
        return casework.close_assessment(by=raters[0][0], assessment=assessment) if closed else assessment

    # goals, plan

    def goal(
        self, words: str, professional: str, *, fields: str = "welfare", ago: int = 80, until: int = 120
    ) -> Goal:
        return casework.set_goal(
            by=self.keeper,
            family=self.family,
            own_words=words,
            professional_words=professional,
            professions=fields.split(),
            target_on=max(self.ahead(until), self.day(ago)),
            agreed_on=self.day(ago),
            agreed_by=self.parent,
        )

    def move(self, goal: Goal, state: str, reason: str = "") -> None:
        casework.move_goal(by=self.keeper, goal=goal, state=state, reason=reason)

    def item(
        self,
        goal: Goal,
        response: str,
        frequency: str,
        *,
        doer: str = "body",
        service: str = "",
        who: str = "",
        ago: int = 60,
        ends: int | None = None,
        amount: str = "",
        details: str = "",
        fields: str = "",
    ) -> PlanItem:
        """A response of the plan, by a service of the directory, by the worker or by the family."""
        return casework.add_item(
            by=self.keeper,
            family=self.family,
            goal=goal,
            response=self.world.loading.terms[SERVICES + response],
            doer=doer,
            service=self.world.services[service] if service else None,
            who=who,
            starts=self.day(ago),
            ends=None if ends is None else self.ahead(ends),
            frequency=frequency,
            amount=amount,
            details=details,
            professions=fields.split() or goal.professions,
        )

    def agree(self, *, ago: int, note: str = "", next_draft: bool = False) -> Plan:
        """Agree on the draft; and begin the next version where wanted."""
        draft = Plan.objects.get(family=self.family, agreed_on=None)
        plan = casework.agree_plan(
            by=self.keeper,
            plan=draft,
            agreed_by=" ו".join(self.parents),
            agreed_on=self.day(ago),
            note=note,
        )
        if next_draft:
            casework.draft_plan(by=self.keeper, family=self.family)
        return plan

    def progress(self, item: PlanItem, progress: str, note: str = "") -> None:
        """Move the item of this line in the version in force."""
        newest = PlanItem.objects.filter(family=self.family, line=item.line).exclude(plan__agreed_on=None)
        found = newest.order_by("-plan__number").first()
        if found is not None:
            casework.move_item(by=self.keeper, item=found, progress=progress, note=note)

    # contacts, tasks, documents, consent

    def contact(self, kind: str, ago: int, said: str, *, minutes: int = 45, step: str = "") -> None:
        casework.record_contact(
            by=self.keeper,
            family=self.family,
            kind=kind,
            at=self.at(ago, hour=11),
            minutes=minutes,
            people=self.parent,
            said=said,
            next_step=step,
        )

    def task(self, what: str, due: int, *, worker: Account | None = None, done: bool = False) -> None:
        """Something to do in `due` days; below zero it is late."""
        task = casework.add_task(
            by=self.keeper, family=self.family, what=what, due=self.ahead(due), worker=worker
        )
        if done:
            casework.finish_task(by=worker or self.keeper, task=task)

    def document(self, kind: str, title: str, lines: Sequence[str], *, ago: int) -> Document:
        return casework.add_document(
            by=self.keeper,
            family=self.family,
            kind=kind,
            title=title,
            file_name=f"{title}.docx",
            content=word_file([title, *lines]),
            dated_on=self.day(ago),
        )

    def consent(
        self,
        purpose: str,
        fields: str,
        *,
        ago: int,
        until: int,
        document: Document | None = None,
    ) -> Consent:
        return casework.record_consent(
            by=self.keeper,
            family=self.family,
            purpose=purpose,
            professions=fields.split(),
            given_by=self.parent,
            manner="signed" if document else "spoken",
            given_on=self.day(ago),
            until=self.ahead(until),
            document=document,
        )

    # referrals

    def refer(
        self, service: str, response: str, text: str, *, ago: int, fields: str = "family_name member_phones"
    ) -> Referral:
        return referrals.send_referral(
            by=self.keeper,
            family=self.family,
            service=self.world.services[service],
            response=self.world.loading.terms[SERVICES + response],
            text=text,
            fields=fields.split(),
            basis=Basis.CONSENT,
            basis_details=f"{self.parent}: הסכמה בעל פה בפגישה.",
            at=self.at(ago, hour=9),
        )

    def accept(self, referral: Referral, *, ago: int, words: str = "", start: int | None = None) -> None:
        """The service accepts, and begins `start` days ago where that is given."""
        by = self._answering(referral)
        referrals.accept_referral(by=by, referral=referral, words=words, at=self.at(ago))
        if start is not None:
            referrals.start_referral(by=by, referral=referral, at=self.at(start))

    def decline(self, referral: Referral, reason: str, *, ago: int, words: str = "") -> None:
        by = self._answering(referral)
        referrals.decline_referral(by=by, referral=referral, reason=reason, words=words, at=self.at(ago))

    def send_on(self, referral: Referral, service: str, *, ago: int) -> Referral:
        found = Referral.objects.get(pk=referral.pk)
        to = self.world.services[service]
        return referrals.send_on(by=self.keeper, referral=found, service=to, at=self.at(ago))

    def heard(self, referral: Referral, help: str, words: str, *, ago: int) -> None:
        referrals.record_help(
            by=self.keeper,
            referral=referral,
            help=help,
            said_by=self.parent,
            how="phone",
            said_on=self.day(ago),
            words=words,
            at=self.at(ago, hour=12),
        )

    def end(self, referral: Referral, reason: str, *, ago: int, words: str = "") -> None:
        referrals.close_referral(
            by=self.keeper, referral=referral, reason=reason, words=words, at=self.at(ago, hour=13)
        )

    def _answering(self, referral: Referral) -> Account:
        """The body's own worker where it has one; else the family's, in the service's name."""
        is_theirs = referral.organisation.code == "mg-shefa"
        return self.world.accounts[PARTNER] if is_theirs else self.keeper


def _marks(rubric: Rubric, levels: str, evidence: Sequence[str]) -> list[rounds.MarkDraft]:
    """ "-" is what cannot be told yet; evidence goes with the first dimensions, as far as it reaches."""
    codes = rubric.dimensions.order_by("position").values_list("code", flat=True)
    told = [*evidence, *[""] * len(levels)]
    return [
        rounds.MarkDraft(code, None if level == "-" else int(level), text)
        for code, level, text in zip(codes, levels, told, strict=False)
    ]


def word_file(lines: Sequence[str]) -> bytes:
    """A small Word file, from right to left."""
    paragraphs = "".join(
        f'<w:p><w:pPr><w:bidi/></w:pPr><w:r><w:rPr><w:rtl/></w:rPr><w:t xml:space="preserve">'
        f"{escape(line)}</w:t></w:r></w:p>"
        for line in lines
    )
    main = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
    document = (
        f'<?xml version="1.0" encoding="UTF-8"?><w:document xmlns:w="{main}"><w:body>{paragraphs}'
        "<w:sectPr><w:bidi/></w:sectPr></w:body></w:document>"
    )
    parts = {
        "[Content_Types].xml": CONTENT_TYPES,
        "_rels/.rels": RELATIONS,
        "word/document.xml": document,
    }
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in parts.items():
            archive.writestr(zipfile.ZipInfo(name, (2026, 1, 1, 0, 0, 0)), text)
    return file.getvalue()
