import { createServer, type Server } from "node:net";
import { scanPorts } from "../../../../cli/engine/checks/port-scan.ts";

const servers: Server[] = [];
afterEach(() => servers.splice(0).forEach((server) => server.close()));

function listening(): Promise<number> {
  return new Promise((resolve) => {
    const server = createServer((socket) => socket.destroy()).listen(0, "127.0.0.1", () => {
      const address = server.address();
      resolve(typeof address === "object" && address !== null ? address.port : 0);
    });
    servers.push(server);
  });
}
async function closed(): Promise<number> {
  const port = await listening();
  await new Promise((resolve) => servers.pop()?.close(resolve));
  return port;
}

describe("a port scan of an address", () => {
  it("says nothing where only the expected port answers", async () => {
    const [ssh, pve] = [await listening(), await closed()];
    const target = { name: "pve-1", address: "127.0.0.1", expected: ssh };
    expect(
      await scanPorts(target, [
        [ssh, "SSH"],
        [pve, "Proxmox VE"],
      ]),
    ).toEqual([]);
  });

  it("fails with a port that should not answer, and names what listens there", async () => {
    const [ssh, pve] = [await listening(), await listening()];
    const found = await scanPorts({ name: "pve-1", address: "127.0.0.1", expected: ssh }, [
      [ssh, "SSH"],
      [pve, "Proxmox VE"],
    ]);
    expect(found).toMatchObject([
      { status: "fail", found: `pve-1 (127.0.0.1): port ${pve}, Proxmox VE, answers from here` },
    ]);
  });

  it("expects nothing of a micro, and fails with whatever answers", async () => {
    const ssh = await listening();
    const micro = { name: "quorum", address: "127.0.0.1", expected: null };
    expect(await scanPorts(micro, [[await closed(), "etcd"]])).toEqual([]);
    expect(await scanPorts(micro, [[ssh, "SSH"]])).toMatchObject([{ status: "fail" }]);
  });

  it("warns where not even the expected port answers", async () => {
    const ssh = await closed();
    const found = await scanPorts({ name: "pve-1", address: "127.0.0.1", expected: ssh }, [[ssh, "SSH"]]);
    expect(found).toMatchObject([{ status: "warn", advice: expect.stringContaining("access.adminCidrs") }]);
  });
});
