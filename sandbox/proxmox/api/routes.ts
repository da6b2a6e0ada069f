/** The API calls that the sandbox answers: one line each, as in PVE's API viewer. schema.json says what each takes. */
import * as access from "./access-calls.ts";
import * as acme from "./acme-calls.ts";
import * as appliance from "./appliance-calls.ts";
import * as apt from "./apt-calls.ts";
import * as backup from "./backup-calls.ts";
import * as bulk from "./bulk-calls.ts";
import * as capability from "./capability-calls.ts";
import * as ceph from "./ceph-calls.ts";
import * as cluster from "./cluster-calls.ts";
import * as clusterOptions from "./cluster-options.ts";
import { containerRoutes } from "./container-routes.ts";
import * as cpuModel from "./cpu-model-calls.ts";
import * as disk from "./disk-calls.ts";
import * as firewall from "./firewall-calls.ts";
import * as firewallOption from "./firewall-option-calls.ts";
import { log, macros } from "./firewall-macros.ts";
import { ruleRoutes } from "./firewall-rule-calls.ts";
import type { Data } from "./http.ts";
import * as ha from "./ha-calls.ts";
import * as hardware from "./hardware-calls.ts";
import * as logs from "./log-calls.ts";
import { machineRoutes } from "./machine-routes.ts";
import * as network from "./network-calls.ts";
import * as node from "./node-calls.ts";
import * as nodeSetting from "./node-setting-calls.ts";
import * as notification from "./notification-calls.ts";
import * as packages from "./package-calls.ts";
import * as resource from "./resource-calls.ts";
import { get, post, put, remove, type Route } from "./route.ts";
import { router } from "./router.ts";
import type { SdnKind } from "../model/sdn.ts";
import { schemaOf } from "./schema.ts";
import { sectionRoutes } from "./section-calls.ts";
import { SECTION_KINDS } from "./section-kinds.ts";
import * as sdn from "./sdn-calls.ts";
import * as service from "./service-calls.ts";
import * as storage from "./storage-calls.ts";
import * as task from "./task-calls.ts";
import * as tfa from "./tfa-calls.ts";
import * as upload from "./upload-calls.ts";
import * as user from "./user-calls.ts";
import * as volume from "./volume-calls.ts";
import { nothing } from "./values.ts";

/** A call that lists what is below it. */
const index = (path: string): Route => get(path, () => childrenOf(path));

const NODE = "nodes/{node}";
const VM = "nodes/{node}/qemu/{vmid}";
const STORE = "nodes/{node}/storage/{storage}";
const SUBNETS = "cluster/sdn/vnets/{vnet}/subnets";
const CPU_MODELS = "cluster/qemu/custom-cpu-models";
const USER = "access/users/{userid}";

