// A playground of one's own: starts the real `forkyard serve` on a free port and ends it.

import { spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";

/** Starts a server, by another program where one is given; resolves once it listens. */
export async function startPlayground(through = []) {
  const program = process.env.FORKYARD;
  if (!program) throw new Error("FORKYARD names no program: call these tests by `cargo xtask test browser`");
  const [command, ...words] = [...through, program, "serve", "--listen", "127.0.0.1:0"];
  const server = spawn(command, words, { stdio: ["ignore", "pipe", "inherit"] });
  const gone = once(server, "exit");
  for await (const line of createInterface({ input: server.stdout })) {
    const address = /^listening on (\S+)/.exec(line)?.[1];
    if (address) return new Playground(server, gone, address);
  }
  throw new Error("the server ended before it listened");
}

class Playground {
  #server;
  #gone;

  constructor(server, gone, address) {
    this.#server = server;
    this.#gone = gone;
    this.address = address;
  }

  /** The JSON at a path. */
  async get(path) {
    const response = await fetch(this.address + path);
    if (!response.ok) throw new Error(`${path}: ${response.status}`);
    return response.json();
  }

  /** Strikes the server down, as a crash does; resolves once it is gone. */
  async crash() {
    this.#server.kill("SIGKILL");
    await this.#gone;
  }

  /** Ends the server; resolves once it is gone. */
  async stop() {
    this.#server.kill("SIGTERM");
    const deadline = setTimeout(() => this.#server.kill("SIGKILL"), 10_000);
    await this.#gone;
    clearTimeout(deadline);
  }
}
