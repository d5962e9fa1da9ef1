"""Words of the form on which an operator answers about its options."""

import pandas as pd

from phusong.reporting.escape import spreadsheet_text
from phusong.study import PRACTICE_LABEL, Study

HEADINGS = {
    "option_id": "Mã phương án / option_id",
    "rank": "Hạng / rank",
    "kind": "Loại / kind",
    "commune": "Xã / commune",
    "villages": "Trung tâm thôn được phủ / villages",
    "latitude": "Vĩ độ / latitude",
    "longitude": "Kinh độ / longitude",
    "antenna_height_m": "Độ cao ăng ten [m] / antenna_height_m",
    "people_newly_covered": "Số người phủ mới / people_newly_covered",
    "capex": "Vốn đầu tư / capex",
    "present_value": "Giá trị hiện tại / present_value",
    "currency": "Tiền tệ / currency",
    "answer": "Trả lời / answer",
    "reason": "Lý do / reason",
    "corrected_latitude": "Vĩ độ đề nghị / corrected_latitude",
    "corrected_longitude": "Kinh độ đề nghị / corrected_longitude",
    "planned_quarter": "Quý dự kiến / planned_quarter",
    "signer": "Người ký / signer",
}
FORMATS = {
    "latitude": "0.000000", "longitude": "0.000000", "people_newly_covered": "#,##0",
    "capex": "#,##0", "present_value": "#,##0",
}  # fmt: skip
"""How numbers are shown."""
ANSWERS = ("đồng ý / agree", "từ chối / decline", "điều chỉnh / modify")
MESSAGES = {
    "answer": "Chọn trong danh sách / choose from the list",
    "reason": "Bắt buộc khi từ chối / needed to decline",
    "corrected_latitude": "WGS 84, độ, chỉ khi điều chỉnh / degrees, only to modify",
    "corrected_longitude": "WGS 84, độ, chỉ khi điều chỉnh / degrees, only to modify",
    "planned_quarter": "Ví dụ / for example: 2026-Q3",
    "signer": "Bắt buộc khi có trả lời / needed with an answer",
}
_LINES = (
    "Hướng dẫn: mỗi dòng của trang 'response' là một phương án. Điền các ô màu vàng, các ô "
    "khác bị khóa; dòng để trống là chưa trả lời.",
    "How to answer: each row of the sheet 'response' is one option. Fill in the yellow cells, "
    "all others are locked; a row left empty is no answer.",
    "đồng ý / agree: phương án được coi là sẽ xây dựng; các phương án khác được tính lại. / the "
    "option counts as decided; the others are ranked for who is left.",
    "từ chối / decline: phương án bị loại; cần lý do. / the option is taken out; a reason is "
    "needed.",
    "điều chỉnh / modify: cho tọa độ mới (WGS 84, độ) hoặc lý do; phương án được tính lại tại tọa "
    "độ mới. / give another position (WGS 84, degrees) or a reason; it is computed there again.",
    "Gửi lại tệp này; nhập bằng lệnh: phusong add NGHIÊN-CỨU.toml TỆP.xlsx / Send this file back; "
    "it is read by: phusong add STUDY.toml FILE.xlsx",
)


def response_table(own: pd.DataFrame, study: Study) -> pd.DataFrame:
    """Rows of a form, under its headings.

    Parameters
    ----------
    own
        The operator's options, rows of ``plan/priorities.csv``.
    study
        Whether it is practice data.

    Returns
    -------
    pandas.DataFrame
        What is known of each option, and empty columns for the answer.
    """
    made = {}
    for name, heading in HEADINGS.items():
        column = own[name] if name in own else pd.Series("", index=own.index, dtype=str)
        if name == "kind" and {"kind_vi", "kind_en"} <= set(own.columns):
            column = own["kind_vi"] + " / " + own["kind_en"]
        is_number = pd.api.types.is_numeric_dtype(column)
        made[heading] = column if is_number else column.astype(str).map(spreadsheet_text)
    if study.study.practice_data:
        made["data_status"] = pd.Series(PRACTICE_LABEL, index=own.index)
    return pd.DataFrame(made)


def response_head(study: Study, operator: str) -> str:
    """What stands above the headings.

    Parameters
    ----------
    study
        Its titles.
    operator
        Name of the operator that answers.

    Returns
    -------
    str
        Both languages, with the word for practice data.
    """
    mark = f"{PRACTICE_LABEL}. " if study.study.practice_data else ""
    return (
        f"{mark}Phiếu trả lời của {operator} – {study.study.title_vi} / Response form of "
        f"{operator} – {study.study.title_en}"
    )


def response_lines(study: Study) -> tuple[str, ...]:
    """Lines of the sheet of instructions.

    Parameters
    ----------
    study
        Whether it is practice data.

    Returns
    -------
    tuple of str
        Vietnamese and English.
    """
    return (*([PRACTICE_LABEL] if study.study.practice_data else []), *_LINES)
