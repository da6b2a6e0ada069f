import { createCluster, joinCluster } from "../../sandbox/proxmox/model/cluster.ts";
import { applySdn, createSdn, isReloaded } from "../../sandbox/proxmox/model/sdn.ts";
import type { Call, Fault } from "../../sandbox/faults/calls.ts";
import type { Store } from "../../sandbox/world/store.ts";
import { atHost, settle } from "../sandbox/proxmox/lab.ts";
import { addressOf, PASSWORD, worldWith } from "../sandbox/proxmox/world.ts";
import { type Outcome, Ports, startStep } from "./run-step.ts";

const ports = new Ports();
afterEach(() => ports.close());

/** How often a host's reload is yet to fail. */
let failures: number;

/** Two hosts in a cluster, with a zone that is applied; reloads of the first host that asks fail. */
async function applied(): Promise<Store> {
  const plain = worldWith({ name: "pve-1" }, { name: "pve-2" });
  const world: Store = {
    ...plain,
    calls: {
      ...plain.calls,
      begin({ target }: Call): Fault | null {
        if (!target.startsWith("srvreload") || failures === 0) return null;
        failures -= 1;
        return { kind: "status", status: 500, message: "ifreload failed" };
      },
    },
  };
  createCluster(atHost(world, "pve-1"), "lab", undefined);
  const { fingerprint } = atHost(world, "pve-1").host.certificate;
  const request = { hostname: addressOf("pve-1"), fingerprint, password: PASSWORD, link0: undefined };
  await joinCluster(atHost(world, "pve-2"), request, () => undefined);
  settle(world);
  createSdn(atHost(world, "pve-1"), "zones", "lab", { type: "simple" });
  applySdn(atHost(world, "pve-1"));
  return world;
}

async function wait(world: Store, environment = {}): Promise<Outcome> {
  const [host] = await ports.open(world, "pve-1");
  const input = { PVE_HOST: JSON.stringify(host), PVE_NODES: '["pve-1","pve-2"]', PVE_ZONE: "lab" };
  return await startStep("wait-sdn.mjs", { ...input, PVE_AGAIN_SECONDS: "0.5", ...environment }).outcome;
}

describe("wait-sdn", () => {
  beforeEach(() => {
    failures = 0;
  });

  it("waits for every host, as none has reloaded its network when the applier is done", async () => {
    const world = await applied();
    expect(["pve-1", "pve-2"].map((name) => isReloaded(atHost(world, name)))).toEqual([false, false]);
    expect(await wait(world)).toMatchObject({ code: 0, lines: ["zone lab is on pve-1, pve-2"] });
    expect(["pve-1", "pve-2"].map((name) => isReloaded(atHost(world, name)))).toEqual([true, true]);
  });

  it("applies again where a host has failed, which the applier does not say", async () => {
    failures = 1;
    const { code, lines } = await wait(await applied());
    expect(code).toBe(0);
    expect(lines).toEqual(["zone lab is not on pve-1 (pending): applying it again", "zone lab is on pve-1, pve-2"]);
  });

  it("gives up in one line that names the host which stays behind", async () => {
    failures = 100;
    const { code, error } = await wait(await applied(), { PVE_TIMEOUT_SECONDS: "2" });
    expect(code).toBe(1);
    expect(error).toMatch(
      /^wait-sdn: gave up after 2 s waiting for zone lab on pve-1, pve-2: zone lab is not on pve-1 \(pending\), pve-2/,
    );
  });

  it("knows a zone that is nowhere", async () => {
    const { error } = await wait(await applied(), { PVE_ZONE: "none", PVE_TIMEOUT_SECONDS: "1" });
    expect(error).toContain("zone none is not on pve-1 (missing), pve-2 (missing)");
  });
});
