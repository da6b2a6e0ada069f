/** Makes the folders from which the tool reaches states: each has a backend, and no stack or provider. */
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { CliError } from "../../ui/errors.ts";
import { SYSTEMS } from "../../ui/options.ts";
import type { Environment } from "../synth/environment.ts";
import type { Binary } from "../terraform/binary.ts";
import { bucketAdvice } from "../terraform/diagnostics.ts";
import { HOSTS, providerOf } from "../terraform/provider-packages.ts";
import { eitherWay, sealedAdvice } from "./encryption.ts";
import { addressOf, requireAble, type StateLocation } from "./location.ts";
import { firstError, lockOf, type RunTool } from "./run-tool.ts";
import { ordered } from "./text.ts";

/** The tool that reaches states, and its environment. */
export interface StateTool {
  readonly binary: Binary;
  readonly env: Environment;
}

/** What it takes to reach states. */
export interface FolderOptions {
  /** Folder of the run's records; the folders from which states are reached are made in it. */
  readonly run: string;
  /** Found only when it is needed: states in plain files are read without a tool. */
  readonly tool: () => Promise<StateTool>;
  /** The passphrase of encrypted states; null where the lab has none. */
  readonly passphrase: () => Promise<string | null>;
  readonly runTool: RunTool;
}

/** Runs the tool in a place's folder, on a state that it is to write. @throws CliError that begins with `failed` */
type Call = (args: readonly string[], failed: string, state?: string) => Promise<string>;

/** Nobody listens there. Names of providers only have `init` not look for them: it would download what a state speaks of. */
const NOBODY = {
  Protocol: "grpc",
  ProtocolVersion: 6,
  Pid: 1,
  Test: true,
  Addr: { Network: "unix", String: "/nobody" },
};

/** Has `init` take the lab's providers for running: states are moved about without them. */
function withoutProviders(): Environment {
  const sources = SYSTEMS.flatMap((system) => HOSTS.map((host) => `${host}/${providerOf(system).source}`));
  return { TF_REATTACH_PROVIDERS: JSON.stringify(Object.fromEntries(sources.map((source) => [source, NOBODY]))) };
}

/** Does some work in the folder of a place, which is made and initialized where it is not there yet. */
export type InFolder = <T>(place: StateLocation, stack: string, work: (call: Call) => Promise<T>) => Promise<T>;

/** Prepares to reach states; each folder is made when it is first needed. */
export function openFolders({ run, tool, passphrase, runTool }: FolderOptions): InFolder {
  /** One at a time in each folder: init writes it. */
  const turns = new Map<string, Promise<unknown>>();

  return async function inFolder<T>(place: StateLocation, stack: string, work: (call: Call) => Promise<T>): Promise<T> {
    const { binary, env } = await tool();
    requireAble(binary, place);
    const { kind, config } = place;
    const document = JSON.stringify({ terraform: { backend: { [kind]: ordered(config) } } });
    const hash = createHash("sha256").update(`${document} ${binary.path} ${binary.version}`).digest("hex");
    const folder = join(run, "state", `${stack}-${hash.slice(0, 12)}`);
    const phrase = env["TF_ENCRYPTION"] === undefined ? await passphrase() : null;
    const own = {
      ...env,
      ...withoutProviders(),
      ...(phrase === null ? {} : { TF_ENCRYPTION: eitherWay(phrase, place.encrypted) }),
    };
    const call: Call = async (args, failed, state) => {
      const command = [binary.path, ...args];
      const { code, output, errors } = await runTool({ stack, command, state: state ?? null, folder, env: own });
      if (code === 0) return output;
      const lock = lockOf(errors);
      const advice = sealedAdvice(errors) ?? bucketAdvice(errors);
      if (advice !== null) throw new CliError(`${failed}: ${advice}`);
      if (lock === null) throw new CliError(`${failed}: ${firstError(errors)}`);
      const unlock = `(cd ${folder} && ${binary.path} force-unlock ${lock.id})`;
      throw new CliError(`${failed}: locked by ${lock.who}; when nothing works on it any more: ${unlock}`);
    };
    const prepared = async (): Promise<T> => {
      mkdirSync(folder, { recursive: true, mode: 0o700 });
      const stamp = join(folder, ".terraform", "initialized-by-cdktf");
      if (!existsSync(stamp)) {
        writeFileSync(join(folder, "backend.tf.json"), document, { mode: 0o600 });
        const failed = `the state of ${stack} cannot be reached at ${addressOf(place)}`;
        await call(["init", "-input=false", "-no-color", "-reconfigure"], failed);
        writeFileSync(stamp, "");
      }
      return work(call);
    };
    const turn = (turns.get(folder) ?? Promise.resolve()).then(prepared);
    const ended = turn.catch(() => undefined);
    turns.set(folder, ended);
    return turn;
  };
}
