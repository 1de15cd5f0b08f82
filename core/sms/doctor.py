"""What `hotline doctor` asks of text messages."""

from __future__ import annotations

import http.client
import os
from urllib.parse import urlsplit

from core.check import Check
from core.settings import Settings
from core.sms.gateway import connect

NAME = "sms"


def check(settings: Settings) -> Check:
    """Check that the gateway answers with a certificate that is trusted. Sends nothing. Blocking.

    Without a gateway all is well: the line then offers no texts.
    """
    if settings.sms_url:
        return _gateway(settings)
    folder = settings.sms_folder
    if folder is None:
        return Check(NAME, True, "no gateway: the line sends no texts (docs/sms.md)")
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        return Check(NAME, False, f"{folder}: {error.strerror}", "give it another sms_folder")
    ok = os.access(folder, os.W_OK | os.X_OK)
    found = f"written into {folder.resolve()}, sent to nobody"
    return Check(NAME, ok, found, "give the service a folder it may write")


def _gateway(settings: Settings) -> Check:
    target = urlsplit(settings.sms_url)
    where = f"{target.scheme}://{target.netloc}{target.path}"
    try:
        connection = connect(target, settings.sms_ca)
        try:
            connection.connect()
        finally:
            connection.close()
    except (OSError, http.client.HTTPException) as error:
        remedy = "start the gateway, or mend HOTLINE_SMS_URL and HOTLINE_SMS_CA"
        return Check(NAME, False, f"{where}: {error}", remedy)
    proof = "certificate trusted" if target.scheme == "https" else "not encrypted, this machine"
    return Check(NAME, True, f"{where} answers, {proof}")
