/** Where a state is kept: a backend, and whether it is encrypted there. */
import { z } from "zod";
import { CliError } from "../../ui/errors.ts";
import { type Binary, isAtLeast } from "../terraform/binary.ts";
import type { Backend, Stack } from "../terraform/stack.ts";
import { near } from "../../ui/words.ts";

/** A place of a state. */
export interface StateLocation extends Backend {
  /** By OpenTofu, with the lab's passphrase. */
  readonly encrypted: boolean;
}

const objectStore = z.looseObject({
  bucket: z.string().default("?"),
  key: z.string().default("?"),
  namespace: z.string().optional(),
  endpoints: z.looseObject({ s3: z.string().optional() }).optional(),
});

/** A local place's file, absolute. Null for other places. */
export function fileOf({ kind, config }: StateLocation): string | null {
  const { path } = config;
  return kind === "local" && typeof path === "string" ? path : null;
}

/** Where a synthesized stack says that its state is. */
export function locationOf(
  { backend, stateFile }: Pick<Stack, "backend" | "stateFile">,
  encrypted: boolean,
): StateLocation {
  return stateFile === null
    ? { ...backend, encrypted }
    : { kind: "local", config: { ...backend.config, path: stateFile }, encrypted };
}

/** One line that identifies a place. */
export function addressOf(place: StateLocation): string {
  const file = fileOf(place);
  if (file !== null) return file;
  if (place.kind !== "s3" && place.kind !== "oci") return `${place.kind} ${JSON.stringify(place.config)}`;
  const { bucket, key, namespace, endpoints } = objectStore.parse(place.config);
  const at = namespace ?? endpoints?.s3;
  return `${place.kind}://${bucket}/${key}${at === undefined ? "" : ` (${at})`}`;
}

/** For people: the address, and that it is encrypted there. */
export function describeLocation(place: StateLocation): string {
  const file = fileOf(place);
  return `${file === null ? addressOf(place) : near(file)}${place.encrypted ? ", encrypted" : ""}`;
}

/** Whether two are one, encryption included. */
export function sameLocation(one: StateLocation, other: StateLocation): boolean {
  return addressOf(one) === addressOf(other) && one.encrypted === other.encrypted;
}

/**
 * Refuses a tool that cannot keep a state there.
 *
 * @throws CliError that says which tool can
 */
export function requireAble(binary: Binary, { kind, encrypted }: StateLocation): void {
  const { product, version } = binary;
  const refuse = (needs: string): never => {
    throw new CliError(`state: ${product} ${version} cannot keep it so (lab.config.ts, state): ${needs}`);
  };
  const choose = "set TERRAFORM_BINARY_NAME to one";
  if (kind === "oci" && (product !== "Terraform" || !isAtLeast(binary, 12)))
    refuse(`backend "oci" needs Terraform 1.12 or newer; ${choose}, or take backend "s3"`);
  if (kind === "s3" && !isAtLeast(binary, 10))
    refuse(`backend "s3" is locked by OpenTofu or Terraform from 1.10 on; ${choose}`);
  if (encrypted && product !== "OpenTofu") refuse(`encryption needs OpenTofu; ${choose}, or leave encryption out`);
}
