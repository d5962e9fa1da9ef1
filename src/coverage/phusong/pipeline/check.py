"""What is missing, guessed or suspicious in a study's inputs."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from typing import Any, Literal

from phusong.analysis.audit import Finding, GuessShare, guess_shares, network_findings
from phusong.analysis.audit_limits import limit_findings
from phusong.errors import DataError, PhusongError
from phusong.geo.limits import UNLIMITED
from phusong.geo.network import Network
from phusong.language import template, translated
from phusong.pipeline.input_files import named_inputs, refuse_missing
from phusong.pipeline.inputs import Inputs
from phusong.pipeline.origins import unstated_findings
from phusong.reporting.audit_page import (
    AuditContent,
    audit_page,
    change_words,
    resting_words,
    subject_words,
)
from phusong.reporting.notices import licence_words
from phusong.sources.tables import TableError
from phusong.study import PRACTICE_LABEL, Study, TowerDefaults

CLEAN, DOUBTFUL, UNUSABLE = 0, 1, 2
"""Exit status: nothing suspicious, warnings, errors."""
JSON_FORMAT = 1
_PARTS = (
    "communes", "grid", "terrain", "clutter", "network", "own_coverage", "limits", "places",
    "people", "reported", "criteria", "appraisals", "infrastructure", "offices",
)  # fmt: skip
_SUBJECTS = {
    "network": "towers", "communes": "boundaries", "people": "population",
    "own_coverage": "operator_coverage", "criteria": "criterion8", "appraisals": "indicators",
}  # fmt: skip
_DEFAULTS = {
    "frequency_mhz": ("frequency",),
    "bandwidth_mhz": ("bandwidth",),
    "mast_height_m": ("mast_height",),
    "antenna_height_m": ("antenna_height",),
    "eirp_dbm": (
        "carrier_power", "antenna_gain_below_1ghz", "antenna_gain_above_1ghz", "feeder_loss",
    ),
    "electrical_tilt_deg": ("electrical_tilt",),
    "mechanical_tilt_deg": ("mechanical_tilt",),
    "beamwidth_deg": ("horizontal_beamwidth",),
}  # fmt: skip

WORDS = (
    template("grid"), template("terrain"), template("people"), template("communes"),
    template("places"), template("network"), template("inputs:"), template("nothing"),
    template("errors"), template("warnings"), template("notes"), template("any"),
)  # fmt: skip
"""Single words that the text for a terminal is headed by."""


@dataclass(frozen=True)
class Audit:
    """What was found in a study's inputs.

    Parameters
    ----------
    study
        The study.
    facts
        What the inputs hold: a name and a sentence each.
    findings
        Errors, warnings and notes.
    messages
        Messages of the errors, as a run would show them.
    network
        The tower list as read; None when it cannot be.
    shares
        How many people and how much area rest on filled values.
    """

    study: Study
    facts: tuple[tuple[str, str], ...]
    findings: tuple[Finding, ...]
    messages: tuple[str, ...]
    network: Network | None
    shares: tuple[GuessShare, ...]

    @property
    def status(self) -> int:
        """Exit status: 0 clean, 1 warnings, 2 errors."""
        found = {finding.severity for finding in self.findings}
        return UNUSABLE if "error" in found else DOUBTFUL if "warning" in found else CLEAN


def audit_inputs(study: Study) -> Audit:
    """Read every input and look for what is missing, guessed, doubled or implausible.

    Parameters
    ----------
    study
        The study.

    Returns
    -------
    Audit
        Everything that was found; inputs that cannot be used are findings, too.
    """
    inputs = Inputs(study)
    findings: list[Finding] = []
    messages: list[str] = []
    read: dict[str, Any] = {}
    try:
        refuse_missing(study)
        for part in _PARTS:
            try:
                read[part] = getattr(inputs, part)
                if part == "network":
                    inputs.network.on_air()
            except PhusongError as error:
                subject = _SUBJECTS.get(part, part)
                findings += _errors(error, subject)
                messages.append(str(error))
                if part in {"communes", "grid"}:
                    break  # everything else lives on them
    except DataError as error:
        findings += _errors(error, "files")
        messages.append(str(error))
    findings += [
        Finding("warning", "noticed", key, line)
        for key, lines in inputs.noticed.items()
        for line in lines
    ]
    findings += unstated_findings(study)
    network: Network | None = read.get("network")
    shares: tuple[GuessShare, ...] = ()
    if network is not None and {"communes", "terrain"} <= set(read):
        findings += network_findings(
            network, read["terrain"], read["communes"],
            margin_m=1000.0 * study.area.margin_km,
            operators=[op.name for op in study.operators],
            technologies=list(study.technologies),
            mapped=[
                op.name
                for op in study.operators
                for given in study.inputs.operator_coverage
                if given.operator in {op.name, op.key}
            ],
            stations={op.name: op.stations.value for op in study.operators if op.stations},
        )  # fmt: skip
        findings += limit_findings(
            network, read["terrain"], read["communes"], read.get("limits", UNLIMITED)
        )
    if network is not None and {"communes", "people"} <= set(read):
        shares = guess_shares(network, read["people"], read["communes"])
    return Audit(
        study, tuple(_facts(study, read)), tuple(findings), tuple(messages), network, shares
    )


def _errors(error: PhusongError, subject: str) -> Iterator[Finding]:
    """One finding for each fault of a table, or one for the whole input."""
    if isinstance(error, TableError):
        for fault in error.faults:
            yield Finding(
                "error", "bad-cell", subject, fault.message,
                line=fault.line, column=fault.column, value=fault.value,
            )  # fmt: skip
    else:
        yield Finding("error", "unusable", subject, str(error))


def _facts(study: Study, read: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """What the inputs hold, as far as they could be read."""
    if "grid" in read:
        rows, cols = read["grid"].shape
        yield (
            "grid", f"{rows} x {cols} cells of {read['grid'].resolution_m:g} m, {read['grid'].crs}",
        )  # fmt: skip
    if "terrain" in read:
        yield "terrain", f"{read['terrain'].unknown_cells} of {rows * cols} cells unknown"
    if "people" in read:
        yield "people", f"{read['people'].total:,.0f} on the grid"
    if "communes" in read:
        communes = read["communes"]
        yield "communes", f"{len(communes.codes)} ({', '.join(communes.names.values())})"
    if "places" in read:
        places = read["places"]
        yield (
            "places",
            f"{len(places.villages)} villages, {len(places.facilities)} facilities, "
            f"{len(places.roads)} roads, {len(places.power_lines)} power lines",
        )
    for limit in read.get("limits", UNLIMITED).forbidden:
        names = ", ".join(limit.names)
        yield (
            f"no new sites: {limit.title_en}",
            f"{limit.shape.area / 1e6:,.1f} km² in and near the frame"
            f"{f' ({names})' if names else ''}",
        )
    for told in read.get("own_coverage", ()):
        yield (
            f"{told.operator}, own {told.technology} map",
            f"{int(told.covered.sum())} of {told.known.size} cells covered, {told.unknown_cells} "
            f"unknown ({told.source}, {told.date})",
        )
    if "network" in read:
        network = read["network"]
        yield "network", f"{len(network.site_ids)} sites, {len(network.sectors)} sectors"
        for operator in study.operators:
            sectors = [s for s in network.sectors if s.operator == operator.name]
            sites = len({s.site_id for s in sectors})
            yield operator.name, f"{sites} sites, {len(sectors)} sectors"


def default_words(column: str, defaults: TowerDefaults) -> str:
    """The study's values that fill a column.

    Parameters
    ----------
    column
        Column of the tower list.
    defaults
        The study's values.

    Returns
    -------
    str
        Names, values and units; empty for a column that is guessed in another way.
    """
    words = []
    for name in _DEFAULTS.get(column, ()):
        given = getattr(defaults, name)
        several = given if isinstance(given, dict) else {"": given}
        words += [
            f"{'.'.join(part for part in (name, key) if part)} = {q.value:g} {q.unit}"
            for key, q in several.items()
        ]
    return ", ".join(words)


def report_text(audit: Audit, language: str = "en") -> str:
    """An audit as text for a terminal.

    Parameters
    ----------
    audit
        What was found.
    language
        Of the study's title, ``vi`` or ``en``; the rest is told in English
        (:func:`phusong.language.retold` has it in Vietnamese).

    Returns
    -------
    str
        Lines.
    """
    study, network = audit.study, audit.network
    title = study.study.title_vi if language == "vi" else study.study.title_en
    lines = [f"{translated('study', language)} {study.study.name}: {title}"]
    if study.study.practice_data:
        lines.append(PRACTICE_LABEL)
    lines += [f"{name}: {words}" for name, words in audit.facts]
    lines.append("inputs:")
    lines += [
        f"  {_called(key, language)}: {source.source} "
        f"({licence_words(source.licence).vi if language == 'vi' else source.licence})"
        for key, source, _ in named_inputs(study)
    ]
    lines.append("how the tower list was read:")
    changes = network.changes if network else ()
    lines += [
        f"  {_kind(c.kind, language)}, {c.column or translated('file', language)} "
        f"({c.count}): {c.example}"
        for c in changes
        if not c.doubtful
    ] or ["  as it is written"]
    lines.append("filled from the study's defaults (sectors):")
    filled = network.filled if network else {}
    for column, count in filled.items():
        words = default_words(column, study.towers)
        lines.append(f"  {column}: {count}{f' ({words})' if words else ''}")
    lines += [] if filled else ["  nothing"]
    if audit.shares:
        lines.append("rests on filled values (communes, by nearest site):")
        resting = [resting_words(share) for share in audit.shares]
        lines += [f"  {words.vi if language == 'vi' else words.en}" for words in resting]
    unverified = sum(not a.verified for a in study.assumptions())
    lines.append(f"assumptions: {len(study.assumptions())}, of them {unverified} not verified")
    lines += list(_finding_lines(audit, language))
    return "\n".join(lines)


def _called(key: str, language: str) -> str:
    """A part of the inputs: its key, which stands in the study file, behind Vietnamese words."""
    return f"{subject_words(key).vi} ({key})" if language == "vi" else key


def _kind(kind: str, language: str) -> str:
    return change_words(kind).vi if language == "vi" else kind


def _finding_lines(audit: Audit, language: str) -> Iterator[str]:
    for severity, title in (("error", "errors"), ("warning", "warnings"), ("note", "notes")):
        found = [f for f in audit.findings if f.severity == severity]
        if severity == "note" and audit.network:
            left = [f"  left out: {line}" for line in audit.network.left_out]
        else:
            left = []
        yield f"{title}: {len(found) + len(left)}"
        for finding in found:
            cases = f": {', '.join(finding.cases[:5])}" if finding.cases else ""
            more = " …" if len(finding.cases) > 5 else ""
            yield f"  {_called(finding.subject, language)}: {finding.text}{cases}{more}"
        yield from left


def report_json(audit: Audit) -> str:
    """An audit for a machine.

    Parameters
    ----------
    audit
        What was found.

    Returns
    -------
    str
        JSON; ``format`` counts up when a key changes its meaning.
    """
    study, network = audit.study, audit.network
    words: dict[int, Literal["clean", "warnings", "errors"]] = {
        CLEAN: "clean", DOUBTFUL: "warnings", UNUSABLE: "errors",
    }  # fmt: skip
    facts = {
        "format": JSON_FORMAT,
        "study": study.study.name,
        "practice_data": study.study.practice_data,
        "status": words[audit.status],
        "facts": dict(audit.facts),
        "inputs": [
            {"key": key, "files": list(files), "source": source.source, "licence": source.licence}
            for key, source, files in named_inputs(study)
        ],
        "findings": [asdict(finding) for finding in audit.findings],
        "left_out": list(network.left_out) if network else [],
        "changes": [asdict(change) for change in network.changes] if network else [],
        "filled": [
            {"column": column, "sectors": count, "by": default_words(column, study.towers)}
            for column, count in (network.filled.items() if network else ())
        ],
        "rests_on_filled_values": [asdict(share) for share in audit.shares],
        "assumptions": [a.model_dump(mode="json") for a in study.assumptions()],
    }
    return json.dumps(facts, ensure_ascii=False, indent=2, allow_nan=False) + "\n"


def report_page(audit: Audit) -> str:
    """An audit as one self-contained page.

    Parameters
    ----------
    audit
        What was found.

    Returns
    -------
    str
        The page.
    """
    return audit_page(audit_content(audit))


def audit_content(audit: Audit) -> AuditContent:
    """What the page of an audit says.

    Parameters
    ----------
    audit
        What was found.

    Returns
    -------
    AuditContent
        For :func:`phusong.reporting.audit_page.audit_page`.
    """
    columns = audit.network.filled if audit.network else {}
    return AuditContent(
        study=audit.study,
        facts=audit.facts,
        findings=audit.findings,
        network=audit.network,
        shares=audit.shares,
        defaults={column: default_words(column, audit.study.towers) for column in columns},
    )


def input_report(study: Study) -> str:
    """Read every input and say what was found, filled and noticed.

    Parameters
    ----------
    study
        The study.

    Returns
    -------
    str
        Text for people.

    Raises
    ------
    DataError
        An input cannot be used.
    """
    audit = audit_inputs(study)
    if audit.messages:
        raise DataError("\n".join(audit.messages))
    return report_text(audit)
