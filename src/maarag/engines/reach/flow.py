"""Maximum flow from services to places. One source for both worlds: plain lists, or arrays compiled with
numba.

Dinic's algorithm on a bipartite graph: an edge from service to place carries any amount, an edge back as much
as the place already takes from that service.
"""

from __future__ import annotations

from typing import Any


def push(
    place_start: Any,
    service_of: Any,
    service_start: Any,
    edge_of: Any,
    place_of: Any,
    flow: Any,
    place_left: Any,
    service_left: Any,
    place_level: Any,
    service_level: Any,
    place_next: Any,
    service_next: Any,
    queue: Any,
    path: Any,
    tiny: float,
) -> None:
    """Raises `flow` to a maximum flow in place; `place_left` and `service_left` are what remains unfilled and
    unused.

    Edges of place i are place_start[i]..place_start[i+1], `service_of` their services, `place_of` their
    places; edge_of[service_start[j]..service_start[j+1]] are the edges of service j. Amounts up to `tiny`
    count as nothing. At the end service_level and place_level are 0 or more exactly for what unused capacity
    can still reach (the source side of a smallest cut). The remaining arguments are work space: one entry a
    place or service, `path` two entries for each of them.
    """
    places, services = len(place_left), len(service_left)
    while True:
        for i in range(places):
            place_level[i] = -1
            place_next[i] = place_start[i]
        filled = 0
        for j in range(services):
            service_next[j] = service_start[j]
            if service_left[j] > tiny:
                service_level[j] = 0
                queue[filled] = j
                filled += 1
            else:
                service_level[j] = -1
        sources = filled
        head = 0
        goal = -1
        while head < filled:
            j = queue[head]
            head += 1
            level = service_level[j]
            if goal >= 0 and level > goal:
                break
            for a in range(service_start[j], service_start[j + 1]):
                i = place_of[edge_of[a]]
                if place_level[i] >= 0:
                    continue
                place_level[i] = level
                if place_left[i] > tiny:
                    goal = level
                    continue
                for b in range(place_start[i], place_start[i + 1]):
                    if flow[b] > tiny and service_level[service_of[b]] < 0:
                        service_level[service_of[b]] = level + 1
                        queue[filled] = service_of[b]
                        filled += 1
        if goal < 0:
            return
        for s in range(sources):
            first = queue[s]
            depth = 0
            j = first
            while service_left[first] > tiny:
                # `path` alternates: forward edge, backward edge, forward edge …; j is the service at its end.
                advanced = False
                while service_next[j] < service_start[j + 1]:
                    edge = edge_of[service_next[j]]
                    i = place_of[edge]
                    if place_level[i] == service_level[j]:
                        if place_left[i] > tiny:
                            amount = min(service_left[first], place_left[i])
                            for d in range(1, depth, 2):
                                amount = min(amount, flow[path[d]])
                            for d in range(0, depth, 2):
                                flow[path[d]] += amount
                                flow[path[d + 1]] -= amount
                            flow[edge] += amount
                            place_left[i] -= amount
                            service_left[first] -= amount
                            # Start again from the source: the pointers keep what is exhausted.
                            depth = 0
                            j = first
                            advanced = True
                            break
                        moved = False
                        while place_next[i] < place_start[i + 1]:
                            back = place_next[i]
                            other = service_of[back]
                            if flow[back] > tiny and service_level[other] == service_level[j] + 1:
                                path[depth] = edge
                                path[depth + 1] = back
                                depth += 2
                                j = other
                                moved = True
                                break
                            place_next[i] += 1
                        if moved:
                            advanced = True
                            break
                    service_next[j] += 1
                if advanced:
                    continue
                if depth == 0:
                    break
                # Dead end: step back over the last two edges and drop the way that led here.
                depth -= 2
                i = place_of[path[depth]]
                place_next[i] += 1
                j = service_of[path[depth]]
