/** Calls about the cluster itself. */
import type { Corosync } from "../../world/proxmox.ts";
import { checkNewCluster, configDigest, corosyncOf, createCluster, deleteNode, joinCluster } from "../model/cluster.ts";
import { again, isLooking, isQuorateAsTold, membersOnline, type Pve } from "../model/context.ts";
import { QNETD_PORT, qdeviceState } from "../model/qdevice.ts";
import { startTask } from "../model/tasks.ts";
import { type Data, needed, type Parameters } from "./http.ts";

/** `GET cluster/status` */
export function clusterStatus({ world, host, datacenter }: Pve): Data {
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
  if (!corosync || isLooking(world, host, datacenter)) return [entry(host.name, host.address, 0, true)];
  // Its corosync was stopped when it was forgotten: it keeps the configuration of before, and hears nobody.
  const forgotten = corosync.nodes.every((node) => node.instanceId !== host.instanceId);
  const up = new Set(forgotten ? [] : membersOnline(world, datacenter).map((member) => member.instanceId));
  const cluster = {
    type: "cluster",
    id: "cluster",
    name: corosync.name,
    nodes: corosync.nodes.length,
    version: corosync.version,
    quorate: !forgotten && isQuorateAsTold(world, datacenter) ? 1 : 0,
  };
  const members = corosync.nodes.map((node) => entry(node.name, node.link0, node.nodeId, up.has(node.instanceId)));
  return [cluster, ...members, ...(forgotten ? [entry(host.name, host.address, 0, true)] : [])];
}

/** `POST cluster/config` */
export function createClusterTask(pve: Pve, parameters: Parameters): Data {
  const name = needed(parameters, "clustername");
  const { link0 } = parameters;
  checkNewCluster(pve, name, link0);
  return startTask(pve, "clustercreate", name, () => createCluster(again(pve), name, link0));
}

/** `GET cluster/config/join` */
export function joinInfo(pve: Pve): Data {
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
    totem: totemOf(corosync),
  };
}

function totemOf({ name, version }: Corosync): Data {
  return {
    cluster_name: name,
    config_version: String(version),
    interface: { "0": { linknumber: "0" } },
    ip_version: "ipv4-6",
    secauth: "on",
    version: "2",
  };
}

/** `GET cluster/config/totem` */
export function totem({ datacenter }: Pve): Data {
  return datacenter.corosync ? totemOf(datacenter.corosync) : null;
}

/** The state of this node's own QDevice. */
export function qdevice({ world, host, datacenter }: Pve): Data {
  const state = qdeviceState(world, datacenter, host);
  if (state === null) return {};
  return {
    Algorithm: "Fifty-Fifty split",
    Model: "Net",
    "QNetd host": `${datacenter.corosync?.qdevice?.host}:${QNETD_PORT}`,
    State: state,
    "Tie-breaker": "Node with lowest node ID",
  };
}

/** `POST cluster/config/join` */
export function joinTask(pve: Pve, parameters: Parameters): Data {
  const request = {
    hostname: needed(parameters, "hostname"),
    fingerprint: needed(parameters, "fingerprint"),
    password: needed(parameters, "password"),
    link0: parameters.link0,
  };
  return startTask(pve, "clusterjoin", "", (log) => joinCluster(again(pve), request, log));
}

/** `GET cluster/config/nodes` */
export function corosyncNodes({ datacenter }: Pve): Data {
  return (datacenter.corosync?.nodes ?? []).map(({ name, nodeId, votes, link0 }) => ({
    node: name,
    name,
    nodeid: String(nodeId),
    quorum_votes: String(votes),
    ring0_addr: link0,
  }));
}

/** `DELETE cluster/config/nodes/{node}` */
export const removeNode = (pve: Pve, { node = "" }: Parameters): void => deleteNode(pve, node);
