import { knownObjects } from "../../../../cli/engine/state/import-ids.ts";

const POOL = "proxmox_virtual_environment_pool.lab";
const resources = {
  proxmox_virtual_environment_pool: { lab: { pool_id: "mine" }, other: { pool_id: "${var.pool}" } },
  proxmox_acl: {
    pool: { path: "/pool/${proxmox_virtual_environment_pool.lab.pool_id}/x", role_id: "Role" },
    other: { path: "/pool/${proxmox_virtual_environment_pool.other.pool_id}" },
    function: { path: '${format("/pool/%s", proxmox_virtual_environment_pool.lab.pool_id)}' },
  },
};

/** The path of an access control entry, as far as it is known. */
function pathOf(name: string, held: Parameters<typeof knownObjects>[1] = []): string | null {
  const known = knownObjects({ resources }, held, [], new Map());
  return known.of({ address: `proxmox_acl.${name}`, type: "proxmox_acl" }).text("path");
}

describe("an attribute that refers to another object in the midst of its text", () => {
  it("is known by the other's configuration", () => {
    expect(pathOf("pool")).toBe("/pool/mine/x");
  });

  it("is known by the other's state before that", () => {
    const attributes = { pool_id: "as-deployed" };
    const type = "proxmox_virtual_environment_pool";
    expect(pathOf("pool", [{ address: POOL, type, id: "mine", attributes, tainted: false }])).toBe(
      "/pool/as-deployed/x",
    );
  });

  it.each(["other", "function"])("is not known where a part of it is not: %s", (name) => {
    expect(pathOf(name)).toBeNull();
  });
});
