"""Charts and maps as SVG drawn on the server: pure functions that return safe text for a template.

Colours come from classes of the stylesheet, places from attributes; there is never a style attribute. Bars,
Gantt strips and sparklines run in the direction of reading; maps and scatter plots do not. Every chart has a
title and a description; the page puts a table with the same figures beside it and names it in `described_by`.
"""

from .bars import Bar, Part, grouped_bars, stacked_bar
from .choropleth import Area, choropleth
from .gantt import Strip, gantt
from .intervals import Span, interval
from .lines import Dot, scatter, sparkline
from .pointmap import Place, point_map

__all__ = [
    "Area",
    "Bar",
    "Dot",
    "Part",
    "Place",
    "Span",
    "Strip",
    "choropleth",
    "gantt",
    "grouped_bars",
    "interval",
    "point_map",
    "scatter",
    "sparkline",
    "stacked_bar",
]
