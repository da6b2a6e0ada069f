import { OciProvider, type OciProviderConfig } from "@cdktf/provider-oci/provider";
import type { OciConfig } from "../../config/schema.ts";
import { accountIn, type SignIn, signInOf } from "../../config/sign-in.ts";
import type { LabStack } from "../lab/lab-stack.ts";

function signInArguments(signIn: SignIn): Pick<OciProviderConfig, "auth" | "configFileProfile"> {
  switch (signIn.auth) {
    case "profile":
      return { configFileProfile: signIn.profile };
    case "security-token":
      return { auth: "SecurityToken", configFileProfile: signIn.profile };
    case "environment":
      return {};
    case "instance-principal":
      return { auth: "InstancePrincipal" };
  }
}

/** How the lab's provider is configured: region and sign-in. The sandbox's names no profile of `~/.oci/config`. */
export function ociProviderArguments(oci: OciConfig, sandbox: boolean): OciProviderConfig {
  return { region: oci.region, ...(sandbox ? {} : signInArguments(signInOf(oci))) };
}

/**
 * Gives a stack of your own the OCI provider, in the region and with the sign-in of the lab.
 *
 * @param own arguments that are laid over these. @default - none
 *
 * @example
 * ociProvider(stack, { alias: "elsewhere", region: "eu-zurich-1" });
 */
export function ociProvider(stack: LabStack, own: Partial<OciProviderConfig> = {}): OciProvider {
  const { topology, sandbox } = stack;
  return new OciProvider(stack, "oci", { ...ociProviderArguments(accountIn(topology.config), sandbox), ...own });
}
