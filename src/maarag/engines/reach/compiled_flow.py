"""`flow.push` compiled with numba, for problems of more than a few thousand pairs."""

from __future__ import annotations

import numba as nb

from maarag.engines.reach.flow import push as plain

_L, _F = "int64[::1]", "float64[::1]"
_PUSH = "void(" + ", ".join([_L, _L, _L, _L, _L, _F, _F, _F, *[_L] * 6, "float64"]) + ")"

push = nb.njit(_PUSH, cache=True)(plain)
