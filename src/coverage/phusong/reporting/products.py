"""What the files of a study are called, and what each of them answers."""

from collections.abc import Mapping
from pathlib import PurePosixPath

from phusong.analysis.reach import ANY
from phusong.reporting.facts import Bilingual, same
from phusong.reporting.pages import Product, ProductKind
from phusong.reporting.study_facts import EVERYONE
from phusong.reporting.words import MODEL_NAMES
from phusong.study import Study

BRIEF = "brief-"
"""Begins the name of every brief."""
PROVINCE = "province"
"""Ends the name of the brief for the province."""

_BRIEF_DETAIL = Bilingual(
    "Hai đến sáu trang A4 khi in: kết quả, ưu tiên, chi phí, giả định, chữ ký.",
    "Two to six pages on paper: results, priorities, money, assumptions, signatures.",
)
RESPONSE = "plan/response-"
"""Begins the name of every form that an operator fills in."""
_RESPONSE_DETAIL = Bilingual(
    "Nhà mạng điền đồng ý, từ chối hoặc điều chỉnh; nhập lại bằng phusong add.",
    "The operator agrees, declines or modifies; read back by phusong add.",
)
_MAPS = {
    "maps/coverage.html": (
        Bilingual("Bản đồ phủ sóng", "Coverage map"),
        Bilingual(
            "Vùng phủ, vùng trắng sóng, trạm và vị trí ưu tiên; mở được khi không có mạng.",
            "Coverage, white zones, sites and priorities; opens without a network.",
        ),
    ),
}
_TABLES = {
    "plan/priorities.xlsx": (
        Bilingual("Bảng ưu tiên đầu tư (Excel)", "Priorities (Excel)"),
        Bilingual(
            "Xây ở đâu trước, cho ai, chi phí và lý do; mã xã giữ nguyên số 0 ở đầu.",
            "Where to build first, for whom, cost and reason; commune codes keep their zeros.",
        ),
    ),
    "plan/priorities.csv": (
        Bilingual("Bảng ưu tiên đầu tư (CSV)", "Priorities (CSV)"),
        Bilingual("Cùng nội dung, cho phần mềm khác.", "The same, for other programs."),
    ),
    "plan/build-order.csv": (
        Bilingual("Thứ tự xây dựng", "Build order"),
        Bilingual(
            "Từng bước một, so với tập tốt nhất cho cùng số tiền.",
            "Step after step, beside the best set for the same money.",
        ),
    ),
    "plan/stability.csv": (
        Bilingual("Độ ổn định của xếp hạng", "How sure the ranking is"),
        Bilingual(
            "Khoảng hạng khi mức thu, giá và số dân thay đổi.",
            "Rank intervals when levels, prices and people are otherwise.",
        ),
    ),
    "plan/decisions.csv": (
        Bilingual("Trả lời của nhà mạng", "Answers of operators"),
        Bilingual(
            "Phương án được đồng ý, từ chối, dời; đã tính lại theo đó.",
            "Options agreed to, declined or moved; the plan follows them.",
        ),
    ),
    "plan/export/sites.csv": (
        Bilingual("Vị trí cho phần mềm quy hoạch", "Sites for planning tools"),
        Bilingual("Bảng vị trí để nhập vào Atoll và tương tự.", "For Atoll and the like."),
    ),
    "plan/export/transmitters.csv": (
        Bilingual("Máy phát cho phần mềm quy hoạch", "Transmitters for planning tools"),
        Bilingual("Ăng ten, hướng, góc cụp, EIRP.", "Antennas, azimuths, tilts, EIRP."),
    ),
    "plan/export/cells.csv": (
        Bilingual("Cell cho phần mềm quy hoạch", "Cells for planning tools"),
        Bilingual("Tần số và băng thông.", "Carriers and bandwidths."),
    ),
    "gaps/communes.csv": (
        Bilingual("Theo xã", "By commune"),
        Bilingual(
            "Diện tích và số người có sóng, sóng yếu, không có sóng; từng nhà mạng và gộp lại.",
            "Area and people covered, marginal, without signal; per operator and for all.",
        ),
    ),
    "gaps/totals.csv": (
        Bilingual("Cả các xã cộng lại", "All communes together"),
        Bilingual(
            "Diện tích và số người, với khoảng 80 %; từng nhà mạng và gộp lại.",
            "Area and people with 80 % intervals; per operator and for all.",
        ),
    ),
    "gaps/village-counts.csv": (
        Bilingual("Số thôn theo kết quả", "Villages by verdict"),
        Bilingual(
            "Số thôn trắng sóng, lõm sóng, có sóng theo xã, với khoảng 80 %.",
            "Villages without signal, in part, or covered, by commune, with 80 % intervals.",
        ),
    ),
    "gaps/environments.csv": (
        Bilingual("Theo xã và môi trường", "By commune and environment"),
        Bilingual(
            "Ngoài trời, trong xe, trong nhà: cùng các cột như bảng theo xã.",
            "Outdoors, in a vehicle, indoors: the same columns as the table by commune.",
        ),
    ),
    "gaps/models.csv": (
        Bilingual("Theo xã và mô hình truyền sóng", "By commune and propagation model"),
        Bilingual(
            "Cùng các cột theo từng mô hình, và nơi các mô hình nói khác nhau.",
            "The same columns by each model, and where the models decide otherwise.",
        ),
    ),
    "gaps/villages.csv": (
        Bilingual("Theo thôn", "By village"),
        Bilingual(
            "Kết quả, xác suất, mức thu tại trung tâm thôn và trong khu dân cư; từng nhà mạng.",
            "Verdict, probability, level at the centre and in the settlement; per operator.",
        ),
    ),
    "gaps/causes.csv": (
        Bilingual("Vì sao không có sóng, theo thôn", "Why there is no signal, by village"),
        Bilingual(
            "Địa hình, khoảng cách, công suất, hướng ăng ten, đường lên, không có trạm; kèm số dB.",
            "Terrain, distance, power, antenna, uplink, no site; with the dB it rests on.",
        ),
    ),
    "gaps/infrastructure.csv": (
        Bilingual("Hạ tầng theo thôn", "Infrastructure by village"),
        Bilingual(
            "Trạm gần, công nghệ, cáp quang, băng rộng cố định, điện lưới, đường; từng nhà mạng.",
            "Sites near, technologies, fibre, fixed broadband, grid, road; per operator.",
        ),
    ),
    "gaps/infrastructure-communes.csv": (
        Bilingual("Hạ tầng theo xã", "Infrastructure by commune"),
        Bilingual(
            "Số thôn có sóng, có trạm mà không có sóng, không có trạm; số thôn chưa rõ.",
            "Villages with a signal, with a site and none, without a site; how many are not known.",
        ),
    ),
    "gaps/offices.csv": (
        Bilingual("Trụ sở xã", "Commune offices"),
        Bilingual("Mạng LAN, đường truyền, sóng di động.", "LAN, connection, mobile signal."),
    ),
    "gaps/offices-target.csv": (
        Bilingual("Trụ sở xã so với kế hoạch", "Commune offices against the plan"),
        Bilingual("Số xã có mạng LAN, chưa có, chưa rõ.", "With a LAN, without, not known."),
    ),
    "gaps/facilities.csv": (
        Bilingual("Theo cơ sở công cộng", "By facility"),
        Bilingual(
            "Trường học, trạm y tế, trụ sở xã, cụm loa.",
            "Schools, clinics, commune offices, loudspeaker clusters.",
        ),
    ),
    "gaps/successors.csv": (
        Bilingual("Theo xã mới từ 1/7/2025", "By commune since 1 July 2025"),
        Bilingual(
            "Cùng kết quả, gộp theo các xã hình thành sau sắp xếp.",
            "The same results, gathered by the communes formed in the reform.",
        ),
    ),
    "gaps/criterion8.csv": (
        Bilingual("Tiêu chí số 8, theo xã", "Criterion 8, by commune"),
        Bilingual(
            "Từng chỉ tiêu thông tin và truyền thông: đạt hay chưa, dựa vào đâu.",
            "Each indicator of information and communication: met or not, and on what grounds.",
        ),
    ),
    "gaps/loudspeakers.csv": (
        Bilingual("Cụm loa", "Loudspeaker clusters"),
        Bilingual(
            "Cụm nào chạy được bằng sóng di động, cụm nào phải chờ phủ sóng.",
            "Which can run on a mobile signal, which wait for a gap to be closed.",
        ),
    ),
    "gaps/reported.csv": (
        Bilingual("Thôn được báo không có sóng", "Villages reported without signal"),
        Bilingual("Báo cáo bên cạnh kết quả mô hình.", "Reports beside the modelled verdicts."),
    ),
    "gaps/reported-confusion.csv": (
        Bilingual("Báo cáo so với mô hình", "Reports against the model"),
        Bilingual("Số thôn khớp và không khớp.", "How many villages agree, and do not."),
    ),
    "gaps/field-checks.csv": (
        Bilingual("Nơi nên đi đo", "Where to measure"),
        Bilingual(
            "Thôn mà báo cáo và mô hình nói khác nhau.",
            "Villages of which report and model disagree.",
        ),
    ),
    "gaps/address-codes.csv": (
        Bilingual("Mã địa chỉ", "Address codes"),
        Bilingual("Plus Code của thôn và hộ.", "Plus Codes of villages and households."),
    ),
    "reach/quality.csv": (
        Bilingual("Chất lượng theo xã", "Quality by commune"),
        Bilingual(
            "Số người theo mức tốc độ tải xuống giờ cao điểm; từng nhà mạng.",
            "People by class of download rate in the busy hour; per operator.",
        ),
    ),
    "reach/resilience.csv": (
        Bilingual("Khi một trạm ngừng hoạt động", "When a site goes down"),
        Bilingual(
            "Số người và diện tích mất sóng, từng trạm.",
            "People and area that lose service, for every site.",
        ),
    ),
    "scenarios/communes.csv": (
        Bilingual("Kịch bản", "Scenarios"),
        Bilingual(
            "Thay đổi về diện tích và số người so với mạng hiện tại, theo xã.",
            "Change of area and people against the network of today, by commune.",
        ),
    ),
    "reach/servers.csv": (
        Bilingual("Trạm và sector đã dùng", "Sites and sectors used"),
        Bilingual(
            "Số hiệu trong raster trạm phục vụ; trường nào được điền theo giả định.",
            "Numbers of the server rasters; which fields were filled from defaults.",
        ),
    ),
}
_FILES = {
    "gaps/no-signal.gpkg": (
        Bilingual("Vùng không có sóng (GeoPackage)", "Gaps (GeoPackage)"),
        Bilingual("Đa giác, mở bằng QGIS.", "Polygons, for QGIS."),
    ),
    "gaps/no-signal.parquet": (
        Bilingual("Vùng không có sóng (GeoParquet)", "Gaps (GeoParquet)"),
        Bilingual("Cùng các đa giác đó.", "The same polygons."),
    ),
    "plan/options.gpkg": (
        Bilingual("Vị trí ưu tiên (GeoPackage)", "Priorities (GeoPackage)"),
        Bilingual("Điểm kèm toàn bộ bảng ưu tiên.", "Points with the whole table."),
    ),
    "manifest.json": (
        Bilingual("Bản kê", "Manifest"),
        Bilingual(
            "Mã băm của mọi đầu vào và kết quả, giả định, phiên bản.",
            "Checksums of every input and result, assumptions, versions.",
        ),
    ),
}
_RASTERS = {
    "level": Bilingual("mức thu [dBm]", "received level [dBm]"),
    "probability": Bilingual("xác suất có sóng [%]", "probability of coverage [%]"),
    "server": Bilingual("sector phục vụ tốt nhất", "best server"),
    "rate": Bilingual("tốc độ tải xuống giờ cao điểm [Mbit/s]", "download rate [Mbit/s]"),
    "sinr": Bilingual("tỷ số tín hiệu trên nhiễu [dB]", "signal to interference and noise [dB]"),
    "sites": Bilingual("số trạm phủ sóng", "sites that cover"),
    "spare": Bilingual(
        "xác suất có sóng khi mất trạm tốt nhất [%]",
        "probability of coverage without the best site [%]",
    ),
    "agreement": Bilingual(
        "mô hình nào có sóng (0 không, 1 thứ nhất, 2 thứ hai, 3 cả hai)",
        "which model gives a signal (0 neither, 1 the first, 2 the second, 3 both)",
    ),
    "direction": Bilingual(
        "hướng yếu hơn (1 xuống, 2 lên)", "weaker direction (1 downlink, 2 uplink)"
    ),
}
_NOTEBOOKS = {
    "notebooks/00_quickstart.html": (
        Bilingual("Bắt đầu nhanh", "Quick start"),
        Bilingual("Bốn bước và câu trả lời.", "Four steps and the answer."),
    ),
    "notebooks/01_data.html": (
        Bilingual("Dữ liệu", "Data"),
        Bilingual("Dựa trên dữ liệu và giả định nào?", "Which data and assumptions?"),
    ),
    "notebooks/02_reach.html": (
        Bilingual("Vùng phủ sóng", "Reach"),
        Bilingual("Mỗi nhà mạng phủ đến đâu?", "How far does each operator reach?"),
    ),
    "notebooks/03_gaps.html": (
        Bilingual("Vùng không có sóng", "Gaps"),
        Bilingual("Ai không có sóng, và ở đâu?", "Who has no signal, and where?"),
    ),
    "notebooks/04_priorities.html": (
        Bilingual("Ưu tiên đầu tư", "Priorities"),
        Bilingual("Nên xây ở đâu trước?", "Where to build first?"),
    ),
}
_WORDS: tuple[tuple[ProductKind, Mapping[str, tuple[Bilingual, Bilingual]]], ...] = (
    ("map", _MAPS),
    ("commune", {}),
    ("brief", {}),
    ("notebook", _NOTEBOOKS),
    ("table", _TABLES),
    ("file", _FILES),
)


