"""SCAIP's device types, status codes and places as far as they matter to us (SS 91100:2014)."""

from __future__ import annotations

from telephony.pendants.signal import Kind

DEVICES = {
    "0005": Kind.FALL,
    "0010": Kind.INACTIVITY,
    "0021": Kind.GAS,
    "0023": Kind.SMOKE,
    "0025": Kind.SMOKE,
    "0026": Kind.CO,
    "0027": Kind.INTRUDER,
    "0028": Kind.INTRUDER,
    "0031": Kind.TECHNICAL,
    "0032": Kind.TECHNICAL,
    "0033": Kind.FLOOD,
    "0034": Kind.FLOOD,
    "0036": Kind.INTRUDER,
    "0037": Kind.SMOKE,
    "0039": Kind.TECHNICAL,
    "0040": Kind.TECHNICAL,
    "0041": Kind.TECHNICAL,
    "0047": Kind.SMOKE,
    "0050": Kind.TECHNICAL,
}
"""What a device's alarm is about; all others are calls for help (Kind.PENDANT)."""

TESTS = frozenset({"0102", "0103"})
CANCELS = frozenset({"0002", "0019", "0092", "0093", "0094"})
TROUBLES = frozenset(
    "0014 0015 0016 0023 0024 0025 0026 0027 0042 0065 0066 0067 0085 0086 0105 0112 0113 0114"
    " 0115 0116 0122 0123 0124 0125".split()
)

PLACES = {
    "002": "家里", "003": "外出", "004": "室内", "005": "室外", "010": "地下室", "011": "浴室",
    "012": "卧室", "013": "餐厅", "015": "车库", "016": "花园", "017": "花园", "018": "花园",
    "021": "厨房", "025": "楼梯", "028": "阁楼", "037": "无障碍浴室", "042": "走廊", "043": "客厅",
    "044": "住所", "047": "公共区域", "048": "办公室", "049": "房间", "051": "病房",
}  # fmt: skip


def kind_of(message: str, device: str, status: str) -> Kind:
    """Return the kind of a message by its type (ME, RE, IN, PI), device type and status code.

    An unknown device or status of an ME is a call for help: taking an alarm for less costs more.
    """
    if message == "PI":
        return Kind.HEARTBEAT
    if message == "RE" or status in CANCELS:
        return Kind.CANCEL
    if status in TESTS:
        return Kind.TEST
    if status in TROUBLES:
        return Kind.TECHNICAL
    return DEVICES.get(device, Kind.PENDANT)


def place_of(location: str) -> str:
    """Return the Chinese name of a location code; empty for one that says nothing."""
    return PLACES.get(location, "")
