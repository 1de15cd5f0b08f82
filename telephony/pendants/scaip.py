"""SCAIP (SS 91100:2014, CLC/TS 50134-9:2018): reads a device's `mrq`, writes our `mrs`. Pure.

Liberal in what is taken: short codes are padded, white space trimmed, a leading "+" of the
controller id kept, optional fields may be missing or empty. What cannot be read is refused with the
protocol's own status number.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from xml.sax.saxutils import escape

from telephony.pendants.flat_xml import FlatXmlError, TooLong, fields_of
from telephony.pendants.scaip_codes import kind_of, place_of
from telephony.pendants.signal import ALARMS, Severity, Signal, Voice, severity_of

CONTENT_TYPE = "application/scaip+xml"
OK, TOO_LONG, BAD_FORMAT, BAD_CONTENT, NOT_TREATED, BUSY, MISSING = 0, 1, 2, 3, 5, 6, 7
NO_VOICE, DUPLEX = 0, 1
PREDEFINED_RECEIVER = 61


class ScaipError(ValueError):
    """A body that is refused: `status` is the `snu` to answer, `ref` the message's where known."""

    def __init__(self, status: int, text: str, ref: str = "") -> None:
        super().__init__(text)
        self.status, self.ref = status, ref


_FIELDS: dict[str, tuple[str, str, int]] = {
    # tag: lexical form, default, digits to pad to
    "ref": (r"[0-9A-Za-z]{1,16}", "", 0),
    "cid": (r"\+?[0-9]{1,16}", "", 0),
    "dty": (r"[0-9]{1,4}", "", 4),
    "ver": (r"[0-9]{2}\.[0-9]{2}", "01.00", 0),
    "sco": (r"[0-3]", "0", 0),
    "cha": (r"[01]", "0", 0),
    "mty": (r"ME|RE|IN|PI", "ME", 0),
    "hbo": (r"0{0,2}[0-3]", "0", 0),
    "did": (r"[0-9A-Za-z]{1,12}", "", 0),
    "dco": (r"[0-9]{1,3}", "", 3),
    "dte": (r"(?s:.){1,32}", "", 0),
    "crd": (r"(?:sip|sips|sip-pp|gsm|tel|no-voice):(?s:.){0,256}", "sip:", 0),
    "stc": (r"[0-9]{1,4}", "0010", 4),
    "stt": (r"(?s:.){1,32}", "", 0),
    "pri": (r"[0-9]", "0", 0),
    "lco": (r"[0-9]{1,3}", "000", 3),
    "lva": (r"(?s:.){1,2}", "", 0),
    "lte": (r"(?s:.){1,32}", "", 0),
    "geo": (r"[0-9.,\-]{1,23}", "", 0),
    "tim": (r"(?s:.){1,32}", "", 0),
    "gga": (r"[ -~]{1,82}", "", 0),
    "ico": (r"[0-9]{1,3}", "", 3),
    "ite": (r"(?s:.){1,128}", "", 0),
    "ame": (r"[01]", "0", 0),
    "mreq": (r"[0-9]", "0", 0),
}
_MANDATORY = ("ref", "cid", "dty")
_SHAPES = {tag: re.compile(form) for tag, (form, _, _) in _FIELDS.items()}


@dataclass(frozen=True, slots=True)
class Request:
    """A read `mrq`: every field by its tag, defaults filled in."""

    fields: dict[str, str]
    raw: bytes

    def __getitem__(self, tag: str) -> str:
        """The value of a field, "" where it has neither value nor default."""
        return self.fields[tag]


@dataclass(frozen=True, slots=True)
class Response:
    """An `mrs` to write. `media` and `handling` None leave `mre` and `cre` out."""

    ref: str
    status: int = OK
    text: str = ""
    media: int | None = None
    handling: int | None = None
    transfer_to: str = ""


def parse(body: bytes) -> Request:
    """Read a body. Raises ScaipError alone."""
    try:
        values = fields_of(body, "mrq")
    except TooLong as error:
        raise ScaipError(TOO_LONG, str(error)) from error
    except FlatXmlError as error:
        raise ScaipError(BAD_FORMAT, str(error), _ref(error.fields)) from error
    ref = _ref(values)
    for tag in _MANDATORY:
        if not values.get(tag):
            raise ScaipError(MISSING, f"{tag} is missing", ref)
    fields = {}
    for tag, (_, default, width) in _FIELDS.items():
        value = values.get(tag) or default
        value = value.upper() if tag == "mty" else value
        if value and not _SHAPES[tag].fullmatch(value):
            raise ScaipError(BAD_CONTENT, f"{tag} has a value that it cannot have", ref)
        fields[tag] = value.rjust(width, "0") if value else ""
    return Request(fields, body)


def _ref(values: dict[str, str]) -> str:
    ref = values.get("ref", "")
    return ref if _SHAPES["ref"].fullmatch(ref) else ""


def signal_of(request: Request) -> Signal:
    """Return the normal form of a message."""
    kind = kind_of(request["mty"], request["dty"], request["stc"])
    severity = severity_of(kind)
    if request["mty"] == "IN" and severity is Severity.ALARM:
        severity = Severity.NOTE
    crd = request["crd"]
    voice = Voice.INBOUND if request["cha"] == "0" else Voice.CALL_BACK
    if kind not in ALARMS or severity is not Severity.ALARM:
        voice = Voice.NONE
    if crd.startswith("no-voice:") or request["mreq"] == "4":
        voice = Voice.NONE
    place = " ".join(
        filter(None, (place_of(request["lco"]), request["lva"], request["lte"], request["geo"]))
    )
    text = " ".join(filter(None, (request["dte"], request["stt"], request["ite"])))
    return Signal(
        "scaip",
        request["cid"].lstrip("+"),
        request["ref"],
        kind,
        severity,
        voice,
        f"{request['dty']}/{request['stc']}",
        request.raw,
        request["did"],
        place,
        text,
        crd if voice is Voice.CALL_BACK else "",
    )


def accepted(signal: Signal, live: bool) -> Response:
    """Return the answer to a stored signal. `live`: its device has an alarm open already."""
    if signal.voice is Voice.NONE or live:
        return Response(signal.ref, OK, media=NO_VOICE, handling=PREDEFINED_RECEIVER)
    return Response(signal.ref, OK, media=DUPLEX, handling=PREDEFINED_RECEIVER)


def refused(error: ScaipError) -> Response:
    """Return the answer to a body that could not be read."""
    return Response(error.ref, error.status, str(error)[:128])


def encode(response: Response) -> bytes:
    """Write an `mrs`, fields in the schema's order."""
    fields = [("ref", response.ref), ("snu", str(response.status)), ("ste", response.text)]
    if response.media is not None:
        fields.append(("mre", str(response.media)))
    if response.handling is not None:
        fields.append(("cre", str(response.handling)))
    fields.append(("tnu", response.transfer_to))
    inner = "".join(
        f"<{tag}>{escape(value)}</{tag}>" for tag, value in fields if value or tag == "ref"
    )
    return f'<?xml version="1.0" encoding="UTF-8"?><mrs>{inner}</mrs>'.encode()


def build(fields: dict[str, str]) -> bytes:
    """Write an `mrq`, for a device that is simulated."""
    inner = "".join(f"<{tag}>{escape(value)}</{tag}>" for tag, value in fields.items())
    return f"<mrq>{inner}</mrq>".encode()
