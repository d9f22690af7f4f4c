"""Why a call had no answer, in words, and whether it may have arrived all the same."""

from __future__ import annotations

import ssl
from collections.abc import Iterator
from dataclasses import dataclass

import requests
from urllib3.exceptions import HTTPError, NameResolutionError, NewConnectionError, ReadTimeoutError

from xlpy.manage.http.bounded import MOST_BYTES, AnswerTooLarge, TookTooLong

# What an exchange raises: ``OSError`` for certificates that are not there (a path in REQUESTS_CA_BUNDLE), ``HTTPError``
# and ``ValueError`` for addresses that can't be taken apart (a redirect to ``http://[::1``).
NO_ANSWER = (requests.RequestException, HTTPError, OSError, ValueError)


@dataclass(frozen=True, slots=True)
class NoAnswer:
    """``sent``: the call may have arrived. ``broken``: the connection was lost, so that a read may go again."""

    reason: str
    sent: bool = False
    broken: bool = False


def why_no_answer(error: Exception, *, host: str, connect_timeout: float, timeout: float) -> NoAnswer:
    """Tell what an error of ``NO_ANSWER`` means. ``connect_timeout`` and ``timeout`` in seconds."""
    causes = tuple(_causes(error))
    if isinstance(error, AnswerTooLarge):
        return NoAnswer(f"the answer is larger than {MOST_BYTES // 2**20} MB", sent=True)
    if isinstance(error, TookTooLong):
        return NoAnswer(f"it was not complete within {connect_timeout + timeout:g} s", sent=True)
    if isinstance(error, requests.ConnectTimeout):
        return NoAnswer(f"no connection within {connect_timeout:g} s")
    if isinstance(error, requests.Timeout) or any(isinstance(cause, ReadTimeoutError) for cause in causes):
        return NoAnswer(f"it took longer than {timeout:g} s", sent=True)
    if any(isinstance(cause, ssl.SSLCertVerificationError) for cause in causes):
        return NoAnswer("its certificate is not trusted (an own certificate authority goes into [manage] ca_bundle)")
    if any(isinstance(cause, NameResolutionError) for cause in causes):
        return NoAnswer(f"the name {host} can't be found")
    if isinstance(error, requests.exceptions.ProxyError):
        return NoAnswer("the proxy of this PC does not let it through")
    if any(isinstance(cause, NewConnectionError) for cause in causes):
        return NoAnswer(f"nothing answers at {host}")
    if isinstance(error, requests.exceptions.InvalidURL | requests.exceptions.InvalidHeader):
        return NoAnswer("its address or a setting of it can't be sent")
    if isinstance(error, requests.RequestException):
        return NoAnswer("the connection broke", sent=True, broken=True)
    if isinstance(error, OSError) and "CA certificate" in str(error):
        return NoAnswer(
            "the certificates that this PC is to trust are not there (environment variable REQUESTS_CA_BUNDLE or"
            " CURL_CA_BUNDLE, or [manage] ca_bundle)"
        )
    if isinstance(error, OSError):
        return NoAnswer(f"the connection broke ({error.strerror or error})", sent=True, broken=True)
    return NoAnswer("an address in its answer, or in a setting of this PC's proxy, can't be read", sent=True)


def _causes(error: BaseException) -> Iterator[BaseException]:
    """Walk from an error to what caused it (``requests`` hides the cause in ``reason`` of the arguments)."""
    seen: set[int] = set()
    todo: list[object] = [error]
    while todo:
        item = todo.pop()
        if not isinstance(item, BaseException) or id(item) in seen:
            continue
        seen.add(id(item))
        yield item
        todo += [*item.args, getattr(item, "reason", None), item.__cause__, item.__context__]
