"""Words for the keys of a study file, in Vietnamese and English."""

from collections.abc import Sequence

from phusong.reporting.facts import Assumption, Bilingual, same
from phusong.study import CHOICE
from phusong.study import Assumption as StudyAssumption

MODEL_NAMES = {"p1812": "ITU-R P.1812-8", "itm": "Longley–Rice ITM"}
"""Propagation models by their keys."""

_NAMES = {
    "entry_loss": Bilingual("Suy hao phía người dùng", "Loss on the user's side"),
    "receiver_height": Bilingual("Độ cao máy thu", "Receiver height"),
    "inputs.country.belt": Bilingual("Vành đai biên giới", "Border belt"),
    "inputs.exclusions": Bilingual("Vùng đệm của khu vực loại trừ", "Buffer of excluded area"),
    "propagation.delta_n": Bilingual("Gradien chiết suất ΔN", "Refractivity lapse rate ΔN"),
    "propagation.surface_refractivity_n0": Bilingual(
        "Chiết suất mực nước biển N₀", "Sea-level refractivity N₀"
    ),
    "propagation.itm.climate": Bilingual(
        "Vùng khí hậu của ITM (1 đến 7)", "Climate of ITM (1 to 7)"
    ),
    "propagation.itm.ground_permittivity": Bilingual(
        "Hằng số điện môi của mặt đất", "Permittivity of the ground"
    ),
    "propagation.itm.ground_conductivity": Bilingual(
        "Độ dẫn điện của mặt đất", "Conductivity of the ground"
    ),
    "service.covered": Bilingual("Xác suất để coi là có sóng", "Probability from which covered"),
    "service.marginal": Bilingual("Xác suất để coi là sóng yếu", "Probability from which marginal"),
    "service.model_error": Bilingual("Sai số mô hình (độ lệch chuẩn)", "Model error (std. dev.)"),
    "service.smallest_gap": Bilingual("Vùng lõm nhỏ nhất được vẽ", "Smallest gap that is drawn"),
    "service.site_correlation": Bilingual(
        "Tương quan che khuất giữa các trạm", "Correlation of shadowing between sites"
    ),
    "service.uplink.handset_power": Bilingual("Công suất máy cầm tay", "Handset power"),
    "service.uplink.base_noise_figure": Bilingual(
        "Hệ số tạp âm trạm gốc", "Base station noise figure"
    ),
    "service.uplink.rate": Bilingual("Tốc độ tải lên cần có", "Upload rate that is needed"),
    "service.uplink.resource_blocks": Bilingual(
        "Số khối tài nguyên hướng lên", "Resource blocks upwards"
    ),
    "service.quality.neighbour_load": Bilingual("Tải của các sector lân cận", "Neighbours' load"),
    "service.quality.handset_noise_figure": Bilingual(
        "Hệ số tạp âm máy cầm tay", "Handset noise figure"
    ),
    "service.quality.mimo_layers": Bilingual("Số lớp MIMO", "MIMO layers"),
    "service.quality.busy_share": Bilingual(
        "Tỷ lệ người dùng đồng thời giờ cao điểm", "People active in the busy hour"
    ),
    "service.quality.floor": Bilingual("Tốc độ tải xuống tối thiểu", "Least download rate"),
    "service.quality.good": Bilingual("Tốc độ tải xuống tốt", "Good download rate"),
    "towers.mast_height": Bilingual("Độ cao cột khi thiếu", "Mast height when missing"),
    "towers.antenna_height": Bilingual("Độ cao ăng ten khi thiếu", "Antenna when missing"),
    "towers.carrier_power": Bilingual(
        "Công suất sóng mang khi thiếu", "Carrier power when missing"
    ),
    "towers.antenna_gain_below_1ghz": Bilingual(
        "Độ lợi ăng ten dưới 1 GHz", "Antenna gain below 1 GHz"
    ),
    "towers.antenna_gain_above_1ghz": Bilingual(
        "Độ lợi ăng ten trên 1 GHz", "Antenna gain above 1 GHz"
    ),
    "towers.feeder_loss": Bilingual("Suy hao phi đơ khi thiếu", "Feeder loss when missing"),
    "towers.bandwidth": Bilingual("Băng thông khi thiếu", "Bandwidth when missing"),
    "towers.frequency": Bilingual("Tần số khi thiếu", "Frequency when missing"),
    "towers.electrical_tilt": Bilingual("Góc cụp điện khi thiếu", "Electrical tilt when missing"),
    "towers.mechanical_tilt": Bilingual("Góc cụp cơ khi thiếu", "Mechanical tilt when missing"),
    "towers.horizontal_beamwidth": Bilingual("Độ rộng búp sóng ngang", "Horizontal beamwidth"),
    "towers.vertical_beamwidth": Bilingual("Độ rộng búp sóng đứng", "Vertical beamwidth"),
    "verdicts.settlement_radius": Bilingual(
        "Bán kính khu dân cư của thôn", "Radius of a village's settlement"
    ),
    "verdicts.smallest_part": Bilingual(
        "Phần nhỏ nhất để tính lõm sóng", "Smallest part that counts as lõm sóng"
    ),
    "costs.exchange.rate": Bilingual("Tỷ giá", "Exchange rate"),
    "costs.discount_rate": Bilingual("Lãi suất chiết khấu thực", "Real discount rate"),
    "costs.horizon": Bilingual("Thời gian tính toán", "Horizon"),
    "costs.passive_site": Bilingual("Cột, nhà trạm, xây lắp", "Mast, civil works, installation"),
    "costs.radio_site": Bilingual("Thiết bị vô tuyến", "Radio equipment"),
    "costs.access_per_road_km": Bilingual("Phụ phí xa đường", "Surcharge far from a road"),
    "costs.access_per_slope_step": Bilingual("Phụ phí độ dốc", "Surcharge for slope"),
    "costs.power_grid": Bilingual("Đấu nối điện lưới", "Grid connection"),
    "costs.power_line": Bilingual("Kéo dài đường dây trung thế", "Medium-voltage extension"),
    "costs.transformer": Bilingual("Máy biến áp", "Transformer"),
    "costs.power_solar": Bilingual("Nguồn năng lượng mặt trời", "Solar power"),
    "costs.microwave_hop": Bilingual("Chặng vi ba", "Microwave hop"),
    "costs.site_opex": Bilingual("Chi phí vận hành trạm", "Site opex"),
    "costs.mast_step": Bilingual("Thêm 10 m cột", "Ten more metres of mast"),
    "costs.fibre": Bilingual("Cáp quang", "Fibre cable"),
    "costs.fibre_opex": Bilingual("Vận hành cáp quang", "Running of fibre"),
    "costs.satellite_terminal": Bilingual("Trạm vệ tinh truyền dẫn", "Satellite backhaul terminal"),
    "costs.satellite_capacity": Bilingual("Thuê dung lượng vệ tinh", "Satellite capacity"),
    "costs.power.energy": Bilingual("Giá điện", "Grid energy"),
    "costs.power.panel": Bilingual("Tấm pin mặt trời", "Solar panels"),
    "costs.power.battery": Bilingual("Ắc quy", "Batteries"),
    "costs.power.inverter": Bilingual("Bộ biến tần", "Inverter"),
    "costs.power.solar_upkeep": Bilingual("Bảo dưỡng điện mặt trời", "Upkeep of solar power"),
    "costs.power.diesel_set": Bilingual("Máy phát điện", "Diesel set"),
    "costs.power.diesel": Bilingual("Dầu diesel tại trạm", "Diesel at the site"),
    "costs.power.diesel_use": Bilingual("Mức tiêu hao dầu", "Fuel use"),
    "costs.power.diesel_upkeep": Bilingual("Bảo dưỡng máy phát", "Upkeep of a diesel set"),
    "costs.power.lives.panel": Bilingual("Tuổi thọ tấm pin", "Life of panels"),
    "costs.power.lives.battery": Bilingual("Tuổi thọ ắc quy", "Life of batteries"),
    "costs.power.lives.inverter": Bilingual("Tuổi thọ biến tần", "Life of an inverter"),
    "costs.power.lives.diesel_set": Bilingual("Tuổi thọ máy phát", "Life of a diesel set"),
    "planning.backhaul.k_low": Bilingual("Hệ số k thấp", "Low k factor of hops"),
    "planning.backhaul.fresnel_low": Bilingual(
        "Phần miền Fresnel phải thoáng khi k thấp", "Fresnel share that is clear at low k"
    ),
    "planning.backhaul.obstacle": Bilingual(
        "Cây và nhà trên tuyến vi ba", "Trees and houses on a hop"
    ),
    "planning.backhaul.tallest_mast": Bilingual("Cột cao nhất", "Tallest mast"),
    "planning.backhaul.fibre_detour": Bilingual("Hệ số vòng của cáp", "Detour of cables"),
    "planning.power.load": Bilingual("Công suất tải của trạm", "Mean load of a site"),
    "planning.power.relay_load": Bilingual("Tải của trạm chuyển tiếp", "Mean load of a relay"),
    "planning.power.sun": Bilingual("Nắng tháng kém nhất", "Sun of the darkest month"),
    "planning.power.performance": Bilingual("Hiệu suất điện mặt trời", "Performance of panels"),
    "planning.power.autonomy": Bilingual("Số ngày không nắng", "Days without sun"),
    "planning.power.depth_of_discharge": Bilingual("Độ xả ắc quy", "Depth of discharge"),
    "planning.power.battery_efficiency": Bilingual("Hiệu suất ắc quy", "Battery efficiency"),
    "planning.choice.budget": Bilingual("Ngân sách", "Budget"),
    "planning.choice.people": Bilingual("Tỷ lệ người phải phủ", "Share of people to be covered"),
    "planning.equity.poverty_weight": Bilingual("Trọng số hộ nghèo", "Weight of poverty"),
    "planning.equity.commune_floor": Bilingual("Mức tối thiểu mỗi xã", "Floor of each commune"),
    "planning.equity.second_server": Bilingual(
        "Giá trị của trạm phục vụ thứ hai", "Worth of a second server"
    ),
    "costs.radio_upgrade": Bilingual(
        "Thiết bị vô tuyến trên cột có sẵn", "Radio on a mast that stands"
    ),
    "costs.upgrade_opex": Bilingual("Vận hành thiết bị thêm", "Running added radio"),
    "costs.repair": Bilingual("Sửa một trạm hỏng", "Repair of a site"),
    "costs.satellite_site": Bilingual("Trạm nhỏ qua vệ tinh", "Small site by satellite"),
    "costs.satellite_opex": Bilingual(
        "Vận hành trạm nhỏ qua vệ tinh", "Running a small site by satellite"
    ),
    "costs.roaming_fee": Bilingual("Phí chuyển vùng một thuê bao", "Roaming fee per subscriber"),
    "planning.new_site.heights": Bilingual("Độ cao cột được thử", "Mast height that is tried"),
    "planning.small_site.antenna_height": Bilingual("Độ cao trạm nhỏ", "Small site: antenna"),
    "planning.small_site.eirp": Bilingual("EIRP trạm nhỏ", "Small site: EIRP"),
    "planning.small_site.radius": Bilingual("Bán kính trạm nhỏ", "Small site: radius"),
    "planning.taller_by": Bilingual("Nâng cột thêm", "Existing masts: taller by"),
    "planning.search_ring": Bilingual("Bán kính tìm vị trí", "Search ring"),
    "planning.candidate_spacing": Bilingual("Khoảng cách điểm đề xuất", "Candidate spacing"),
    "planning.rank_incomplete": Bilingual(
        "Xếp hạng cả nhà mạng có danh sách trạm chưa đủ", "Rank operators with incomplete lists"
    ),
    "planning.longest_hop": Bilingual("Chặng vi ba dài nhất", "Longest microwave hop"),
    "planning.white_zone_weight": Bilingual(
        "Trọng số người ở vùng trắng sóng", "Extra weight of people in white zones"
    ),
    "planning.new_site.antenna_height": Bilingual("Độ cao ăng ten trạm mới", "New site: antenna"),
    "planning.new_site.frequency": Bilingual("Tần số trạm mới", "New site: frequency"),
    "planning.new_site.bandwidth": Bilingual("Băng thông trạm mới", "New site: bandwidth"),
    "planning.new_site.eirp": Bilingual("EIRP trạm mới", "New site: EIRP"),
}


