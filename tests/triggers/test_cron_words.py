"""Cron expressions in English, as the canvas shows them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.triggers.cron import CronExpression
from engine.triggers.cron_fields import CronError
from engine.triggers.cron_words import describe


@pytest.mark.parametrize(
    ("cron", "words"),
    [
        ("0 2 * * *", "every day at 02:00"),
        ("@daily", "every day at 00:00"),
        ("0 9,17 * * *", "every day at 09:00 and 17:00"),
        ("0 9 * * 1-5", "every Monday to Friday at 09:00"),
        ("0 9 * * MON", "every Monday at 09:00"),
        ("0 9 * * 0,6", "every Saturday and Sunday at 09:00"),
        ("30 6 1 * *", "on day 1 of the month at 06:30"),
        ("0 0 1,15 * *", "on days 1 and 15 of the month at 00:00"),
        ("0 0 1 1 *", "on 1 January at 00:00"),
        ("0 0 L * *", "on the last day of the month at 00:00"),
        ("0 0 LW * *", "on the last weekday of the month at 00:00"),
        ("0 8 * * 1#1", "on the first Monday of the month at 08:00"),
        ("0 8 * * 5L", "on the last Friday of the month at 08:00"),
        ("0 0 13 * 5", "on day 13 of the month or every Friday at 00:00"),
        ("0 8 * 6-8 *", "every day from June to August at 08:00"),
        ("0 8 * 1,7 *", "every day in January and July at 08:00"),
        ("* * * * *", "every minute"),
        ("*/15 * * * *", "every 15 minutes"),
        ("*/30 8-18 * * 1-5", "every 30 minutes from 08:00 to 18:59, every Monday to Friday"),
        ("0 * * * *", "every hour"),
        ("20 * * * *", "every hour at minute 20"),
        ("0 */4 * * *", "every 4 hours"),
        ("0 9-17 * * *", "every hour from 09:00 to 17:00"),
        ("5,35 * * * *", "at minutes 5 and 35"),
        ("*/10 * * * * *", "every 10 seconds"),
        ("30 0 2 * * *", "every day at 02:00:30"),
    ],
)
def test_an_expression_in_words(cron: str, words: str) -> None:
    assert describe(CronExpression.parse(cron)) == words


@given(st.text(alphabet="0123456789*/,-LW#? ", max_size=22))
def test_every_expression_has_words(text: str) -> None:
    try:
        expression = CronExpression.parse(text)
    except CronError:
        return
    words = describe(expression)
    assert words and words == words.strip() and "  " not in words
