"""Plain twins of the fast ways of planning: every option looked at, every sum made anew."""

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from phusong.analysis.reach import ANY
from phusong.planning.priorities import Option


def ranked_plainly(
    options: Sequence[Option],
    *,
    people: NDArray[np.float64],
    not_covered: Mapping[str, NDArray[np.bool_]],
    white_zone_weight: float,
    count: int,
) -> list[str]:
    """Ranking in which every option is looked at in every step."""
    weight = np.nan_to_num(people).ravel()
    cells = {key: lacking.ravel().copy() for key, lacking in not_covered.items()}
    left = sorted(options, key=lambda option: option.option_id)
    chosen: list[Option] = []
    while left and len(chosen) < count:
        best, best_value = None, 0.0
        for option in left:
            newly = float(weight[option.covers][cells[option.operator][option.covers]].sum())
            white = float(weight[option.covers][cells[ANY][option.covers]].sum())
            value = (newly + white_zone_weight * white) / option.cost.present_value
            if newly > 0 and value > best_value * (1.0 + 1e-12):
                best, best_value = option, value
        if best is None:
            break
        chosen.append(best)
        cells[best.operator][best.covers] = False
        cells[ANY][best.covers] = False
        left = [option for option in left if option.spot != best.spot]
    return [option.option_id for option in chosen]


def improved_plainly(
    order: Sequence[int],
    *,
    cover: NDArray[np.int64],
    weight: Sequence[int],
    cost: Sequence[int],
    budgets: Sequence[float],
    best: Sequence[float],
    requires: Mapping[int, Sequence[int]],
) -> tuple[float, list[int]]:
    """Sum of losses after moving single steps as long as that helps, all sums made anew."""

    def badness(tried: list[int]) -> tuple[float, float, float, list[int]]:
        spent = np.cumsum([cost[row] for row in tried])
        covered = [
            int(np.asarray(weight)[cover[tried[: n + 1]].any(axis=0)].sum())
            for n in range(len(tried))
        ]
        loss = []
        for budget, most in zip(budgets, best, strict=True):
            steps = int((spent <= budget + 1e-9).sum())
            loss.append(1.0 - (covered[steps - 1] if steps else 0) / most if most > 0 else 0.0)
        return round(sum(loss), 12), round(max(loss), 12), -float(sum(covered)), tried

    def connected(tried: list[int]) -> bool:
        return all(
            row not in requires or set(requires[row]) & set(tried[:place])
            for place, row in enumerate(tried)
        )

    current = list(order)
    while True:
        tries = [
            [*rest[:new], current[old], *rest[new:]]
            for old in range(len(current))
            for rest in [current[:old] + current[old + 1 :]]
            for new in range(len(current))
        ]
        found = min((badness(tried) for tried in tries if connected(tried)), default=None)
        if found is None or found >= badness(current):
            return badness(current)[0], current
        current = found[3]
