/** What every `lab images` command works with: config, folder of builds, terminal, signals, bucket. */
import { mkdirSync } from "node:fs";
import { join, resolve } from "node:path";
import { readEnvironment } from "../../../config/environment.ts";
import { loadConfig } from "../../../config/load.ts";
import type { LabConfig } from "../../../config/schema.ts";
import { accountIn, type SignIn, signInOf } from "../../../config/sign-in.ts";
import { type ImageInputs, REPOSITORY } from "../../../images/identity.ts";
import { endpointOf } from "../../../images/upload/endpoint.ts";
import type { ObjectStore } from "../../../images/upload/index.ts";
import { tenancyOf } from "../../clients/oci.ts";
import { CliError, Interrupted, asCliError } from "../../ui/errors.ts";
import { type Interruption, watchSignals } from "../../ui/interruption.ts";
import { openTerminal, type Terminal } from "../../ui/terminal.ts";
import { definedOnly } from "../synth/environment.ts";
import { withLock } from "../synth/lock.ts";

/** Options of every `lab images` command. */
export interface ImagesOptions {
  readonly config?: string;
  readonly json?: boolean;
  readonly artifacts?: string;
  /** `name=value`, as Packer takes them. */
  readonly var?: readonly string[];
}

type Inputs = ImageInputs & { readonly root: string };

/** What these commands work with. */
export interface ImagesContext {
  readonly config: LabConfig;
  /** What the input hashes are computed from. */
  readonly inputs: Inputs;
  /** The same without the variables that were given: what images.lock.json is of. */
  readonly declared: Inputs;
  /** Where builds are kept, absolute. */
  readonly artifacts: string;
  readonly terminal: Terminal;
  readonly interruption: Interruption;
  readonly say: (line: string) => void;
}

function variables(given: readonly string[] = []): Readonly<Record<string, string>> {
  return Object.fromEntries(
    given.map((text) => {
      const [, name, value] = /^(\w+)=(.*)$/s.exec(text) ?? [];
      if (name === undefined || value === undefined)
        throw new CliError(`--var: got ${JSON.stringify(text)}, allowed NAME=VALUE, such as architecture=x86_64`);
      return [name, value];
    }),
  );
}

/** What the images of a config are made from. Variables named proxmox_… are unknown to the base's template. */
export function inputsOf(config: LabConfig, given?: readonly string[]): Inputs {
  const all = Object.entries(variables(given));
  const ofProxmox = ([name]: readonly [string, string]): boolean => name.startsWith("proxmox_");
  return {
    root: REPOSITORY,
    proxmoxVersion: config.versions.proxmox,
    variables: Object.fromEntries(all.filter((each) => !ofProxmox(each))),
    proxmoxVariables: Object.fromEntries(all.filter(ofProxmox)),
  };
}

/** Errors of config and images are lines for people already. */
function errorOf(error: unknown, interruption: Interruption): unknown {
  const reason: unknown = interruption.signal.reason;
  if (reason instanceof Interrupted) return reason;
  return asCliError(error);
}

/** Runs `work`; with `alone`, while nobody else builds in the same folder. */
export async function withImagesLock<T>(
  options: ImagesOptions,
  alone: string | null,
  work: (context: ImagesContext) => Promise<T>,
): Promise<T> {
  const terminal = openTerminal({ json: options.json ?? false, color: true });
  const interruption = watchSignals((line) => terminal.aside(line));
  const say = (line: string): void => terminal.aside(line);
  try {
    const { labHome, configFile } = readEnvironment();
    const artifacts = resolve(options.artifacts ?? join(labHome, "artifacts"));
    const config = await loadConfig(options.config ?? configFile);
    const inputs = inputsOf(config, options.var);
    const context = { config, inputs, declared: inputsOf(config), artifacts, terminal, interruption, say };
    if (alone === null) return await work(context);
    mkdirSync(artifacts, { recursive: true });
    return await withLock(join(artifacts, ".lock"), alone, say, interruption.signal, () => work(context));
  } catch (error) {
    throw errorOf(error, interruption);
  } finally {
    terminal.status("");
    interruption.dispose();
  }
}

/** Options of commands on the bucket. */
export interface StoreOptions extends ImagesOptions {
  readonly bucket?: string;
  readonly compartmentId?: string;
  readonly profile?: string;
  readonly region?: string;
}

/** A bucket, and how it is reached. */
export interface Destination {
  readonly store: ObjectStore;
  readonly bucket: string;
  readonly compartmentId: string;
}

type Env = Readonly<Record<string, string>>;

/** The compartment that was named, else the config's own, else the root compartment of the tenancy. */
function compartmentOf(config: LabConfig, options: StoreOptions, signIn: SignIn, env: Env): string {
  const { compartment } = accountIn(config);
  const id = options.compartmentId ?? ("id" in compartment ? compartment.id : tenancyOf(signIn, env));
  if (id !== undefined) return id;
  throw new CliError(
    "profile" in signIn
      ? `profile ${signIn.profile} of the OCI configuration file names no tenancy: name a compartment with --compartment-id`
      : "TF_VAR_tenancy_ocid names no tenancy: set it, or name a compartment with --compartment-id",
  );
}

/** How the bucket is reached. */
export interface Reach {
  readonly signal: AbortSignal;
  readonly say: (line: string) => void;
  /** Names keys, tenancy and endpoints. */
  readonly env: Env;
  /** @default - as the config or the options sign in */
  readonly signIn?: SignIn;
}

/** Opens Object Storage; nothing is asked yet. @throws UploadError for credentials, CliError for want of a compartment */
export async function openStore(config: LabConfig, reach: Reach, options: StoreOptions): Promise<Destination> {
  const { openObjectStore } = await import("../../../images/upload/index.ts");
  const { signal, say, env } = reach;
  const named: SignIn | undefined =
    options.profile === undefined ? undefined : { auth: "profile", profile: options.profile };
  const signIn = reach.signIn ?? named ?? signInOf(accountIn(config));
  const region = options.region ?? accountIn(config).region;
  const store = await openObjectStore({ region, signIn, signal, say, endpoint: endpointOf(env), env });
  return {
    store,
    bucket: options.bucket ?? `${config.name}-images`,
    compartmentId: compartmentOf(config, options, signIn, env),
  };
}

/** The same for `lab images`, signed in as the user is. @throws as `openStore` */
export async function openDestination(context: ImagesContext, options: StoreOptions): Promise<Destination> {
  const { config, interruption, say } = context;
  return openStore(config, { signal: interruption.signal, say, env: definedOnly(process.env) }, options);
}
