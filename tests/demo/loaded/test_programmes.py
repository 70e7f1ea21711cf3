"""The array of programmes in the demonstration: every place of the document, methods, conditions, workers."""

from __future__ import annotations

import pytest
from django.db.models import Sum

from maarag.demo.actions import Loaded
from maarag.demo.budget import FICTIONAL, NATIONAL
from maarag.domains.programmes.engine_data import programme_models
from maarag.domains.programmes.fit import FamilyFacts, judge, ranked
from maarag.domains.programmes.models import EligibilityRule, Method, Programme, ProgrammeWorker, Quota
from maarag.domains.programmes.toolbox import toolbox_of
from maarag.kernel.places.models import Place


@pytest.mark.django_db
@pytest.mark.usefixtures("of_class")
class TestArray:
    loaded: Loaded

    def test_the_nation_has_4990_places_and_each_is_marked_where_it_is_an_estimate(self) -> None:
        quotas = Quota.objects.filter(line__budget__code=NATIONAL)
        assert quotas.aggregate(sum=Sum("families"))["sum"] == 4990
        sure = quotas.filter(is_estimate=False).values_list("programme__code", "authority__code")
        assert list(sure) == [("noshmim-east-jerusalem", "3000")]
        assert not quotas.filter(source=None).exists()
        for quota in quotas.values("line").annotate(given=Sum("families")).values("given", "line__families"):
            assert quota["given"] == quota["line__families"]

    def test_every_programme_can_be_judged_and_says_whose_words_these_are(self) -> None:
        models = programme_models(Programme.objects.filter(lines__line__budget__code=NATIONAL))
        assert len(models) == 8
        assert all(model.methods and model.rules for model in models.values())
        assert not EligibilityRule.objects.filter(note_he="").exists()
        assert all("להדגמה" in method.description_he for method in Method.objects.all())

    def test_families_of_different_needs_get_different_answers(self) -> None:
        models = programme_models(Programme.objects.filter(lines__line__budget__code=NATIONAL)).values()
        base = "human_situations:"
        families = {
            "noshmim": FamilyFacts(
                situations={f"{base}deprivation:low_income": 1.0}, poverty=1.5, risk=4.0, children=(9,)
            ),
            "olim-laderech": FamilyFacts(
                situations={
                    f"{base}deprivation:at_risk:at_risk_teens": 1.0,
                    f"{base}education:dropouts": 1.0,
                },
                poverty=3.4,
                risk=2.0,
                children=(15,),
            ),
            "noshmim-self-employed": FamilyFacts(
                situations={f"{base}employment:self_employed": 1.0}, poverty=2.5, risk=4.0, children=(3,)
            ),
            "hashvil-hameitiv": FamilyFacts(
                situations={
                    f"{base}deprivation:at_risk:at_risk_children": 1.0,
                    f"{base}urgency:in_crisis": 1.0,
                },
                poverty=2.0,
                risk=1.0,
                children=(1, 4),
            ),
        }
        best = {
            code: ranked(judge(model, facts) for model in models)[0].programme
            for code, facts in families.items()
        }
        assert best == {code: code for code in families}

    def test_the_department_has_workers_and_a_toolbox(self) -> None:
        place = Place.objects.get(code="F-900")
        day = Quota.objects.filter(line__budget__code=FICTIONAL).values_list("starts", flat=True)[0]
        found = toolbox_of(place, day)
        assert found.families == 250
        assert len(found.tools) >= 8
        assert [tool.method.code for tool in found.shared]
        assert not found.without_methods
        assert {worker.programme.code for worker in found.workers} == {
            "noshmim",
            "hashvil-hameitiv",
            "mifgash",
        }
        assert ProgrammeWorker.objects.filter(authority=place, most__gt=0).count() == len(found.workers)
