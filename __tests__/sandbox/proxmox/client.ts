/** A client of the PVE API that hides nothing: status, reason, errors and total are there for tests. */
import { Agent, request } from "node:https";
import type { Server } from "node:net";
import type { World } from "../../../sandbox/world/world.ts";
import { openPort, PASSWORD } from "./world.ts";

export interface Answer {
  readonly status: number;
  /** What the status line says. */
  readonly reason: string;
  readonly data: unknown;
  readonly message: string | undefined;
  readonly errors: Readonly<Record<string, string>> | undefined;
  readonly total: number | undefined;
}

export type Form = Readonly<Record<string, string | number>>;

export interface Client {
  readonly port: number;
  /** Headers that say who calls. */
  readonly login: Readonly<Record<string, string>>;
  call(method: string, path: string, form?: Form | string, headers?: Readonly<Record<string, string>>): Promise<Answer>;
  get(path: string): Promise<unknown>;
  /** Waits for the task that the answer names. Returns how it ended. */
  done(answer: Answer): Promise<string>;
  /** One call that has to succeed, and its task. */
  does(method: string, path: string, form?: Form): Promise<unknown>;
  /** The same API, with an API token. */
  withToken(token: string): Client;
  close(): void;
}

type Headers = Readonly<Record<string, string>>;

function send(port: number, agent: Agent, method: string, path: string, body: string | undefined, headers: Headers) {
  return new Promise<Answer>((resolve, reject) => {
    const target = { host: "127.0.0.1", port, method, agent, path: `/api2/json/${path}`, rejectUnauthorized: false };
    const call = request({ ...target, headers }, (response) => {
      let text = "";
      response.on("data", (chunk: Buffer) => (text += chunk.toString()));
      response.on("error", reject);
      response.on("end", () => {
        const { statusCode: status = 0, statusMessage: reason = "" } = response;
        resolve({ status, reason, ...JSON.parse(text) });
      });
    });
    call.on("error", reject);
    call.end(body);
  });
}

function client(server: Server, port: number, agent: Agent, login: Headers): Client {
  const self: Client = {
    port,
    login,
    call(method, path, form, headers = {}) {
      const fields = new URLSearchParams();
      if (typeof form === "object") for (const [name, value] of Object.entries(form)) fields.set(name, String(value));
      const body = typeof form === "string" ? form : fields.toString();
      const type = body === "" ? {} : { "Content-Type": "application/x-www-form-urlencoded" };
      return send(port, agent, method, path, body === "" ? undefined : body, { ...type, ...login, ...headers });
    },
    async get(path) {
      const answer = await self.call("GET", path);
      if (answer.status !== 200) throw new Error(`${answer.status} ${answer.reason} ${JSON.stringify(answer.errors)}`);
      return answer.data;
    },
    async done({ data, status, reason, errors }) {
      if (status !== 200) throw new Error(`${status} ${reason} ${JSON.stringify(errors)}`);
      if (typeof data !== "string" || !data.startsWith("UPID:")) return "OK";
      for (;;) {
        const path = `nodes/${data.split(":")[1]}/tasks/${encodeURIComponent(data)}/status`;
        const task = await self.get(path);
        if (typeof task === "object" && task !== null && "exitstatus" in task) return String(task.exitstatus);
      }
    },
    async does(method, path, form) {
      const answer = await self.call(method, path, form);
      const ended = await self.done(answer);
      if (ended !== "OK") throw new Error(ended);
      return answer.data;
    },
    withToken: (token) => client(server, port, agent, { Authorization: `PVEAPIToken=${token}` }),
    close() {
      agent.destroy();
      server.close();
    },
  };
  return self;
}

/** Logged in at a host as root@pam. */
export async function rootClient(world: World, host = "pve-1", password = PASSWORD): Promise<Client> {
  const { server, port } = await openPort(world, host);
  const agent = new Agent({ keepAlive: true });
  const anonymous = client(server, port, agent, {});
  const { data } = await anonymous.call("POST", "access/ticket", { username: "root@pam", password });
  const { ticket, CSRFPreventionToken } = Object(data);
  return client(server, port, agent, { Cookie: `PVEAuthCookie=${encodeURIComponent(ticket)}`, CSRFPreventionToken });
}
