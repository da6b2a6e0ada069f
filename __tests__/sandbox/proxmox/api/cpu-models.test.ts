/** CPU models that somebody defined, and machines that have them. */
import { type Client, rootClient } from "../client.ts";
import { baseLab, guestConfig } from "../lab.ts";

const opened: Client[] = [];
afterEach(() => opened.splice(0).forEach((api) => api.close()));

async function lab() {
  const { world, tf } = await baseLab({ template: true });
  const api = await rootClient(world);
  opened.push(api);
  return { tf, api };
}

const MODELS = "cluster/qemu/custom-cpu-models";
const VM = "nodes/pve-1/qemu";
const ARM = { bios: "ovmf", machine: "virt", kvm: 0, memory: 1024 };
const N1 = { cputype: "custom-n1", "reported-model": "neoverse-n1" };

describe("a CPU model", () => {
  it("is made, shown, changed and removed, with and without its prefix", async () => {
    const { api } = await lab();
    await api.does("POST", MODELS, N1);
    expect(await api.get(MODELS)).toEqual([{ ...N1, digest: expect.any(String) }]);
    await api.does("PUT", `${MODELS}/n1`, { cputype: "n1", "reported-model": "cortex-a76", level: 1 });
    await api.does("PUT", `${MODELS}/custom-n1`, { cputype: "custom-n1", delete: "level" });
    expect(await api.get(`${MODELS}/n1`)).toEqual({
      cputype: "custom-n1",
      "reported-model": "cortex-a76",
      digest: expect.any(String),
    });
    await api.does("DELETE", `${MODELS}/custom-n1`);
    expect(await api.get(MODELS)).toEqual([]);
  });

  it("is made once, of a model that QEMU has", async () => {
    const { api } = await lab();
    await api.does("POST", MODELS, N1);
    expect(await api.call("POST", MODELS, N1)).toMatchObject({ reason: "custom CPU model 'n1' already exists" });
    const unknown = { cputype: "custom-n9", "reported-model": "neoverse-n9" };
    expect(await api.call("POST", MODELS, unknown)).toMatchObject({ status: 400 });
    expect(await api.call("POST", MODELS, { cputype: "custom-n9" })).toMatchObject({ status: 400 });
    expect(await api.call("DELETE", `${MODELS}/n9`)).toMatchObject({ reason: "custom CPU model 'n9' does not exist" });
  });
});

describe("a machine", () => {
  it.each([
    ["a type that nobody defined", "custom-n1", "invalid format - Custom cputype 'n1' not found"],
    ["a model without the prefix", "n1", "Built-in cputype 'n1' is not defined (missing 'custom-' prefix?)"],
  ])("is not given %s, by API or by provider", async (_what, cpu, why) => {
    const { tf, api } = await lab();
    for (const call of [
      await api.call("POST", VM, { vmid: 200, ...ARM, cpu }),
      await api.call("PUT", `${VM}/901/config`, { cpu }),
    ]) {
      expect(call).toMatchObject({ status: 400, errors: { cpu: expect.stringContaining(why) } });
    }
    await expect(
      tf.apply("virtual_environment_vm", guestConfig({ cpu: [{ cores: 1, type: "custom-n1" }] })),
    ).rejects.toThrow("Custom cputype 'n1' not found");
  });

  it("starts with a type whose model is the host's architecture's, as long as the type is there", async () => {
    const { api } = await lab();
    await api.does("POST", MODELS, N1);
    await api.does("POST", MODELS, { cputype: "custom-old", "reported-model": "qemu64" });
    await api.does("POST", VM, { vmid: 200, ...ARM, cpu: "custom-n1" });
    await api.does("POST", VM, { vmid: 201, ...ARM, cpu: "cputype=custom-old" });
    await api.does("POST", `${VM}/200/status/start`);
    expect(await failed(api, 201)).toContain("CPU model 'qemu64' does not exist for configured vCPU architecture");
    await api.does("POST", `${VM}/200/status/stop`);
    await api.does("DELETE", `${MODELS}/n1`);
    expect(await failed(api, 200)).toContain("Custom cputype 'n1' not found");
  });

  it("keeps of its description what its file keeps: no blanks at the end", async () => {
    const { api } = await lab();
    await api.does("POST", VM, { vmid: 200, ...ARM, description: "  two\n\nlines \n\n" });
    expect(await api.get(`${VM}/200/config`)).toMatchObject({ description: "  two\n\nlines" });
    await api.does("PUT", `${VM}/200/config`, { description: "one\t\n" });
    expect(await api.get(`${VM}/200/config`)).toMatchObject({ description: "one" });
    await api.does("POST", `${VM}/901/clone`, { newid: 300, description: "clone \n" });
    expect(await api.get(`${VM}/300/config`)).toMatchObject({ description: "clone" });
  });
});

/** How the task that starts a machine ends. */
async function failed(api: Client, vmid: number): Promise<string> {
  return api.done(await api.call("POST", `${VM}/${vmid}/status/start`));
}
