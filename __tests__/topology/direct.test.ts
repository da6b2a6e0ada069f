import { planDirect } from "../../topology/plan.ts";
import { lab } from "../config/labs.ts";

const plan = (preset: "direct" | "direct-pair") => planDirect(lab({ preset }));

const shown = (preset: "direct" | "direct-pair") =>
  plan(preset).securityRules.map(({ group, direction, protocol, ports, peer }) => {
    const other = peer.kind === "group" ? peer.group : peer.name;
    const range = ports === undefined ? "" : ports.from === ports.to ? ` ${ports.from}` : ` ${ports.from}-${ports.to}`;
    return `${group} ${direction === "INGRESS" ? "from" : "to"} ${other} ${protocol}${range}`;
  });

describe("planDirect", () => {
  it("makes each node an instance of the subnet, with all that it was given", () => {
    expect(plan("direct-pair").nodes).toMatchObject([
      { name: "cp-1", address: "10.0.0.11", ocpus: 1, memoryGb: 6, bootVolumeGb: 100, talosPort: 18101 },
      { name: "worker-1", address: "10.0.0.21", ocpus: 1, memoryGb: 6, bootVolumeGb: 100, talosPort: 18201 },
    ]);
  });

  it("relays the API server and each machine's Talos, at the ports that other placements have them", () => {
    expect(plan("direct-pair").tunnels).toEqual([
      { name: "kubernetes", localPort: 18000, via: "api", target: { address: "10.0.0.4", port: 6443 }, plain: true },
      {
        name: "talos cp-1",
        localPort: 18101,
        via: "cp-1",
        target: { address: "10.0.0.11", port: 50_000 },
        plain: true,
      },
      {
        name: "talos worker-1",
        localPort: 18201,
        via: "worker-1",
        target: { address: "10.0.0.21", port: 50_000 },
        plain: true,
      },
    ]);
  });

  it("opens Talos's API to admins and Kubernetes' to the load balancer, and nothing else, on a single machine", () => {
    expect(shown("direct")).toEqual([
      "nodes from admin tcp 50000",
      "nodes from nlb tcp 6443",
      "nodes from anywhere icmp",
      "nodes to anywhere all",
      "nlb from admin tcp 6443",
      "nlb from anywhere icmp",
      "nlb to nodes tcp 6443",
    ]);
  });

  it("opens six things between machines", () => {
    const between = shown("direct-pair").filter((rule) => !shown("direct").includes(rule));
    expect(between).toEqual([
      "nodes from nodes tcp 50000",
      "nodes from nodes tcp 50001",
      "nodes from nodes tcp 6443",
      "nodes from nodes tcp 2379-2380",
      "nodes from nodes tcp 10250",
      "nodes from nodes udp 4789",
    ]);
  });
});
