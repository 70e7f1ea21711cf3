"""Draws docs/architecture.svg from the code's own imports: `python docs/draw_architecture.py`.

Rows are the layers of .importlinter, boxes the rooms of the house, arrows their imports (each row may use the
rows below it).
"""

from __future__ import annotations

from collections import defaultdict
from pathlib import Path
from xml.sax.saxutils import escape

import grimp

ROOT = Path(__file__).resolve().parent
LAYERS = (
    ("cli", "api", "demo"),
    ("desks",),
    ("standards",),
    ("domains",),
    ("kernel",),
    ("ui", "database"),
    ("engines",),
    ("language", "values"),
)
SPLIT = {"desks", "standards", "domains", "kernel", "engines"}
LABEL, BOX, GAP, ROW = 150, 124, 14, 92


def rooms(graph: grimp.ImportGraph) -> dict[str, list[str]]:
    """For each part of the house its rooms; a part that is not divided is its own room."""
    found: dict[str, list[str]] = {}
    for layer in LAYERS:
        for part in layer:
            children = sorted(graph.find_children(f"maarag.{part}")) if part in SPLIT else []
            packages = [child for child in children if graph.find_children(child)]
            found[part] = packages or [f"maarag.{part}"]
    return found


def imports(graph: grimp.ImportGraph, names: list[str]) -> dict[tuple[str, str], int]:
    """How many imports lead from one room to another."""
    room_of = {}
    for name in names:
        room_of.update(dict.fromkeys({name, *graph.find_descendants(name)}, name))
    counted: dict[tuple[str, str], int] = defaultdict(int)
    for module, room in room_of.items():
        for imported in graph.find_modules_directly_imported_by(module):
            other = room_of.get(imported)
            if other and other != room:
                counted[room, other] += 1
    return counted


def draw() -> str:
    """The drawing as SVG."""
    graph = grimp.build_graph("maarag", exclude_type_checking_imports=True)
    by_part = rooms(graph)
    widest = max(sum(len(by_part[part]) for part in layer) for layer in LAYERS)
    width = LABEL + widest * (BOX + GAP) + 20
    places: dict[str, tuple[float, float]] = {}
    body: list[str] = []
    for number, layer in enumerate(LAYERS):
        names = [room for part in layer for room in by_part[part]]
        top = 56 + number * ROW
        body.append(
            f'<rect x="8" y="{top - 18}" width="{width - 16}" height="{ROW - 24}" rx="8" fill="#eef3f4"/>'
            f'<text x="20" y="{top + 22}" fill="#4a5b65" font-size="13">{escape(" | ".join(layer))}</text>'
        )
        left = LABEL + (width - LABEL - 20 - len(names) * (BOX + GAP)) / 2
        for room in names:
            places[room] = (left, top)
            left += BOX + GAP
    arrows = imports(graph, list(places))
    for (room, other), count in sorted(arrows.items()):
        (x1, y1), (x2, y2) = places[room], places[other]
        if y1 == y2:
            continue
        start, end = (x1 + BOX / 2, y1 + 38), (x2 + BOX / 2, y2 - 2)
        bend = (end[1] - start[1]) / 2
        body.append(
            f'<path d="M{start[0]:.0f},{start[1]:.0f} C{start[0]:.0f},{start[1] + bend:.0f} {end[0]:.0f},'
            f'{end[1] - bend:.0f} {end[0]:.0f},{end[1]:.0f}" fill="none" stroke="#0b5560" '
            f'stroke-opacity="0.3" stroke-width="{min(1 + count / 8, 4):.1f}"/>'
        )
    for room, (left, top) in places.items():
        body.append(
            f'<rect x="{left:.0f}" y="{top}" width="{BOX}" height="36" rx="5" fill="#fff" stroke="#0b5560"/>'
            f'<text x="{left + BOX / 2:.0f}" y="{top + 23}" text-anchor="middle" font-size="13">'
            f"{escape(room.rpartition('.')[2])}</text>"
        )
    height = 56 + len(LAYERS) * ROW
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" width="{width}" '
        f'height="{height}" font-family="Rubik, sans-serif" fill="#16242b">'
        "<title>The house, drawn from its imports</title>"
        f'<rect width="{width}" height="{height}" fill="#fff"/>'
        '<text x="20" y="26" font-size="15" font-weight="bold">'
        "The house, drawn from its imports: each row may use the rows below it</text>"
        + "".join(body)
        + "</svg>\n"
    )


if __name__ == "__main__":
    (ROOT / "architecture.svg").write_text(draw())
