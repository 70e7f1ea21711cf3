"""Search that a speaker of Hebrew, Arabic or English trusts: `SearchIndex.build(documents).search(query)`."""

from __future__ import annotations

from maarag.engines.search.documents import Correction, Document, Hit, Match, Results
from maarag.engines.search.index import SearchIndex

__all__ = ["Correction", "Document", "Hit", "Match", "Results", "SearchIndex"]
