/** How a resource of OCI is declared: one file a resource, of which both interfaces, the inventory and the world are made. */
import { z } from "zod";
import type { Attributes, ProviderContext, ResourceType } from "../../plugin/resource.ts";
import type { OciObject, OciTenancy } from "../../world/oci.ts";

/** What a create says, as zod reads it: what is unsaid gets the service's own value. */
type Body<B> = z.ZodType<B> & { readonly shape: Readonly<Record<string, z.core.$ZodType>> };

/** What the world keeps: the API's own JSON. */
export type Stored<B> = OciObject & B;

/** What a record is made or changed in. */
export interface Context<B> {
  readonly call: ProviderContext;
  /** The record that is to change; null for a new one. */
  readonly before: Stored<B> | null;
}

/** What is done with a collection. */
export type Action = "list" | "create" | "get" | "update" | "delete" | "move";

/** What has a body: a resource, or a part of one. */
export interface Bodied<B> {
  /** Terraform's name of it: `oci_core_volume`. */
  readonly type: string;
  /** As the real provider names it in errors: `Core Volume`. */
  readonly service: string;
  /** In ids, and in names that the service gives: `volume`. */
  readonly idType: string;
  readonly body: Body<B>;
  /** What a change cannot say. */
  readonly fixed?: readonly string[];
  /** What only the service says. */
  readonly readOnly?: readonly string[];
  /** Arguments that lead to what the sandbox has not, by the provider's paths. */
  readonly notPlayed?: readonly string[];
  /** The API's names of the provider's attributes, where they are others, at any depth: `{enabled: "isEnabled"}`. */
  readonly renames?: Readonly<Record<string, string>>;
  /** A change says all of it: what it does not say is not as it was. */
  readonly whole?: true;
  /** What the API does not do with it. */
  readonly without?: readonly Action[];
  /** Its state once it is made. Absent: it has none. */
  readonly state?: string;
  /** What the provider says otherwise than the API. */
  fromTerraform?(said: Attributes): Attributes;
  /** What the provider tells otherwise than the API, whose view it is given. */
  forTerraform?(record: B, view: Attributes, tenancy: OciTenancy): Attributes;
}

/** A resource as the stand-in of the provider plays it, where nothing else is said. */
export type Played = Required<Pick<ResourceType, "create" | "read" | "update" | "delete" | "importState">>;

/** How a resource is declared. What is optional is unlike most resources. */
export interface Resource<B extends Attributes = Attributes> extends Bodied<B> {
  /** Of the API's collection: `/20160918/volumes`. */
  readonly path: string;
  /** Made in the tenancy's home region only, with ids that name no region; `root`: in the tenancy itself. */
  readonly home?: true | "root";
  /** Part of the VCN that its `vcnId` names: that has to be there, and cannot go before it. */
  readonly inVcn?: true;
  all(tenancy: OciTenancy): Stored<B>[];
  forTerraform?(record: Stored<B>, view: Attributes, tenancy: OciTenancy): Attributes;
  /** States on the way in and out. `deleted: null`: what is gone is not found. */
  readonly states?: { readonly creating: string; readonly deleting: string; readonly deleted: string | null };
  /** Fields that are null while it is on its way. */
  readonly onceSettled?: readonly string[];
  /** Fields whose change takes a while, with the field that tells it: `UPDATING`, and `STABLE` then. */
  readonly slow?: Readonly<Record<string, string>>;
  /** A list is `{items: […]}`, without work requests too. */
  readonly listedAsItems?: true;
  /** Lists still show those that were deleted, for a while. */
  readonly listedWhenGone?: true;
  /**
   * Work requests do what is asked of it.
   * `older`: they are named `CreateListener`, lists are arrays, and a create is answered without a body.
   */
  readonly work?: { readonly entityType: string; readonly operation: string; readonly style?: "older" };
  /** Work requests beside the usual answer, of these actions alone: their names (oracle/oci-go-sdk v65, `OpcWorkRequestId`). */
  readonly workBeside?: { readonly entityType: string } & Readonly<Partial<Record<Action, string>>>;
  /** Fields of the record that no view has. */
  readonly hidden?: readonly string[];
  /** Cannot go while anything names it by this field, but for what goes with it. */
  readonly holds?: { readonly by: "vcnId" | "compartmentId"; but?(record: Stored<B>): readonly string[] };
  /** Objects of the service: listed like others, and cannot be changed. */
  unmade?(call: ProviderContext): readonly Stored<B>[];
  /** What that is, for whoever would change it: `Oracle's own image`. @default - it is not found */
  readonly unmadeIs?: string;
  /** Deleted objects that are still shown, where the world itself keeps them. */
  gone?(call: ProviderContext): readonly Attributes[];
  /** What a list is of, where the query asks in another way than by compartment. */
  selected?(query: URLSearchParams, call: ProviderContext): readonly Stored<B>[];
  /** What the service says itself, or is said by older names; nothing is checked yet. */
  prepare?(said: Attributes, context: Context<B>): Attributes;
  /** Refuses what is wrong, by the rules of the service. */
  check?(next: Stored<B>, context: Context<B>): void;
  /** What else comes with a new one. */
  made?(record: Stored<B>, said: Attributes, call: ProviderContext): void;
  /** What else a change does, once nothing of it is refused. */
  changed?(before: Stored<B>, next: Stored<B>, call: ProviderContext): void;
  /** Refuses to delete, or cleans up beside the record. */
  remove?(record: Stored<B>, call: ProviderContext): void;
  /** Fields of the view that are not in the record. */
  computed?(record: Stored<B>, tenancy: OciTenancy): Attributes;
  /** What the provider does otherwise than the API. */
  terraform?(type: Played): ResourceType;
  /** What people call it; null where no Terraform resource stands for it. @default - `displayName`, or `name` */
  inventoryName?(record: Stored<B>, tenancy: OciTenancy): string | null;
}

/** How most of the network and of storage come and go. */
export const AVAILABLE = {
  state: "AVAILABLE",
  states: { creating: "PROVISIONING", deleting: "TERMINATING", deleted: null },
} as const;

/** How load balancers do. */
export const ACTIVE = {
  state: "ACTIVE",
  states: { creating: "CREATING", deleting: "DELETING", deleted: null },
} as const;

/** How identity's objects do: the provider waits for DELETED, and after a change of identity repeats a 404 for minutes. */
export const OF_IDENTITY = { ...ACTIVE, states: { ...ACTIVE.states, deleted: "DELETED" } } as const;

/** A text that has to be said. */
export const text = z.string().min(1);
/** Null in the view where it is not given, or empty. */
export const maybeText = z
  .string()
  .nullish()
  .transform((value) => (value === "" ? null : (value ?? null)));
/** Keys and values; none where nothing is said. */
export const tags = z.record(z.string(), z.string()).default({});
/** A list of texts that has to be said. */
export const texts = z.array(z.string()).readonly();
/** None where nothing is said. */
export const maybeTexts = texts.nullish().transform((value): readonly string[] => value ?? []);
/** True or false, which has to be said. */
export const flag = z.boolean();
/** A name that the service makes up where nobody says one. */
export const generatedName = z.string().min(1);
/** Kept and shown: nothing in the sandbox depends on it. */
export const kept = z
  .json()
  .nullish()
  .transform((value) => value ?? null);
