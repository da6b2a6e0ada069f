/** The list of what is declared, by its list in the world: both interfaces, the inventory and the world go by it. */
import type { Resource } from "../kernel/resource.ts";
import { ARGUMENTS } from "../arguments.ts";
import { volume } from "./volume.ts";
import { volumeAttachment } from "./volume-attachment.ts";

export const RESOURCES = {
  volumes: volume,
  volumeAttachments: volumeAttachment,
};

/** What the world keeps of them. */
export type Records = {
  -readonly [Name in keyof typeof RESOURCES]: ReturnType<(typeof RESOURCES)[Name]["all"]>;
};

export const declarations: readonly Resource[] = Object.values(RESOURCES);

/** Arguments of a resource that lead to what the sandbox has not, by the provider's paths. */
export function notPlayedOf(type: string): readonly string[] {
  return ARGUMENTS[type]?.notPlayed ?? declarations.find((each) => each.type === type)?.notPlayed ?? [];
}
