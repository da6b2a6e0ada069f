/** A repository of stub packages in the place of Proxmox's own, made for one test and served on loopback. */
import { execFileSync } from "node:child_process";
import { createReadStream, readFileSync, statSync } from "node:fs";
import { createServer } from "node:http";
import { join, normalize } from "node:path";

export interface StubRepository {
  /** Packer variables that point the Proxmox template at it. */
  readonly variables: readonly string[];
  stop(): void;
}

/** QEMU's user network has the machine at this address. */
const HOST_FROM_GUEST = "10.0.2.2";

export async function serveStubRepository(folder: string): Promise<StubRepository> {
  const script = join(__dirname, "../../packer/proxmox-ampere/tests/stub-repository.sh");
  execFileSync(script, [folder], { stdio: ["ignore", "ignore", "inherit"] });
  const server = createServer(({ url = "/" }, response) => {
    const file = join(folder, normalize(decodeURIComponent(url)));
    const found = statSync(file, { throwIfNoEntry: false })?.isFile() ?? false;
    response.statusCode = found ? 200 : 404;
    if (found) createReadStream(file).pipe(response);
    else response.end();
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const bound = server.address();
  if (bound === null || typeof bound === "string") throw new Error("no port was given");
  const address = `http://${HOST_FROM_GUEST}:${bound.port}`;
  return {
    variables: [
      `proxmox_repository=${address}/debian/pve`,
      `proxmox_keyring_url=${address}/keyring.gpg`,
      `proxmox_keyring_fingerprint=${readFileSync(join(folder, "fingerprint"), "utf8").trim()}`,
    ],
    stop: () => server.close(),
  };
}
