"""What `hotline doctor` asks of the SIP library, tried in a process of its own."""

from __future__ import annotations

import json
import subprocess
import sys

from core.check import Check

CALLS = 500
CODECS = ("PCMA", "PCMU", "G722", "opus")
_PROBE = """
import json, pjsua2 as pj
e = pj.Endpoint(); e.libCreate()
c = pj.EpConfig(); c.logConfig.level = 0; c.logConfig.consoleLevel = 0
c.uaConfig.maxCalls = 1000; e.libInit(c); e.audDevManager().setNullDev()
print(json.dumps({"version": e.libVersion().full, "calls": pj.callMaxCount(),
  "codecs": [x.codecId for x in e.codecEnum2()],
  "dtls": hasattr(pj, "PJMEDIA_SRTP_KEYING_DTLS_SRTP"),
  "bytes": hasattr(pj.MediaFrame, "toBytes")}), flush=True)
import os; os._exit(0)
"""


def checks() -> list[Check]:
    """Check version, call limit, codecs and DTLS-SRTP. Blocking, about a second."""
    try:
        done = subprocess.run(
            [sys.executable, "-c", _PROBE], capture_output=True, text=True, timeout=30, check=True
        )
        facts = json.loads(done.stdout.splitlines()[-1])
    except (OSError, subprocess.SubprocessError, ValueError, IndexError) as error:
        fault = getattr(error, "stderr", "") or str(error)
        last = fault.strip().splitlines()[-1] if fault.strip() else "no answer"
        return [Check("sip library", False, last, "make setup builds it")]
    codecs = ", ".join(facts["codecs"])
    missing = [c for c in CODECS if not any(f.startswith(c) for f in facts["codecs"])]
    whole = facts["dtls"] and facts["bytes"]
    return [
        Check("sip library", whole, f"PJSIP {facts['version']}, DTLS-SRTP", "make setup builds it"),
        Check("call limit", facts["calls"] >= CALLS, f"{facts['calls']} legs", "make setup"),
        Check("codecs", not missing, codecs, f"rebuild with {', '.join(missing)}: make setup"),
    ]
