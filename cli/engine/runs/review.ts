/**
 * What a deploy would do, as a reviewer needs to know it: the one document behind what `cdktf diff` prints, its `--json`
 * and `--markdown`, and the saved plans of `--out`. Values of sensitive attributes are not in it.
 */
import { z } from "zod";
import type { LimitName } from "../../../config/limits.ts";
import { freeTierVerdict } from "../../../topology/free-tier.ts";
import { deployedUses } from "../checks/limits.ts";
import type { State } from "../state/state.ts";
import type { Lab } from "../synth/assembly.ts";
import type { Counts } from "../terraform/plan.ts";
import type { Action } from "../terraform/progress.ts";
import type { Stack } from "../terraform/stack.ts";

/** A review of all chosen stacks. */
export interface Review {
  readonly version: 1;
  readonly sandbox: boolean;
  /** In the order in which they are deployed. */
  readonly stacks: readonly StackReview[];
  /** Null for an app that is no lab, or that could not be synthesized. */
  readonly freeTier: FreeTierReview | null;
  readonly images: readonly ImageReview[];
  /** Hosts whose disk a deploy makes anew. */
  readonly lostDisks: readonly LostDisk[];
  /** What the app said when it could not be synthesized: a wrong config, or one that is over the free tier. */
  readonly error: string | null;
}

/** A stack's part of it. */
export interface StackReview extends Counts {
  readonly name: string;
  readonly status: "unchanged" | "changed" | "failed" | "interrupted" | "skipped";
  /** How many existing objects would be taken into the state. */
  readonly imports: number;
  /** The stacks that have to be deployed first: what they will say of themselves was not known to this plan. */
  readonly after: readonly string[];
  /** Why it could not be planned. */
  readonly error: string | null;
  /** What destroys comes first, then what replaces, then the rest. */
  readonly changes: readonly ChangeReview[];
  readonly outputs: readonly { readonly name: string; readonly action: "create" | "update" | "delete" }[];
  /** Objects that changed, or vanished, without this lab having done it. */
  readonly drift: readonly { readonly address: string; readonly gone: boolean }[];
}

/** What becomes of one object. */
export interface ChangeReview {
  /** As terraform writes it. */
  readonly address: string;
  readonly action: Action;
  /** In words, such as `no longer in the app`. */
  readonly why: string | null;
  /** Attributes that cannot be changed in place, of a replacement. */
  readonly forcedBy: readonly string[];
  /** What becomes of the attributes, as text to be shown; of what is created or destroyed only with `--detailed`. */
  readonly values: readonly ValueReview[];
}

/** What becomes of one attribute, as text. */
export interface ValueReview {
  /** `shape_config.0.ocpus` */
  readonly path: string;
  /** Null where there is none. */
  readonly before: string | null;
  readonly after: string | null;
  readonly forcesReplacement: boolean;
}

/** What the lab takes of Always Free, before and after. */
export interface FreeTierReview {
  /** Inside every limit of Always Free: it costs nothing. */
  readonly free: boolean;
  /** What it comes to, in a line with the date of the limits. */
  readonly outcome: string;
  /** The limits of which the lab takes, or took. */
  readonly rows: readonly FreeTierRow[];
}

/** One limit, in its own unit. */
export interface FreeTierRow {
  readonly limit: LimitName;
  readonly label: string;
  readonly unit: string;
  /** What is deployed now; null where that is not known. */
  readonly before: number | null;
  readonly after: number;
  readonly allowed: number;
  readonly rule: "total" | "each at least";
  readonly over: boolean;
}

/** The image of the hosts, before and after. */
export interface ImageReview {
  readonly name: string;
  /** Name of the object that the hosts boot now; null where none is deployed. It carries the hash of the image's inputs. */
  readonly before: string | null;
  readonly after: string;
  /** False where a deploy has to build it first. */
  readonly built: boolean;
}

/** What is lost with the disk of a host that is made anew. */
export interface LostDisk {
  readonly host: string;
  /** Names of the machines on it, templates among them. */
  readonly machines: readonly string[];
}

/** The generation of a host's disk (constructs/oci/host.ts). */
const DISK = /^terraform_data\.(.+)_disk$/;

/** @param resources of all stacks, as synthesized */
export function lostDisks(
  reviews: readonly Pick<StackReview, "changes">[],
  resources: readonly Stack["resources"][],
): readonly LostDisk[] {
  const vms = resources.flatMap((types) => Object.values(types["proxmox_virtual_environment_vm"] ?? {}));
  const hosts = reviews.flatMap(({ changes }) =>
    changes.filter(({ action }) => action === "replace").flatMap(({ address }) => DISK.exec(address)?.[1] ?? []),
  );
  return hosts.map((host) => ({
    host,
    machines: vms.filter((vm) => vm["node_name"] === host).map((vm) => String(vm["name"])),
  }));
}

/** `pve-1 gets a new disk, and what is on it is lost: cp-1, worker-1` */
export function lostDiskLine({ host, machines }: LostDisk): string {
  return `${host} gets a new disk, and what is on it is lost${machines.length === 0 ? "" : `: ${machines.join(", ")}`}`;
}

/** Nobody counts traffic, and objects in a bucket are in no state. */
const IN_NO_STATE: ReadonlySet<string> = new Set(["egressTb", "objectStorageGb"]);

/** Compares what the config takes of Always Free with what is deployed; null for a lab that was not counted. */
export function freeTierReview(lab: Lab, states: ReadonlyMap<string, State>): FreeTierReview | null {
  const { freeTier } = lab;
  if (freeTier === undefined) return null;
  const before = new Map(freeTierVerdict(deployedUses(states), true).rows.map((row) => [row.limit, row]));
  const rows = freeTier.rows.flatMap((row) => {
    const deployed = before.get(row.limit);
    if (row.by.length === 0 && (deployed?.by.length ?? 0) === 0) return [];
    const { limit, label, unit, used: after, allowed, rule, over } = row;
    const used = IN_NO_STATE.has(limit) ? null : (deployed?.used ?? null);
    return [{ limit, label, unit, before: used, after, allowed, rule, over }];
  });
  return { free: freeTier.free, outcome: freeTier.table.trimEnd().split("\n").at(-1) ?? "", rows };
}

const imported = z.object({ image_source_details: z.tuple([z.looseObject({ object_name: z.string() })]) });

/** The object that was imported for the hosts. */
function bootedNow(states: ReadonlyMap<string, State>): string | null {
  for (const { type, attributes } of [...states.values()].flatMap(({ resources }) => resources)) {
    const image = type === "oci_core_image" ? imported.safeParse(attributes).data : undefined;
    if (image !== undefined) return image.image_source_details[0].object_name;
  }
  return null;
}

/** Compares the image that the hosts are to boot with the one that they boot. */
export function imageReviews(
  { images }: Lab,
  states: ReadonlyMap<string, State>,
  sandbox: boolean,
): readonly ImageReview[] {
  if (images === undefined) return [];
  const { name = "proxmox", objectName, built } = images.proxmox;
  // The sandbox takes an image's word for it.
  return [{ name, before: bootedNow(states), after: objectName, built: built || sandbox }];
}
