"""How willingness to travel falls with distance or time: the weights of a pair.

Units: cost, thresholds, sigma and scale are all in the unit of the pairs (kilometres or minutes). Weights
have none.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import IntEnum

import numpy as np
import numpy.typing as npt

from maarag.engines.reach.errors import DecayError

Floats = npt.NDArray[np.float64]


class Kind(IntEnum):
    """Codes shared with the compiled kernel."""

    NONE = 0
    STEPS = 1
    GAUSSIAN = 2
    GRAVITY = 3
    EXPONENTIAL = 4
    LINEAR = 5
    CUT_GAUSSIAN = 6


@dataclass(frozen=True)
class Decay:
    """One decay function. Build it with the class methods below; `name` and `numbers` say it in plain
    data."""

    kind: Kind
    params: tuple[float, ...] = ()

    @classmethod
    def none(cls) -> Decay:
        """Weight 1 for every pair (the two-step method of Luo and Wang 2003)."""
        return cls(Kind.NONE)

    @classmethod
    def steps(cls, bands: Mapping[float, float] | Iterable[tuple[float, float]]) -> Decay:
        """Bands as {upper bound: weight}: the weight of the first bound that is not below the cost, 0 beyond
        the last.

        Luo and Qi 2009 (E2SFCA). Same rule as `step_fn` of PySAL access.
        """
        items = sorted(dict(bands).items())
        if not items:
            raise DecayError("at least one distance band is needed")
        for position, (upper, weight) in enumerate(items):
            if not np.isfinite(upper) or upper < 0:
                raise DecayError(f"band {position + 1}: the upper bound {upper} must be 0 or more", position)
            if not np.isfinite(weight) or weight < 0:
                raise DecayError(f"band {position + 1}: the weight {weight} must be 0 or more", position)
        return cls(Kind.STEPS, tuple(float(number) for item in items for number in item))

    @classmethod
    def gaussian(cls, sigma: float) -> Decay:
        """exp(-cost² / 2 sigma²)."""
        return cls(Kind.GAUSSIAN, (_positive("sigma", sigma),))

    @classmethod
    def cut_gaussian(cls, reach: float) -> Decay:
        """(exp(-½ (cost/reach)²) - exp(-½)) / (1 - exp(-½)) up to `reach`, 0 beyond (Dai 2010)."""
        return cls(Kind.CUT_GAUSSIAN, (_positive("reach", reach),))

    @classmethod
    def gravity(cls, scale: float, alpha: float, minimum: float = 0.0) -> Decay:
        """(max(cost, minimum) / scale)^alpha. A negative alpha needs a minimum above 0."""
        if not np.isfinite(alpha):
            raise DecayError(f"alpha must be a number, not {alpha}")
        if not np.isfinite(minimum) or minimum < 0:
            raise DecayError(f"the minimum cost must be 0 or more, not {minimum}")
        return cls(Kind.GRAVITY, (_positive("scale", scale), float(alpha), float(minimum)))

    @classmethod
    def inverse_power(cls, beta: float, minimum: float = 1.0) -> Decay:
        """1 / max(cost, minimum)^beta."""
        return cls.gravity(1.0, -_positive("beta", beta), _positive("minimum", minimum))

    @classmethod
    def exponential(cls, beta: float) -> Decay:
        """exp(-beta · cost)."""
        return cls(Kind.EXPONENTIAL, (_positive("beta", beta),))

    @classmethod
    def linear(cls, reach: float) -> Decay:
        """1 - cost/reach, never below 0."""
        return cls(Kind.LINEAR, (_positive("reach", reach),))

    @classmethod
    def parse(cls, text: str) -> Decay:
        """From text: `gaussian:10`, `power:1.5[:minimum]`, `exponential:0.1`, `linear:30`,
        `cutgaussian:30`."""
        name, *numbers = (part.strip() for part in text.split(":"))
        builders = {
            "none": (cls.none, 0, 0),
            "gaussian": (cls.gaussian, 1, 1),
            "cutgaussian": (cls.cut_gaussian, 1, 1),
            "power": (cls.inverse_power, 1, 2),
            "gravity": (cls.gravity, 2, 3),
            "exponential": (cls.exponential, 1, 1),
            "linear": (cls.linear, 1, 1),
        }
        if name.lower() not in builders:
            raise DecayError(f"unknown decay function {name!r}; known: {', '.join(builders)}")
        builder, least, most = builders[name.lower()]
        try:
            values = [float(number) for number in numbers]
        except ValueError:
            raise DecayError(f"the parameters of the decay function {text!r} must be numbers") from None
        if not least <= len(values) <= most:
            raise DecayError(f"{name} takes {least} to {most} numbers, {len(values)} given in {text!r}")
        return builder(*values)  # type: ignore[operator]

    @classmethod
    def parse_bands(cls, text: str) -> Decay:
        """From text: `0-10:1,10-20:0.68,20-30:0.22` or `10:1,20:0.68,30:0.22`."""
        bands: dict[float, float] = {}
        before: float | None = None
        for position, part in enumerate(piece for piece in text.split(",") if piece.strip()):
            try:
                edges, weight = part.split(":")
                *lower, upper = (float(edge) for edge in edges.strip().split("-"))
                if len(lower) > 1:
                    raise ValueError
                value = float(weight)
            except ValueError:
                raise DecayError(
                    f"band {part.strip()!r} is not FROM-TO:WEIGHT, for example 0-10:1", position
                ) from None
            if (lower and lower[0] >= upper) or (before is not None and upper <= before):
                raise DecayError(f"band {part.strip()!r} does not go upwards", position)
            if lower and lower[0] != (0.0 if before is None else before):
                raise DecayError(f"band {part.strip()!r} must begin where the band before it ends", position)
            bands[upper] = value
            before = upper
        return cls.steps(bands)

    @property
    def bands(self) -> dict[float, float]:
        """Upper bound → weight, for a step function; empty for the others."""
        return dict(zip(self.params[::2], self.params[1::2], strict=True)) if self.kind is Kind.STEPS else {}

    @property
    def furthest(self) -> float:
        """Cost beyond which every weight is 0; infinite for functions with an endless tail."""
        if self.kind is Kind.STEPS:
            return max((upper for upper, weight in self.bands.items() if weight > 0), default=0.0)
        return self.params[0] if self.kind in (Kind.LINEAR, Kind.CUT_GAUSSIAN) else float("inf")

    def as_data(self) -> dict[str, object]:
        """Plain data for JSON and explanations."""
        if self.kind is Kind.STEPS:
            return {"name": "bands", "bands": [list(item) for item in self.bands.items()]}
        return {"name": self.kind.name.lower(), "parameters": list(self.params)}

    def weights(self, cost: Floats) -> Floats:
        """Weight of each cost; same shape, float64."""
        cost = np.asarray(cost, dtype=np.float64)
        if self.kind is Kind.NONE:
            return np.ones(cost.shape)
        if self.kind is Kind.STEPS:
            uppers = np.array(self.params[::2])
            values = np.array((*self.params[1::2], 0.0))
            return values[np.searchsorted(uppers, cost, side="left")]
        first = self.params[0]
        if self.kind is Kind.GAUSSIAN:
            return np.exp(-cost * cost / (2 * first**2))
        if self.kind is Kind.EXPONENTIAL:
            return np.exp(-first * cost)
        if self.kind is Kind.LINEAR:
            return np.maximum(0.0, 1.0 - cost / first)
        if self.kind is Kind.CUT_GAUSSIAN:
            edge = np.exp(-0.5)
            raw = (np.exp(-0.5 * (cost / first) ** 2) - edge) / (1.0 - edge)
            return np.where(cost <= first, np.maximum(raw, 0.0), 0.0)
        _, alpha, minimum = self.params
        self.check_lowest(float(cost.min()) if cost.size else 1.0)
        result: Floats = np.power(np.maximum(cost, minimum) / first, alpha)
        return result

    def check_lowest(self, lowest: float) -> None:
        """Raises DecayError when the smallest cost would weigh infinitely much."""
        if self.kind is Kind.GRAVITY and self.params[1] < 0 and max(lowest, self.params[2]) <= 0:
            raise DecayError("a power of distance is infinite at distance 0: give a minimum above 0")


#: Default of the enhanced two-step method (as in PySAL access, after Luo and Qi 2009).
E2SFCA_DEFAULT = Decay.steps({10.0: 1.0, 20.0: 0.68, 30.0: 0.22})
#: Default of the three-step method (as in PySAL access, after Wan, Zou and Sternberg 2012).
THREE_STEP_DEFAULT = Decay.steps({10.0: 0.962, 20.0: 0.704, 30.0: 0.377, 60.0: 0.042})


def _positive(name: str, value: float) -> float:
    if not np.isfinite(value) or value <= 0:
        raise DecayError(f"{name} must be above 0, not {value}")
    return float(value)
