"""Finding SQL Servers on the network: asks SQL Browser (UDP 1434), which answers with the instances of its machine."""

from __future__ import annotations

import socket
import time

PORT = 1434
EVERYBODY = "255.255.255.255"
SECONDS = 3.0
_ASK = b"\x02"  # to everybody; 0x03 asks a single machine
_ASK_ONE = b"\x03"
_ANSWER = 0x05
_DEFAULT_INSTANCE = "MSSQLSERVER"


def find_servers(machine: str = "", *, port: int = PORT, seconds: float = SECONDS) -> list[str]:
    r"""Return the SQL Servers that answer within ``seconds``, as ``MACHINE`` or ``MACHINE\INSTANCE``, sorted.

    ``machine`` empty: the whole local network. A network that lets nothing through gives an empty list; never raises.
    """
    found: set[str] = set()
    until = time.monotonic() + seconds
    try:
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as asker:
            asker.setsockopt(socket.SOL_SOCKET, socket.SO_BROADCAST, 1)
            asker.sendto(_ASK_ONE if machine else _ASK, (machine or EVERYBODY, port))
            while (left := until - time.monotonic()) > 0:
                asker.settimeout(left)
                answer, _ = asker.recvfrom(65535)
                found.update(instances(answer))
                if machine:
                    break
    except (OSError, ValueError):  # nobody answers (any more), or the network refuses
        pass
    return sorted(found, key=str.casefold)


def instances(answer: bytes) -> list[str]:
    """Return the servers that an answer of SQL Browser names: ``name;value;`` pairs, each server ended by ``;;``."""
    if len(answer) < 3 or answer[0] != _ANSWER:
        return []
    length = int.from_bytes(answer[1:3], "little")
    names = []
    for text in answer[3 : 3 + length].decode("ascii", "replace").split(";;"):
        parts = text.split(";")
        pairs = dict(zip(parts[::2], parts[1::2], strict=False))
        machine, instance = pairs.get("ServerName", "").strip(), pairs.get("InstanceName", "").strip()
        if machine:
            is_default = not instance or instance.upper() == _DEFAULT_INSTANCE
            names.append(machine if is_default else f"{machine}\\{instance}")
    return names
