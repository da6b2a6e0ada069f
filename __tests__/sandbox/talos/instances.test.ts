/** Instances that boot Talos themselves, each by what its user data says. */
import { Metadata } from "@grpc/grpc-js";
import { bootOf } from "../../../cli/clients/oci-console.ts";
import { consoleOutput } from "../../../sandbox/oci/resources/boot.ts";
import { endpoint } from "../../../sandbox/systems/endpoints.ts";
import { guestAt, talosInventory, talosOverview } from "../../../sandbox/talos/index.ts";
import { talosConsole } from "../../../sandbox/talos/model/console.ts";
import { stopInstance, talosInstances } from "../../../sandbox/talos/model/instances.ts";
import { configure, machineAt } from "../../../sandbox/talos/model/machines.ts";
import { reset } from "../../../sandbox/talos/model/reset.ts";
import { routeOf } from "../../../sandbox/talos/api/routing.ts";
import type { Instance } from "../../../sandbox/oci/resources/instance.ts";
import type { Store } from "../../../sandbox/world/store.ts";
import { instance, worldWith } from "../proxmox/world.ts";
import { configurationOf } from "./machines.ts";
import { labWith } from "./world.ts";

const IMAGE = "talos-1.13.9-oracle-arm64-0123456789ab.oci";
let configuration = "";
beforeAll(async () => {
  configuration = String(await configurationOf(labWith("cp-1"), "cp-1"));
});

/** A world with one instance that boots Talos. */
function worldOf(userData: string, over: Partial<Instance> = {}): { readonly world: Store; readonly address: string } {
  const world = worldWith();
  const machine = { ...instance({ name: "cp-1", imageObject: IMAGE }), userData, ...over };
  world.state.oci.instances.push(machine);
  return { world, address: machine.privateIp };
}

/** What the serial console shows, as a deploy that waits too long explains it. */
function bootShown({ world, address }: ReturnType<typeof worldOf>): string {
  const machine = world.state.oci.instances.find(({ privateIp }) => privateIp === address);
  if (!machine) throw new Error("no instance is there");
  return bootOf(consoleOutput(world, machine, talosConsole)).means;
}

const stageOf = (world: Store, address: string) => machineAt(world, talosInstances, address)?.stage ?? null;

describe("an instance with an image of Talos", () => {
  it("is configured by its user data from the first time that anybody looks at it", () => {
    const { world, address } = worldOf(configuration);
    expect(stageOf(world, address)).toBe("configured");
    expect(talosOverview(world)).toMatchObject({
      clusters: [{ nodes: [{ name: "cp-1", role: "control-plane", talos: "1.13.9" }] }],
      inMaintenance: [],
    });
  });

  it("waits in maintenance mode for whoever comes first, without user data", () => {
    const { world, address } = worldOf("");
    expect(stageOf(world, address)).toBe("maintenance");
    expect(endpoint(world, { address, port: 50_000 })).not.toBeNull();
  });

  it.each([
    ["user data that Talos refuses", "machine: {}"],
    ["a cloud-config, which is none of Talos's", "#cloud-config\nhostname: cp-1\n"],
  ])("listens nowhere with %s", (_what, userData) => {
    const { world, address } = worldOf(userData);
    expect([stageOf(world, address), endpoint(world, { address, port: 50_000 })]).toEqual([null, null]);
  });

  it("tells on its serial console whether it was configured, and never shows a login", () => {
    expect(bootShown(worldOf(configuration))).toContain("Talos runs and serves its API");
    expect(bootShown(worldOf(""))).toContain("booted without a configuration");
    expect(bootShown(worldOf("machine: {}"))).toContain("refuses the configuration");
    expect(bootShown(worldOf(configuration, { firmware: "BIOS" }))).toContain("UEFI shell");
  });

  it("does not boot where its firmware is BIOS, or the instance is stopped", () => {
    for (const over of [{ firmware: "BIOS" }, { state: "STOPPED" }] as const) {
      const { world, address } = worldOf(configuration, over);
      expect(guestAt(world, address)).toBeNull();
    }
  });

  it("has no SSH, and stops as an instance", () => {
    const { world, address } = worldOf(configuration);
    expect(endpoint(world, { address, port: 22 })).toBeNull();
    stopInstance(world, { address });
    expect([world.state.oci.instances.at(-1)?.state, guestAt(world, address)]).toEqual(["STOPPED", null]);
  });

  it("is the node that its public address names, to itself too", () => {
    const { world } = worldOf(configuration, { publicIp: "192.0.2.7" });
    const machine = machineAt(world, talosInstances, "10.0.0.11");
    if (machine?.stage !== "configured") throw new Error("it is not configured");
    const metadata = new Metadata();
    metadata.set("nodes", "192.0.2.7");
    const [target] = routeOf({ world, guestsOf: talosInstances, powerOff: stopInstance }, machine, metadata).targets;
    expect(target?.reach().guest.name).toBe("cp-1");
  });

  it("counts as configured by somebody only once it has been", () => {
    const { world, address } = worldOf(configuration);
    const machine = machineAt(world, talosInstances, address);
    expect([machine?.stage, talosInventory(world.state)]).toEqual(["configured", []]);
    if (machine) configure(world, talosInstances, machine, configuration);
    expect(talosInventory(world.state)).toMatchObject([{ type: "talos_machine_configuration_apply", name: address }]);
  });

  it("boots with its user data again after a reset", () => {
    const { world, address } = worldOf(configuration);
    const machine = machineAt(world, talosInstances, address);
    if (machine?.stage !== "configured") throw new Error("it is not configured");
    const there = { world, guestsOf: talosInstances, powerOff: stopInstance };
    reset(there, machine, { graceful: false, reboot: true });
    expect(stageOf(world, address)).toBe("configured");
  });

  it("is another machine with another boot volume, at the same address", () => {
    const { world, address } = worldOf(configuration);
    const before = machineAt(world, talosInstances, address)?.guest.generation;
    const last = world.state.oci.instances.at(-1);
    if (last) last.bootVolumeId = "another";
    expect(machineAt(world, talosInstances, address)).toMatchObject({
      stage: "configured",
      guest: { generation: "another" },
    });
    expect(before).not.toBe("another");
  });
});
