/** Brings images.lock.json to the current inputs: `node images/lock-inputs.ts`. Forgets artefacts of other inputs only. */
import { writeFile } from "node:fs/promises";
import { resolve } from "node:path";
import { ensureImages, type Image } from "./index.ts";
import { type Lock, readLock } from "./lock.ts";

type Entry = Lock["images"]["base"];

const file = resolve(import.meta.dirname, "../images.lock.json");
const { base, proxmox } = await ensureImages();
const old = await readLock(file);

const entry = ({ inputHash }: Image, locked: Entry | undefined): Entry =>
  locked?.inputHash === inputHash ? locked : { inputHash, sha256: null, sizeBytes: null, testedAt: null, versions: {} };

const images = { base: entry(base, old?.images.base), proxmox: entry(proxmox, old?.images.proxmox) };
await writeFile(file, `${JSON.stringify({ version: 1, images }, null, 2)}\n`);
