/** `virtual_environment_pool` (bpg/proxmox 0.112.0). */
import type { Attributes, ResourceType } from "../../plugin/resource.ts";
import { callApi } from "../api/operation.ts";
import type { Pve } from "../model/context.ts";
import { apiObject, unableTo } from "./object.ts";
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

const pathOf = (id: string): string => `pools/${encodeURIComponent(id)}`;

/** `proxmox_virtual_environment_pool` */
export const pool: ResourceType = {
  forceNew: ["pool_id"],
  defaults: { comment: "" },
  changesOnUpdate: ["members"],
  ...apiObject({
    summary: unableTo("pool"),
    path: pathOf,
    attributes,
    create(pve, planned) {
      const id = required(planned, "pool_id");
      callApi(pve, "POST", "pools", { poolid: id, comment: text(planned, "comment") });
      return attributes(pve, id) ?? {};
    },
    update(pve, id, planned) {
      callApi(pve, "PUT", pathOf(id), { comment: text(planned, "comment") ?? "" });
      return attributes(pve, id) ?? {};
    },
  }),
};
