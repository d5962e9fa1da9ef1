"""A whole study file: its sections together."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, Self, TypeVar, cast

from pydantic import BaseModel, PrivateAttr, model_validator

from phusong.study.agreement import refuse_contradictions
from phusong.study.cost_items import CostItem
from phusong.study.sections import Sections
from phusong.study.service import EnvironmentSection
from phusong.study.values import CHOICE, Assumption, Quantity

Kept = TypeVar("Kept")


class Study(Sections):
    """A whole study file.

    Made by :func:`phusong.open_study`; two studies with equal fields give equal results.
    """

    _root: Path = PrivateAttr(default=Path())
    _file: Path = PrivateAttr(default=Path())
    _history: list[str] = PrivateAttr(default_factory=list)
    _kept: dict[str, Any] = PrivateAttr(default_factory=dict)

    @model_validator(mode="after")
    def _sections_agree(self) -> Self:
        refuse_contradictions(self)
        return self

    @property
    def root(self) -> Path:
        """Folder that the paths of the study start from."""
        return self._root

    @property
    def file(self) -> Path:
        """The study file itself."""
        return self._file

    @property
    def output(self) -> Path:
        """Folder that results are written to."""
        return self.path(self.study.output)

    def path(self, relative: str) -> Path:
        """Absolute path of a file that the study names.

        Parameters
        ----------
        relative
            Path as written in the study file.

        Returns
        -------
        pathlib.Path
            The path under the study's root.
        """
        return (self._root / relative).resolve()

    def located(self, file: Path, root: Path) -> Self:
        """Return the same study, knowing where its file and its root are.

        Parameters
        ----------
        file
            The study file.
        root
            Folder that relative paths start from.

        Returns
        -------
        Study
            A copy.
        """
        copy = self.model_copy()
        copy._file, copy._root, copy._history, copy._kept = file, root, [], {}
        return copy

    @property
    def history(self) -> tuple[str, ...]:
        """What was computed and what reused since the study was opened, one line each."""
        return tuple(self._history)

    def note(self, line: str) -> None:
        """Add a line to the history.

        Parameters
        ----------
        line
            For example ``reach: reused``.
        """
        self._history.append(line)

    def keep(self, key: str, make: Callable[[], Kept]) -> Kept:
        """What was read for this study before, or what is read now; the last key alone is kept.

        Parameters
        ----------
        key
            Key of all that it depends on.
        make
            Reads it.

        Returns
        -------
        Any
            What ``make`` gave for this key.
        """
        if key not in self._kept:
            made = make()
            self._kept.clear()
            self._kept[key] = made
        return cast("Kept", self._kept[key])

    def __getstate__(self) -> dict[Any, Any]:
        """State without what was read: processes that are sent a study read for themselves."""
        state = super().__getstate__()
        private = state["__pydantic_private__"]
        return {**state, "__pydantic_private__": {**private, "_kept": {}}}

    @property
    def environment(self) -> EnvironmentSection:
        """The first service environment, which coverage is decided for."""
        return next(iter(self.environments.values()))

    def assumptions(self) -> tuple[Assumption, ...]:
        """Every assumed value, in the order of the study file.

        Returns
        -------
        tuple of Assumption
            Key, value, unit, source, and whether it was verified.
        """
        chosen: tuple[Assumption, ...] = ()
        if self.planning.rank_incomplete:
            chosen = (
                Assumption(
                    key="planning.rank_incomplete",
                    value=1.0,
                    unit=CHOICE,
                    source="choice of the study: operators are ranked although their lists of "
                    "sites are incomplete",
                    verified=False,
                ),
            )
        return (*_walk_assumptions("", self), *chosen)


def _walk_assumptions(prefix: str, node: Any) -> Iterator[Assumption]:
    if isinstance(node, Quantity):
        yield Assumption(key=prefix, **node.model_dump())
    elif isinstance(node, CostItem):
        yield Assumption(
            key=prefix,
            value=node.base,
            unit=node.unit,
            source=f"{node.source} ({node.year}; {node.low:g} to {node.high:g}; {node.tag})",
            verified=False,
        )
    elif isinstance(node, BaseModel):
        for key in type(node).model_fields:
            yield from _walk_assumptions(f"{prefix}.{key}" if prefix else key, getattr(node, key))
    elif isinstance(node, tuple) and any(isinstance(item, Quantity) for item in node):
        for number, item in enumerate(node):
            yield from _walk_assumptions(f"{prefix}.{number}", item)
    elif isinstance(node, dict):
        for key, value in node.items():
            yield from _walk_assumptions(f"{prefix}.{key}", value)
    elif prefix == "inputs.exclusions":
        for number, value in enumerate(node, 1):
            yield from _walk_assumptions(f"{prefix}.{number}", value)
