/** The API calls that the sandbox answers: one line each, as in PVE's API viewer. */
import { createHash } from "node:crypto";
import { checkNewCluster, configDigest, corosyncOf, createCluster, deleteNode, joinCluster } from "../pve/cluster.ts";
import { isQuorate, membersOnline, type Pve, ROOT } from "../pve/context.ts";
import { PveError } from "../pve/errors.ts";
import { logIn } from "../pve/login.ts";
import { startTask, taskByUpid, tasksOn } from "../pve/tasks.ts";
import { storageOf, updateStorage } from "../pve/storage.ts";
import { updateVm, vmOf } from "../pve/vm-config.ts";
import { runs } from "../pve/vm-power.ts";
import { type Data, needed, type Parameters } from "./http.ts";

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
  remove(
    "cluster/config/nodes/{node}",
    asRoot((pve, { node = "" }) => done(deleteNode(pve, node))),
  ),

  get("nodes", nodes),
  get("nodes/{node}/tasks", taskList),
  get("nodes/{node}/tasks/{upid}/status", taskStatus),
  get("nodes/{node}/tasks/{upid}/log", taskLog),

  get("storage/{storage}", (pve, { storage = "" }) => storageSection(pve, storage)),
  put("storage/{storage}", setStorage),

  get("nodes/{node}/qemu/{vmid}/config", vmConfig),
  put("nodes/{node}/qemu/{vmid}/config", (pve, parameters) => done(setVmConfig(pve, parameters))),
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

function done(_nothing: void): null {
  return null;
}

function ticket(pve: Pve, parameters: Parameters): Data {
  const name = needed(parameters, "username");
  const username = parameters.realm === undefined ? name : `${name}@${parameters.realm}`;
  const login = logIn(pve, username, needed(parameters, "password"));
  const { corosync } = pve.datacenter;
  return {
    username,
    ticket: login.ticket,
    CSRFPreventionToken: login.csrfToken,
    ...(corosync && { clustername: corosync.name }),
  };
}

function clusterStatus({ world, host, datacenter }: Pve): Data {
  const { corosync } = datacenter;
  const entry = (name: string, ip: string, nodeid: number, online: boolean): Data => ({
    type: "node",
    id: `node/${name}`,
    name,
    ip,
    nodeid,
    local: name === host.name ? 1 : 0,
    online: online ? 1 : 0,
    level: "",
  });
  if (!corosync) return [entry(host.name, host.address, 0, true)];
  const up = new Set(membersOnline(world, datacenter).map((member) => member.instanceId));
  const cluster = {
    type: "cluster",
    id: "cluster",
    name: corosync.name,
    nodes: corosync.nodes.length,
    version: corosync.version,
    quorate: isQuorate(world, datacenter) ? 1 : 0,
  };
  const members = corosync.nodes.map((node) => entry(node.name, node.link0, node.nodeId, up.has(node.instanceId)));
  return [cluster, ...members];
}

function createClusterTask(pve: Pve, parameters: Parameters): Data {
  const name = needed(parameters, "clustername");
  const { link0 } = parameters;
  checkNewCluster(pve, name, link0);
  return startTask(pve, "clustercreate", name, () => createCluster(pve, name, link0));
}

function joinInfo(pve: Pve): Data {
  const corosync = corosyncOf(pve);
  const { hosts } = pve.world.state.proxmox;
  return {
    config_digest: configDigest(corosync),
    preferred_node: pve.host.name,
    nodelist: corosync.nodes.map(({ name, nodeId, votes, link0, instanceId }) => ({
      name,
      nodeid: String(nodeId),
      quorum_votes: String(votes),
      ring0_addr: link0,
      pve_addr: link0,
      pve_fp: hosts[instanceId]?.certificate.fingerprint ?? "",
    })),
    totem: {
      cluster_name: corosync.name,
      config_version: String(corosync.version),
      interface: { "0": { linknumber: "0" } },
      ip_version: "ipv4-6",
      secauth: "on",
      version: "2",
    },
  };
}

function joinTask(pve: Pve, parameters: Parameters): Data {
  const request = {
    hostname: needed(parameters, "hostname"),
    fingerprint: needed(parameters, "fingerprint"),
    password: needed(parameters, "password"),
    link0: parameters.link0,
  };
  return startTask(pve, "clusterjoin", "", (log) => joinCluster(pve, request, log));
}

function corosyncNodes({ datacenter }: Pve): Data {
  return (datacenter.corosync?.nodes ?? []).map(({ name, nodeId, votes, link0 }) => ({
    node: name,
    name,
    nodeid: String(nodeId),
    quorum_votes: String(votes),
    ring0_addr: link0,
  }));
}

