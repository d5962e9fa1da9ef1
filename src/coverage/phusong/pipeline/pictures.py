"""The map of a study and pictures of its coverage, as notebooks show them."""

from phusong.analysis.gaps import Gaps
from phusong.analysis.reach import ANY
from phusong.pipeline.begin import start
from phusong.pipeline.results import study_facts
from phusong.reporting.facts import Picture, same
from phusong.reporting.figures import coverage_figure, picture
from phusong.reporting.maps import coverage_map
from phusong.reporting.palette import service_classes
from phusong.reporting.study_index import outlines
from phusong.reporting.study_map import study_map
from phusong.reporting.wording import said
from phusong.study import Study


class MapView:
    """A finished map as a notebook shows it: a page in a frame that cannot reach the notebook.

    Parameters
    ----------
    page
        Self-contained HTML.
    height_px
        Height of the frame [px].
    """

    def __init__(self, page: str, *, height_px: int = 620) -> None:
        self.page = page
        self.height_px = height_px

    def _repr_html_(self) -> str:
        inside = self.page.replace("&", "&amp;").replace('"', "&quot;")
        return (
            f'<iframe title="Bản đồ phủ sóng · Coverage map" srcdoc="{inside}" '
            f'sandbox="allow-scripts allow-popups" '
            f'style="width:100%;height:{self.height_px}px;border:0"></iframe>'
        )

    def __repr__(self) -> str:
        return f"MapView({len(self.page) / 1e6:.1f} MB)"


def coverage_picture(study: Study, found: Gaps, operator: str = ANY) -> Picture:
    """Draw where an operator covers, over shaded terrain.

    Parameters
    ----------
    study
        The study.
    found
        Its gaps.
    operator
        Operator's key; ``any`` for all together.

    Returns
    -------
    Picture
        Shown by notebooks as it is.
    """
    session = start(study)
    names = {op.key: op.name for op in study.operators}
    technology = next(iter(study.technologies))
    who = same(names[operator]) if operator in names else said("all operators")
    title = said("{technology} coverage: {who}", technology=technology, who=who)
    facts = study_facts(session)
    figure = coverage_figure(
        found.classes[operator, technology],
        service_classes(),
        grid=found.grid,
        title=title,
        height_amsl_m=facts.terrain.height_amsl_m,
        outlines=outlines(facts.places),
        practice=facts.practice,
    )
    return picture(figure, alt=title, kind="jpeg")


def map_view(study: Study, *, height_px: int = 620) -> MapView:
    """Show the coverage map of a study in a notebook.

    Parameters
    ----------
    study
        The study; missing steps are done first.
    height_px
        Height of the frame [px].

    Returns
    -------
    MapView
        Shown by notebooks as it is.
    """
    return MapView(coverage_map(study_map(study_facts(start(study)))), height_px=height_px)
