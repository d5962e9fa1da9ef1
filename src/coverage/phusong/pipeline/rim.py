"""What a run says when signal still reaches the rim of the radius."""

from phusong.analysis.basis import Basis
from phusong.analysis.reach import ANY, Reach
from phusong.analysis.rim import rim_km2
from phusong.language import told
from phusong.study import Study

SMALLEST_RIM_KM2 = 1.0
"""Less signal than this at the rim of the radius is not worth a warning."""


def rim_warnings(study: Study, reached: Reach, basis: Basis) -> tuple[str, ...]:
    """Say, in one line or none, whether the radius ends before the signal does.

    Parameters
    ----------
    study
        Radius, and the probability from which a cell is served.
    reached
        Received levels.
    basis
        What each layer rests on.

    Returns
    -------
    tuple of str
        At most one line.
    """
    radius_km = study.propagation.radius_km
    percent = round(100 * study.service.marginal.value)
    technologies = sorted({technology for _, technology in reached.layers} - {ANY})
    area = 0.0
    for technology in technologies:
        layers = [(ANY, technology)]
        if layers[0] in basis.told_layers:  # served, but not by the best server
            layers = [x for x in reached.layers if x[1] == technology and x[0] != ANY]
            layers = [layer for layer in layers if layer not in basis.told_layers]
        area += max(
            (rim_km2(reached, x, radius_m=1000.0 * radius_km, marginal_percent=percent)
             for x in layers), default=0.0,
        )  # fmt: skip
    if area < SMALLEST_RIM_KM2:
        return ()
    return (
        told(
            f"{area:.0f} km² still have signal in the outermost kilometre of the radius of "
            f"{radius_km:g} km; nothing is computed beyond it, so areas without signal may come "
            "out too large: raise propagation.radius_km"
        ),
    )
