/** Somebody in Proxmox VE's web interface: deletes an object of the lab by its API, as root@pam. */
import { readFileSync } from "node:fs";
import { request } from "node:https";
import { join } from "node:path";
import { z } from "zod";
import type { InventoryItem } from "../../../sandbox/client.ts";
import type { TestLab } from "../../e2e/lab.ts";

const ticket = z.object({ data: z.object({ ticket: z.string(), CSRFPreventionToken: z.string() }) });

interface PveSession {
  readonly port: number;
  readonly headers: Readonly<Record<string, string>>;
}

function send(
  { port, headers }: PveSession,
  method: string,
  path: string,
  form: Readonly<Record<string, string>> = {},
) {
  const body = new URLSearchParams(form).toString();
  const inBody = method === "POST" || method === "PUT";
  return new Promise<unknown>((resolve, reject) => {
    const sent = request(
      {
        host: "127.0.0.1",
        port,
        method,
        path: `/api2/json${path}${inBody || body === "" ? "" : `?${body}`}`,
        headers: { ...headers, ...(inBody && { "content-type": "application/x-www-form-urlencoded" }) },
        rejectUnauthorized: false,
      },
      (response) => {
        let text = "";
        response.on("data", (chunk: Buffer) => (text += chunk.toString()));
        response.on("end", () => {
          if (response.statusCode === 200) resolve(JSON.parse(text));
          else reject(new Error(`${method} ${path}: ${response.statusCode} ${response.statusMessage}`));
        });
      },
    );
    sent.once("error", reject);
    sent.end(inBody ? body : undefined);
  });
}

async function logIn(lab: TestLab): Promise<PveSession> {
  const { rootPassword } = JSON.parse(readFileSync(join(lab.home, ".sandbox", "secrets.json"), "utf8"));
  const { tunnels } = JSON.parse(readFileSync(join(lab.home, "cdktf.out", "lab.json"), "utf8"));
  const { localPort } = tunnels.find(({ target }: { target: { port: number } }) => target.port === 8006);
  const form = { username: "root@pam", password: String(rootPassword) };
  const { data } = ticket.parse(await send({ port: localPort, headers: {} }, "POST", "/access/ticket", form));
  const headers = { cookie: `PVEAuthCookie=${data.ticket}`, CSRFPreventionToken: data.CSRFPreventionToken };
  return { port: localPort, headers };
}

async function deleteVm(session: PveSession, node: string, vmid: string): Promise<void> {
  const path = `/nodes/${node}/qemu/${vmid}`;
  await send(session, "POST", `${path}/status/stop`).catch(() => undefined); // a template does not run
  for (let tries = 0; ; tries += 1) {
    const { data } = z
      .object({ data: z.object({ status: z.string() }) })
      .parse(await send(session, "GET", `${path}/status/current`));
    if (data.status === "stopped") break;
    if (tries > 100) throw new Error(`VM ${vmid} does not stop`);
  }
  await send(session, "DELETE", path, { purge: "1" });
}

/** @throws Error where Proxmox refuses it, as when something is in it */
export async function deleteFromProxmox(lab: TestLab, { type, id }: InventoryItem): Promise<void> {
  const session = await logIn(lab);
  const kind = type.replace("proxmox_", "");
  const [node = "", ...rest] = id.split("/");
  const named: Readonly<Record<string, string>> = {
    storage_lvmthin: `/storage/${id}`,
    virtual_environment_pool: `/pools/${id}`,
    virtual_environment_role: `/access/roles/${id}`,
    virtual_environment_user: `/access/users/${id}`,
    user_token: `/access/users/${id.replace("!", "/token/")}`,
    sdn_zone_simple: `/cluster/sdn/zones/${id}`,
    sdn_zone_evpn: `/cluster/sdn/zones/${id}`,
    sdn_controller_evpn: `/cluster/sdn/controllers/${id}`,
    sdn_vnet: `/cluster/sdn/vnets/${id}`,
    sdn_subnet: `/cluster/sdn/vnets/${node}/subnets/${rest.join("/")}`,
    download_file: `/nodes/${node}/storage/local/content/${encodeURIComponent(rest.join("/"))}`,
    virtual_environment_firewall_ipset: `/cluster/firewall/ipset/${rest.join("/")}`,
  };
  if (kind === "virtual_environment_vm") return deleteVm(session, node, rest.join("/"));
  if (kind === "acl") {
    const [path = "", user = "", role = ""] = id.split("?");
    await send(session, "PUT", "/access/acl", { path, users: user, roles: role, delete: "1" });
    return;
  }
  if (kind === "virtual_environment_firewall_rules") {
    await send(session, "DELETE", "/cluster/firewall/rules/0");
    return;
  }
  const path = named[kind];
  if (path === undefined) throw new Error(`nobody deletes a ${type} here`);
  await send(session, "DELETE", path, kind === "virtual_environment_firewall_ipset" ? { force: "1" } : {});
}
