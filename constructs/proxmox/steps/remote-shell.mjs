// @ts-check
/** Commands on the lab's machines, by the `ssh` on PATH through a tunnel, with the lab's own key and pinned host keys. */
import { spawn } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { StepError } from "./deadline.mjs";
import { record } from "./pve-http.mjs";

/** @typedef {import("./deadline.mjs").Deadline} Deadline */
/** @typedef {{ readonly code: number, readonly text: string }} Result 0 or 1, and all output of a command */

/** ssh's own exit code for "no connection" (ssh(1)). */
const NO_CONNECTION = 255;
/** What a failed command ends with instead of its own code: pvecm's would be 255. */
const FAILED = 1;

/** @typedef {{ readonly key: string, readonly knownHosts: string }} SshFiles */

/**
 * The key and the pinned host keys as files, for as long as the step runs.
 *
 * @returns {SshFiles}
 */
export function writeSshFiles() {
  const key = secret("ssh_private_key");
  const pins = Object.entries(hostKeys()).map(([name, pair]) => `${name} ${withoutComment(pair.public)}\n`);
  const folder = mkdtempSync(join(tmpdir(), "ampere-lab-ssh-"));
  process.once("exit", () => rmSync(folder, { recursive: true, force: true }));
  for (const signal of /** @type {const} */ (["SIGINT", "SIGTERM", "SIGHUP"])) {
    process.once(signal, () => process.exit(1));
  }
  const files = { key: join(folder, "key"), knownHosts: join(folder, "known_hosts") };
  writeFileSync(files.key, key, { mode: 0o600 });
  writeFileSync(files.knownHosts, pins.join(""), { mode: 0o600 });
  return files;
}

/** @param {string} name of the Terraform variable, which `cdktf` puts into the environment */
function secret(name) {
  const value = process.env[`TF_VAR_${name}`];
  if (value) return value;
  throw new StepError(`TF_VAR_${name} is not set: run through \`cdktf\`, which sets it from the lab's secrets`, 2);
}

/** @returns {Record<string, { readonly public: string }>} by name of the machine */
function hostKeys() {
  const keys = record(JSON.parse(secret("ssh_host_keys")));
  return Object.fromEntries(Object.entries(keys).map(([name, key]) => [name, { public: String(record(key).public) }]));
}

/** @param {string} key `ssh-ed25519 AAAA… comment` */
function withoutComment(key) {
  return key.split(" ").slice(0, 2).join(" ");
}

/**
 * The pinned host key of a machine, as a line for the known_hosts of another: `10.0.0.4 ssh-ed25519 AAAA…`.
 *
 * @param {{ readonly name: string, readonly address: string }} machine
 */
export function knownHostLine({ name, address }) {
  const key = hostKeys()[name];
  if (!key) throw new StepError(`TF_VAR_ssh_host_keys has no key of ${name}`, 2);
  return `${address} ${withoutComment(key.public)}`;
}

/** root's shell on one machine. */
export class RemoteShell {
  /**
   * @param {string} name of the machine, under which its host key is pinned
   * @param {number} port near end of the tunnel to its SSH
   * @param {SshFiles} files
   * @param {Deadline} deadline
   */
  constructor(name, port, files, deadline) {
    this.name = name;
    this.port = port;
    this.files = files;
    this.deadline = deadline;
  }

  /**
   * Runs a command, as soon as there is a connection. One that is cut short runs again: only for what may run twice.
   *
   * @param {string} command
   * @returns {Promise<Result>}
   */
  ask(command) {
    return this.deadline.until(`SSH to ${this.name}`, async () => {
      const answer = await this.#once(command);
      if (answer.code !== NO_CONNECTION) return answer;
      if (/host key verification failed|REMOTE HOST IDENTIFICATION HAS CHANGED/i.test(answer.text))
        throw new StepError(`${this.name} shows another SSH host key than the lab gave it: nothing was sent to it`);
      if (/Permission denied/.test(answer.text)) throw new StepError(`${this.name} refuses the lab's SSH key for root`);
      return undefined;
    });
  }

  /**
   * The same, for a command that has to succeed.
   *
   * @param {string} command
   * @returns {Promise<string>} its output
   */
  async run(command) {
    const { code, text } = await this.ask(command);
    if (code === 0) return text;
    const words = text.trim().split("\n").filter(Boolean).at(-1) ?? "it says nothing";
    throw new StepError(`${this.name}: \`${command.split(" ").slice(0, 3).join(" ")}\` failed: ${words}`);
  }

  /**
   * Adds a line to a file that does not have it yet.
   *
   * @param {string} file
   * @param {string} line without quotation marks
   */
  async ensureLine(file, line) {
    await this.run(`grep -qxsF '${line}' ${file} || echo '${line}' >> ${file}`);
  }

  /**
   * @param {string} command
   * @returns {Promise<Result>}
   */
  #once(command) {
    const settings = [
      "BatchMode=yes",
      "StrictHostKeyChecking=yes",
      `UserKnownHostsFile=${this.files.knownHosts}`,
      "GlobalKnownHostsFile=/dev/null",
      `HostKeyAlias=${this.name}`,
      "IdentitiesOnly=yes",
      "ConnectTimeout=10",
      "ServerAliveInterval=15",
      "ServerAliveCountMax=4",
      "LogLevel=ERROR",
    ];
    // -F none: the user's ssh_config must not change it.
    const args = ["-F", "none", ...settings.flatMap((each) => ["-o", each]), "-i", this.files.key];
    return new Promise((resolve, reject) => {
      const child = spawn("ssh", [...args, "-p", String(this.port), "root@127.0.0.1", `${command} || exit ${FAILED}`], {
        stdio: ["ignore", "pipe", "pipe"],
        timeout: Math.max(1000, this.deadline.left()),
      });
      let text = "";
      for (const stream of [child.stdout, child.stderr]) stream.on("data", (chunk) => (text += String(chunk)));
      child.once("error", (error) => reject(new StepError(`ssh cannot be run: ${error.message}`)));
      child.once("close", (code) => resolve({ code: code ?? NO_CONNECTION, text }));
    });
  }
}
