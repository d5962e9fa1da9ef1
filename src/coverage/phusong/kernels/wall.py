"""How much can flow to a demand row through a network of shares, and what walls it off."""

import numpy as np
from numba import njit

WHOLE = 1_000_000
"""Flow that serves a row in full."""
UNSEEN = -2


@njit(cache=True, nogil=True)
def _levels(
    entry: np.ndarray,
    start: np.ndarray,
    head: np.ndarray,
    other: np.ndarray,
    source: int,
    room: np.ndarray,
    level: np.ndarray,
    queue: np.ndarray,
) -> int:
    """Arcs with room between each node and the entries; gives how many nodes were reached."""
    tail, place = 0, 0
    for node in entry:
        if level[node] == UNSEEN:
            level[node] = 0
            queue[tail] = node
            tail += 1
    while place < tail and level[source] == UNSEEN:
        node = queue[place]
        place += 1
        for arc in range(start[node], start[node + 1]):
            feeder = head[arc]
            if level[feeder] == UNSEEN and room[other[arc]] > 0:
                level[feeder] = level[node] + 1
                queue[tail] = feeder
                tail += 1
    return tail


@njit(cache=True, nogil=True)
def _sent(
    path: np.ndarray, most: int, other: np.ndarray, room: np.ndarray, used: np.ndarray,
    is_used: np.ndarray, changed: int,
) -> tuple[int, int, int]:  # fmt: skip
    """Send along a path what its narrowest arc lets through.

    Gives the flow, the place of the first arc that has no room left, and how many arcs changed.
    """
    for arc in path:
        most = min(most, room[arc])
    narrow = len(path)
    for place in range(len(path) - 1, -1, -1):
        arc = path[place]
        room[arc] -= most
        room[other[arc]] += most
        if room[arc] == 0:
            narrow = place
        for one in (arc, other[arc]):
            if not is_used[one]:
                is_used[one] = True
                used[changed] = one
                changed += 1
    return most, narrow, changed


@njit(cache=True, nogil=True)
def _push(
    entry: np.ndarray,
    start: np.ndarray,
    head: np.ndarray,
    other: np.ndarray,
    source: int,
    room: np.ndarray,
    level: np.ndarray,
    queue: np.ndarray,
    following: np.ndarray,
    path: np.ndarray,
    used: np.ndarray,
    is_used: np.ndarray,
) -> tuple[int, int, int]:
    """Send flow from the source to any entry node along all shortest ways, then the next longer.

    (E. A. Dinic, *Algorithm for solution of a problem of maximum flow in networks with power
    estimation*, Soviet Mathematics Doklady 11, 1970.) Gives the flow, how many nodes the last
    search reached (the wall stands around them; none once ``WHOLE`` flows), and how many arcs
    changed.
    """
    flow, changed = 0, 0
    while True:
        tail = _levels(entry, start, head, other, source, room, level, queue)
        if level[source] == UNSEEN:
            return flow, tail, changed
        for number in range(tail):
            following[queue[number]] = start[queue[number]]
        node, depth = source, 0
        while flow < WHOLE:
            if level[node] == 0:
                sent, depth, changed = _sent(
                    path[:depth], WHOLE - flow, other, room, used, is_used, changed
                )
                flow += sent
                if flow < WHOLE:
                    node = head[other[path[depth]]]
                continue
            arc = following[node]
            if arc == start[node + 1]:
                if node == source:
                    break
                depth -= 1
                node = head[other[path[depth]]]
                following[node] += 1
            elif room[arc] > 0 and level[head[arc]] == level[node] - 1:
                path[depth] = arc
                depth += 1
                node = head[arc]
            else:
                following[node] += 1
        for number in range(tail):
            level[queue[number]] = UNSEEN
        if flow >= WHOLE:
            return flow, 0, changed


