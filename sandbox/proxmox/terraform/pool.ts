import type { Attributes, ResourceType } from "../../plugin/resource.ts";
import { callApi } from "../api/operation.ts";
import type { Pve } from "../model/context.ts";
import { atPve, shown } from "./session.ts";
import { required, text } from "./values.ts";

function attributes({ datacenter }: Pve, id: string): Attributes | null {
  const pool = datacenter.pools[id];
  if (!pool) return null;
  const members = pool.vms.map((vmid) => ({
    id: `qemu/${vmid}`,
    node_name: datacenter.vms[vmid]?.node ?? "",
    type: "qemu",
    vm_id: vmid,
    datastore_id: "",
  }));
  return { id, pool_id: id, comment: pool.comment, members };
}

const read = (pve: Pve, id: string): Attributes | null =>
  shown(pve, `pools/${encodeURIComponent(id)}`, attributes(pve, id));

/** `proxmox_virtual_environment_pool` */
export const pool: ResourceType = {
  forceNew: ["pool_id"],
  defaults: { comment: "" },
  changesOnUpdate: ["members"],
  create: (call, planned) =>
    atPve(call, "Unable to create pool", (pve) => {
      const id = required(planned, "pool_id");
      callApi(pve, "POST", "pools", { poolid: id, comment: text(planned, "comment") });
      return attributes(pve, id) ?? {};
    }),
  read: (call, state) => atPve(call, "Unable to read pool", (pve) => read(pve, required(state, "id"))),
  update: (call, _prior, planned) =>
    atPve(call, "Unable to update pool", (pve) => {
      const id = required(planned, "pool_id");
      callApi(pve, "PUT", "pools", { poolid: id, comment: text(planned, "comment") ?? "" });
      return attributes(pve, id) ?? {};
    }),
  delete: (call, state) =>
    atPve(call, "Unable to delete pool", (pve) => {
      const id = required(state, "id");
      if (attributes(pve, id)) callApi(pve, "DELETE", "pools", { poolid: id });
    }),
  importState: (call, id) => atPve(call, "Unable to import pool", (pve) => read(pve, id)),
};
