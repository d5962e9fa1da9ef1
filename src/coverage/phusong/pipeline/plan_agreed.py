"""Links of what operators agreed to build, before anything else is ranked."""

from phusong.pipeline.plan_backhaul import connected
from phusong.pipeline.session import Session
from phusong.planning.agreed import Agreed, agreed_rows, cheapest_tree, pinned_options
from phusong.planning.rank_intervals import Candidates


def agreed(session: Session, offered: Candidates) -> Agreed:
    """Connect the options that operators agreed to, for the least money together.

    Parameters
    ----------
    session
        The study in use, with its answers.
    offered
        Everything that is offered, before links were looked for.

    Returns
    -------
    Agreed
        Agreed options with a tree of links of their own; others can link to them for free.
    """
    rows, still_open = agreed_rows(offered, session.inputs.answers)
    if not len(rows):
        return Agreed()
    alone = connected(session, offered.only(rows), relays=offered.only(still_open))
    found = pinned_options(offered, rows, alone, cheapest_tree(alone))
    if found.unconnected:
        session.study.note(
            f"plan: {len(found.unconnected)} options that were agreed to cannot be connected to "
            f"anything ({', '.join(found.unconnected)}); their price holds the hops of the cost "
            "table, and they feed nobody"
        )
    return found
