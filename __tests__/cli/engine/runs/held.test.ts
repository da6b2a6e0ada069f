import { portOf } from "../../../../cli/engine/runs/held.ts";
import { planTopology } from "../../../../topology/plan.ts";
import { lab } from "../../../config/labs.ts";

const plan = (preset: "free-pair" | "direct" | "homelab") => planTopology(lab({ preset }));

describe("the port that leads to a host", () => {
  it("is the first host's, or the one of its name", () => {
    const pair = plan("free-pair");
    const [one, two] = pair.hosts.map((host) => ("apiPort" in host ? host.apiPort : 0));
    expect([portOf(pair, "proxmox", undefined), portOf(pair, "proxmox", "pve-2")]).toEqual([one, two]);
  });

  it("is refused with the names that there are, for a host that is none", () => {
    expect(() => portOf(plan("free-pair"), "ssh", "pve-9")).toThrow("got pve-9, allowed pve-1, pve-2, qdevice-1");
  });

  it("is not there where Talos runs on the instances: that has no SSH, and the line says what there is", () => {
    expect(() => portOf(plan("direct"), "ssh", "cp-1")).toThrow(/has no SSH: npx lab tunnel -- talosctl/);
    expect(() => portOf(plan("direct"), "proxmox", undefined)).toThrow(/^this lab has no Proxmox VE/);
  });

  it("is none of ours for a host that was there before, to which the lab has no key", () => {
    const existing = { address: "192.168.1.10" };
    expect(() => portOf({ ...plan("homelab"), existing }, "ssh", "pve")).toThrow(
      "pve is a host of your own, to which the lab has no key: ssh root@192.168.1.10",
    );
  });
});
