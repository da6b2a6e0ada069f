/** The container that Dagger builds images in: its digest, in images/builder.json. */
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { z } from "zod";
import { withoutByteOrderMark } from "../config/text.ts";
import { ask } from "./ask.ts";
import { oneLine } from "./errors.ts";

/** Docker Hub's, as its own client asks them (distribution specification; token authentication). */
const HUB = { token: "https://auth.docker.io/token", registry: "https://registry-1.docker.io" };

/** The index of all architectures: the digest of one machine's image would be another machine's refusal. */
const INDEX = "application/vnd.oci.image.index.v1+json, application/vnd.docker.distribution.manifest.list.v2+json";

const builderSchema = z.strictObject({
  image: z.string().regex(/^docker\.io\/[a-z0-9._/-]+:[\w.-]+$/, "allowed docker.io/<repository>:<tag>"),
  digest: z
    .string()
    .regex(/^sha256:[0-9a-f]{64}$/)
    .nullable(),
});

type BuilderPin = z.infer<typeof builderSchema>;

interface PinBuilderOptions {
  readonly root: string;
  readonly signal: AbortSignal;
  /** @default - Docker Hub */
  readonly hub?: typeof HUB;
}

/**
 * Pins what the tag of the builder's image stands for now.
 *
 * @throws Error, one line, when the registry cannot be reached or does not say; nothing is written then
 */
export async function pinBuilder({ root, signal, hub = HUB }: PinBuilderOptions): Promise<BuilderPin> {
  const file = join(root, "images", "builder.json");
  let builder: BuilderPin;
  try {
    builder = builderSchema.parse(JSON.parse(withoutByteOrderMark(await readFile(file, "utf8"))));
  } catch (error) {
    throw new Error(`${file}: ${oneLine(error)}; restore it with git`, { cause: error });
  }
  const [repository = "", tag = ""] = builder.image.replace("docker.io/", "").split(":");
  const scope = `?service=registry.docker.io&scope=repository:${repository}:pull`;
  const { token } = z.object({ token: z.string() }).parse(await (await ask(`${hub.token}${scope}`, { signal })).json());
  const address = `${hub.registry}/v2/${repository}/manifests/${tag}`;
  const headers = { accept: INDEX, authorization: `Bearer ${token}` };
  const answer = await ask(address, { method: "HEAD", headers, signal });
  const pinned = builderSchema.safeParse({ ...builder, digest: answer.headers.get("docker-content-digest") });
  if (!pinned.success || pinned.data.digest === null)
    throw new Error(`${address}: names no digest; nothing was pinned`);
  await writeFile(file, `${JSON.stringify(pinned.data)}\n`);
  return pinned.data;
}
