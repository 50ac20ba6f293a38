// Sends events made with the CloudEvents SDK of JavaScript, in binary and in structured mode; prints each answer's status.
import { CloudEvent, HTTP } from "cloudevents";

const url = `${process.env.FANFARE_URL}/v1/tenants/default/events`;
const about = { source: "/sdk", type: "order.created", subject: "Käse 50 %", time: "2026-11-21T12:00:00.123Z", region: "eu" };

// It doesn't percent-encode headers, as the binding asks for (section 3.1.3.2): plain text alone goes in binary mode.
const plain = { ...about, subject: "cheese" };

const messages = [
  HTTP.binary(new CloudEvent({ ...plain, id: "js-binary", datacontenttype: "application/json", data: { order: 17 } })),
  HTTP.structured(new CloudEvent({ ...about, id: "js-structured", datacontenttype: "application/json", data: { order: 17 } })),
  HTTP.binary(new CloudEvent({ ...plain, id: "js-text", datacontenttype: "text/plain", data: "order 17" })),
  HTTP.structured(new CloudEvent({ ...about, id: "js-bytes", datacontenttype: "application/x-order", data: new Uint8Array([0, 255, 17]) })),
];
for (const { headers, body } of messages) {
  const answer = await fetch(url, {
    method: "POST",
    headers: { ...headers, authorization: `Bearer ${process.env.FANFARE_KEY}` },
    body,
  });
  console.log(answer.ok ? `${answer.status}` : `${answer.status} ${await answer.text()}`);
}
