/** The source image that the base starts from: dated address and checksum, in packer/base/source.pkrvars.json. */
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { z } from "zod";
import { withoutByteOrderMark } from "../config/text.ts";
import { BASE } from "./model/definitions.ts";
import { oneLine } from "./errors.ts";
import { ask } from "./ask.ts";

/** Debian's cloud images, each build in a dated folder with its SHA512SUMS. */
const CLOUD_IMAGES = "https://cloud.debian.org/images/cloud/trixie/";

const sourceSchema = z.strictObject({
  /** Empty until it is pinned. */
  source_url: z.union([z.literal(""), z.url({ protocol: /^https?$/ })]),
  source_checksum: z.union([z.literal(""), z.string().regex(/^sha512:[0-9a-f]{128}$/)]),
});

type SourcePin = z.infer<typeof sourceSchema>;

const sourceFile = (root: string): string => join(root, "packer", BASE.folder, "source.pkrvars.json");

/** @throws Error, one line, when the file is damaged */
export async function readSource(root: string): Promise<SourcePin> {
  const file = sourceFile(root);
  try {
    return sourceSchema.parse(JSON.parse(withoutByteOrderMark(await readFile(file, "utf8"))));
  } catch (error) {
    throw new Error(`${file}: ${oneLine(error)}; restore it with git, or write it anew with npx lab images pin`, {
      cause: error,
    });
  }
}

/** @throws Error, one line, when nothing is pinned: a checksum is never made up */
export async function requirePinned(root: string): Promise<SourcePin> {
  const pin = await readSource(root);
  if (pin.source_url !== "" && pin.source_checksum !== "") return pin;
  throw new Error(
    "images: no source image is pinned in packer/base/source.pkrvars.json: run npx lab images pin where " +
      "cloud.debian.org can be reached, or give a Debian 13 cloud image with --source FILE",
  );
}

const text = async (address: string, signal: AbortSignal): Promise<string> => (await ask(address, { signal })).text();

interface PinOptions {
  readonly root: string;
  readonly signal: AbortSignal;
  /** @default "https://cloud.debian.org/images/cloud/trixie/" */
  readonly mirror?: string;
}

/**
 * Pins the newest dated arm64 cloud image, with the checksum that Debian publishes beside it. No `latest`: it moves.
 *
 * @throws Error, one line, when the mirror cannot be reached or lists no such image; nothing is written then
 */
export async function pinSource({ root, signal, mirror = CLOUD_IMAGES }: PinOptions): Promise<SourcePin> {
  const dates = [...(await text(mirror, signal)).matchAll(/href="(\d{8}-\d+)\/"/g)].map(([, date]) => date ?? "");
  const newest = dates.sort().at(-1);
  if (newest === undefined)
    throw new Error(`${mirror}: lists no dated folder such as 20260801-2190; nothing was pinned`);
  const folder = `${mirror}${newest}/`;
  const name = `debian-13-genericcloud-arm64-${newest}.qcow2`;
  const line = (await text(`${folder}SHA512SUMS`, signal)).split("\n").find((each) => each.endsWith(`  ${name}`));
  const [sum] = line?.split(" ") ?? [];
  const parsed = sourceSchema.safeParse({ source_url: `${folder}${name}`, source_checksum: `sha512:${sum}` });
  if (!parsed.success) throw new Error(`${folder}SHA512SUMS: has no SHA-512 of ${name}; nothing was pinned`);
  await writeFile(sourceFile(root), `${JSON.stringify(parsed.data, null, 2)}\n`);
  return parsed.data;
}