@njit(cache=True, nogil=True)
def _wall(
    inside: np.ndarray,
    weight: float,
    start: np.ndarray,
    head: np.ndarray,
    other: np.ndarray,
    column: np.ndarray,
    before: np.ndarray,
    slope: np.ndarray,
    touched: np.ndarray,
    is_touched: np.ndarray,
    count: int,
) -> int:
    """Add the wall around some nodes to a bound, in whichever of two equal forms is shorter.

    Arcs that enter the nodes, or what the nodes have less the arcs between them.
    """
    entering, between = 0, len(inside)
    for node in inside:
        for arc in range(start[node], start[node + 1]):
            if column[other[arc]] >= 0:
                if before[head[arc]] == UNSEEN:
                    entering += 1
                else:
                    between += 1
    by_nodes = between < entering
    for node in inside:
        if by_nodes:
            slope[node] += weight
            if not is_touched[node]:
                is_touched[node] = True
                touched[count] = node
                count += 1
        for arc in range(start[node], start[node + 1]):
            where = column[other[arc]]
            is_outside = before[head[arc]] == UNSEEN
            if where < 0 or is_outside == by_nodes:
                continue
            slope[where] += -weight if by_nodes else weight
            if not is_touched[where]:
                is_touched[where] = True
                touched[count] = where
                count += 1
    return count


@njit(cache=True, nogil=True)
def walls(
    start: np.ndarray,
    head: np.ndarray,
    other: np.ndarray,
    column: np.ndarray,
    capacity: np.ndarray,
    source: int,
    entry_start: np.ndarray,
    entry: np.ndarray,
    row: np.ndarray,
    weight: np.ndarray,
    bundle_start: np.ndarray,
    bound: np.ndarray,
    slack: np.ndarray,
    now: np.ndarray,
    constant: np.ndarray,
    number: np.ndarray,
    where: np.ndarray,
    value: np.ndarray,
) -> int:
    """Bounds of the bundles that the current solution breaks, one each.

    Arcs come node by node (``start``, ``head``, the opposite arc as ``other``, its column in the
    model or -1). ``entry`` has the nodes that serve each row, ``row`` and ``weight`` the entries
    of each bundle; ``bound`` is what the bundle counts in the solution ``now``. Written are
    constants, lengths, columns and slopes. Gives the number of entries, -1 when they are too many.
    """
    nodes, room = len(start) - 1, capacity.copy()
    before, queue = np.full(nodes, UNSEEN, np.int64), np.empty(nodes, np.int64)
    following, path = np.empty(nodes, np.int64), np.empty(nodes, np.int64)
    used, is_used = np.empty(len(capacity), np.int64), np.zeros(len(capacity), np.bool_)
    slope, touched = np.zeros(len(now)), np.empty(len(now), np.int64)
    is_touched = np.zeros(len(now), np.bool_)
    total = 0
    for bundle in range(len(bundle_start) - 1):
        count, whole = 0, 0.0
        for part in range(bundle_start[bundle], bundle_start[bundle + 1]):
            own = entry[entry_start[row[part]] : entry_start[row[part] + 1]]
            flow, inside, changed = _push(
                own, start, head, other, source, room, before, queue, following, path, used, is_used
            )
            if flow >= WHOLE:
                whole += weight[part]
            else:
                count = _wall(
                    queue[:inside], weight[part], start, head, other, column, before,
                    slope, touched, is_touched, count,
                )  # fmt: skip
                for place in range(inside):
                    before[queue[place]] = UNSEEN
            for place in range(changed):
                room[used[place]] = capacity[used[place]]
                is_used[used[place]] = False
        most = whole
        for place in range(count):
            most += slope[touched[place]] * now[touched[place]]
        broken = bound[bundle] - most > slack[bundle]
        number[bundle] = -1
        if broken:
            if total + count > len(where):
                return -1
            number[bundle], constant[bundle] = count, whole
        for place in range(count):
            if broken:
                where[total], value[total] = touched[place], slope[touched[place]]
                total += 1
            slope[touched[place]] = 0.0
            is_touched[touched[place]] = False
    return total
