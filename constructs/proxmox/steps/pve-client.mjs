// @ts-check
/**
 * A small client of the Proxmox VE API for the steps beside it. Plain JavaScript without dependencies: it runs where the
 * synthesized stack is applied, with whatever Node (20 or newer) is there.
 */
import { isConnectionError, NoAnswer, NotYet, PveError, StepError } from "./deadline.mjs";
import { list, loopback, record, send } from "./pve-http.mjs";

/** @typedef {import("./deadline.mjs").Deadline} Deadline */
/** @typedef {import("./pve-http.mjs").Form} Form */
/** @typedef {import("./pve-http.mjs").Host} Host */
/** @typedef {import("./pve-http.mjs").Pass} Pass */
/** Password of root@pam, or an API token. @typedef {string | { readonly token: string }} SignIn */

const REQUEST_SECONDS = 15;
/** How long a host that has only just come up may refuse the password: cloud-init may not have set it yet. */
const FIRST_BOOT_SECONDS = 60;
/** How long any other may: during a join that an earlier run began, `/etc/pve` is empty, and every login fails. */
const JOIN_SECONDS = 20;

/**
 * A ticket refused right after it was given: the host reads its keys again only when their time stamp has another second.
 *
 * @param {unknown} error
 * @returns {never}
 */
function refusedAnew(error) {
  throw error instanceof PveError && error.status === 401 ? new NotYet(error.message) : error;
}

/** The API of one host, as root@pam or whoever the token is of. Logs in again whenever a ticket is no longer good. */
export class PveApi {
  /**
   * @param {Host} host
   * @param {SignIn} signIn
   * @param {Deadline} deadline
   */
  constructor(host, signIn, deadline) {
    this.host = host;
    this.signIn = signIn;
    this.deadline = deadline;
    this.url = loopback(host);
    /** SHA-256 of the certificate that the last connection showed. */
    this.fingerprint = "";
    /** @type {Pass | null} */
    this.pass = null;
  }

  /** Waits until the API takes the password, or the token. */
  async ready() {
    const { name } = this.host;
    let wasDown = false;
    let refusedUntil = 0;
    await this.deadline.until(`the API of ${name} (${this.url.host})`, async () => {
      try {
        return await this.#logIn();
      } catch (error) {
        if (!(error instanceof PveError) || error.status !== 401) {
          wasDown = true;
          throw error;
        }
        if (typeof this.signIn !== "string")
          throw new StepError(
            `${name} refuses the API token (${error.message}): TF_VAR_pve_api_token is not, or no longer, one of its`,
          );
        if (refusedUntil === 0) {
          const seconds = wasDown ? FIRST_BOOT_SECONDS : JOIN_SECONDS;
          refusedUntil = performance.now() + seconds * 1000;
          console.log(`${name}: refuses the password; asks again for ${seconds} s, as a host does that while it joins`);
        }
        if (performance.now() < refusedUntil && this.deadline.left() > 0) return undefined;
        const fix = "TF_VAR_pve_root_password is not the password this host was made with";
        throw new StepError(`${name} refuses root@pam's password (${error.message}): ${fix}`);
      }
    });
  }

  /** @param {string} path */
  get(path) {
    return this.#persist("GET", path);
  }

  /**
   * @param {string} path
   * @param {Form} form
   */
  put(path, form) {
    return this.#persist("PUT", path, form);
  }

  /** @param {string} path */
  delete(path) {
    return this.#persist("DELETE", path);
  }

  /**
   * Sent once, as soon as there is a connection: doing it twice may not be the same.
   *
   * @param {string} path
   * @param {Form} form
   * @throws {NoAnswer} when it is not known whether it happened
   */
  async post(path, form) {
    const attempt = async () => {
      try {
        return { data: await this.#call("POST", path, form) };
      } catch (error) {
        if (isConnectionError(error) || error instanceof NotYet) throw error;
        return { error };
      }
    };
    const outcome = await this.deadline.until(`${this.host.name} to take ${path}`, attempt);
    if ("error" in outcome) throw outcome.error;
    return outcome.data;
  }

  /**
   * One attempt, whose errors are the caller's.
   *
   * @param {string} method
   * @param {string} path
   */
  once(method, path) {
    return this.#call(method, path);
  }

  /**
   * The task of a type that is running on this host.
   *
   * @param {string} type
   * @returns {Promise<string | undefined>} its UPID
   */
  async activeTask(type) {
    const tasks = list(await this.get(`nodes/${this.host.name}/tasks?source=active&typefilter=${type}`)).map(record);
    const found = tasks.find((task) => task.type === type);
    return found && String(found.upid);
  }

  /**
   * Waits for a task to end. One that the host no longer knows of has ended.
   *
   * @param {string} upid
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
        if (error instanceof PveError && /no such task|unable to open/.test(error.message)) return "OK";
        throw error;
      }
    });
    if (status === "OK" || status.startsWith("WARNINGS")) return;
    const lines = list(await this.get(`${path}/log`)).map((line) => String(record(line).t));
    const causes = lines.filter((line) => line.startsWith("* ") || line.includes("not verified"));
    throw new StepError(`${name}: ${[status, ...causes].join(" ")}`);
  }

  /**
   * For calls that may be sent twice: again and again until there is an answer.
   *
   * @param {string} method
   * @param {string} path
   * @param {Form} [form]
   */
  async #persist(method, path, form) {
    const attempt = async () => ({ data: await this.#call(method, path, form) });
    return (await this.deadline.until(`${this.host.name} to answer ${path}`, attempt)).data;
  }

  /**
   * @param {string} method
   * @param {string} path
   * @param {Form} [form]
   */
  async #call(method, path, form) {
    const pass = this.pass ?? (await this.#logIn());
    try {
      return await this.#send(method, path, form, pass);
    } catch (error) {
      if (!(error instanceof PveError) || error.status !== 401 || typeof this.signIn !== "string") throw error;
      // Joining a cluster makes a host forget the tickets it gave out.
      const anew = await this.#logIn();
      return await this.#send(method, path, form, anew).catch(refusedAnew);
    }
  }

  async #logIn() {
    this.pass = typeof this.signIn === "string" ? await this.#ticket(this.signIn) : await this.#tokenPass(this.signIn);
    return this.pass;
  }

  /**
   * @param {string} password
   * @returns {Promise<Pass>}
   */
  async #ticket(password) {
    try {
      const answer = await this.#send("POST", "access/ticket", { username: "root@pam", password });
      const { ticket, CSRFPreventionToken } = record(answer);
      const cookie = `PVEAuthCookie=${encodeURIComponent(String(ticket))}`;
      return { Cookie: cookie, CSRFPreventionToken: String(CSRFPreventionToken) };
    } catch (error) {
      // A password that was right before is refused only while the host restarts.
      if (error instanceof PveError && error.status === 401 && this.pass) throw new NoAnswer(error.message);
      throw error;
    }
  }

  /**
   * @param {{ readonly token: string }} signIn
   * @returns {Promise<Pass>}
   */
  async #tokenPass({ token }) {
    const pass = { Authorization: `PVEAPIToken=${token}` };
    await this.#send("GET", "version", undefined, pass);
    return pass;
  }

  /**
   * @param {string} method
   * @param {string} path
   * @param {Form} [form]
   * @param {Pass} [pass]
   */
  async #send(method, path, form, pass) {
    const timeoutMs = Math.max(1000, Math.min(REQUEST_SECONDS * 1000, this.deadline.left()));
    const { data, fingerprint } = await send(this.url, { method, path, form, pass, timeoutMs });
    this.fingerprint = fingerprint;
    return data;
  }
}
