/** Bootstrap and what etcd tells of itself. */
import { createHash } from "node:crypto";
import {
  bootstrap,
  clusterOf,
  type ConfiguredMachine,
  configuredMachines,
  controlPlaneOnly,
  isRunning,
  MachineError,
} from "../model/machines.ts";
import { ADMIN, type TalosWorld, type Method, onConfigured, READERS } from "./method.ts";

/** etcd that Talos 1.13 runs. */
const ETCD_VERSION = "3.6.9";
const STORAGE_VERSION = "3.6.0";

function membersOf({ world, guestsOf }: TalosWorld, { facts }: ConfiguredMachine): readonly ConfiguredMachine[] {
  const members = clusterOf(configuredMachines(world, guestsOf), facts);
  if (isRunning(members)) return members.filter(({ entry }) => entry.etcdSince !== null);
  throw new MachineError("Unavailable", "etcd is not running: the cluster is not bootstrapped yet");
}

/** uint64 as decimal digits. */
export function memberId({ guest }: ConfiguredMachine): string {
  const hash = createHash("sha256").update(`${guest.address} ${guest.generation}`).digest();
  return hash.readBigUInt64BE().toString();
}

function leader(members: readonly ConfiguredMachine[]): ConfiguredMachine | undefined {
  return members.find(({ entry }) => entry.bootstrapped) ?? members[0];
}

/** Methods of the machine service about etcd. */
export const etcdMethods: Readonly<Record<string, Method>> = {
  Bootstrap: onConfigured(ADMIN, (machine, { world, guestsOf }) => {
    bootstrap(world, guestsOf, machine);
    return {};
  }),
  EtcdMemberList: onConfigured(READERS, (machine, talos) => {
    controlPlaneOnly(machine, "member list");
    const members = membersOf(talos, machine);
    return {
      legacy_members: members.map(({ facts }) => facts.hostname),
      members: members.map((member) => ({
        id: memberId(member),
        hostname: member.facts.hostname,
        peer_urls: [`https://${member.guest.address}:2380`],
        client_urls: [`https://${member.guest.address}:2379`],
        is_learner: false,
      })),
    };
  }),
  EtcdStatus: onConfigured(READERS, (machine, talos) => {
    controlPlaneOnly(machine, "etcd status");
    const first = leader(membersOf(talos, machine));
    return {
      member_status: {
        member_id: memberId(machine),
        protocol_version: ETCD_VERSION,
        storage_version: STORAGE_VERSION,
        db_size: 2_097_152,
        db_size_in_use: 1_048_576,
        leader: first ? memberId(first) : 0,
        raft_index: 1,
        raft_term: 1,
        raft_applied_index: 1,
        errors: [],
        is_learner: false,
      },
    };
  }),
};
