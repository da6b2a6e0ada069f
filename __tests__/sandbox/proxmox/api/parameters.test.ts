/** Parameters are checked against PVE's own schema before anything else, and refused in PVE's words. */
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { ROUTES } from "../../../../sandbox/proxmox/api/routes.ts";
import { type Properties, schemaOf } from "../../../../sandbox/proxmox/api/schema.ts";
import { regExp, validate } from "../../../../sandbox/proxmox/api/validate.ts";
import { PveError } from "../../../../sandbox/proxmox/model/errors.ts";
import { type Client, type Form, rootClient } from "../client.ts";
import { worldWith } from "../world.ts";

const REFERENCE = join(import.meta.dirname, "../../../../../shared/reference/pve-api.json");

function wrong(call: string, parameters: Readonly<Record<string, string>>): unknown {
  try {
    validate(schemaOf(call).parameters ?? {}, parameters);
    return null;
  } catch (error) {
    if (!(error instanceof PveError)) throw error;
    return { status: error.status, message: error.message, ...error.parameters };
  }
}

const vm = (parameters: Readonly<Record<string, string>>): unknown =>
  wrong("POST nodes/{node}/qemu", { node: "pve-1", vmid: "100", ...parameters });

describe("the schema of PVE's API", () => {
  it("has every call that is answered, and patterns that can be used", () => {
    const patterns = (properties: Properties): string[] =>
      Object.values(properties).flatMap(({ pattern, format }) => [
        ...(pattern === undefined ? [] : [pattern]),
        ...(typeof format === "object" ? patterns(format) : []),
      ]);
    const all = ROUTES.flatMap(({ method, path }) => patterns(schemaOf(`${method} ${path}`).parameters ?? {}));
    expect(all.length).toBeGreaterThan(50);
    expect(() => all.forEach(regExp)).not.toThrow();
  });

  const reference = existsSync(REFERENCE) ? it : it.skip;
  reference("is that of the reference", () => {
    const paths: { path: string; methods: Record<string, { permissions?: { check?: unknown } }> }[] = JSON.parse(
      readFileSync(REFERENCE, "utf8"),
    );
    const known = new Map(paths.map(({ path, methods }) => [path.slice(1), methods]));
    // Of pve-manager 9.2, which is newer than the reference.
    const newer = ROUTES.filter(({ path }) => path.startsWith("cluster/qemu"));
    expect(newer.filter(({ path }) => known.has(path))).toEqual([]);
    for (const { method, path } of ROUTES.filter((route) => !newer.includes(route))) {
      const { permissions } = schemaOf(`${method} ${path}`);
      expect([path, permissions?.check]).toEqual([path, known.get(path)?.[method]?.permissions?.check]);
    }
  });
});

