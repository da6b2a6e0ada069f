/** Brings images.lock.json to the current inputs: `node images/lock-inputs.ts`. Forgets artifacts of other inputs only. */
import { ensureImages, LOCK_FILE, REPOSITORY } from "./index.ts";
import { join } from "node:path";
import { entryFor, readLock, writeLock } from "./lock.ts";

const file = join(REPOSITORY, LOCK_FILE);
const { base, proxmox } = await ensureImages();
const old = await readLock(file);
await writeLock(file, {
  version: 1,
  images: {
    base: entryFor(base.inputHash, old?.images.base),
    proxmox: entryFor(proxmox.inputHash, old?.images.proxmox),
  },
});
