/** Connects to a port: by TCP, or through the SSH of a host that stands before it. */
import { type ChildProcessWithoutNullStreams, spawn } from "node:child_process";
import { connect } from "node:net";
import { Duplex } from "node:stream";

/** Where a connection leads. */
export interface Destination {
  readonly host: string;
  readonly port: number;
  /** SSH destination to go through, in ssh's own words: its user's keys, configuration and known hosts count. @default - none */
  readonly jump?: string | undefined;
}

/** The input and output of an ssh, which ends with it; it ends well only if ssh does. */
class SshWay extends Duplex {
  readonly #ssh: ChildProcessWithoutNullStreams;

  constructor(ssh: ChildProcessWithoutNullStreams, jump: string) {
    super();
    this.#ssh = ssh;
    let words = "";
    ssh.stderr.on("data", (chunk) => (words += String(chunk)));
    ssh.stdout.on("data", (chunk) => void (this.push(chunk) || ssh.stdout.pause()));
    // Writing to one that has ended fails in its own words, below.
    ssh.stdin.on("error", () => undefined);
    ssh.once("error", () => this.destroy(new Error("ssh is not on PATH: install an OpenSSH client")));
    ssh.once("close", (code) => {
      if (code === 0) return void this.push(null);
      this.destroy(new Error(words.trim().split("\n").at(-1) || `ssh ${jump} ended`));
    });
  }

  override _read(): void {
    this.#ssh.stdout.resume();
  }

  override _write(chunk: Buffer, _encoding: BufferEncoding, done: () => void): void {
    this.#ssh.stdin.write(chunk, () => done());
  }

  override _final(done: () => void): void {
    this.#ssh.stdin.end(done);
  }

  override _destroy(error: Error | null, done: (error: Error | null) => void): void {
    this.#ssh.kill();
    done(error);
  }
}

/** Each connection by a jump host is an ssh of its own: whoever wants fewer has ControlMaster in their configuration. */
function through(jump: string, { host, port }: Destination, env: NodeJS.ProcessEnv): Duplex {
  return new SshWay(spawn("ssh", ["-o", "BatchMode=yes", "-W", `${host}:${port}`, "--", jump], { env }), jump);
}

/** @param env what ssh is started in */
export function dial(destination: Destination, env: NodeJS.ProcessEnv = process.env): Duplex {
  const { host, port, jump } = destination;
  return jump === undefined ? connect(port, host) : through(jump, destination, env);
}
