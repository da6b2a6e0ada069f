import type { HostConfig, LabConfig, NodeConfig } from "../../config/index.ts";
import { planOnProxmox } from "../../topology/plan.ts";
import { lab } from "../config/labs.ts";

const host = (number: number, memoryGb = 24): HostConfig => ({
  name: `pve-${number}`,
  ocpus: 4,
  memoryGb,
  bootVolumeGb: 400,
});
const controlPlane = (number: number): NodeConfig => ({
  name: `cp-${number}`,
  role: "control-plane",
  vcpus: 2,
  memoryMb: 2048,
  diskGb: 10,
});
const worker = (number: number, memoryMb = 2048): NodeConfig => ({
  name: `worker-${number}`,
  role: "worker",
  vcpus: 2,
  memoryMb,
  diskGb: 10,
});

function hostsOf(hosts: readonly HostConfig[], nodes: readonly NodeConfig[]): Readonly<Record<string, string>> {
  const config: LabConfig = lab({ hosts, kubernetes: { nodes } });
  return Object.fromEntries(planOnProxmox(config).nodes.map((node) => [node.name, node.host]));
}

describe("placement", () => {
  it("spreads control planes over hosts", () => {
    const placed = hostsOf([host(1), host(2), host(3)], [controlPlane(1), controlPlane(2), controlPlane(3)]);
    expect(placed).toEqual({ "cp-1": "pve-1", "cp-2": "pve-2", "cp-3": "pve-3" });
  });

  it("spreads control planes even where one host has far more memory", () => {
    const placed = hostsOf([host(1, 200), host(2), host(3)], [controlPlane(1), controlPlane(2), controlPlane(3)]);
    expect(new Set(Object.values(placed)).size).toBe(3);
  });

  it("puts workers where the most memory is left", () => {
    const placed = hostsOf([host(1), host(2)], [controlPlane(1), worker(1), worker(2), worker(3)]);
    expect(placed).toEqual({ "cp-1": "pve-1", "worker-1": "pve-2", "worker-2": "pve-1", "worker-3": "pve-2" });
  });

  it("puts a node on its written host, whatever is left elsewhere", () => {
    const placed = hostsOf([host(1), host(2)], [controlPlane(1), { ...worker(1), host: "pve-1" }]);
    expect(placed["worker-1"]).toBe("pve-1");
  });

  it("counts written nodes before it places others", () => {
    const placed = hostsOf([host(1, 6), host(2, 6)], [{ ...controlPlane(1), host: "pve-2" }, worker(1, 3500)]);
    expect(placed["worker-1"]).toBe("pve-1");
  });

  it("keeps worker 2 where it is when worker 1 goes", () => {
    const hosts = [host(1), host(2), host(3)];
    const all = hostsOf(hosts, [controlPlane(1), worker(1), worker(2), worker(3)]);
    const fewer = hostsOf(hosts, [controlPlane(1), worker(2), worker(3)]);
    expect(all).toMatchObject(fewer);
  });

  it("moves nothing when a worker with a written host comes", () => {
    const hosts = [host(1), host(2), host(3)];
    const before = hostsOf(hosts, [controlPlane(1), worker(1), worker(2)]);
    const after = hostsOf(hosts, [controlPlane(1), worker(1), worker(2), { ...worker(9, 8192), host: "pve-1" }]);
    expect(after).toMatchObject(before);
  });

  it("takes another host when the one whose turn it is has no room", () => {
    const placed = hostsOf(
      [host(1, 8), host(2, 8)],
      [{ ...controlPlane(1), host: "pve-1" }, worker(1, 3500), worker(2, 1024)],
    );
    expect(placed).toMatchObject({ "worker-1": "pve-2", "worker-2": "pve-1" });
  });
});
