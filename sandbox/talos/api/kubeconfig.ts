/** Kubeconfig: the admin's, as the one file of a .tar.gz, which is what Talos' Copy sends. */
import { gzipSync } from "node:zlib";
import { newKubeconfig } from "../model/kubeconfig.ts";
import { controlPlaneOnly } from "../model/machines.ts";
import { ADMIN, onConfigured } from "./method.ts";

const BLOCK = 512;

/** Signed by any control plane, also before the bootstrap. */
export const kubeconfig = onConfigured(ADMIN, (machine, { world }) => {
  controlPlaneOnly(machine, "kubeconfig");
  const now = new Date(world.now());
  return { bytes: gzipSync(archive("kubeconfig", newKubeconfig(machine.facts.cluster, now).raw, now)) };
});

/** A tar archive of one file (POSIX ustar). */
function archive(name: string, text: string, modified: Date): Buffer {
  const content = Buffer.from(text);
  const header = Buffer.alloc(BLOCK);
  const put = (at: number, field: string): void => void header.write(field, at, "latin1");
  const octal = (value: number, digits: number): string => value.toString(8).padStart(digits, "0");
  put(0, name);
  put(100, octal(0o600, 7));
  put(108, octal(0, 7));
  put(116, octal(0, 7));
  put(124, octal(content.length, 11));
  put(136, octal(Math.floor(modified.getTime() / 1000), 11));
  put(148, " ".repeat(8)); // counts as spaces in the checksum
  put(156, "0");
  put(257, "ustar");
  put(263, "00");
  put(
    148,
    `${octal(
      header.reduce((sum, byte) => sum + byte, 0),
      6,
    )}\0 `,
  );
  return Buffer.concat([header, content, Buffer.alloc((-content.length & (BLOCK - 1)) + 2 * BLOCK)]);
}
