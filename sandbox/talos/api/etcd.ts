/** Bootstrap and etcd: its members, its state, snapshots and recovery (siderolabs/talos v1.13.9, v1alpha1_server.go). */
import { z } from "zod";
import {
  forfeit,
  keepSnapshot,
  leaderOf,
  memberId,
  membersOf,
  recoverSnapshot,
  removeMember,
  snapshotOf,
} from "../model/etcd.ts";
import { bootstrap, type ConfiguredMachine, controlPlaneOnly, MachineError } from "../model/machines.ts";
import { ETCD_VERSION } from "../model/resources/cluster.ts";
import {
  ADMIN,
  type Context,
  type Message,
  type Method,
  notPlayed,
  onConfigured,
  OPERATORS,
  READERS,
} from "./method.ts";

const STORAGE_VERSION = "3.6.0";

/** On control planes only. @param what how Talos calls it in its refusal */
function onControlPlane(
  roles: Method["roles"],
  what: string,
  run: (machine: ConfiguredMachine, context: Context, request: unknown) => Message | void,
): Method {
  return onConfigured(roles, (machine, context, request) => {
    controlPlaneOnly(machine, what);
    return run(machine, context, request) ?? {};
  });
}

/** Methods of the machine service about etcd. */
export const etcdMethods: Readonly<Record<string, Method>> = {
  Bootstrap: onConfigured(ADMIN, (machine, context, request) => {
    const { recover_etcd } = z.object({ recover_etcd: z.boolean() }).parse(request);
    const { world, guestsOf } = context;
    bootstrap(world, guestsOf, machine);
    if (recover_etcd) recoverSnapshot(context, machine);
    return {};
  }),
  EtcdMemberList: onControlPlane(READERS, "member list", (machine, talos) => {
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
  EtcdStatus: onControlPlane(READERS, "etcd status", (machine, talos) => {
    const first = leaderOf(membersOf(talos, machine));
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
  // Nothing fills the disk or corrupts the data of an etcd here.
  EtcdAlarmList: onControlPlane(OPERATORS, "etcd alarm list", (machine, talos) => {
    membersOf(talos, machine);
    return { member_alarms: [] };
  }),
  EtcdAlarmDisarm: onControlPlane(OPERATORS, "etcd alarm list", (machine, talos) => {
    membersOf(talos, machine);
    return { member_alarms: [] };
  }),
  EtcdDefragment: onControlPlane(OPERATORS, "etcd defragment", (machine, talos) => void membersOf(talos, machine)),
  EtcdForfeitLeadership: onControlPlane(ADMIN, "etcd forfeit leadership", (machine, talos) => ({
    member: forfeit(talos, machine),
  })),
  EtcdLeaveCluster: onControlPlane(ADMIN, "etcd leave", (machine, talos) =>
    removeMember(talos.world, membersOf(talos, machine), machine),
  ),
  EtcdRemoveMemberByID: onControlPlane(ADMIN, "etcd remove member", (machine, talos, request) => {
    const { member_id } = z.object({ member_id: z.string() }).parse(request);
    const members = membersOf(talos, machine);
    const member = members.find((each) => memberId(each) === member_id);
    if (!member) throw new MachineError("NotFound", "etcdserver: member not found");
    removeMember(talos.world, members, member);
  }),
  EtcdSnapshot: onControlPlane(OPERATORS, "etcd snapshot", (machine, talos) => ({ bytes: snapshotOf(talos, machine) })),
  EtcdRecover: onControlPlane(ADMIN, "etcd recover", (machine, { world }, request) => {
    keepSnapshot(world, machine, z.object({ bytes: z.instanceof(Buffer) }).parse(request).bytes);
  }),
  EtcdDowngradeValidate: notPlayed("downgrades of etcd"),
  EtcdDowngradeEnable: notPlayed("downgrades of etcd"),
  EtcdDowngradeCancel: notPlayed("downgrades of etcd"),
};
