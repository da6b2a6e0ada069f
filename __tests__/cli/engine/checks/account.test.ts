import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { account, serviceLimits } from "../../../../cli/engine/checks/account.ts";
import type { LimitRow } from "../../../../cli/engine/checks/limits.ts";
import { readTopology } from "../../../../cli/engine/synth/config.ts";
import { openProject } from "../../../../cli/engine/synth/project.ts";
import type { Finding } from "../../../../cli/ui/findings.ts";
import { type Api, ociApi } from "../../../sandbox/oci/client.ts";

const CONFIG = { name: "lab", oci: { region: "eu-frankfurt-1" }, access: { adminCidrs: ["203.0.113.7/32"] } };

let home: string;
beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), "ampere-account-"));
});
afterEach(() => rmSync(home, { recursive: true, force: true }));

function written(lab: object): string {
  const file = join(home, "lab.json");
  writeFileSync(file, JSON.stringify(lab));
  return file;
}
const named = (findings: readonly Finding[], name: string) => findings.filter((each) => each.name === name);

describe("service limits", () => {
  const counted = (used: number) => ({ used, by: [], over: false });
  const row = (config: number, deployed: number | null, used: number, allowed: number): LimitRow => ({
    name: "vcns",
    label: "VCNs",
    unit: "",
    rule: "total",
    config: counted(config),
    deployed: deployed === null ? null : counted(deployed),
    account: { used, allowed },
    allowed: 2,
    advice: "",
    source: "",
  });
  const found = (...rows: readonly LimitRow[]) =>
    serviceLimits(rows).map(({ status, found: what }) => `${status}: ${what}`);

  it("are ok where what a deploy would add has room, though all is taken by the lab itself", () => {
    expect(found(row(1, null, 1, 2), row(1, 1, 2, 2))).toEqual([
      "ok: room for the lab in all 2 that the account counts",
    ]);
  });

  it("fail where the lab does not fit in, and warn where the account is over", () => {
    expect(found(row(1, null, 2, 2))).toEqual(["fail: VCNs: 2 of 2 are taken, and the lab needs 1 more"]);
    expect(found(row(1, 1, 3, 2))).toEqual(["warn: VCNs: 3 of 2 are taken"]);
    expect(found({ ...row(1, 1, 3, 2), account: null })).toEqual(["warn: the account reports none"]);
  });
});

describe("the account", () => {
  let api: Api;
  const environment = { ...process.env };
  beforeEach(async () => {
    api = await ociApi();
    const clients = ["oci_identity.IdentityClient", "oci_limits.LimitsClient", "oci_core.ComputeClient"];
    Object.assign(process.env, {
      OCI_CLI_CONFIG_FILE: join(api.home, "oci", "config"),
      CLIENT_HOST_OVERRIDES: clients.map((client) => `${client}=${api.url}`).join(";"),
    });
  });
  afterEach(async () => {
    process.env = { ...environment };
    await api.end();
  });
  /** A real lab, whose account is played by a test's own tenancy. */
  async function ask(region = CONFIG.oci.region, more: object = {}) {
    const file = written({ ...CONFIG, preset: "free", oci: { region }, ...more });
    const project = openProject({ app: "node main.ts", sandbox: false, config: file }, { LAB_HOME: home }, home);
    const plan = await readTopology(project);
    if ("status" in plan || plan.placement === "existing") throw new Error("no plan of a lab in an account");
    return account(plan, project);
  }

  it("takes the key, is at home where the lab is, and has room for it", async () => {
    expect((await ask()).map(({ name, status, found }) => `${status} ${name}: ${found}`)).toEqual([
      `ok account: takes the key of ${join(api.home, "oci", "config")} [DEFAULT]`,
      "ok home region: eu-frankfurt-1, where the lab is",
      "ok service limits: room for the lab in all 8 that the account counts",
      expect.stringMatching(/^ok capacity: \w+:EU-FRANKFURT-1-AD-1 has room for pve-1 now$/),
    ]);
  });

  it("fails where it is at home elsewhere", async () => {
    api.store.state.oci.homeRegion = "uk-london-1";
    expect(named(await ask(), "home region")).toMatchObject([
      { status: "fail", advice: "set oci.region to uk-london-1" },
    ]);
  });

  it("says in which availability domain the micro can be, for only one has its shape", async () => {
    const micro = { name: "qdevice-1", bootVolumeGb: 50 };
    const pair = (more: object = {}) => ({ preset: "free-pair", micro: { ...micro, ...more } });
    expect(named(await ask(undefined, pair()), "micro")).toMatchObject([{ status: "ok" }]);
    expect(named(await ask(undefined, pair({ availabilityDomain: 2 })), "micro")).toMatchObject([
      {
        status: "fail",
        found: "availability domain 2 of eu-frankfurt-1 has no VM.Standard.E2.1.Micro, 1 has",
        advice: "set micro.availabilityDomain to 1",
      },
    ]);
    api.store.state.oci.homeRegion = "us-ashburn-1";
    expect(named(await ask("us-ashburn-1", pair()), "micro")).toMatchObject([
      { status: "fail", advice: "set micro.availabilityDomain to 2" },
    ]);
  });

  it("fails in one line where the region has no availability domain of this number", async () => {
    const region = "eu-zurich-1";
    api.store.state.oci.homeRegion = region;
    expect(named(await ask(region, { oci: { region, availabilityDomain: 2 } }), "capacity")).toEqual([
      {
        name: "capacity",
        status: "fail",
        found: "eu-zurich-1 has no availability domain 2",
        advice: "set oci.availabilityDomain to 1",
      },
    ]);
  });

  it("warns where there is no capacity, and not where one fault domain of three is full", async () => {
    const capacity = { what: "capacity", availabilityDomain: "*", faultDomain: "FAULT-DOMAIN-1", shape: "*" } as const;
    api.store.state.faults = { lastId: 1, active: [{ id: 1, seen: 0, hits: 0, spec: capacity }] };
    expect(named(await ask(), "capacity")).toMatchObject([{ status: "ok" }]);
    const everywhere = { ...capacity, faultDomain: "*" };
    api.store.state.faults = { lastId: 1, active: [{ id: 1, seen: 0, hits: 0, spec: everywhere }] };
    expect(named(await ask(), "capacity")).toMatchObject([
      { status: "warn", found: expect.stringMatching(/AD-1: OUT_OF_HOST_CAPACITY for pve-1$/) },
    ]);
  });

  it("fails in one line where it does not take the key, or does not answer", async () => {
    api.store.state.oci.apiKey = null;
    expect(await ask()).toMatchObject([
      { name: "account", status: "fail", found: expect.stringContaining("401 NotAuthenticated") },
    ]);
    process.env["CLIENT_HOST_OVERRIDES"] = "oci_identity.IdentityClient=http://127.0.0.1:1";
    expect(await ask()).toMatchObject([
      { name: "account", status: "fail", found: expect.stringMatching(/^no answer from 127\.0\.0\.1:1: /) },
    ]);
  });

  it("is not asked without credentials", async () => {
    process.env["OCI_CLI_CONFIG_FILE"] = join(home, "nowhere");
    expect(await ask()).toMatchObject([
      { name: "account", status: "warn", found: expect.stringContaining("no such file") },
    ]);
  });
});
