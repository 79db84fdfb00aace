"""By which names fleets export the contract's columns."""

from collections.abc import Mapping, Sequence
from functools import lru_cache

NAMES: Mapping[str, Sequence[str]] = {
    name: tuple(others.split())
    for name, others in {
        "vehicle_id": "vehicle vid truck_id truck car_id device_id terminal_id plate plate_no imei sim "
        "车辆编号 车辆id 车牌号 车牌号码 号牌号码 车牌 车号 终端号 终端编号 终端id 终端手机号 设备号 设备编号 设备id sim卡号",
        "time": "timestamp datetime gps_time fix_time position_time gps_datetime loc_time "
        "定位时间 gps时间 时间 上报时间 gps定位时间 卫星时间 采集时间 位置时间 轨迹时间 日期时间",
        "lon": "lng long longitude gps_lon gps_lng 经度 gps经度 定位经度 东经",
        "lat": "latitude gps_lat 纬度 gps纬度 定位纬度 北纬",
        "speed_kmh": "speed gps_speed speed_km_h 速度 车速 gps速度 卫星速度 行驶速度 定位速度 "
        "速度kmh 速度公里小时 速度公里时 车速kmh gps速度kmh 卫星速度kmh 行驶速度kmh 速度千米时 速度千米小时",
        "heading": "direction course bearing azimuth 方向 航向 方位角 方向角 航向角 行驶方向 gps方向",
        "accuracy_m": "accuracy 精度 定位精度 精度m 精度米 定位精度m 定位精度米",
    }.items()
}
"""Other names of the contract's columns; compared without case, spaces and punctuation, so 速度(km/h) is 速度kmh.

A speed in another unit than km/h is under none of them. Nor is the time at which a platform received a report (接收时间): a
backlog is received hours after it was driven.
"""
NEEDED = ("vehicle_id", "time", "lon", "lat")
"""Without these there is no fix."""
EXTRA: Mapping[str, Sequence[str]] = {
    name: tuple(others.split())
    for name, others in {
        "valid": "is_valid gps_valid fix has_fix gps_fix fix_status gps_state gps_status located "
        "定位状态 定位有效 定位有效性 有效 是否有效 有效性 是否定位 定位标志 gps状态 gps有效 gps定位状态 卫星定位状态",
        "received": "received_at receive_time received_time recv_time receipt_time server_time gateway_time platform_time "
        "接收时间 服务器时间 服务器接收时间 平台时间 平台接收时间 收到时间 网关时间 入库时间",
    }.items()
}
"""Columns by which rows are found out to be no fixes: whether there was a satellite fix, and when the report was received."""


_LONGEST = 60
"""Longer names come once: they are not remembered."""


def plain(name: object) -> str:
    """Return a column's name without case, spaces and punctuation."""
    text = str(name)
    return _plain(text) if len(text) <= _LONGEST else _plain.__wrapped__(text)


@lru_cache(4096)
def _plain(name: str) -> str:
    return "".join(c for c in name.lower() if c.isalnum())


_MEANING = {
    plain(other): name for names in (NAMES, EXTRA) for name, others in names.items() for other in (name, *others)
}


def meaning(name: object) -> str | None:
    """Return the contract's column that a name stands for, None where it stands for none."""
    return _MEANING.get(plain(name))
