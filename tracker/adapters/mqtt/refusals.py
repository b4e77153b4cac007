"""Why a broker does not let us in, in words, and what mends it."""

from __future__ import annotations

import socket
import ssl

from tracker.domain.errors import ServiceUnreachable

# CONNACK codes that no waiting will mend (MQTT 5 numbers; paho translates those of 3.1.1).
REFUSALS = {
    132: ("it does not speak this version of MQTT", 'set the MQTT protocol to "3.1.1"'),
    133: ("it does not accept this client id", "choose another MQTT client id"),
    134: ("it refuses the user name or password", "check the MQTT user name and password"),
    135: (
        "it refuses this user: wrong user name or password, or no right to connect",
        "check the MQTT user name and password, and the broker's access rules",
    ),
    138: ("it has banned this client", "ask who runs the broker"),
    140: ("it wants another method of authentication", "only user name and password are supported"),
}


class Refused(ServiceUnreachable):
    """It is there, and does not let us. code: the broker's reason, by MQTT 5; None: ours."""

    def __init__(self, what: str, *, where: str, mend: str, code: int | None = None) -> None:
        super().__init__(what, where=where, mend=mend)
        self.code = code


def explained(error: Exception) -> tuple[str, str | None]:
    """Why a connection could not be made or kept, and the mend; None: waiting may mend it."""
    if isinstance(error, ssl.SSLCertVerificationError):
        return (
            f"its certificate is not trusted: {error.verify_message}",
            "name the CA that signed it (ca_file), and the host as the certificate does",
        )
    if isinstance(error, ssl.SSLError) and not isinstance(error, ssl.SSLEOFError):
        return (
            f"TLS failed: {error.reason or error}",
            "check that this port speaks TLS, and the certificates",
        )
    if isinstance(error, socket.gaierror):
        return f"the host is not known ({error.strerror})", None
    if isinstance(error, OSError):
        return f"no connection ({error.strerror or error})", None
    return f"unexpected: {error!r}", None
