/** Where the images of a lab go: its bucket in Object Storage. */
import { type SignIn, signInOf } from "../../config/sign-in.ts";
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

/** The compartment that was named, else the config's own, else the root compartment of the tenancy. */
function compartmentOf({ config }: ImagesPlace, options: StoreOptions, signIn: SignIn): string {
  const { compartment } = config.oci;
  const id =
    options.compartmentId ?? ("id" in compartment ? compartment.id : tenancyOf(signIn, definedOnly(process.env)));
  if (id !== undefined) return id;
  throw new CliError(
    "profile" in signIn
      ? `profile ${signIn.profile} of the OCI configuration file names no tenancy: name a compartment with --compartment-id`
      : "TF_VAR_tenancy_ocid names no tenancy: set it, or name a compartment with --compartment-id",
  );
}

export async function openDestination(place: ImagesPlace, options: StoreOptions): Promise<Destination> {
  const { config, interruption, say } = place;
  const { openObjectStore } = await import("../../images/upload/index.ts");
  const signIn: SignIn =
    options.profile === undefined ? signInOf(config.oci) : { auth: "profile", profile: options.profile };
  const store = await openObjectStore({
    region: options.region ?? config.oci.region,
    signIn,
    signal: interruption.signal,
    say,
    endpoint: endpointOf(process.env),
  });
  return {
    store,
    bucket: options.bucket ?? `${config.name}-images`,
    compartmentId: compartmentOf(place, options, signIn),
  };
}
