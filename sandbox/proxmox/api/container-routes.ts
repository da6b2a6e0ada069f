/** The calls about containers: one line each. */
import * as call from "./container-calls.ts";
import * as made from "./container-create-calls.ts";
import * as lifecycle from "./container-lifecycle-calls.ts";
import { get, post, put, remove, type Route } from "./route.ts";
import { snapshotRoutes } from "./vm-snapshot-calls.ts";

const ALL = "nodes/{node}/lxc";
const ONE = `${ALL}/{vmid}`;

/** All of them, but for their firewalls. */
export const containerRoutes: readonly Route[] = [
  get(ALL, call.containers),
  post(ALL, made.create),
  remove(ONE, made.destroy),
  get(`${ONE}/config`, call.config),
  put(`${ONE}/config`, call.setConfig),
  get(`${ONE}/pending`, call.pending),
  get(`${ONE}/feature`, call.feature),
  get(`${ONE}/interfaces`, call.interfaces),
  ...snapshotRoutes(lifecycle.SNAPSHOTS),
  post(`${ONE}/clone`, lifecycle.clone),
  post(`${ONE}/template`, lifecycle.template),
  post(`${ONE}/move_volume`, lifecycle.move),
  put(`${ONE}/resize`, lifecycle.resize),
  get(`${ONE}/status/current`, call.status),
  post(`${ONE}/status/start`, call.start),
  post(`${ONE}/status/stop`, call.stop),
  post(`${ONE}/status/shutdown`, call.shutdown),
  post(`${ONE}/status/reboot`, call.reboot),
];
