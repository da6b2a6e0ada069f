/** The network at home, where hosts are that are in no cloud. */
import type { HomeNetwork, OwnHost } from "../world/proxmox.ts";
import type { World } from "../world/world.ts";

/** Its bridge, as the installer calls it, its addresses, and its router, which gives out addresses and answers for names. */
const HOME: HomeNetwork = { bridge: "vmbr0", cidr: "192.168.1.0/24", router: "192.168.1.1" };

/** The network that a host at home is in. */
export function homeOf({ home }: { readonly home?: HomeNetwork }): HomeNetwork {
  return home ?? HOME;
}

/** The hosts that somebody put up there. */
export function ownHosts({ state }: Pick<World, "state">): readonly OwnHost[] {
  return state.proxmox.own ?? [];
}

/** The one of an address. */
export function ownHostAt(world: Pick<World, "state">, address: string): OwnHost | undefined {
  return ownHosts(world).find((own) => own.address === address);
}
