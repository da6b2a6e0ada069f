import { once } from "node:events";
import type { IncomingMessage, ServerResponse } from "node:http";
import { createServer, type Server } from "node:https";
import { Deadline } from "../../constructs/proxmox/steps/deadline.mjs";
import { PveApi } from "../../constructs/proxmox/steps/pve-client.mjs";
import { issueCertificate } from "../../sandbox/proxmox/model/certificate.ts";

const { key, certificate } = issueCertificate("pve-1", "10.0.0.11");
const servers: Server[] = [];
afterEach(() => {
  for (const server of servers.splice(0)) server.close().closeAllConnections();
});

type Reply = (response: ServerResponse, request: IncomingMessage) => void;

const data =
  (value: unknown): Reply =>
  (response) =>
    void response.end(JSON.stringify({ data: value }));
const status =
  (code: number, reason: string): Reply =>
  (response) =>
    void response.writeHead(code, reason).end();
const hangUp: Reply = (_response, request) => void request.socket.destroy();
const ticket = data({ ticket: "PVE:root@pam:0::x", CSRFPreventionToken: "0:y" });

/** An API that gives these answers, one after the other, and counts the calls. */
async function apiWith(answers: readonly Reply[]) {
  const calls: string[] = [];
  const rest = [...answers];
  const server = createServer({ key, cert: certificate }, (request, response) => {
    calls.push(`${request.method} ${request.url?.replace("/api2/json/", "")}`);
    const next = rest.shift() ?? status(500, "no more answers");
    next(response, request);
  });
  servers.push(server);
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  const port = typeof address === "object" && address ? address.port : 0;
  const host = { name: "pve-1", api: `https://127.0.0.1:${port}`, address: "10.0.0.11" };
  return { api: new PveApi(host, "secret", new Deadline(5)), calls };
}

describe("the client of the PVE API", () => {
  it.each([
    ["595 No route to host", status(595, "No route to host")],
    ["596 broken pipe", status(596, "broken pipe")],
    ["503 Service Unavailable", status(503, "Service Unavailable")],
    ["500 without quorum", status(500, "cluster not ready - no quorum?")],
    ["a connection that breaks", hangUp],
  ])("asks again after %s", async (_what, transient) => {
    const { api, calls } = await apiWith([ticket, transient, data("9.2.7")]);
    await expect(api.get("version")).resolves.toBe("9.2.7");
    expect(calls).toEqual(["POST access/ticket", "GET version", "GET version"]);
  });

  it.each([
    ["500 other errors", status(500, "storage 'x' does not exist"), "storage 'x' does not exist"],
    ["400 a wrong parameter", status(400, "Parameter verification failed."), "Parameter verification failed."],
    ["403 no permission", status(403, "Permission check failed"), "Permission check failed"],
  ])("takes no for an answer: %s", async (_what, refusal, message) => {
    const { api, calls } = await apiWith([ticket, refusal]);
    await expect(api.get("version")).rejects.toThrow(message);
    expect(calls).toHaveLength(2);
  });

  it("does not send a POST again whose answer was lost", async () => {
    const { api, calls } = await apiWith([ticket, hangUp, data("UPID")]);
    await expect(api.post("cluster/config", {})).rejects.toThrow("socket hang up");
    expect(calls).toEqual(["POST access/ticket", "POST cluster/config"]);
  });

  it("logs in again when its ticket is no longer good", async () => {
    const { api, calls } = await apiWith([ticket, status(401, "invalid PVE ticket"), ticket, data(1)]);
    await expect(api.put("storage/local", { content: "iso" })).resolves.toBe(1);
    expect(calls).toEqual(["POST access/ticket", "PUT storage/local", "POST access/ticket", "PUT storage/local"]);
  });

  it("waits for a host that refuses the password only while it boots", async () => {
    const { api, calls } = await apiWith([hangUp, status(401, "authentication failure"), ticket]);
    await api.ready();
    expect(calls).toHaveLength(3);
  });

  it("reports a failed task's own words", async () => {
    const log = [{ n: 1, t: "* this host already contains virtual guests" }];
    const stopped = data({ status: "stopped", exitstatus: "join failed" });
    const { api } = await apiWith([ticket, data({ status: "running" }), stopped, data(log)]);
    await expect(api.task("UPID:pve-1:0:0:0:clusterjoin::root@pam:")).rejects.toThrow(
      "pve-1: join failed * this host already contains virtual guests",
    );
  });
});
