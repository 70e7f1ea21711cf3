"""Reading placements: places ranked for a family, the review board, waiting lists, figures without names."""

from .boards import Board, BoardLine, MethodLine, PlaceLine, board, stale_codes
from .comparing import ComparedLine, ComparedRuns, compare
from .fairness import Attribute, GroupLine, fairness
from .figures import FigureLine, Figures, figures_of
from .prices import last_run
from .ranking import Ranked, Ranking, ranking
from .waiting import WaitLine, position_of, waiting_counts, waiting_list

__all__ = [
    "Attribute",
    "Board",
    "BoardLine",
    "ComparedLine",
    "ComparedRuns",
    "FigureLine",
    "Figures",
    "GroupLine",
    "MethodLine",
    "PlaceLine",
    "Ranked",
    "Ranking",
    "WaitLine",
    "board",
    "compare",
    "fairness",
    "figures_of",
    "last_run",
    "position_of",
    "ranking",
    "stale_codes",
    "waiting_counts",
    "waiting_list",
]