function nodes({ world, host, datacenter }: Pve): Data {
  const online = membersOnline(world, datacenter);
  const names = datacenter.corosync?.nodes.map((node) => node.name) ?? [host.name];
  return names.map((name) => {
    const member = online.find((candidate) => candidate.name === name);
    return {
      node: name,
      id: `node/${name}`,
      type: "node",
      status: member ? "online" : "offline",
      level: "",
      ...(member && {
        maxcpu: member.cpus,
        maxmem: member.memoryMb * 1024 ** 2,
        ssl_fingerprint: member.certificate.fingerprint,
      }),
    };
  });
}

function taskList(pve: Pve, { node = "", source = "archive", typefilter }: Parameters): Data {
  return tasksOn(pve.world, node)
    .filter((task) => source === "all" || (task.status === "running") === (source === "active"))
    .filter((task) => typefilter === undefined || task.type === typefilter)
    .map(({ upid, type, id, user, starttime, exitstatus }) => ({
      upid,
      node,
      type,
      id,
      user,
      starttime,
      status: exitstatus ?? "RUNNING",
    }));
}

function taskStatus(pve: Pve, { node = "", upid = "" }: Parameters): Data {
  const { status, exitstatus, type, id, user, starttime } = taskByUpid(pve.world, node, upid);
  return { upid, node, type, id, user, starttime, status, ...(exitstatus !== null && { exitstatus }) };
}

function taskLog(pve: Pve, { node = "", upid = "" }: Parameters): Data {
  return taskByUpid(pve.world, node, upid).log.map((line, index) => ({ n: index + 1, t: line }));
}

function storageSection(pve: Pve, id: string): Data {
  const { type, content, disable, nodes: only, path, vgname, thinpool } = storageOf(pve, id);
  return {
    storage: id,
    type,
    content: content.join(","),
    ...(disable && { disable: 1 }),
    ...(only.length > 0 && { nodes: only.join(",") }),
    ...(path !== undefined && { path }),
    ...(vgname !== undefined && { vgname }),
    ...(thinpool !== undefined && { thinpool }),
  };
}

function setStorage(pve: Pve, { storage = "", content, disable, nodes: only }: Parameters): Data {
  const list = (text: string): string[] => text.split(/[,; ]+/).filter((part) => part !== "");
  updateStorage(pve, storage, {
    ...(content !== undefined && { content: list(content) }),
    ...(disable !== undefined && { disable: disable === "1" }),
    ...(only !== undefined && { nodes: list(only) }),
  });
  return { storage, type: storageOf(pve, storage).type };
}

function vm(pve: Pve, { node = "", vmid }: Parameters) {
  return vmOf(pve, Number(vmid), node);
}

/** Options that PVE's schema has as numbers or booleans come as numbers. */
const NUMERIC =
  /^(acpi|autostart|balloon|ciupgrade|cores|cpuunits|kvm|numa|onboot|protection|sockets|tablet|template|vcpus)$/;

function vmConfig(pve: Pve, parameters: Parameters): Data {
  const { config } = vm(pve, parameters);
  const typed = Object.entries(config).map(([key, value]) => [key, NUMERIC.test(key) ? Number(value) : value]);
  const digest = createHash("sha1").update(JSON.stringify(config)).digest("hex");
  return { ...Object.fromEntries(typed), digest };
}

function setVmConfig(pve: Pve, parameters: Parameters): void {
  const { node: _node, vmid: _vmid, delete: deleted, digest: _digest, ...options } = parameters;
  const gone = (deleted ?? "").split(/[,; ]+/).filter((key) => key !== "");
  updateVm(pve, vm(pve, parameters), options, gone);
}

function vmConfigTask(pve: Pve, parameters: Parameters): Data {
  const { vmid } = vm(pve, parameters);
  return startTask(pve, "qmconfig", String(vmid), () => setVmConfig(pve, parameters));
}

function vmStatus(pve: Pve, parameters: Parameters): Data {
  const found = vm(pve, parameters);
  const { vmid, config } = found;
  const status = runs(pve, found) ? "running" : "stopped";
  return {
    vmid,
    name: config.name ?? `VM ${vmid}`,
    status,
    qmpstatus: status,
    cpus: Number(config.sockets ?? 1) * Number(config.cores ?? 1),
    ...(config.template === "1" && { template: 1 }),
    ha: { managed: 0 },
  };
}
