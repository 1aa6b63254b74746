// A proxy in front of the hub as some networks have one: plain requests pass, WebSocket upgrades do not.

import http from "node:http";

export class Stripper {
  #server;
  /** Upgrades that were refused. */
  refused = 0;

  static async before(hub) {
    const proxy = new Stripper();
    proxy.#server = http.createServer((request, response) => {
      const { method, url, headers } = request;
      const passed = http.request({ host: "127.0.0.1", port: hub.port, method, path: url, headers }, (answer) => {
        response.writeHead(answer.statusCode, answer.headers);
        answer.pipe(response);
      });
      passed.on("error", () => response.destroy());
      response.on("close", () => passed.destroy());
      request.pipe(passed);
    });
    proxy.#server.on("upgrade", (_, socket) => {
      proxy.refused += 1;
      socket.end("HTTP/1.1 400 Bad Request\r\nconnection: close\r\ncontent-length: 0\r\n\r\n");
    });
    await new Promise((done) => proxy.#server.listen(0, "127.0.0.1", done));
    return proxy;
  }

  get url() {
    return `http://127.0.0.1:${this.#server.address().port}`;
  }

  async close() {
    this.#server.closeAllConnections();
    await new Promise((done) => this.#server.close(done));
  }
}
