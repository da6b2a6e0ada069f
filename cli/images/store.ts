/** Where the images of a lab go: its bucket in Object Storage. */
import { type SignIn, signInOf } from "../../config/sign-in.ts";
import type { LabConfig } from "../../config/schema.ts";
import type { ObjectStore } from "../../images/upload/index.ts";
import { endpointOf } from "../../images/upload/endpoint.ts";
import { tenancyOf } from "../access/oci-profile.ts";
import { definedOnly } from "../environment.ts";
import { CliError } from "../errors.ts";
import type { ImagesOptions, ImagesPlace } from "./place.ts";

export interface StoreOptions extends ImagesOptions {
  readonly bucket?: string;
  readonly compartmentId?: string;
  readonly profile?: string;
  readonly region?: string;
}

export interface Destination {
  readonly store: ObjectStore;
  readonly bucket: string;
  readonly compartmentId: string;
}

type Env = Readonly<Record<string, string>>;

/** The compartment that was named, else the config's own, else the root compartment of the tenancy. */
function compartmentOf(config: LabConfig, options: StoreOptions, signIn: SignIn, env: Env): string {
  const { compartment } = config.oci;
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

export async function openStore(config: LabConfig, reach: Reach, options: StoreOptions): Promise<Destination> {
  const { openObjectStore } = await import("../../images/upload/index.ts");
  const { signal, say, env } = reach;
  const named: SignIn | undefined =
    options.profile === undefined ? undefined : { auth: "profile", profile: options.profile };
  const signIn = reach.signIn ?? named ?? signInOf(config.oci);
  const region = options.region ?? config.oci.region;
  const store = await openObjectStore({ region, signIn, signal, say, endpoint: endpointOf(env), env });
  return {
    store,
    bucket: options.bucket ?? `${config.name}-images`,
    compartmentId: compartmentOf(config, options, signIn, env),
  };
}

export async function openDestination(place: ImagesPlace, options: StoreOptions): Promise<Destination> {
  const { config, interruption, say } = place;
  return openStore(config, { signal: interruption.signal, say, env: definedOnly(process.env) }, options);
}
