"""Which numbers can get a text message. Pure."""

from __future__ import annotations

import phonenumbers

HOME = "CN"


def mobile(number: str) -> str:
    """Return a Chinese mobile number, dialled or E.164, as E.164; '' when it is none."""
    try:
        parsed = phonenumbers.parse(number, HOME)
    except phonenumbers.NumberParseException:
        return ""
    home = parsed.country_code == phonenumbers.country_code_for_region(HOME)
    if not home or phonenumbers.number_type(parsed) != phonenumbers.PhoneNumberType.MOBILE:
        return ""
    return str(phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.E164))
