/** Builds one image with the Dagger runner, until it is done or SIGTERM comes. What the engine says goes to stdout. */
import { z } from "zod";
import { BASE, PROXMOX } from "../../images/model/definitions.ts";
import { daggerRunner } from "../../images/runners/dagger.ts";

const job = z
  .object({
    image: z.enum(["base", "proxmox"]),
    root: z.string(),
    output: z.string(),
    source: z.string().nullable().default(null),
    builder: z.string().nullable().default(null),
  })
  .parse(JSON.parse(process.argv[2] ?? ""));

const interruption = new AbortController();
process.once("SIGTERM", () => interruption.abort(new Error("interrupted")));

try {
  await daggerRunner({ builder: job.builder }).build({
    image: job.image === "base" ? BASE : PROXMOX,
    root: job.root,
    source: job.source,
    variables: { a: "1" },
    output: job.output,
    signal: interruption.signal,
    say: (line) => console.log(line),
  });
} catch (error) {
  console.error(error instanceof Error ? `${error.name}: ${error.message}` : error);
  process.exitCode = 1;
}