def products_of(
    study: Study,
    files: Mapping[str, int | None],
    communes: Mapping[str, Bilingual] | None = None,
) -> tuple[Product, ...]:
    """Every file of a study as the index lists it.

    Parameters
    ----------
    study
        Operators, whose names stand for their keys.
    files
        Size by path relative to the index, None where it is not known [byte].
    communes
        What the pages of communes are called, by path, in their order.

    Returns
    -------
    tuple of Product
        Maps, notebooks, tables, other files; a file without words stands under its own name.
    """
    pages = communes or {}
    known: dict[str, tuple[ProductKind, Bilingual, Bilingual | None]]
    known = {path: (kind, *words) for kind, table in _WORDS for path, words in table.items()}
    known |= {path: ("commune", words, None) for path, words in pages.items()}
    listed = [
        Product(kind, path, title, detail, size_bytes=files[path])
        for path, (kind, title, detail) in known.items()
        if path in files
    ]
    listed += [
        _unnamed(study, path, size) for path, size in sorted(files.items()) if path not in known
    ]
    order = [kind for kind, _ in _WORDS]
    return tuple(sorted(listed, key=lambda product: order.index(product.kind)))


def _unnamed(study: Study, path: str, size: int | None) -> Product:
    """A file without words of its own: a raster by its operator and quantity, or a name."""
    file = PurePosixPath(path)
    kind: ProductKind
    if path.startswith(BRIEF):
        return Product("brief", path, _brief_words(study, file.stem), _BRIEF_DETAIL, size)
    if file.suffix == ".html":
        kind = "notebook" if file.parts[0] == "notebooks" else "map"
        return Product(kind, path, same(file.stem), size_bytes=size)
    if file.suffix == ".tif":
        return Product("file", path, _raster_words(study, file.stem), _second(study, path), size)
    if path.startswith(RESPONSE):
        name = file.stem.removeprefix("response-")
        shown = {op.key: op.name for op in study.operators}.get(name, name)
        title = Bilingual(f"Phiếu trả lời của {shown}", f"Response form of {shown}")
        return Product("table", path, title, _RESPONSE_DETAIL, size)
    kind = "table" if file.suffix in {".csv", ".xlsx"} else "file"
    return Product(kind, path, same(file.name), size_bytes=size)


