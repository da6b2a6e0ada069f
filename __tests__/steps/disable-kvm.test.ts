import { createVm, vmOf } from "../../sandbox/proxmox/model/vm-config.ts";
import { makeTemplate } from "../../sandbox/proxmox/model/vm-lifecycle.ts";
import type { Store } from "../../sandbox/world/store.ts";
import { atHost } from "../sandbox/proxmox/lab.ts";
import { worldWith } from "../sandbox/proxmox/world.ts";
import { type Outcome, Ports, startStep } from "./run-step.ts";

const ports = new Ports();
afterEach(() => ports.close());

function labWithTemplate(): Store {
  const world = worldWith({ name: "pve-1" });
  const pve = atHost(world, "pve-1");
  makeTemplate(pve, createVm(pve, "pve-1", 901, { name: "talos" }));
  return world;
}

async function disable(world: Store, environment = {}): Promise<Outcome> {
  const [host] = await ports.open(world, "pve-1");
  const input = { PVE_HOST: JSON.stringify(host), PVE_VM_ID: "901", ...environment };
  return await startStep("disable-kvm.mjs", input).outcome;
}

describe("disable-kvm", () => {
  it("sets kvm: 0 on a template", async () => {
    const world = labWithTemplate();
    const { code, lines } = await disable(world);
    expect({ code, lines }).toEqual({ code: 0, lines: ["pve-1: template 901 has kvm: 0 now"] });
    expect(vmOf(atHost(world, "pve-1"), 901).config.kvm).toBe("0");
  });

  it("does so with an API token that has the right to, as a lab on hosts of one's own has", async () => {
    const world = labWithTemplate();
    const { datacenter } = atHost(world, "pve-1");
    datacenter.tokens["root@pam!lab"] = { value: "secret", comment: null, expire: 0, privsep: false };
    const token = (value: string) => ({ TF_VAR_pve_root_password: "", TF_VAR_pve_api_token: `root@pam!lab=${value}` });
    expect(await disable(world, token("secret"))).toMatchObject({ code: 0, error: "" });
    expect(vmOf(atHost(world, "pve-1"), 901).config.kvm).toBe("0");
    const { code, error } = await disable(world, token("stolen"));
    expect(code).toBe(1);
    expect(error).toMatch(
      /^disable-kvm: pve-1 refuses the API token \(.*\): TF_VAR_pve_api_token is not, or no longer, /,
    );
  });

  it("changes nothing when it is run again", async () => {
    const world = labWithTemplate();
    await disable(world);
    expect(await disable(world)).toMatchObject({ code: 0, lines: ["pve-1: template 901 has kvm: 0 already"] });
  });

  it("names a template that is not there", async () => {
    const { code, error } = await disable(labWithTemplate(), { PVE_VM_ID: "902" });
    expect(code).toBe(1);
    expect(error).toBe("disable-kvm: Configuration file 'nodes/pve-1/qemu-server/902.conf' does not exist");
  });

  it("leaves a machine alone that is no template", async () => {
    const world = labWithTemplate();
    createVm(atHost(world, "pve-1"), "pve-1", 101, {});
    expect((await disable(world, { PVE_VM_ID: "101" })).error).toContain("VM 101 on pve-1 is not a template");
    expect(vmOf(atHost(world, "pve-1"), 101).config.kvm).toBeUndefined();
  });

  it.each(["", "12", "many"])("refuses the id '%s' with exit code 2", async (id) => {
    expect(await disable(labWithTemplate(), { PVE_VM_ID: id })).toMatchObject({ code: 2 });
  });
});
