// A TCP proxy in front of the hub that keeps every byte of both directions.
//
// What a browser sends on a WebSocket is masked (RFC 6455 §5.3), so a plain search would prove nothing:
// `heard()` takes the frames apart and unmasks them first.

import net from "node:net";

export class Wiretap {
  #server;
  #sockets = new Set();
  /** One entry per connection: chunks from the browser and from the hub. */
  #connections = [];

  static async before(hub) {
    const tap = new Wiretap();
    tap.#server = net.createServer((browser) => tap.#join(browser, hub));
    await new Promise((done) => tap.#server.listen(0, "127.0.0.1", done));
    return tap;
  }

  get url() {
    return `http://127.0.0.1:${this.#server.address().port}`;
  }

  #join(browser, hub) {
    const upstream = net.connect(hub.port, "127.0.0.1");
    const kept = { sent: [], received: [] };
    this.#connections.push(kept);
    for (const [from, to, list] of [
      [browser, upstream, kept.sent],
      [upstream, browser, kept.received],
    ]) {
      this.#sockets.add(from);
      from.on("data", (chunk) => list.push(chunk));
      from.on("error", () => to.destroy());
      from.on("close", () => this.#sockets.delete(from));
      from.pipe(to);
    }
  }

  async close() {
    for (const socket of this.#sockets) socket.destroy();
    await new Promise((done) => this.#server.close(done));
  }

  /** Everything that passed, readable: HTTP as it was, WebSocket frames as their payloads. */
  heard() {
    const parts = [];
    for (const { sent, received } of this.#connections) {
      const [up, down] = [Buffer.concat(sent), Buffer.concat(received)];
      parts.push(up, down);
      if (/\r\nupgrade: websocket\r\n/i.test(up.subarray(0, 8192).toString("latin1"))) {
        parts.push(...payloads(up), ...payloads(down));
      }
    }
    return Buffer.concat(parts);
  }
}

/** The payloads of all whole frames after the HTTP head, unmasked. */
export function payloads(stream) {
  const out = [];
  let at = stream.indexOf("\r\n\r\n") + 4;
  while (at + 2 <= stream.length) {
    const masked = (stream[at + 1] & 0x80) !== 0;
    let length = stream[at + 1] & 0x7f;
    at += 2;
    if (length === 126) {
      if (at + 2 > stream.length) break;
      length = stream.readUInt16BE(at);
      at += 2;
    } else if (length === 127) {
      if (at + 8 > stream.length) break;
      length = Number(stream.readBigUInt64BE(at));
      at += 8;
    }
    const mask = masked ? stream.subarray(at, at + 4) : null;
    at += masked ? 4 : 0;
    if (at + length > stream.length) break;
    const payload = Buffer.from(stream.subarray(at, at + length));
    if (mask) payload.forEach((byte, i) => (payload[i] = byte ^ mask[i & 3]));
    out.push(payload);
    at += length;
  }
  return out;
}
