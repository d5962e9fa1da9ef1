"""Phusong: where there is no mobile signal, and where to build next.

``open_study`` reads a study file; ``reach``, ``service``,
``gaps``, ``plan`` and ``report`` are its steps.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

from phusong.version import __version__ as __version__

if TYPE_CHECKING:
    from phusong.pipeline.api import gaps as gaps
    from phusong.pipeline.api import open_study as open_study
    from phusong.pipeline.api import plan as plan
    from phusong.pipeline.api import provenance as provenance
    from phusong.pipeline.api import reach as reach
    from phusong.pipeline.api import service as service
    from phusong.pipeline.check import input_report as input_report
    from phusong.pipeline.map_views import map_view as map_view
    from phusong.pipeline.pictures import coverage_picture as coverage_picture
    from phusong.pipeline.report import report as report
    from phusong.pipeline.show import findings as findings

_WHERE = {
    "coverage_picture": "phusong.pipeline.pictures",
    "findings": "phusong.pipeline.show",
    "gaps": "phusong.pipeline.api",
    "input_report": "phusong.pipeline.check",
    "map_view": "phusong.pipeline.map_views",
    "open_study": "phusong.pipeline.api",
    "plan": "phusong.pipeline.api",
    "provenance": "phusong.pipeline.api",
    "reach": "phusong.pipeline.api",
    "report": "phusong.pipeline.report",
    "service": "phusong.pipeline.api",
}

__all__ = [
    "coverage_picture",
    "findings",
    "gaps",
    "input_report",
    "map_view",
    "open_study",
    "plan",
    "provenance",
    "reach",
    "report",
    "service",
]


def __getattr__(name: str) -> Any:
    if name in _WHERE:
        return getattr(import_module(_WHERE[name]), name)
    raise AttributeError(f"module 'phusong' has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted([*__all__, "__version__"])
