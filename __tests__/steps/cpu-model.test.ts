import { atHost } from "../sandbox/proxmox/lab.ts";
import { worldWith } from "../sandbox/proxmox/world.ts";
import type { Store } from "../../sandbox/world/store.ts";
import { type Outcome, Ports, startStep } from "./run-step.ts";

const ports = new Ports();
afterEach(() => ports.close());

async function define(world: Store, environment = {}): Promise<Outcome> {
  const [host] = await ports.open(world, "pve-1");
  const input = {
    PVE_HOST: JSON.stringify(host),
    PVE_CPU_MODEL: "custom-neoverse-n1",
    PVE_REPORTED_MODEL: "neoverse-n1",
    ...environment,
  };
  return await startStep("cpu-model.mjs", input).outcome;
}
const models = (world: Store) => atHost(world, "pve-1").datacenter.cpuModels;

describe("cpu-model", () => {
  it("defines a model that the cluster does not know", async () => {
    const world = worldWith({ name: "pve-1" });
    const { code, lines } = await define(world);
    expect({ code, lines }).toEqual({ code: 0, lines: ["pve-1: CPU model custom-neoverse-n1 is neoverse-n1 now"] });
    expect(models(world)).toEqual({ "neoverse-n1": { "reported-model": "neoverse-n1" } });
  });

  it("changes nothing when it is run again", async () => {
    const world = worldWith({ name: "pve-1" });
    await define(world);
    const { code, lines } = await define(world);
    expect({ code, lines }).toEqual({ code: 0, lines: ["pve-1: CPU model custom-neoverse-n1 is neoverse-n1 already"] });
  });

  it("corrects a model that was changed, and keeps the other settings", async () => {
    const world = worldWith({ name: "pve-1" });
    atHost(world, "pve-1").datacenter.cpuModels = { "neoverse-n1": { "reported-model": "max", flags: "+aes" } };
    expect((await define(world)).code).toBe(0);
    expect(models(world)).toEqual({ "neoverse-n1": { "reported-model": "neoverse-n1", flags: "+aes" } });
  });

  it("names a model that QEMU does not have", async () => {
    const { code, error } = await define(worldWith({ name: "pve-1" }), { PVE_REPORTED_MODEL: "neoverse-n9" });
    expect([code, error]).toEqual([1, expect.stringContaining("reported-model")]);
  });

  it.each(["", "neoverse-n1", "custom-"])("refuses the name '%s' with exit code 2", async (name) => {
    expect(await define(worldWith({ name: "pve-1" }), { PVE_CPU_MODEL: name })).toMatchObject({ code: 2 });
  });
});
