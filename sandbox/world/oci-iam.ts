/** Who may do what in the tenancy: what its identity service knows. Owned by sandbox/oci. */
import type { OciObject } from "./oci.ts";

export interface IamState {
  policies: Policy[];
  groups: Group[];
  dynamicGroups: DynamicGroup[];
  /** Without the account's own user, who is in no list. */
  users: User[];
  memberships: Membership[];
}

interface Named extends OciObject {
  readonly name: string;
  description: string;
}

export interface Policy extends Named {
  statements: readonly string[];
  /** `2026-11-29`; null: as the services behave at the moment. */
  versionDate: string | null;
}

export type Group = Named;

export interface DynamicGroup extends Named {
  matchingRule: string;
}

export interface User extends Named {
  email: string;
}

export interface Membership extends OciObject {
  readonly userId: string;
  readonly groupId: string;
}