def named_assumptions(assumptions: Sequence[StudyAssumption]) -> tuple[Assumption, ...]:
    """Assumptions of a study in the words that readers see.

    Parameters
    ----------
    assumptions
        As the study lists them.

    Returns
    -------
    tuple of Assumption
        In the same order.
    """
    return tuple(Assumption(_name(a.key), _value(a), a.source, a.verified) for a in assumptions)


def _value(assumption: StudyAssumption) -> str:
    if assumption.unit == CHOICE:
        return "có · yes" if assumption.value else "không · no"
    return f"{assumption.value:g} {_unit(assumption.unit)}".strip()


def _unit(unit: str) -> str:
    """The unit, nothing for a pure number."""
    return "" if unit == "1" else unit


_TECHNOLOGY = {
    "threshold": Bilingual("Ngưỡng mức thu", "Level threshold"),
    "pilot": Bilingual("Kênh hoa tiêu thấp hơn sóng mang", "Pilot below the carrier"),
    "bandwidth": Bilingual("Băng thông khi thiếu", "Bandwidth when missing"),
    "spacing": Bilingual("Khoảng cách sóng mang con", "Subcarrier spacing"),
    "handset_power": Bilingual("Công suất máy cầm tay", "Handset power"),
    "base_sensitivity": Bilingual("Độ nhạy trạm gốc", "Base station sensitivity"),
}