describe("a parameter", () => {
  const BAD = { status: 400, message: "Parameter verification failed." };

  it("that is right is taken", () => {
    const net0 = "virtio=BC:24:11:00:00:01,bridge=vmbr0,firewall=0";
    expect(vm({ cores: "2", onboot: "1", net0, scsi30: "data:8,discard=on", tags: "a;b" })).toBeNull();
  });

  it("of one of Perl's patterns without a lower bound may be as long as it says", () => {
    expect(vm({ scsi0: "data:8,vendor=lab,product=disk" })).toBeNull();
    expect(vm({ scsi0: "data:8,vendor=laboratory" })).toMatchObject({
      scsi0: expect.stringContaining("vendor: value does not match the regex pattern"),
    });
  });

  it.each([
    ["missing", {}, { vmid: "property is missing and it is not optional" }],
    ["unknown", { vmid: "100", nonsense: "1" }, { nonsense: expect.stringContaining("not defined in schema") }],
    ["no boolean", { vmid: "100", onboot: "true" }, { onboot: "type check ('boolean') failed - got 'true'" }],
    ["no integer", { vmid: "100", cores: "two" }, { cores: "type check ('integer') failed - got 'two'" }],
    ["too small", { vmid: "100", cores: "0" }, { cores: "value must have a minimum value of 1" }],
    ["too large", { vmid: "100", startup: "1", balloon: "-1" }, { balloon: "value must have a minimum value of 0" }],
    ["not in the enumeration", { vmid: "100", bios: "uefi" }, { bios: expect.stringContaining("'seabios, ovmf'") }],
    ["not of the pattern", { vmid: "100", serial0: "tcp" }, { serial0: "value does not match the regex pattern" }],
    ["too long", { vmid: "100", description: "x".repeat(9000) }, { description: expect.stringContaining("8192") }],
    ["no VM id", { vmid: "1" }, { vmid: expect.stringMatching(/^invalid format|minimum value of 100/) }],
    ["a device too many", { vmid: "100", scsi31: "data:8" }, { scsi31: expect.stringContaining("not defined") }],
    ["no DNS name", { vmid: "100", name: "a_b" }, { name: expect.stringContaining("valid DNS name") }],
  ])("that is %s is named", (_what, parameters, errors) => {
    expect(wrong("POST nodes/{node}/qemu", { node: "pve-1", ...parameters })).toMatchObject({ ...BAD, ...errors });
  });

  it.each([
    ["an unknown part", { net0: "virtio,bridge=vmbr0,speed=9" }, "net0", "speed: property is not defined"],
    ["a missing part", { net0: "bridge=vmbr0" }, "net0", "model: property is missing"],
    ["a wrong value", { scsi0: "data:8,discard=maybe" }, "scsi0", "discard: value 'maybe'"],
    ["no flag", { efidisk0: "data:1,pre-enrolled-keys=yes" }, "efidisk0", "type check ('boolean') failed"],
    ["a part twice", { scsi0: "data:8,size=1G,size=2G" }, "scsi0", "duplicate key"],
    ["too little memory", { memory: "8" }, "memory", "minimum value of 16"],
    ["no MAC address", { net0: "virtio=01:00:00:00:00:00" }, "net0", "unicast MAC address"],
  ])("with %s in its property string is refused", (_what, parameters, name, why) => {
    expect(vm(parameters)).toMatchObject({ ...BAD, [name]: expect.stringContaining(why) });
  });

  it("that needs another is refused without it", () => {
    const download = { node: "pve-1", storage: "local", content: "iso", filename: "a.iso", url: "https://a.invalid/a" };
    expect(wrong("POST nodes/{node}/storage/{storage}/download-url", { ...download, checksum: "00" })).toMatchObject({
      "checksum-algorithm": "missing property required by 'checksum'",
    });
  });
});

describe("over HTTP", () => {
  let api: Client;
  beforeAll(async () => {
    api = await rootClient(worldWith({ name: "pve-1" }));
  });
  afterAll(() => api.close());

  it("a wrong parameter is answered in PVE's shape", async () => {
    expect(await api.call("POST", "pools", { poolid: "a b", nonsense: 1 })).toEqual({
      status: 400,
      reason: "Parameter verification failed.",
      data: null,
      message: "Parameter verification failed.\n",
      errors: {
        poolid: "invalid format - value does not look like a valid pool name\n",
        nonsense: "property is not defined in schema and the schema does not allow additional properties",
      },
    });
  });

  it.each<[string, string, string, Form | string | undefined, number]>([
    ["an unknown method", "PATCH", "version", undefined, 501],
    ["an unknown path", "GET", "nodes/pve-1/nothing", undefined, 501],
    ["a method the path has not", "DELETE", "version", undefined, 501],
    ["a path that cannot be decoded", "GET", "storage/%ff%", undefined, 400],
    ["a parameter that contradicts the path", "PUT", "storage/local", { storage: "other", content: "iso" }, 400],
    ["a name that JavaScript has", "GET", "pools?poolid=constructor", undefined, 400],
    ["a body beyond half a megabyte", "POST", "pools", `comment=${"x".repeat(600_000)}`, 501],
  ])("%s is refused", async (_what, method, path, form, status) => {
    expect(await api.call(method, path, form)).toMatchObject({ status, data: null });
  });

  it("JSON is taken as well as a form, and broken JSON is refused", async () => {
    const json = { "Content-Type": "application/json" };
    expect(await api.call("POST", "pools", '{"poolid": "json", "comment": "é"}', json)).toMatchObject({ status: 200 });
    expect(await api.get("pools?poolid=json")).toMatchObject([{ comment: "é" }]);
    for (const body of ["{", "[1]", '"x"', '{"poolid": {"a": 1}}']) {
      expect(await api.call("POST", "pools", body, json)).toMatchObject({ status: 400 });
    }
    const nothing = await api.call("POST", "pools", "null", json);
    expect(nothing.errors).toEqual({ poolid: "property is missing and it is not optional" });
    const xml = { "Content-Type": "text/xml" };
    expect(await api.call("POST", "pools", "<pool/>", xml)).toMatchObject({ status: 501 });
  });
});
