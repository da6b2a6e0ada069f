/** The API calls that the sandbox answers: one line each, as in PVE's API viewer. */
import { type Pve, ROOT } from "../pve/context.ts";
import { PveError } from "../pve/errors.ts";
import { clusterStatus, corosyncNodes, createClusterTask, joinInfo, joinTask, removeNode } from "./cluster-calls.ts";
import { firewallOptions, setFirewall, setStorage, storageSection, ticket } from "./datacenter-calls.ts";
import type { Data, Parameters } from "./http.ts";
import { nodes, setVmConfig, taskList, taskLog, taskStatus, vmConfig, vmConfigTask, vmStatus } from "./node-calls.ts";

export interface Route {
  readonly method: "GET" | "POST" | "PUT" | "DELETE";
  /** `nodes/{node}/qemu/{vmid}/config` */
  readonly path: string;
  /** True for the calls that need no ticket. */
  readonly open?: true;
  readonly run: (pve: Pve, parameters: Parameters) => Data;
}

const get = (path: string, run: Route["run"]): Route => ({ method: "GET", path, run });
const post = (path: string, run: Route["run"]): Route => ({ method: "POST", path, run });
const put = (path: string, run: Route["run"]): Route => ({ method: "PUT", path, run });
const remove = (path: string, run: Route["run"]): Route => ({ method: "DELETE", path, run });

/** The version that the sandbox plays. */
const VERSION = { version: "9.2.7", release: "9.2", repoid: "5e1c9d4b" };

export const ROUTES: readonly Route[] = [
  { method: "POST", path: "access/ticket", open: true, run: ticket },
  get("version", () => VERSION),

  get("cluster/status", clusterStatus),
  post("cluster/config", asRoot(createClusterTask)),
  get("cluster/config/apiversion", () => 1),
  get("cluster/config/join", joinInfo),
  post("cluster/config/join", asRoot(joinTask)),
  get("cluster/config/nodes", corosyncNodes),
  remove("cluster/config/nodes/{node}", asRoot(removeNode)),

  get("nodes", nodes),
  get("nodes/{node}/tasks", taskList),
  get("nodes/{node}/tasks/{upid}/status", taskStatus),
  get("nodes/{node}/tasks/{upid}/log", taskLog),

  get("storage/{storage}", (pve, { storage = "" }) => storageSection(pve, storage)),
  put("storage/{storage}", setStorage),

  get("cluster/firewall/options", firewallOptions),
  put("cluster/firewall/options", setFirewall),

  get("nodes/{node}/qemu/{vmid}/config", vmConfig),
  put("nodes/{node}/qemu/{vmid}/config", setVmConfig),
  post("nodes/{node}/qemu/{vmid}/config", vmConfigTask),
  get("nodes/{node}/qemu/{vmid}/status/current", vmStatus),
];

/** Calls that declare no permissions are for root@pam alone. */
function asRoot(run: Route["run"]): Route["run"] {
  return (pve, parameters) => {
    if (pve.user === ROOT) return run(pve, parameters);
    throw new PveError(403, "Permission check failed (user != root@pam)");
  };
}
