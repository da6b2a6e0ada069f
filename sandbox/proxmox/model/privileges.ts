/** Privileges and built-in roles of Proxmox VE 9 (pve-access-control 9.1.1, AccessControl.pm). */

interface Group {
  readonly root?: readonly string[];
  readonly admin: readonly string[];
  readonly user?: readonly string[];
  readonly audit?: readonly string[];
}

/** By part of PVE: who administers, uses and reads it. */
const GROUPS: Readonly<Record<string, Group>> = {
  VM: {
    admin: [
      "VM.Config.Disk",
      "VM.Config.CPU",
      "VM.Config.Memory",
      "VM.Config.Network",
      "VM.Config.HWType",
      "VM.Config.Options",
      "VM.Allocate",
      "VM.Clone",
      "VM.GuestAgent.Unrestricted",
      "VM.Migrate",
      "VM.Replicate",
      "VM.Snapshot",
      "VM.Snapshot.Rollback",
    ],
    user: [
      "VM.Config.CDROM",
      "VM.Config.Cloudinit",
      "VM.Console",
      "VM.Backup",
      "VM.GuestAgent.FileRead",
      "VM.GuestAgent.FileSystemMgmt",
      "VM.GuestAgent.FileWrite",
      "VM.PowerMgmt",
    ],
    audit: ["VM.Audit", "VM.GuestAgent.Audit"],
  },
  Sys: {
    root: ["Sys.PowerMgmt", "Sys.Modify", "Sys.Incoming", "Sys.AccessNetwork"],
    admin: ["Sys.Console", "Sys.Syslog"],
    audit: ["Sys.Audit"],
  },
  Datastore: {
    admin: ["Datastore.Allocate", "Datastore.AllocateTemplate"],
    user: ["Datastore.AllocateSpace"],
    audit: ["Datastore.Audit"],
  },
  SDN: { admin: ["SDN.Allocate", "SDN.Audit"], user: ["SDN.Use"], audit: ["SDN.Audit"] },
  User: { root: ["Realm.Allocate"], admin: ["User.Modify", "Group.Allocate", "Realm.AllocateUser"] },
  Pool: { admin: ["Pool.Allocate"], user: ["Pool.Audit"], audit: ["Pool.Audit"] },
  Mapping: { admin: ["Mapping.Modify"], user: ["Mapping.Use"], audit: ["Mapping.Audit"] },
};

const unique = (names: readonly string[]): readonly string[] => [...new Set(names)].sort();
const groups = Object.values(GROUPS);

/** Every privilege that a role can have. */
export const PRIVILEGES: readonly string[] = unique([
  "Permissions.Modify",
  ...groups.flatMap(({ root = [], admin, user = [], audit = [] }) => [...root, ...admin, ...user, ...audit]),
]);

function builtIn(): Record<string, readonly string[]> {
  const roles: Record<string, readonly string[]> = {
    Administrator: PRIVILEGES,
    NoAccess: [],
    PVEAdmin: unique(
      groups
        .flatMap(({ admin, user = [], audit = [] }) => [...admin, ...user, ...audit])
        .filter((privilege) => privilege !== "Mapping.Modify"),
    ),
    PVEAuditor: unique(groups.flatMap(({ audit = [] }) => audit)),
    PVETemplateUser: ["VM.Audit", "VM.Clone"],
  };
  for (const [name, { admin, user = [], audit = [] }] of Object.entries(GROUPS)) {
    roles[`PVE${name}Admin`] = unique([...admin, ...user, ...audit]);
    if (user.length > 0) roles[`PVE${name}User`] = unique([...user, ...audit]);
  }
  return roles;
}

/** Privileges by built-in role. */
export const BUILT_IN: Readonly<Record<string, readonly string[]>> = builtIn();

/** Names of the roles that PVE brings. */
export const BUILT_IN_ROLES: readonly string[] = Object.keys(BUILT_IN);
