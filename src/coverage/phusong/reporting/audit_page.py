"""The page of a data audit: what is wrong, doubtful, guessed, and how the inputs were read."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from phusong.analysis.audit import Finding, GuessShare
from phusong.errors import DataError
from phusong.geo.network import Network
from phusong.reporting.escape import text
from phusong.reporting.facts import Bilingual, Column, same
from phusong.reporting.input_tables import assumption_table
from phusong.reporting.page_tables import PageTable, table_html
from phusong.reporting.policy import loaded_from_outside
from phusong.reporting.shell import document
from phusong.reporting.study_facts import practice_words
from phusong.reporting.words import field_names
from phusong.study import Study

_TITLE = Bilingual("Kiểm tra dữ liệu đầu vào", "Data audit")
_SEVERITIES = {
    "error": Bilingual("Lỗi: không dùng được", "Errors: cannot be used"),
    "warning": Bilingual("Cảnh báo: cần xem lại", "Warnings: look at these"),
    "note": Bilingual("Ghi chú", "Notes"),
}
_KINDS = {
    "bad-cell": Bilingual("Ô không hợp lệ", "Bad cell"),
    "unusable": Bilingual("Không đọc được", "Unusable"),
    "noticed": Bilingual("Lưu ý khi đọc", "Noticed in reading"),
    "unknown-ground": Bilingual("Địa hình không rõ (biển?)", "Unknown ground (sea?)"),
    "far-from-communes": Bilingual("Xa các xã", "Far from the communes"),
    "near-sites": Bilingual("Hai trạm quá gần nhau", "Two sites at one place"),
    "shared-sites": Bilingual("Dùng chung vị trí", "Shared place"),
    "scattered-site": Bilingual("Một trạm nhiều vị trí", "One site, several places"),
    "antenna-above-mast": Bilingual("Ăng ten cao hơn cột", "Antenna above the mast"),
    "tall-mast": Bilingual("Cột cao bất thường", "Tall mast"),
    "strong-eirp": Bilingual("EIRP lớn bất thường", "Strong EIRP"),
    "operator-without-sites": Bilingual("Nhà mạng không có trạm", "Operator without sites"),
    "operator-without-4g": Bilingual("Nhà mạng không có 4G", "Operator without 4G"),
    "incomplete-list": Bilingual("Danh sách thiếu trạm", "Incomplete list"),
    "crowd-sourced": Bilingual("Chỉ có dữ liệu cộng đồng", "Crowd-sourced alone"),
    "planned-sectors": Bilingual("Sector dự kiến", "Planned sectors"),
    "broken-sectors": Bilingual("Sector hỏng", "Broken sectors"),
}
_FACTS = {
    "grid": Bilingual("Lưới ô", "Grid"),
    "terrain": Bilingual("Địa hình", "Terrain"),
    "people": Bilingual("Dân số", "People"),
    "communes": Bilingual("Các xã", "Communes"),
    "places": Bilingual("Thôn, cơ sở, đường", "Villages, facilities, lines"),
    "network": Bilingual("Mạng lưới", "Network"),
}
_CHANGES = {
    "encoding": Bilingual("Bảng mã", "Encoding"),
    "sheet": Bilingual("Trang tính", "Sheet"),
    "header": Bilingual("Dòng tiêu đề", "Header"),
    "heading": Bilingual("Tên cột", "Heading"),
    "not used": Bilingual("Không dùng", "Not used"),
    "value of the study": Bilingual("Giá trị trong tệp nghiên cứu", "Value of the study"),
    "merged cells": Bilingual("Ô gộp", "Merged cells"),
    "hidden characters": Bilingual("Ký tự ẩn", "Hidden characters"),
    "axis": Bilingual("Trục toạ độ", "Axis"),
    "split": Bilingual("Tách toạ độ", "Split"),
    "decimal comma": Bilingual("Dấu phẩy thập phân", "Decimal comma"),
    "thousands": Bilingual("Dấu phân cách nghìn", "Thousands"),
    "degrees, minutes, seconds": Bilingual("Độ, phút, giây", "Degrees, minutes, seconds"),
    "coarse position": Bilingual("Toạ độ làm tròn", "Coarse position"),
    "unit removed": Bilingual("Bỏ đơn vị", "Unit removed"),
    "unit converted": Bilingual("Đổi đơn vị", "Unit converted"),
    "band": Bilingual("Băng tần", "Band"),
    "word": Bilingual("Từ ngữ", "Word"),
    "word for missing": Bilingual("Ghi là không có", "Word for missing"),
    "omnidirectional": Bilingual("Vô hướng", "Omnidirectional"),
    "cells grouped": Bilingual("Gộp cell thành trạm", "Cells grouped"),
    "same cell twice": Bilingual("Cell trùng", "Same cell twice"),
    "few observations": Bilingual("Ít mẫu quan sát", "Few observations"),
    "wide site": Bilingual("Trạm phân tán", "Wide site"),
}
_ANY = Bilingual("Bất kỳ trường nào", "Any field")


@dataclass(frozen=True)
class AuditContent:
    """Everything that the page of an audit says.

    Parameters
    ----------
    study
        The study.
    facts
        What the inputs hold: a name and a sentence each.
    findings
        Errors, warnings and notes.
    network
        The tower list as read; None when it cannot be.
    shares
        How much rests on filled values.
    defaults
        The study's values that fill a column, in words, by column.
    """

    study: Study
    facts: tuple[tuple[str, str], ...]
    findings: tuple[Finding, ...]
    network: Network | None
    shares: tuple[GuessShare, ...]
    defaults: Mapping[str, str]


def audit_page(content: AuditContent) -> str:
    r"""Write an audit as one self-contained page.

    Parameters
    ----------
    content
        What it says, as data; all of it is encoded here.

    Returns
    -------
    str
        The page, for a file in UTF-8 with ``newline="\n"``.
    """
    study = content.study
    name = Bilingual(study.study.title_vi, study.study.title_en)
    cards = "".join(_card(severity, content.findings) for severity in _SEVERITIES)
    tables = "".join(table_html(table) for table in _tables(content))
    body = (
        f'<header class="head"><div class="words"><h1>{_TITLE.html()}</h1>'
        f"<p>{name.html()}</p></div></header>\n"
        f'<main><section><div class="cards">{cards}</div>{tables}</section></main>'
    )
    page = document(title=_TITLE.plain, body=body, practice=practice_words(study))
    outside = loaded_from_outside(page)
    if outside:
        raise DataError(f"audit page would load {', '.join(outside)} from outside; nothing may be")
    return page


def _card(severity: str, findings: Sequence[Finding]) -> str:
    count = sum(finding.severity == severity for finding in findings)
    alarm = " alarming" if severity == "error" and count else ""
    return (
        f'<div class="card{alarm}"><div class="number t">{text(count)}</div>'
        f"<div>{_SEVERITIES[severity].html()}</div></div>"
    )


def _tables(content: AuditContent) -> list[PageTable]:
    tables = [
        _findings_table(severity, content.findings)
        for severity in _SEVERITIES
        if any(finding.severity == severity for finding in content.findings)
    ]
    tables.append(
        PageTable(
            Bilingual("Dữ liệu đã đọc", "What was read"),
            (Column(Bilingual("Dữ liệu", "Data")), Column(Bilingual("Nội dung", "Content"))),
            tuple((_FACTS.get(name, same(name)).plain, words) for name, words in content.facts),
        )
    )
    if content.network is not None:
        tables += [
            _changes_table(content.network),
            _filled_table(content.network, content.defaults),
            _left_out_table(content.network),
        ]
    if content.shares:
        tables.append(_shares_table(content.shares))
    return [*tables, assumption_table(content.study)]


def _findings_table(severity: str, findings: Sequence[Finding]) -> PageTable:
    return PageTable(
        _SEVERITIES[severity],
        (
            Column(Bilingual("Loại", "Kind")),
            Column(Bilingual("Dữ liệu", "Input")),
            Column(Bilingual("Dòng", "Row")),
            Column(Bilingual("Chi tiết", "Detail")),
            Column(Bilingual("Trường hợp", "Cases")),
        ),
        tuple(
            (
                _KINDS.get(f.kind, same(f.kind)).plain, f.subject, f.line, f.text,
                "; ".join(f.cases) + (" …" if f.count > len(f.cases) > 0 else ""),
            )
            for f in findings
            if f.severity == severity
        ),
    )  # fmt: skip


def _changes_table(network: Network) -> PageTable:
    return PageTable(
        Bilingual("Danh sách trạm được đọc thế nào", "How the tower list was read"),
        (
            Column(Bilingual("Cách đọc", "What was done")),
            Column(Bilingual("Cột", "Column")),
            Column(Bilingual("Số lần", "Times")),
            Column(Bilingual("Ví dụ đầu tiên", "First case")),
        ),
        tuple(
            (_CHANGES.get(c.kind, same(c.kind)).plain, c.column, c.count, c.example)
            for c in network.changes
        ),
    )


def _filled_table(network: Network, defaults: Mapping[str, str]) -> PageTable:
    return PageTable(
        Bilingual("Trường thiếu, điền theo giả định", "Missing fields, filled from defaults"),
        (
            Column(Bilingual("Trường", "Field")),
            Column(Bilingual("Cột", "Column")),
            Column(Bilingual("Số sector", "Sectors")),
            Column(Bilingual("Giá trị điền", "Filled with")),
        ),
        tuple(
            (field_names([column]).plain, column, count, defaults.get(column, ""))
            for column, count in network.filled.items()
        ),
    )


def _left_out_table(network: Network) -> PageTable:
    return PageTable(
        Bilingual("Bị bỏ qua", "Left out"),
        (Column(Bilingual("Vì sao", "Why")),),
        tuple((line,) for line in network.left_out),
    )


def _shares_table(shares: Sequence[GuessShare]) -> PageTable:
    return PageTable(
        Bilingual("Bao nhiêu dựa trên giá trị điền", "How much rests on filled values"),
        (
            Column(Bilingual("Trường", "Field")),
            Column(Bilingual("Số sector", "Sectors")),
            Column(Bilingual("Số trạm", "Sites")),
            Column(Bilingual("Số dân", "People"), decimals=0),
            Column(Bilingual("Diện tích", "Area"), unit="km²"),
        ),
        tuple(
            (
                (_ANY if s.column == "any" else field_names([s.column])).plain,
                s.sectors, s.sites, s.people, s.area_km2,
            )
            for s in shares
        ),
        note=Bilingual(
            "Tính theo trạm gần nhất trong các xã, không theo vùng phủ.",
            "By the nearest site within the communes, not by coverage.",
        ),
    )  # fmt: skip