def _name(key: str) -> Bilingual:
    section, *_, last = key.split(".")
    plain = key.removesuffix(f".{last}") if last.isdecimal() else key  # of several of one kind
    if plain in _NAMES:
        return _NAMES[plain]
    if key.startswith("inputs.exclusions."):
        words, number = _NAMES["inputs.exclusions"], key.split(".")[2]
        return Bilingual(f"{words.vi} {number}", f"{words.en} {number}")
    if key.startswith("towers.frequency."):
        words = _NAMES["towers.frequency"]
        return Bilingual(f"{words.vi} {last}", f"{words.en} {last}")
    if section == "technologies":
        technology = key.split(".")[1]
        words = _TECHNOLOGY.get(last, same(last))
        return Bilingual(f"{words.vi} {technology}", f"{words.en} {technology}")
    if section == "environments" and last in _NAMES:
        words, where = _NAMES[last], key.split(".")[1]
        return Bilingual(f"{words.vi} ({where})", f"{words.en} ({where})")
    return _NAMES.get(last, same(key))


_FIELDS = {
    "mast_height_m": Bilingual("độ cao cột", "mast height"),
    "antenna_height_m": Bilingual("độ cao ăng ten", "antenna height"),
    "eirp_dbm": Bilingual("EIRP", "EIRP"),
    "bandwidth_mhz": Bilingual("băng thông", "bandwidth"),
    "azimuth_deg": Bilingual("hướng", "azimuth"),
    "electrical_tilt_deg": Bilingual("góc cụp điện", "electrical tilt"),
    "mechanical_tilt_deg": Bilingual("góc cụp cơ", "mechanical tilt"),
    "beamwidth_deg": Bilingual("độ rộng búp sóng", "beamwidth"),
    "horizontal_beamwidth_deg": Bilingual("độ rộng búp sóng ngang", "horizontal beamwidth"),
    "vertical_beamwidth_deg": Bilingual("độ rộng búp sóng đứng", "vertical beamwidth"),
    "status": Bilingual("tình trạng", "status"),
    "owner": Bilingual("chủ trạm", "owner"),
    "backhaul": Bilingual("truyền dẫn", "backhaul"),
    "power_source": Bilingual("nguồn điện", "power source"),
}


def field_names(columns: Sequence[str]) -> Bilingual:
    """Columns of the tower list in the words that readers see.

    Parameters
    ----------
    columns
        For example ``mast_height_m``.

    Returns
    -------
    Bilingual
        One line; a column without words stands under its own name.
    """
    words = [_FIELDS.get(column, same(column)) for column in columns]
    return Bilingual(", ".join(w.vi for w in words), ", ".join(w.en for w in words))
