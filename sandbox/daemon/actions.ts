/** The daemon's control interface: requests that change the world. */
import { rmSync } from "node:fs";
import { emptyWorld, inventory, overview } from "../systems/index.ts";
import { type FoundHosts, putUp } from "../proxmox/model/existing.ts";
import { addOwnHost, type NewHost, ownTunnels, removeOwnHost } from "../proxmox/model/own-hosts.ts";
import { ownHosts } from "../reach/home.ts";
import { adminStanding } from "../reach/index.ts";
import type { Account } from "../world/oci.ts";
import type { OwnHost } from "../world/proxmox.ts";
import type { Store } from "../world/store.ts";
import type { ControlActions } from "./control.ts";
import type { DaemonInfo, SandboxFiles } from "./files.ts";
import { freePort } from "./tunnels.ts";
import { realEnvironment } from "./real-environment.ts";

/** What somebody needs to use a host that is in no cloud. */
export interface OwnHostAccess {
  readonly name: string;
  /** `https://127.0.0.1:40001` */
  readonly api: string;
  /** At 127.0.0.1. */
  readonly sshPort: number;
  readonly address: string;
  readonly rootPassword: string;
  readonly cpus: number;
  readonly memoryGb: number;
}

function shown({ name, address, rootPassword, cpus, memoryMb, ports }: OwnHost): OwnHostAccess {
  const api = `https://127.0.0.1:${ports.api}`;
  return { name, api, sshPort: ports.ssh, address, rootPassword, cpus, memoryGb: memoryMb / 1024 };
}

/** What the daemon opens and closes. */
interface Ways {
  readonly setTunnels: ControlActions["setTunnels"];
  /** The same for the ports of hosts that are in no cloud. */
  readonly setOwnPorts: ControlActions["setTunnels"];
  /** The proxy for real providers. */
  readonly outside: () => Promise<string>;
}

/** What the control interface does to the world; each response is sent once it is on disk. */
export function controlActions(
  store: Store,
  info: DaemonInfo,
  files: SandboxFiles,
  { setTunnels, setOwnPorts, outside }: Ways,
) {
  const save = (): void => {
    store.changed();
    store.save();
  };
  return {
    info: () => info,
    async real() {
      const environment = realEnvironment(store, { ...info, outside: await outside() }, files);
      save();
      return environment;
    },
    inventory: () => inventory(store.state),
    clock: () => store.now(),
    overview: () => overview(store),
    async setTunnels(tunnels: Parameters<ControlActions["setTunnels"]>[0]) {
      await setTunnels(tunnels);
      store.state.tunnels = tunnels;
      save();
    },
    setAccount(account: Account) {
      store.state.oci.account = account;
      save();
    },
    setHomeRegion(region: string | null) {
      store.state.oci.homeRegion = region;
      save();
    },
    setAdminCidrs(cidrs: readonly string[]) {
      store.state.admin = { address: store.state.admin?.address ?? null, cidrs };
      save();
    },
    setAdmin(address: string | null) {
      store.state.admin = { cidrs: store.state.admin?.cidrs ?? [], address };
      save();
    },
    admin: () => adminStanding(store),
    hosts: () => ownHosts(store).map(shown),
    async addHost(asked: NewHost) {
      const host = addOwnHost(store, asked, { api: await freePort(), ssh: await freePort() });
      await setOwnPorts(ownTunnels(store));
      save();
      return shown(host);
    },
    async putUp(found: FoundHosts) {
      const ports = await Promise.all(found.nodes.map(async () => ({ api: await freePort(), ssh: await freePort() })));
      putUp(store, found, ports);
      await setOwnPorts(ownTunnels(store));
      save();
    },
    async removeHost(name: string) {
      removeOwnHost(store, name);
      await setOwnPorts(ownTunnels(store));
      save();
    },
    async reset() {
      const { tunnels, oci } = store.state;
      Object.assign(store.state, emptyWorld(oci.account), { tunnels });
      delete store.state.faults;
      if (store.state.admin) store.state.admin.address = null;
      store.state.oci.tenancyId = oci.tenancyId;
      store.state.oci.homeRegion = oci.homeRegion;
      store.state.oci.apiKey = oci.apiKey;
      rmSync(files.objects, { recursive: true, force: true });
      await setOwnPorts([]);
      save();
    },
  };
}
