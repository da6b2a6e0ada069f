import { bootOf } from "../../../../cli/clients/oci-console.ts";
import { BOOT_STOPS } from "../../../../sandbox/faults/boot-stops.ts";
import { runningHosts } from "../../../../sandbox/proxmox/model/hosts.ts";
import { type Api, ociApi } from "../client.ts";
import { host, hostImage, idOf, network, type Tenancy, tenancy } from "../tenancy.ts";

const SUBNET = { cidr_block: "10.1.0.0/24" };
const HISTORIES = "/20160918/instanceConsoleHistories";

let api: Api;
let to: Tenancy;
let instanceId: string;
beforeEach(async () => {
  api = await ociApi();
  to = await tenancy("always-free", { region: "eu-frankfurt-1" }, api.store);
  instanceId = idOf(await to.apply("oci_core_instance", host(to, await network(to), await hostImage(to))));
});
afterEach(() => api.end());

async function capture(): Promise<string> {
  const { status, body } = await api.call("POST", HISTORIES, { instanceId });
  expect([status, body.lifecycleState]).toEqual([200, "REQUESTED"]);
  return body.id;
}

async function consoleNow(): Promise<string> {
  const id = await capture();
  api.turnClock(2000);
  return String(await api.download(`${HISTORIES}/${id}/data?length=1048576`));
}

const up = () => runningHosts(to.store).map(({ name }) => name);

describe("a console history", () => {
  it("takes a while, is read in parts of at least 10240 bytes, and is gone when it is deleted", async () => {
    const id = await capture();
    expect((await api.call("GET", `${HISTORIES}/${id}`)).body.lifecycleState).toBe("REQUESTED");
    api.turnClock(2000);
    expect((await api.call("GET", `${HISTORIES}/${id}`)).body.lifecycleState).toBe("SUCCEEDED");
    expect((await api.call("GET", `${HISTORIES}/${id}/data?length=5`)).status).toBe(400);
    expect(String(await api.download(`${HISTORIES}/${id}/data?offset=4`))).toMatch(/^ firmware starting/);
    expect((await api.call("GET", `${HISTORIES}?compartmentId=${to.root}&instanceId=${instanceId}`)).body).toHaveLength(
      1,
    );
    expect((await api.call("DELETE", `${HISTORIES}/${id}`)).status).toBe(204);
    expect((await api.call("GET", `${HISTORIES}/${id}`)).status).toBe(404);
  });

  it("is of an instance that is there", async () => {
    const { status } = await api.call("POST", HISTORIES, { instanceId: "ocid1.instance.oc1.eu-frankfurt-1.none" });
    expect(status).toBe(404);
  });
});

describe("an instance that OCI has RUNNING", () => {
  it("is a host that is up, and shows its login", async () => {
    expect(up()).toEqual(["pve-1"]);
    expect(bootOf(await consoleNow()).means).toContain("booted up to its login");
  });

  it.each(BOOT_STOPS)(
    "is no host that is up while its boot ends at %s, and its console is told from the others",
    async (stop) => {
      to.store.state.faults = {
        lastId: 1,
        active: [{ id: 1, seen: 0, hits: 0, spec: { what: "boot", host: "pve-1", stop } }],
      };
      expect((await api.call("GET", `/20160918/instances/${instanceId}`)).body.lifecycleState).toBe("RUNNING");
      expect(up()).toEqual([]);
      const told = {
        "no-device": "no bootable device",
        "uefi-shell": "UEFI shell",
        "kernel-panic": "panicked",
        emergency: "emergency mode",
        "cloud-init": "cloud-init failed",
      } as const;
      expect(bootOf(await consoleNow()).means).toContain(told[stop]);
    },
  );
});

describe("an Arm host whose image was imported for BIOS", () => {
  let imageId: string;
  beforeEach(async () => {
    await api.call("DELETE", `/20160918/instances/${instanceId}`);
    imageId = await hostImage(to, "proxmox-ampere.qcow2");
  });
  const launch = async () =>
    to.apply("oci_core_instance", host(to, await network(to, { cidr_blocks: ["10.1.0.0/16"] }, SUBNET), imageId));

  it("runs, and never boots", async () => {
    await launch();
    expect(to.oci.instances.map(({ state }) => state)).toEqual(["RUNNING"]);
    expect(up()).toEqual([]);
  });

  it("boots where the image's capability schema allows UEFI alone", async () => {
    const firmware = { descriptorType: "enumstring", source: "IMAGE", values: ["UEFI_64"], defaultValue: "UEFI_64" };
    await to.apply("oci_core_compute_image_capability_schema", {
      compartment_id: to.root,
      image_id: imageId,
      compute_global_image_capability_schema_version_name: "any",
      schema_data: { "Compute.Firmware": JSON.stringify(firmware) },
    });
    await launch();
    expect(up()).toEqual(["pve-1"]);
  });
});
