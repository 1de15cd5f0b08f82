"""What is printed when the service is up."""

from __future__ import annotations

from core.settings import Settings


def welcome(settings: Settings, password: str) -> list[str]:
    """Return the lines that whoever started the service must know.

    `password` is the first administrator's, empty when there is one already.
    """
    host = settings.http_address.replace("0.0.0.0", "localhost")
    console = f"https://{host}:{settings.http_port}/"
    sip = f"sip:{settings.number}@{settings.sip_address}:{settings.sip_port}"
    lines = [
        "",
        f"  控制台 console  {console}",
        f"  证书 private CA  {settings.data / 'tls' / 'ca.pem'} (trust it, or accept it once)",
        f"  电话 phone      {sip}  (UDP and TCP; TLS on port {settings.tls_port})",
        f"  打一个 place one hotline call {sip} --say 低保怎么申请",
    ]
    if password:
        lines.append(f"  管理员 first administrator: admin, one-time password {password}")
    return [*lines, "  按 Ctrl-C 停止 stop with Ctrl-C", ""]
