// Sends one event over HTTP, packed with gzip; needs nothing but Node.js 18 or newer.
import { gzipSync } from "node:zlib";

const url = (process.env.FANFARE_URL ?? "http://127.0.0.1:8080") + "/v1/tenants/default/events";
const event = { id: "js-17", source: "/orders", type: "order.created", partitionkey: "order-17", data: { order: 17 } };

const answer = await fetch(url, {
  method: "POST",
  headers: {
    authorization: "Bearer " + (process.env.FANFARE_KEY ?? "dev"),
    "content-type": "application/json",
    "content-encoding": "gzip",
  },
  body: gzipSync(JSON.stringify(event)),
});
if (answer.status !== 202) {
  console.error(answer.status, await answer.text());
  process.exit(1);
}
console.log((await answer.json()).id);
