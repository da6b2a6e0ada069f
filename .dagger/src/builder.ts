/** The container that images are built in: a Debian, and the packages that the step at hand needs. */
import type { Client, Container, Directory, File } from "@dagger.io/dagger";

/**
 * Where its Debian comes from: an image archive (OCI, or what `docker save` writes), an unpacked root file system, or
 * the text of images/builder.json. Debian 12, as 13 has no packer (tried).
 */
export type Builder = { readonly archive: File } | { readonly rootfs: Directory } | { readonly pin: string };

/**
 * The image that images/builder.json pins, such as `debian:bookworm-slim@sha256:…`.
 *
 * @param text of that file
 * @throws Error, one line, while there is no digest: a tag alone would be another image tomorrow
 */
export function pinnedImage(text: string): string {
  const pin: unknown = JSON.parse(text);
  const read = (field: string): unknown => (typeof pin === "object" && pin !== null ? Reflect.get(pin, field) : null);
  const [image, digest] = [read("image"), read("digest")];
  if (typeof image === "string" && typeof digest === "string" && /^sha256:[0-9a-f]{64}$/.test(digest)) {
    return `${image}@${digest}`;
  }
  throw new Error(
    `images/builder.json: digest: got ${JSON.stringify(digest)}, allowed sha256:<64 hex digits>; ` +
      "fill it in with npx lab images pin, or bring a builder along with --builder PATH",
  );
}

function systemOf(dag: Client, builder: Builder): Container {
  // oxlint-disable-next-line no-underscore-dangle -- the SDK's name for a reserved word
  if ("archive" in builder) return dag.container().import_(builder.archive);
  if ("rootfs" in builder) return dag.container().withRootfs(builder.rootfs);
  return dag.container().from(pinnedImage(builder.pin));
}

/**
 * The builder with Debian packages, of the engine's own architecture. One layer, so apt needs no cache of its own; and
 * no network where the builder has them all.
 */
export function builderWith(dag: Client, builder: Builder, packages: readonly string[]): Container {
  const names = packages.join(" ");
  return systemOf(dag, builder)
    .withEnvVariable("DEBIAN_FRONTEND", "noninteractive")
    .withExec([
      "sh",
      "-ec",
      `dpkg -s ${names} >/dev/null 2>&1 && exit\napt-get update\n` +
        `apt-get install --yes --no-install-recommends ${names}\nrm -rf /var/lib/apt/lists/*`,
    ]);
}
