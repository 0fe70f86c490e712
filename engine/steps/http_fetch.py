"""One HTTP request and its answer, and what its failure means to the author of a step."""

import asyncio
import ssl
from collections.abc import Mapping
from contextlib import ExitStack
from typing import Any

import httpcore
import httpx

from engine.definition.units import format_size
from engine.steps.amounts import size_of
from engine.steps.base import StepContext, StepError
from engine.steps.defaults import MAX_RESPONSE
from engine.steps.folders import allowed_path
from engine.steps.http_answer import Answer, read_answer, shown_address
from engine.steps.http_request import request_body, request_headers, wrong

CONNECT_SECONDS = 30.0
_ERROR_BODY = 64 * 1024
"""Bytes that are kept of the body of an answer that is a failure."""
_QUOTED = 300


async def fetch(
    client: httpx.AsyncClient, config: Mapping[str, Any], url: httpx.URL, context: StepContext
) -> Answer:
    """One request and its answer. Raises StepError for every failure, a bad status included."""
    method = str(config.get("method") or "GET").upper()
    limit = size_of(config, "max_response", MAX_RESPONSE)
    save_to = allowed_path(context, config["save_to"]) if config.get("save_to") else None
    with ExitStack() as opened:
        body = await asyncio.to_thread(request_body, config, context, opened)
        headers = request_headers(config, context)
        try:
            async with client.stream(method, url, headers=headers, **body) as response:
                good = _is_success(response.status_code, config.get("success_status"))
                if good:
                    answer = await read_answer(response, limit, save_to, cut=False)
                else:
                    answer = await read_answer(response, min(limit, _ERROR_BODY), None, cut=True)
        except Exception as error:
            told = _failure(error, method, url)
            if told is None:
                raise
            raise told from error
    size = format_size(answer.output["size"])
    context.log(f"{method} {answer.output['url']} answered {answer.status} ({size})")
    if not good:
        raise _bad_status(method, answer)
    return answer


def _is_success(status: int, wanted: Any) -> bool:
    """Whether a status counts as success: by number, by class (``2xx``), else below 400."""
    if not wanted:
        return status < 400
    return any(
        str(entry).lower() in (str(status), f"{status // 100}xx") or entry == status
        for entry in (wanted if isinstance(wanted, list) else [wanted])
    )


def _bad_status(method: str, answer: Answer) -> StepError:
    what = f"{method} {answer.output['url']} answered {answer.status} {answer.reason}".rstrip()
    body = answer.output["body"] if answer.output["body_encoding"] == "text" else ""
    quoted = " ".join(body[: 4 * _QUOTED].split())[:_QUOTED]
    return StepError(
        f"{what}: {quoted}" if quoted else what,
        type=f"http_{answer.status}",
        output=answer.output,
        retry_after=answer.retry_after,
    )


def _failure(error: Exception, method: str, url: httpx.URL) -> StepError | None:
    """What an exception of httpx or below means to the author of a step; None for any other."""
    what = f"{method} {shown_address(url)}"
    match error:
        case httpx.TooManyRedirects():
            message = f"{what} was redirected too often; raise follow_redirects if that is meant"
            return StepError(message, type="too_many_redirects", retryable=False)
        case httpx.UnsupportedProtocol() | httpcore.UnsupportedProtocol():
            message = f"{what} was sent on to an address that is neither http nor https"
            return StepError(message, type="refused", retryable=False)
        case httpx.DecodingError():
            message = f"the answer to {what} is not compressed as it says: {error}"
            return StepError(message, type="content_encoding")
        case httpcore.LocalProtocolError() | httpx.LocalProtocolError():
            return wrong(f"{what} cannot be sent like this: {error}")
        case httpcore.ConnectTimeout() | httpx.ConnectTimeout():
            reason = f"no answer within {CONNECT_SECONDS:g} s"
        case httpcore.ProxyError():
            reason = f"the proxy refused: {error}"
        case httpcore.ConnectError() | ssl.SSLError():
            reason = _connect_reason(error)
        case httpcore.RemoteProtocolError() | httpcore.ReadError() | httpcore.WriteError():
            reason = f"the connection broke off: {error}".rstrip(": ")
        case httpcore.TimeoutException() | httpx.TransportError() | httpx.StreamError():
            reason = str(error) or type(error).__name__
        case _:
            return None
    return StepError(f"cannot reach {what}: {reason}", type="connection")


def _connect_reason(error: Exception) -> str:
    text = str(error) or type(error).__name__
    if "CERTIFICATE_VERIFY_FAILED" in text:
        return f"its certificate is not trusted ({text}); name its file as verify"
    if "All connection attempts failed" in text or "refused" in text:
        return "nothing listens there, the connection was refused"
    return text
