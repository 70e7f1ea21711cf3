"""What the fit of a programme is judged by: facts of a family without its names, and a programme as data."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any, TypeVar

LOW_INCOME = "human_situations:deprivation:low_income"
AT_RISK = "human_situations:deprivation:at_risk:at_risk_children"
LANGUAGES = "human_situations:language"
HARDEST, BEST = 1.0, 4.0
"""The levels of both rubrics: 1 is the hardest, 4 the best."""
Found = TypeVar("Found")


def within(code: str, above: str) -> bool:
    """Whether a term is another, or lies below it."""
    return code == above or code.startswith(f"{above}:")


class Remembered(dict[str, Found]):
    """Code → what `find` gives for it, asked once: there are only so many terms."""

    def __init__(self, find: Callable[[str], Found]) -> None:
        super().__init__()
        self._find = find

    def __missing__(self, code: str) -> Found:
        found = self[code] = self._find(code)
        return found


@dataclass(frozen=True)
class FamilyFacts:
    """What is known of a family that bears on a programme; None: nobody has written it down.

    children: whole years of those whose day of birth is known; `children_undated` counts the others.
    situations: code of a term → how sure it is, above 0 up to 1 (1: said and still holds).
    poverty: mean level of the dimensions of the rubric family-poverty in its last assessment, 1 to 4.
    risk: the lowest level of a dimension of the rubric child-risk in its last assessment, 1 to 4.
    places: codes of the smallest known place of living and of all that it lies in; `is_neighbourhood_known`
    is False where only the authority is known. open_programmes: where the family has a place now.

    Strengths are words, and sector, sex and age of adults are no reasons: they are not here.
    """

    children: tuple[int, ...] | None = None
    children_undated: int = 0
    household: int | None = None
    single_parent: bool | None = None
    situations: Mapping[str, float] | None = None
    poverty: float | None = None
    risk: float | None = None
    authority: str = ""
    places: frozenset[str] = frozenset()
    is_neighbourhood_known: bool = False
    open_programmes: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Reason:
    """Why, as a code and plain values that JSON can hold; `points` of a hundred are among them."""

    code: str
    params: Mapping[str, Any] = field(default_factory=dict)

    @property
    def points(self) -> float:
        return float(self.params.get("points", 0.0))

    def data(self) -> dict[str, Any]:
        return {"code": self.code, **self.params}

    @classmethod
    def of(cls, data: Mapping[str, Any]) -> Reason:
        """From what `data` gave."""
        return cls(data["code"], {name: value for name, value in data.items() if name != "code"})


@dataclass(frozen=True)
class MethodModel:
    """A method; suits, cautions and excludes: code of a term → strength from 1 to 3."""

    code: str
    setting: str
    hours: int | None
    months: int | None
    suits: Mapping[str, int]
    cautions: Mapping[str, int]
    excludes: Mapping[str, int]

    @cached_property
    def answers(self) -> Mapping[str, float]:
        """Term → how strongly the method answers it, 0–1: half as much above or below what it suits."""
        return Remembered(self._answers)

    @cached_property
    def gravest(self) -> Mapping[str, int]:
        """Term → strength of the gravest caution that it calls for, 0 for none."""
        return Remembered(
            lambda term: max((n for one, n in self.cautions.items() if within(term, one)), default=0)
        )

    @cached_property
    def bars(self) -> Mapping[str, bool]:
        """Term → whether the method must not be used where it is written."""
        return Remembered(lambda term: any(within(term, one) for one in self.excludes))

    @cached_property
    def later(self) -> tuple[int, ...]:
        """Of two methods that answer alike, the one with the greater is taken: the first by code."""
        return tuple(-ord(letter) for letter in self.code)

    def _answers(self, term: str) -> float:
        return max(
            (
                strength / 3 if within(term, one) else strength / 6
                for one, strength in self.suits.items()
                if within(term, one) or within(one, term)
            ),
            default=0.0,
        )


@dataclass(frozen=True)
class RuleModel:
    """A condition; `place_within`: codes of the place and of all that it lies in."""

    what: str
    least: float | None = None
    most: float | None = None
    term: str = ""
    place: str = ""
    place_within: frozenset[str] = frozenset()
    is_hard: bool = True
    key: int = 0

    def told(self) -> Mapping[str, Any]:
        """The condition as a reason carries it; `rule` finds its note."""
        return self._told

    @cached_property
    def _told(self) -> Mapping[str, Any]:
        values = {"rule": self.key, "what": self.what, "least": self.least, "most": self.most}
        values |= {"term": self.term, "place": self.place}
        return {name: value for name, value in values.items() if value not in (None, "", 0)}


@dataclass(frozen=True)
class ProgrammeModel:
    """A programme as its methods and rules; `toolbox`: situations that any programme's method suits."""

    code: str
    methods: tuple[MethodModel, ...]
    rules: tuple[RuleModel, ...]
    toolbox: frozenset[str]

    @cached_property
    def answerable(self) -> Mapping[str, bool]:
        """Term → whether any programme's method suits it, or what lies above or below."""
        return Remembered(lambda term: any(within(term, one) or within(one, term) for one in self.toolbox))

    @cached_property
    def in_order(self) -> tuple[MethodModel, ...]:
        """The methods, those before that are taken where several answer alike."""
        return tuple(sorted(self.methods, key=lambda one: one.later, reverse=True))

    @cached_property
    def alone(self) -> Mapping[str, ProgrammeModel]:
        """Code of each method → the programme with that method alone."""
        return {one.code: replace(self, methods=(one,)) for one in self.methods}


@dataclass(frozen=True)
class MethodFit:
    """How much of what the family needs one method answers, 0–100; `excluded`: why it must not be used."""

    code: str
    setting: str
    fit: float
    excluded: tuple[Reason, ...] = ()


@dataclass(frozen=True)
class Judgement:
    """How a programme fits a family, 0–100, and why; see `fit.judge`.

    certainty: 100 where everything that is weighed is known. The points of `pro` and `missing` sum to the
    fit, those of `contra` and `missing` to what it lacks of a hundred.
    """

    programme: str
    fit: float
    certainty: float
    pro: tuple[Reason, ...]
    contra: tuple[Reason, ...]
    excluded: tuple[Reason, ...]
    missing: tuple[Reason, ...]
    to_change: tuple[Reason, ...]
    methods: tuple[MethodFit, ...]

    @property
    def is_open(self) -> bool:
        """Whether nothing excludes the family."""
        return not self.excluded

    @property
    def method(self) -> str:
        """Code of the best method that may be used, "" for none."""
        return next((one.code for one in self.methods if not one.excluded), "")

    def data(self) -> dict[str, Any]:
        """Plain data that JSON can hold."""
        reasons = ("pro", "contra", "excluded", "missing", "to_change")
        return {
            "programme": self.programme,
            "fit": self.fit,
            "certainty": self.certainty,
            **{name: [reason.data() for reason in getattr(self, name)] for name in reasons},
            "methods": [
                {
                    "code": method.code,
                    "setting": method.setting,
                    "fit": method.fit,
                    "excluded": [reason.data() for reason in method.excluded],
                }
                for method in self.methods
            ],
        }
