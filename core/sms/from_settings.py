"""What the operator's settings mean to text messages."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from twisted.internet.defer import Deferred

from core.clock import Now
from core.settings import Settings
from core.sms.folder import FolderSms
from core.sms.gateway import Gateway, HttpSms
from core.sms.port import Sms


def gateway(settings: Settings) -> Gateway:
    """Return where the gateway is."""
    return Gateway(settings.sms_url, settings.sms_key, settings.sms_secret, settings.sms_ca)


def sms(settings: Settings, now: Now, in_thread: Callable[..., Deferred[Any]]) -> Sms | None:
    """Return the way by which texts are sent; None when none is set up."""
    if settings.sms_url:
        return HttpSms(gateway(settings), now, in_thread)
    if settings.sms_folder is not None:
        return FolderSms(settings.sms_folder, in_thread)
    return None
