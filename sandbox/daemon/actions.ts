/** What is asked of the daemon by its control door and done to the world. */
import { rmSync } from "node:fs";
import { emptyWorld, inventory, overview } from "../systems.ts";
import { adminStanding } from "../reach/index.ts";
import type { Account } from "../world/oci.ts";
import type { Store } from "../world/store.ts";
import type { ControlActions } from "./control.ts";
import type { DaemonInfo, SandboxFiles } from "./files.ts";
import { realEnvironment } from "./real-environment.ts";

/** What the daemon opens and closes. */
interface Ways {
  readonly setTunnels: ControlActions["setTunnels"];
  /** The proxy for real providers. */
  readonly outside: () => Promise<string>;
}

/** What the control door does to the world; each answer comes once it is on disk. */
export function controlActions(store: Store, info: DaemonInfo, files: SandboxFiles, { setTunnels, outside }: Ways) {
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
    reset() {
      const { tunnels, oci } = store.state;
      Object.assign(store.state, emptyWorld(oci.account), { tunnels });
      delete store.state.faults;
      if (store.state.admin) store.state.admin.address = null;
      store.state.oci.tenancyId = oci.tenancyId;
      store.state.oci.homeRegion = oci.homeRegion;
      store.state.oci.apiKey = oci.apiKey;
      rmSync(files.objects, { recursive: true, force: true });
      save();
    },
  };
}