/** Every call that is played. */
export const ROUTES: readonly Route[] = [
  get("version", () => node.VERSION),

  index("access"),
  { method: "GET", path: "access/ticket", open: true, run: () => null },
  { method: "POST", path: "access/ticket", open: true, run: access.ticket },
  post("access/domains/{realm}/sync", access.syncRealm),
  get("access/permissions", access.permissions),
  put("access/password", user.changePassword),
  get("access/users", user.users),
  post("access/users", user.addUser),
  get(USER, user.user),
  put(USER, user.setUser),
  remove(USER, user.removeUser),
  get(`${USER}/token`, user.tokens),
  get(`${USER}/token/{tokenid}`, user.token),
  post(`${USER}/token/{tokenid}`, user.addToken),
  put(`${USER}/token/{tokenid}`, user.setToken),
  remove(`${USER}/token/{tokenid}`, user.removeToken),
  ...tfa.routes,
  get("access/groups", user.groups),
  post("access/groups", user.addGroup),
  get("access/groups/{groupid}", user.group),
  put("access/groups/{groupid}", user.setGroup),
  remove("access/groups/{groupid}", user.removeGroup),
  get("access/roles", access.roles),
  post("access/roles", access.addRole),
  get("access/roles/{roleid}", access.role),
  put("access/roles/{roleid}", access.setRole),
  remove("access/roles/{roleid}", access.removeRole),
  get("access/acl", access.accessControl),
  put("access/acl", access.changeAccessControl),

  index("cluster"),
  get("cluster/status", cluster.clusterStatus),
  get("cluster/resources", resource.resources),
  get("cluster/nextid", resource.nextId),
  get("cluster/tasks", task.clusterTasks),
  get("cluster/log", nothing),
  get("cluster/options", clusterOptions.options),
  put("cluster/options", clusterOptions.setOptions),
  index("cluster/config"),
  post("cluster/config", cluster.createClusterTask),
  get("cluster/config/apiversion", () => 1),
  get("cluster/config/join", cluster.joinInfo),
  post("cluster/config/join", cluster.joinTask),
  get("cluster/config/nodes", cluster.corosyncNodes),
  { method: "DELETE", path: "cluster/config/nodes/{node}", anywhere: true, run: cluster.removeNode },
  get("cluster/config/totem", cluster.totem),
  get("cluster/config/qdevice", cluster.qdevice),
  index("cluster/ha"),
  ...sectionRoutes(ha.resources),
  ...sectionRoutes(ha.rules),
  post("cluster/ha/resources/{sid}/migrate", ha.migrate),
  post("cluster/ha/resources/{sid}/relocate", ha.migrate),
  get("cluster/ha/groups", ha.groups),
  index("cluster/ha/status"),
  get("cluster/ha/status/current", ha.status),
  get("cluster/ha/status/manager_status", ha.managerStatus),
  index("cluster/acme"),
  ...acme.routes,
  index("cluster/metrics"),
  index("cluster/mapping"),
  index("cluster/jobs"),
  ...SECTION_KINDS.flatMap(sectionRoutes),
  ...notification.routes,
  index("cluster/qemu"),
  get(CPU_MODELS, cpuModel.list),
  post(CPU_MODELS, cpuModel.create),
  get(`${CPU_MODELS}/{cputype}`, cpuModel.info),
  put(`${CPU_MODELS}/{cputype}`, cpuModel.update),
  remove(`${CPU_MODELS}/{cputype}`, cpuModel.remove),

  index("cluster/firewall"),
  get("cluster/firewall/macros", macros),
  get(`${NODE}/firewall/log`, log),
  get(`${VM}/firewall/log`, log),
  get("nodes/{node}/lxc/{vmid}/firewall/log", log),
  get("cluster/firewall/options", firewallOption.options),
  put("cluster/firewall/options", firewallOption.setOptions),
  ...firewall.firewallRoutes("cluster/firewall", firewall.datacenterFirewall),
  ...firewall.groupRoutes,

  index("cluster/sdn"),
  put("cluster/sdn", sdn.apply),
  post("cluster/sdn/rollback", sdn.rollBack),
  ...sdnRoutes("zones", "cluster/sdn/zones", "zone"),
  ...sdnRoutes("controllers", "cluster/sdn/controllers", "controller"),
  ...sdnRoutes("vnets", "cluster/sdn/vnets", "vnet"),
  ...sdnRoutes("subnets", SUBNETS, "subnet"),
  index("cluster/sdn/fabrics"),
  get("cluster/sdn/fabrics/all", sdn.allFabrics),
  ...sdnRoutes("fabrics", "cluster/sdn/fabrics/fabric", "id"),
  ...sdnRoutes("fabricNodes", "cluster/sdn/fabrics/node/{fabric_id}", "node_id"),
  get("cluster/sdn/ipams", sdn.ipams),
  get("cluster/sdn/ipams/{ipam}", sdn.ipam),
  get("cluster/sdn/ipams/{ipam}/status", sdn.ipamStatus),
  get("cluster/sdn/dns", nothing),

  get("nodes", node.nodes),
  index(NODE),
  get(`${NODE}/version`, () => node.VERSION),
  get(`${NODE}/status`, node.nodeStatus),
  ...nodeSetting.routes,
  index(`${NODE}/apt`),
  ...apt.routes,
  ...packages.routes,
  ...appliance.routes,
  ...service.routes,
  ...logs.routes,
  ...disk.routes,
  ...capability.routes,
  ...bulk.routes,
  ...backup.routes,
  ...ceph.routes,
  ...network.routes,
  get(`${NODE}/subscription`, () => ({ status: "notfound", message: "There is no subscription key" })),
  index(`${NODE}/certificates`),
  get(`${NODE}/certificates/info`, node.certificates),
  index(`${NODE}/firewall`),
  ...firewallOption.ownOptionRoutes(`${NODE}/firewall/options`, firewall.nodeFirewall),
  ...ruleRoutes(`${NODE}/firewall/rules`, firewall.nodeFirewall),
  index(`${NODE}/hardware`),
  get(`${NODE}/hardware/pci`, hardware.pci),
  get(`${NODE}/hardware/usb`, nothing),
  ...containerRoutes,
  get(`${NODE}/replication`, nothing),
  index(`${NODE}/sdn`),
  get(`${NODE}/sdn/zones`, sdn.nodeZones),
  get(`${NODE}/sdn/zones/{zone}/content`, sdn.zoneContent),
  get(`${NODE}/tasks`, task.nodeTasks),
  index(`${NODE}/tasks/{upid}`),
  remove(`${NODE}/tasks/{upid}`, task.stopTask),
  get(`${NODE}/tasks/{upid}/status`, task.taskStatus),
  get(`${NODE}/tasks/{upid}/log`, task.taskLog),
  get(`${NODE}/query-url-metadata`, upload.urlMetadata),
  get(`${NODE}/storage`, storage.nodeStorages),
  index(STORE),
  get(`${STORE}/status`, storage.storageStatus),
  get(`${STORE}/content`, volume.content),
  post(`${STORE}/content`, volume.allocateVolume),
  get(`${STORE}/content/{volume}`, volume.volume),
  put(`${STORE}/content/{volume}`, volume.describeVolume),
  remove(`${STORE}/content/{volume}`, volume.removeVolumeTask),
  post(`${STORE}/download-url`, upload.downloadTask),
  post(`${STORE}/upload`, upload.upload),

  ...machineRoutes,
  index(VM),
  index(`${VM}/status`),
  index(`${VM}/agent`),
  index(`${VM}/firewall`),
  index("nodes/{node}/lxc/{vmid}/firewall"),
  index("nodes/{node}/lxc/{vmid}"),
  index("nodes/{node}/lxc/{vmid}/status"),
  ...[VM, "nodes/{node}/lxc/{vmid}"].flatMap((guest) => [
    ...firewallOption.ownOptionRoutes(`${guest}/firewall/options`, firewall.guestFirewall),
    ...firewall.firewallRoutes(`${guest}/firewall`, firewall.guestFirewall),
  ]),

  get("pools", resource.pools),
  post("pools", resource.addPool),
  put("pools", resource.setPool),
  remove("pools", resource.removePool),
  get("pools/{poolid}", resource.pool),
  put("pools/{poolid}", resource.setPool),
  remove("pools/{poolid}", resource.removePool),

  get("storage", storage.storages),
  post("storage", storage.addStorage),
  get("storage/{storage}", storage.storage),
  put("storage/{storage}", storage.setStorage),
  remove("storage/{storage}", storage.removeStorage),
];

/** The same, to be found by method and path. */
export const routes = router(ROUTES);

function sdnRoutes(kind: SdnKind, path: string, key: string): Route[] {
  const one = `${path}/{${key}}`;
  return [
    get(path, sdn.list(kind)),
    post(path, sdn.create(kind)),
    get(one, sdn.get(kind)),
    put(one, sdn.update(kind)),
    remove(one, sdn.remove(kind)),
  ];
}

/** Names of the calls below, under the key that PVE's schema gives them. */
function childrenOf(path: string): Data {
  const { child = "name" } = schemaOf(`GET ${path}`);
  return routes.children(path).map((name) => ({ [child]: name }));
}
