// @ts-check
/**
 * A small client of the Proxmox VE API for the steps beside it. Plain JavaScript without dependencies: it runs where the
 * synthesized stack is applied, with whatever Node (20 or newer) is there.
 */
import { PveError, StepError } from "./deadline.mjs";
import { list, loopback, record, send } from "./pve-http.mjs";

/** @typedef {import("./deadline.mjs").Deadline} Deadline */
/** @typedef {import("./pve-http.mjs").Form} Form */
/** @typedef {import("./pve-http.mjs").Host} Host */

const REQUEST_SECONDS = 15;
/** How long a host that has only just come up may refuse the password: cloud-init may not have set it yet. */
const FIRST_BOOT_SECONDS = 60;

/** The API of one host, logged in as root@pam. Logs in again whenever a ticket is no longer good. */
export class PveApi {
  /**
   * @param {Host} host
   * @param {string} password
   * @param {Deadline} deadline
   */
  constructor(host, password, deadline) {
    this.host = host;
    this.password = password;
    this.deadline = deadline;
    this.url = loopback(host);
    /** SHA-256 of the certificate that the last connection showed. */
    this.fingerprint = "";
    /** @type {{ readonly cookie: string, readonly csrf: string } | null} */
    this.login = null;
  }

  /** Waits until the API takes the password. */
  async ready() {
    const { name } = this.host;
    let wasDown = false;
    let refusedUntil = 0;
    await this.deadline.until(`the API of ${name} (${this.url.host})`, async () => {
      try {
        await this.#logIn();
        return true;
      } catch (error) {
        if (!(error instanceof PveError) || error.status !== 401) {
          wasDown = true;
          throw error;
        }
        refusedUntil ||= Date.now() + (wasDown ? FIRST_BOOT_SECONDS * 1000 : 0);
        if (Date.now() < refusedUntil) return undefined;
        const fix = "TF_VAR_pve_root_password is not the password this host was made with";
        throw new StepError(`${name} refuses root@pam's password (${error.message}): ${fix}`);
      }
    });
  }

  /** @param {string} path */
  get(path) {
    return this.#persist(path, () => this.#call("GET", path));
  }

  /**
   * @param {string} path
   * @param {Form} form
   */
  put(path, form) {
    return this.#persist(path, () => this.#call("PUT", path, form));
  }

  /** @param {string} path */
  delete(path) {
    return this.#persist(path, () => this.#call("DELETE", path));
  }

  /**
   * Sent once: doing it twice may not be the same.
   *
   * @param {string} path
   * @param {Form} form
   * @throws {NoAnswer} when it is not known whether it happened
   */
  post(path, form) {
    return this.#call("POST", path, form);
  }

  /**
   * Waits for a task.
   *
   * @param {string} upid
   * @returns {Promise<boolean>} false when the host no longer knows the task: look at what there is instead
   * @throws {StepError} with the task's own words when it failed
   */
  async task(upid) {
    const { name } = this.host;
    const path = `nodes/${name}/tasks/${encodeURIComponent(upid)}`;
    const status = await this.deadline.until(`the task ${upid.split(":")[5]} on ${name}`, async () => {
      try {
        const task = record(await this.#call("GET", `${path}/status`));
        return task.status === "stopped" ? String(task.exitstatus) : undefined;
      } catch (error) {
        if (error instanceof PveError && /no such task|unable to open/.test(error.message)) return null;
        throw error;
      }
    });
    if (status === null) return false;
    if (status === "OK" || status.startsWith("WARNINGS")) return true;
    const lines = list(await this.get(`${path}/log`)).map((line) => String(record(line).t));
    const causes = lines.filter((line) => line.startsWith("* ") || line.includes("not verified"));
    throw new StepError(`${name}: ${[status, ...causes].join(" ")}`);
  }

  /**
   * @template T
   * @param {string} path
   * @param {() => Promise<T>} attempt
   */
  async #persist(path, attempt) {
    const wrapped = () => attempt().then((value) => ({ value }));
    return (await this.deadline.until(`${this.host.name} to answer ${path}`, wrapped)).value;
  }

  /**
   * @param {string} method
   * @param {string} path
   * @param {Form} [form]
   */
  async #call(method, path, form) {
    const ticket = this.login ?? (await this.#logIn());
    try {
      return await this.#send(method, path, form, ticket);
    } catch (error) {
      if (!(error instanceof PveError) || error.status !== 401) throw error;
      // Joining a cluster makes a host forget the tickets it gave out.
      return await this.#send(method, path, form, await this.#logIn());
    }
  }

  async #logIn() {
    const form = { username: "root@pam", password: this.password };
    const answer = record(await this.#send("POST", "access/ticket", form));
    this.login = {
      cookie: `PVEAuthCookie=${encodeURIComponent(String(answer.ticket))}`,
      csrf: String(answer.CSRFPreventionToken),
    };
    return this.login;
  }

}
