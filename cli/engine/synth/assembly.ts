/** Reads what the app wrote: cdktn's manifest of stacks, and the lab's own facts. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";
import type { LimitName } from "../../../config/limits.ts";
import { CliError, codeOf, messageOf } from "../../ui/errors.ts";
import { labFactsOf, manifestOf } from "./app.ts";

const annotation = z.object({ level: z.string(), message: z.string(), constructPath: z.string().optional() });

/** How serious an annotation is, in words; cdktn's own are `@cdktn/warn` and the like. */
const LEVELS: Readonly<Record<string, string>> = { error: "Error", warn: "Warning", info: "Note" };

const manifest = z.object({
  stacks: z.record(
    z.string(),
    z.object({
      name: z.string(),
      workingDirectory: z.string(),
      synthesizedStackPath: z.string(),
      annotations: z.array(annotation).default([]),
      dependencies: z.array(z.string()).default([]),
    }),
  ),
});

const port = z.number().int().min(1).max(65535);

const freeTierRow = z.looseObject({
  limit: z.custom<LimitName>((name) => typeof name === "string"),
  label: z.string(),
  unit: z.string(),
  used: z.number(),
  allowed: z.number(),
  rule: z.enum(["total", "each at least"]),
  by: z.array(z.string()),
  over: z.boolean(),
});

const lab = z.looseObject({
  version: z.literal(1),
  lab: z.string(),
  hosts: z.array(z.object({ name: z.string(), address: z.string() })),
  tunnels: z.array(
    z.object({
      name: z.string(),
      localPort: port,
      via: z.string(),
      target: z.object({ address: z.string(), port }),
      through: z.array(port).exactOptional(),
      guarded: z.literal(true).exactOptional(),
      plain: z.literal(true).exactOptional(),
      near: z.literal(true).exactOptional(),
      pin: z.string().exactOptional(),
      jump: z.string().exactOptional(),
    }),
  ),
  /** Networks that the admins come from. */
  adminCidrs: z.array(z.string()).default([]),
  /** Stacks that talk to Oracle alone. */
  direct: z.array(z.string()).default([]),
  /** How the app's provider signs in. */
  signIn: z
    .discriminatedUnion("auth", [
      z.object({ auth: z.literal(["profile", "security-token"]), profile: z.string() }),
      z.object({ auth: z.literal("environment") }),
      z.object({ auth: z.literal("instance-principal") }),
    ])
    .optional(),
  /** Whether OpenTofu encrypts the states. */
  encryptedState: z.boolean().default(false),
  /** Where the sandbox's tenancy is at home. */
  homeRegion: z.string().optional(),
  /** What the config wants to run. */
  versions: z.object({ talos: z.string(), kubernetes: z.string() }).optional(),
  /** What the hosts boot. */
  images: z
    .looseObject({
      proxmox: z.looseObject({ name: z.string().optional(), objectName: z.string(), built: z.boolean() }),
    })
    .optional(),
  /** What the lab takes of Always Free; the table is for people, its last line says what it comes to. */
  freeTier: z.looseObject({ free: z.boolean(), rows: z.array(freeTierRow), table: z.string() }).optional(),
  /** The Talos image that instances boot, where the lab imports it itself. */
  talosImage: z.object({ objectName: z.string(), version: z.string() }).optional(),
  /** Proxmox VE that was there before the lab. */
  existing: z
    .object({
      nodes: z.array(z.object({ name: z.string(), architecture: z.enum(["x86_64", "arm64"]) })),
      /** Of its API. */
      address: z.string(),
      auth: z.enum(["token", "password"]),
      storage: z.string(),
      imageStorage: z.string(),
      bridge: z.string(),
      cidr: z.string(),
      gateway: z.string(),
    })
    .optional(),
  /** The kind of tenancy the sandbox plays. */
  account: z.enum(["always-free", "pay-as-you-go"]).optional(),
});

/** The app's facts about the lab that the CLI acts on (`lab.json`). */
export type Lab = z.infer<typeof lab>;

/** A stack, as the manifest has it. */
export interface StackInfo {
  readonly name: string;
  /** Where terraform runs, absolute. */
  readonly folder: string;
  /** The synthesized file, absolute. */
  readonly file: string;
  /** Names of the stacks whose outputs it reads. */
  readonly dependencies: readonly string[];
}

/** All that was synthesized. */
export interface Assembly {
  readonly stacks: readonly StackInfo[];
  /** Null for an app that is no lab: it has no tunnels, no secrets. */
  readonly lab: Lab | null;
  /** What constructs had to say: lines for people. */
  readonly notes: readonly string[];
}

function readJson<T>(file: string, schema: z.ZodType<T>): T | null {
  let text: string;
  try {
    text = readFileSync(file, "utf8");
  } catch (error) {
    if (codeOf(error) === "ENOENT") return null;
    throw error;
  }
  try {
    return schema.parse(JSON.parse(text));
  } catch (error) {
    const why = error instanceof z.ZodError ? z.prettifyError(error).replaceAll(/\s*\n\s*/g, " ") : messageOf(error);
    throw new CliError(`${file}: not what the app should write: ${why}`);
  }
}

/** Reads what was synthesized into `output`. */
export function readAssembly(output: string): Assembly {
  const file = manifestOf(output);
  const read = readJson(file, manifest);
  if (read === null) throw new CliError(`${file} is not there: nothing was synthesized; run \`cdktf synth\` first`);
  const stacks = Object.values(read.stacks);
  return {
    stacks: stacks.map(({ name, workingDirectory, synthesizedStackPath, dependencies }) => ({
      name,
      folder: join(output, workingDirectory),
      file: join(output, synthesizedStackPath),
      dependencies,
    })),
    lab: readJson(labFactsOf(output), lab),
    notes: stacks.flatMap(({ name, annotations }) =>
      annotations.map(
        ({ level, message }) => `${LEVELS[level.replace(/^@cdk\w+\//, "")] ?? level} in ${name}: ${message}`,
      ),
    ),
  };
}
