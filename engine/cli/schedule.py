"""``treadle schedule next EXPR``: when a cron expression fires next."""

import sys
from collections.abc import Sequence
from datetime import UTC, datetime
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from engine.cli.exits import COMPLETED, USAGE, CommandError
from engine.cli.output import print_json
from engine.cli.parser import add_json, new_parser

MOST = 10_000


def main(argv: Sequence[str]) -> int:
    """Prints the next fire times, ISO 8601 with offset, one a line; exit code 2 for a bad
    expression.
    """
    parser = new_parser("schedule", "Says when a cron expression fires.")
    actions = parser.add_subparsers(dest="action", required=True, metavar="next")
    following = actions.add_parser("next", help="the next fire times")
    following.add_argument("expression", metavar="EXPR", help="e.g. '0 2 * * *' or @daily")
    following.add_argument("--timezone", metavar="Z", default="UTC", help="IANA name (default UTC)")
    following.add_argument("--start", metavar="T", help="ISO 8601; default now")
    following.add_argument("--count", metavar="N", type=int, default=5, help="how many (default 5)")
    add_json(following)
    arguments = parser.parse_args(argv)
    zone = _zone(arguments.timezone)
    if not 1 <= arguments.count <= MOST:
        raise CommandError(f"--count must lie between 1 and {MOST}", USAGE)
    from engine.triggers.cron import CronExpression, next_times

    start = _start(arguments.start, zone)
    try:
        expression = CronExpression.parse(arguments.expression)
    except ValueError as error:
        raise CommandError(str(error), USAGE) from None
    times = next_times(expression, zone, start, arguments.count)
    shown = [moment.astimezone(zone).isoformat() for moment in times]
    if arguments.json:
        print_json(shown)
    elif not shown:
        print("it is never due", file=sys.stderr)
    else:
        print(*shown, sep="\n")
    return COMPLETED


def _zone(name: str) -> ZoneInfo:
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise CommandError(
            f'there is no time zone "{name}"; use an IANA name such as Europe/Berlin', USAGE
        ) from None


def _start(text: str | None, zone: ZoneInfo) -> datetime:
    """The time to start from; one without an offset is meant in the zone."""
    if text is None:
        return datetime.now(UTC)
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise CommandError(
            f'--start "{text}" is not an ISO 8601 time, e.g. 2026-03-29T00:00', USAGE
        ) from None
    return moment if moment.tzinfo else moment.replace(tzinfo=zone)
