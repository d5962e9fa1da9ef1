"""Operators that a study file names by their keys, turned into names."""

from collections.abc import Mapping
from typing import Any


def by_name(facts: Mapping[str, Any]) -> dict[str, Any]:
    """Facts of a study file in which operators of measurements and tower lists go by name.

    Parameters
    ----------
    facts
        The study file as it was written, not yet checked.

    Returns
    -------
    dict
        The same, where a key of ``operators`` stood its name stands; what is not understood
        stays as it is for the checks that follow.
    """
    names = {
        str(one["key"]): str(one["name"])
        for one in _tables(facts.get("operators"))
        if "key" in one and "name" in one
    }
    changed = dict(facts)
    if isinstance(facts.get("measurements"), list | tuple):
        changed["measurements"] = [_measured(one, names) for one in facts["measurements"]]
    inputs = facts.get("inputs")
    if isinstance(inputs, Mapping) and isinstance(inputs.get("towers"), Mapping):
        changed["inputs"] = {**inputs, "towers": _towers(inputs["towers"], names)}
    return changed


def _tables(given: Any) -> list[Mapping[str, Any]]:
    listed = given if isinstance(given, list | tuple) else []
    return [one for one in listed if isinstance(one, Mapping)]


def _measured(given: Any, names: Mapping[str, str]) -> Any:
    if not isinstance(given, Mapping) or not isinstance(given.get("operator"), str):
        return given
    return {**given, "operator": names.get(given["operator"], given["operator"])}


def _towers(given: Mapping[str, Any], names: Mapping[str, str]) -> dict[str, Any]:
    changed = dict(given)
    if isinstance(given.get("operators"), Mapping):
        changed["operators"] = {
            word: names.get(name, name) if isinstance(name, str) else name
            for word, name in given["operators"].items()
        }
    if isinstance(given.get("also"), list | tuple):
        changed["also"] = [
            _towers(one, names) if isinstance(one, Mapping) else one for one in given["also"]
        ]
    return changed
