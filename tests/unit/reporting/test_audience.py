"""An operator's picture: its own, another one's, nobody's."""

import numpy as np
import pandas as pd

from phusong.reporting.audience import own_options
from phusong.reporting.ownership import own_and_others
from phusong.study import Study
from synthetic import replace, study_facts


def test_own_and_others() -> None:
    own = np.array([2, 1, 0, 255, 0, 1, 0, 255], dtype=np.uint8)
    together = np.array([2, 2, 2, 2, 1, 1, 0, 255], dtype=np.uint8)
    assert own_and_others(own, together).tolist() == [2, 3, 3, 3, 1, 1, 0, 255]


def test_an_operator_reads_neither_who_serves_nor_of_others_masts() -> None:
    facts = study_facts()
    mine, other = (operator["name"] for operator in facts["operators"][:2])
    keys = [operator["key"] for operator in facts["operators"]]
    ranked = pd.DataFrame(
        {
            "operator": [mine, mine, other, mine], "host": ["", "", "", other],
            "served_by_others": [f"{other} 20", "", "", ""],
            "runner_up": ["shared-site-a-00000001", "new-mast-a-00000002", "", ""],
        }
    )  # fmt: skip
    own = own_options(ranked, Study.model_validate(facts), mine)
    assert own["runner_up"].tolist() == ["", "new-mast-a-00000002"]
    assert "served_by_others" not in own
    assert other not in own.to_csv()
    replace(facts, "planning.sharing_consent", keys)
    own = own_options(ranked, Study.model_validate(facts), mine)
    assert own["runner_up"].tolist() == ["shared-site-a-00000001", "new-mast-a-00000002", ""]
