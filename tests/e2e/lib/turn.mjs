// Debian's coturn with a shared secret, where it is installed.

import { execFileSync, spawn } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import path from "node:path";
import { until } from "./wait.mjs";

/** Why there can be no TURN server here, as a sentence; null when there can. */
export function whyNoTurn() {
  try {
    execFileSync("which", ["turnserver", "turnutils_uclient"], { stdio: "ignore" });
    return null;
  } catch {
    return "`turnserver` is missing (Debian: apt-get install coturn)";
  }
}

const freePort = () =>
  new Promise((done, fail) => {
    const server = createServer();
    server.once("error", fail);
    server.listen(0, "127.0.0.1", () => {
      const { port } = server.address();
      server.close(() => done(port));
    });
  });

export class TurnServer {
  /** What it printed: sessions with their user names and outcomes. */
  log = "";
  #child;
  #folder;

  /** Starts one on the loopback interface, or on another machine by what a command there begins with. */
  static async start(secret, { address = "127.0.0.1", command = [], port = null } = {}) {
    const server = new TurnServer();
    server.address = address;
    server.port = port ?? (await freePort());
    server.#folder = await mkdtemp(path.join(tmpdir(), "corridor-turn-"));
    const config = path.join(server.#folder, "turnserver.conf");
    const lines = [
      `listening-ip=${address}`,
      `relay-ip=${address}`,
      `listening-port=${server.port}`,
      "use-auth-secret",
      `static-auth-secret=${secret}`,
      "realm=corridor.test",
      "fingerprint",
      "allow-loopback-peers",
      "no-cli",
      "no-tls",
      "no-dtls",
      "verbose",
      "log-file=stdout",
      `pidfile=${path.join(server.#folder, "pid")}`,
      `userdb=${path.join(server.#folder, "db")}`,
    ];
    await writeFile(config, `${lines.join("\n")}\n`, { mode: 0o600 });
    const [program, ...words] = [...command, "turnserver", "-c", config];
    const child = spawn(program, words, { stdio: ["ignore", "pipe", "pipe"] });
    server.#child = child;
    for (const stream of [child.stdout, child.stderr]) {
      stream.on("data", (text) => {
        server.log += text;
      });
    }
    await until("the TURN server listens", () => {
      if (child.exitCode !== null) throw new Error(`it ended: ${server.log}`);
      return /listener opened on ?: ?\S*:\d+/i.test(server.log) || /IPv4. UDP listener/i.test(server.log);
    });
    return server;
  }

  /** A file with a secret, for the hub. */
  static async secretOnly(secret) {
    const folder = await mkdtemp(path.join(tmpdir(), "corridor-turn-"));
    const file = path.join(folder, "secret");
    await writeFile(file, `${secret}\n`, { mode: 0o600 });
    return { file, remove: () => rm(folder, { recursive: true, force: true }) };
  }

  get url() {
    return `turn:${this.address}:${this.port}`;
  }

  /** Whether its own client can send data through it with these credentials. */
  allocates(user, password) {
    const words = ["-u", user, "-w", password, "-y", "-c", "-n", "2", "-m", "1", "-p", this.port, this.address];
    try {
      execFileSync("turnutils_uclient", words.map(String), { stdio: "pipe", timeout: 20_000 });
      return true;
    } catch {
      return false;
    }
  }

  async stop() {
    if (this.#child.exitCode === null) {
      const ended = new Promise((done) => this.#child.once("exit", done));
      this.#child.kill("SIGKILL");
      await ended;
    }
    await rm(this.#folder, { recursive: true, force: true });
  }
}