def _second(study: Study, path: str) -> Bilingual | None:
    """What to know of a raster that is not by the study's first model."""
    model = path.split("/")[1]
    if model not in study.propagation.models[1:]:
        return None
    name, step = MODEL_NAMES[model], study.propagation.second_model_step
    return Bilingual(
        f"Theo mô hình thứ hai, {name}; một điểm thu trong mỗi {step} × {step} ô.",
        f"By the second model, {name}; one receiver in each {step} × {step} cells.",
    )


def _brief_words(study: Study, stem: str) -> Bilingual:
    names = {f"{BRIEF}{op.key}": op.name for op in study.operators}
    name = names.get(stem)
    if name is None:
        return Bilingual("Tóm tắt cho tỉnh", "Brief for the province")
    return Bilingual(f"Tóm tắt cho {name}", f"Brief for {name}")


def _raster_words(study: Study, stem: str) -> Bilingual:
    """For example ``nha-mang-a-lte-level``: the operator's name, technology, quantity."""
    rest, _, quantity = stem.rpartition("-")
    names = {ANY: EVERYONE, **{op.key: same(op.name) for op in study.operators}}
    key = next((k for k in names if rest.startswith(f"{k}-")), None)
    if key is None or quantity not in _RASTERS:
        return same(stem)
    technology, words = rest.removeprefix(f"{key}-").upper(), _RASTERS[quantity]
    if technology == ANY.upper():
        return Bilingual(
            f"{names[key].vi}, mọi công nghệ: {words.vi}",
            f"{names[key].en}, any technology: {words.en}",
        )
    return Bilingual(
        f"{names[key].vi}, {technology}: {words.vi}", f"{names[key].en}, {technology}: {words.en}"
    )
