# Sends a batch over HTTP; needs nothing but Python. Repeats it while the answer is 503, which is harmless: the events have ids.
import json
import os
import sys
import time
import urllib.error
import urllib.request

URL = os.environ.get("FANFARE_URL", "http://127.0.0.1:8080") + "/v1/tenants/default/events"
KEY = os.environ.get("FANFARE_KEY", "dev")

events = [
    {"specversion": "1.0", "id": "py-17", "source": "/orders", "type": "order.created", "data": {"order": 17}},
    {"specversion": "1.0", "id": "py-18", "source": "/orders", "type": "order.note",
     "datacontenttype": "text/plain", "data": "to be wrapped"},
]


def send(batch, tries=5):
    request = urllib.request.Request(URL, data=json.dumps(batch).encode(), method="POST", headers={
        "Authorization": "Bearer " + KEY,
        "Content-Type": "application/cloudevents-batch+json",
    })
    while True:
        tries -= 1
        try:
            with urllib.request.urlopen(request, timeout=30) as answer:
                return json.load(answer)["ids"]
        except urllib.error.HTTPError as error:
            if error.code != 503 or tries == 0:
                sys.exit(error.read().decode())
            time.sleep(int(error.headers.get("Retry-After", "1")))


print("\n".join(send(events)))
