"""Sends events made with the CloudEvents SDK of Python, in binary and in structured mode; prints each answer's status."""

import os
import urllib.error
import urllib.request
from datetime import datetime, timezone

from cloudevents.core.bindings.http import to_binary_event, to_structured_event
from cloudevents.core.v1.event import CloudEvent

URL = os.environ["FANFARE_URL"] + "/v1/tenants/default/events"


def event(name, media_type, data):
    return CloudEvent(
        attributes={
            "id": "py-" + name,
            "source": "/sdk",
            "type": "order.created",
            "specversion": "1.0",
            "subject": "Käse 50 %",
            "time": datetime(2026, 11, 21, 12, 0, 0, 123000, tzinfo=timezone.utc),
            "region": "eu",
            "datacontenttype": media_type,
        },
        data=data,
    )


MESSAGES = [
    to_binary_event(event("binary", "application/json", {"order": 17})),
    to_structured_event(event("structured", "application/json", {"order": 17})),
    to_binary_event(event("text", "text/plain", "order 17")),
    to_structured_event(event("bytes", "application/x-order", bytes([0, 255, 17]))),
]
for message in MESSAGES:
    headers = {**message.headers, "authorization": "Bearer " + os.environ["FANFARE_KEY"]}
    try:
        with urllib.request.urlopen(urllib.request.Request(URL, data=message.body, headers=headers)) as answer:
            print(answer.status)
    except urllib.error.HTTPError as refused:
        print(refused.code, refused.read().decode())
