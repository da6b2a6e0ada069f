/** The stand-in makes the API's own calls: who may not, and what is no value, is refused as over HTTP. */
import type { Attributes } from "../../../../sandbox/plugin/resource.ts";
import { atHost, baseLab, imageConfig, templateConfig } from "../lab.ts";
import { type Terraform, terraform } from "./terraform.ts";

/** A provider with the token of a user that has these privileges everywhere, beside one that may do everything. */
async function asOneWith(
  ...privileges: readonly string[]
): Promise<{ readonly tf: Terraform; readonly root: Terraform }> {
  const { world, tf: root } = await baseLab();
  await root.apply("virtual_environment_role", { role_id: "Few", privileges });
  await root.apply("virtual_environment_user", { user_id: "few@pve" });
  await root.apply("acl", { path: "/", role_id: "Few", user_id: "few@pve" });
  const { value } = await root.apply("user_token", {
    user_id: "few@pve",
    token_name: "tf",
    privileges_separation: false,
  });
  const block = { username: null, password: null, api_token: String(value) };
  expect(Object.keys(atHost(world, "pve-1").datacenter.tokens)).toEqual(["few@pve!tf"]);
  return { root, tf: await terraform(world, "pve-1", block) };
}

const AUDITOR = ["Sys.Audit", "VM.Audit", "Pool.Audit", "SDN.Audit", "Datastore.Audit"];

describe("who may only look", () => {
  it.each<[string, Attributes, string]>([
    ["virtual_environment_pool", { pool_id: "mine" }, "/pool/mine, Pool.Allocate"],
    ["virtual_environment_role", { role_id: "Mine", privileges: [] }, "/access, Sys.Modify"],
    ["virtual_environment_user", { user_id: "other@pve" }, "Realm.AllocateUser"],
    ["acl", { path: "/", role_id: "PVEAdmin", user_id: "few@pve" }, "Permissions.Modify"],
    ["storage_lvmthin", { id: "mine", volume_group: "pve", thin_pool: "data" }, "/storage, Datastore.Allocate"],
    ["sdn_zone_simple", { id: "mine" }, "/sdn/zones, SDN.Allocate"],
    ["sdn_vnet", { id: "mine", zone: "lab" }, "/sdn/zones/lab, SDN.Allocate"],
    ["sdn_applier", {}, "/sdn, SDN.Allocate"],
    ["virtual_environment_firewall_ipset", { name: "mine", cidr: [] }, "/, Sys.Modify"],
    ["virtual_environment_cluster_firewall", { enabled: true }, "/, Sys.Modify"],
    ["virtual_environment_vm", templateConfig({ pool_id: "" }), "VM.Allocate"],
    ["download_file", imageConfig(), "Permission check failed"],
  ])("makes no %s", async (type, config, missing) => {
    const { tf } = await asOneWith(...AUDITOR);
    const refused = tf.apply(type, config);
    await expect(refused).rejects.toThrow("received an HTTP 403 response - Reason: Permission check failed");
    await expect(refused).rejects.toThrow(missing);
  });

  it("changes and removes nothing, and leaves all as it was", async () => {
    const { tf, root } = await asOneWith(...AUDITOR);
    const pool = await root.apply("virtual_environment_pool", { pool_id: "theirs", comment: "theirs" });
    await expect(tf.apply("virtual_environment_pool", { pool_id: "theirs", comment: "mine" }, pool)).rejects.toThrow(
      "403",
    );
    await expect(tf.destroy("virtual_environment_pool", pool)).rejects.toThrow("403");
    expect(await root.refresh("virtual_environment_pool", pool)).toEqual(pool);
  });
});

it("shows a virtual machine to who may see it, and to nobody else", async () => {
  const { tf, root } = await asOneWith("Pool.Audit");
  const vm = await root.apply("virtual_environment_vm", templateConfig());
  await expect(tf.refresh("virtual_environment_vm", vm)).rejects.toThrow("403");
  await expect(tf.refresh("virtual_environment_vm", vm)).rejects.toThrow("/vms/901, VM.Audit");
});

it.each<[string, Attributes, string]>([
  ["virtual_environment_user", { user_id: "a@pve", email: "nowhere" }, "email: invalid format"],
  ["virtual_environment_user", { user_id: "a@pve", password: "short" }, "password: value must be at least 8"],
  ["virtual_environment_pool", { pool_id: "a/b/c/d" }, "poolid: invalid format"],
  ["sdn_zone_simple", { id: "mine", dns_zone: "-" }, "dnszone: invalid format"],
  ["virtual_environment_vm", templateConfig({ cpu: [{ cores: 1, units: -1 }] }), "cpuunits: value must have a minimum"],
])("refuses a value that is none, of %s %j", async (type, config, why) => {
  const { tf } = await baseLab();
  await expect(tf.apply(type, config)).rejects.toThrow(`400 response - Reason: Parameter verification failed. (${why}`);
});
