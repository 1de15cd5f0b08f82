"""Where a device says that it is, in all the forms that a trunk may pass on."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from telephony.sip.geolocation import position

_GML = 'xmlns:gml="http://www.opengis.net/gml"'
_GS = 'xmlns:gs="http://www.opengis.net/pidflo/1.0"'
_SRS = 'srsName="urn:ogc:def:crs:EPSG::4326"'


def pidf(shape: str) -> str:
    """A presence document around a shape (RFC 4119)."""
    return (
        '<?xml version="1.0" encoding="UTF-8"?><presence xmlns="urn:ietf:params:xml:ns:pidf" '
        f'xmlns:gp="urn:ietf:params:xml:ns:pidf:geopriv10" {_GML} {_GS} entity="pres:a@b">'
        '<tuple id="1"><status><gp:geopriv><gp:location-info>'
        f"{shape}</gp:location-info></gp:geopriv></status></tuple></presence>"
    )


POINT = f"<gml:Point {_SRS}><gml:pos>22.543 114.03</gml:pos></gml:Point>"
CIRCLE = (
    f"<gs:Circle {_SRS}><gml:pos>22.543 114.03</gml:pos>"
    '<gs:radius uom="urn:ogc:def:uom:EPSG::9001">{}</gs:radius></gs:Circle>'
)
RING = (
    f"<gml:Polygon {_SRS}><gml:exterior><gml:LinearRing><gml:posList>"
    "22.542 114.02 22.544 114.02 22.544 114.04 22.542 114.04 22.542 114.02"
    "</gml:posList></gml:LinearRing></gml:exterior></gml:Polygon>"
)
HIGH = (
    '<gml:Point srsName="urn:ogc:def:crs:EPSG::4979"><gml:pos>22.543 114.03 9</gml:pos></gml:Point>'
)


@pytest.mark.parametrize(
    "text",
    [
        pidf(POINT), pidf(HIGH), pidf(CIRCLE.format(30)), pidf(RING),
        "<geo:22.543,114.03;u=30>", "<cid:l@x>, geo:22.543,114.03",
    ],
)  # fmt: skip
def test_a_position(text: str) -> None:
    assert position(text) == pytest.approx((22.543, 114.03))


@pytest.mark.parametrize(
    "text",
    [
        "", "<https://lis.example/1>", "<cid:l@x>", pidf(""), pidf(CIRCLE.format(5000)),
        "geo:22.543,114.03;u=5000", "geo:122.5,114.0", "geo:0,0", pidf(POINT)[:-20],
        pidf(POINT.replace("4326", "3857")), pidf(POINT.replace("114.03", "x")),
        pidf(POINT.replace("22.543 114.03", "22.543")),
        pidf('<civicAddress xmlns="urn:x"><RD>香梅路</RD></civicAddress>'),
        '<?xml version="1.0"?><!DOCTYPE a [<!ENTITY x "y">]><presence>&x;</presence>',
        pidf(" " * 30_000 + POINT),
    ],
)  # fmt: skip
def test_none(text: str) -> None:
    assert position(text) is None


@given(st.text(max_size=200) | st.text("geo:0123456789.,;u=-<>", max_size=40))
def test_never_raises(text: str) -> None:
    for each in (text, pidf(text), pidf(POINT.replace("22.543", text))):
        found = position(each)
        assert found is None or (abs(found[0]) <= 90 and abs(found[1]) <= 180)
