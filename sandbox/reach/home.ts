/** The network at home, where hosts are that are in no cloud. */
import type { OwnHost } from "../world/proxmox.ts";
import type { World } from "../world/world.ts";

/** Its addresses. */
export const HOME_NETWORK = "192.168.1.0/24";
/** Its router, which gives out addresses and answers for names. */
export const HOME_ROUTER = "192.168.1.1";

/** The hosts that somebody put up there. */
export function ownHosts({ state }: Pick<World, "state">): readonly OwnHost[] {
  return state.proxmox.own ?? [];
}

/** The one of an address. */
export function ownHostAt(world: Pick<World, "state">, address: string): OwnHost | undefined {
  return ownHosts(world).find((own) => own.address === address);
}
