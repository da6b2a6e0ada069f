/** The calls about virtual machines: one line each. */
import * as agent from "./agent-calls.ts";
import * as cloudInit from "./cloud-init-calls.ts";
import * as consoles from "./console-calls.ts";
import { get, post, put, remove, type Route } from "./route.ts";
import * as vm from "./vm-calls.ts";
import * as lifecycle from "./vm-lifecycle-calls.ts";
import * as power from "./vm-power-calls.ts";
import { snapshotRoutes } from "./vm-snapshot-calls.ts";

const ALL = "nodes/{node}/qemu";
const ONE = `${ALL}/{vmid}`;

/** All of them, but for their firewalls. */
export const machineRoutes: readonly Route[] = [
  get(ALL, vm.machines),
  post(ALL, lifecycle.create),
  remove(ONE, lifecycle.destroy),
  get(`${ONE}/config`, vm.config),
  put(`${ONE}/config`, vm.setConfig),
  post(`${ONE}/config`, vm.setConfigTask),
  get(`${ONE}/pending`, vm.pending),
  get(`${ONE}/feature`, vm.feature),
  ...snapshotRoutes(lifecycle.SNAPSHOTS),
  post(`${ONE}/clone`, lifecycle.clone),
  get(`${ONE}/migrate`, lifecycle.migrationTargets),
  post(`${ONE}/migrate`, lifecycle.migrate),
  post(`${ONE}/template`, lifecycle.template),
  post(`${ONE}/move_disk`, lifecycle.move),
  put(`${ONE}/resize`, lifecycle.resize),
  get(`${ONE}/status/current`, vm.status),
  post(`${ONE}/status/start`, power.start),
  post(`${ONE}/status/stop`, power.stop),
  post(`${ONE}/status/shutdown`, power.shutdown),
  post(`${ONE}/status/reboot`, power.reboot),
  post(`${ONE}/status/reset`, power.reset),
  post(`${ONE}/status/suspend`, power.suspend),
  post(`${ONE}/status/resume`, power.resume),
  ...consoles.routes,
  put(`${ONE}/sendkey`, power.sendKey),
  post(`${ONE}/monitor`, power.monitor),
  put(`${ONE}/unlink`, vm.unlink),
  ...agent.routes,
  ...cloudInit.routes,
];
