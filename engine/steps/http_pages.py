"""Answers in pages: followed by link, by cursor or by number, and joined into one list."""

from collections.abc import Mapping
from typing import Any

import httpx

from engine.definition.units import format_size
from engine.steps.amounts import size_of, whole_of
from engine.steps.base import StepContext, StepError
from engine.steps.defaults import MAX_RESPONSE
from engine.steps.http_answer import Answer
from engine.steps.http_fetch import fetch
from engine.steps.http_request import request_url, wrong

DEFAULT_PAGES = 100


async def fetch_pages(
    client: httpx.AsyncClient, config: Mapping[str, Any], context: StepContext
) -> dict[str, Any]:
    """The last page's output, its ``json`` the items of all pages, and the number of ``pages``.

    Raises StepError as one request does, and for pages that have no list, lead elsewhere, go round
    in circles, or hold more than ``max_response`` bytes together.
    """
    if config.get("save_to"):
        raise wrong("pagination and save_to do not go together; write the items with a file step")
    paging = config["pagination"]
    limit, size = size_of(config, "max_response", MAX_RESPONSE), 0
    items: list[Any] = []
    seen: set[str] = set()
    url: httpx.URL | None = _first(config, paging)
    origin = url
    while url is not None:
        _refuse(url, origin, seen, whole_of(paging, "max_pages", DEFAULT_PAGES))
        seen.add(str(url))
        answer = await fetch(client, config, url, context)
        page = _items(answer, paging.get("items", ""))
        items += page
        size += answer.output["size"]
        if size > limit:
            message = f"the pages hold more than {format_size(limit)}; raise max_response"
            raise StepError(message, type="too_large", retryable=False)
        url = _next(answer, page, config, paging, len(seen))
    return answer.output | {"json": items, "size": size, "pages": len(seen)}


def _first(config: Mapping[str, Any], paging: Mapping[str, Any]) -> httpx.URL:
    numbered = "next" not in paging and "cursor" not in paging
    return request_url(config, _parameter(paging, paging.get("start", 1)) if numbered else None)


def _next(
    answer: Answer,
    page: list[Any],
    config: Mapping[str, Any],
    paging: Mapping[str, Any],
    number: int,
) -> httpx.URL | None:
    """The address of the page after this one, None at the end."""
    if "next" in paging:
        link = (
            answer.links.get("next")
            if paging["next"] == "link"
            else dig(answer.output["json"], paging["next"])
        )
        return httpx.URL(answer.output["url"]).join(str(link)) if link else None
    if "cursor" in paging:
        cursor = dig(answer.output["json"], paging["cursor"])
        return request_url(config, _parameter(paging, cursor)) if cursor else None
    following = whole_of(paging, "start", 1) + number
    return request_url(config, _parameter(paging, following)) if page else None


def _parameter(paging: Mapping[str, Any], value: Any) -> dict[str, Any]:
    return {str(paging.get("parameter", "page")): value}


def _refuse(url: httpx.URL, origin: httpx.URL | None, seen: set[str], most: int) -> None:
    if origin and (url.scheme, url.host, url.port) != (origin.scheme, origin.host, origin.port):
        message = (
            f"the next page is on another host ({url.host}), where the sign-in does not belong"
        )
    elif str(url) in seen:
        message = f"the pages go round in circles: {url} comes again"
    elif len(seen) >= most:
        message = f"there are more than {most} pages; raise pagination.max_pages"
    else:
        return
    raise StepError(message, type="pagination", retryable=False)


def _items(answer: Answer, path: str) -> list[Any]:
    found = dig(answer.output["json"], path)
    if isinstance(found, list):
        return found
    where = f'at "{path}" of' if path else "as"
    message = f"pagination: there is no list {where} the answer's JSON; set pagination.items"
    raise StepError(message, type="pagination", output=answer.output, retryable=False)


def dig(value: Any, path: str) -> Any:
    """What lies at ``data.items.0`` in a JSON value; None where there is nothing."""
    for part in filter(None, path.split(".")):
        if isinstance(value, Mapping):
            value = value.get(part)
        elif isinstance(value, list) and part.isdigit() and int(part) < len(value):
            value = value[int(part)]
        else:
            return None
    return value
