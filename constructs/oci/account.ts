import { DataOciIdentityAvailabilityDomains } from "@cdktf/provider-oci/data-oci-identity-availability-domains";
import { IdentityCompartment } from "@cdktf/provider-oci/identity-compartment";
import { OciProvider, type OciProviderConfig } from "@cdktf/provider-oci/provider";
import type { TerraformMetaArguments } from "cdktf";
import { Construct } from "constructs";
import type { LabConfig } from "../../config/schema.ts";
import { type SignIn, signInOf } from "../../config/sign-in.ts";
import { tenancyOcid } from "../lab/variables.ts";

export interface AccountProps {
  readonly lab: string;
  readonly oci: LabConfig["oci"];
  /** Names no profile of `~/.oci/config`. */
  readonly sandbox: boolean;
}

/** A compartment that the lab makes, rather than one that there is. */
type CompartmentToCreate = Extract<LabConfig["oci"]["compartment"], { readonly create: string }>;

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

/** Says so in one line where the region has fewer; without it, Terraform would tell of an index in a list. */
function domainIsThere({ availabilityDomain: wanted, region }: LabConfig["oci"]): TerraformMetaArguments {
  if (wanted === 1) return {};
  const count = "${length(self.availability_domains)}";
  const postcondition = {
    condition: `\${length(self.availability_domains) >= ${wanted}}`,
    errorMessage: `oci.availabilityDomain: got ${wanted}, allowed 1 to ${count}: ${region} has no more`,
  };
  return { lifecycle: { postcondition: [postcondition] } };
}

/** Where in Oracle Cloud the lab lives: tenancy, region, compartment, availability domain. */
export class Account extends Construct {
  /** OCID of the root compartment. */
  readonly tenancyId: string;
  readonly compartmentId: string;
  /** Full name, with the tenancy's own prefix (`Uocm:EU-FRANKFURT-1-AD-1`). */
  readonly availabilityDomain: string;
  /** Compartments, budgets and quotas are made in the home region only. */
  readonly homeRegion: OciProvider;
  readonly #domains: DataOciIdentityAvailabilityDomains;

  constructor(scope: Construct, id: string, props: AccountProps) {
    super(scope, id);
    const { oci } = props;
    const signIn = props.sandbox ? {} : signInArguments(signInOf(oci));
    const provider = new OciProvider(scope, "oci", { region: oci.region, ...signIn });
    this.homeRegion =
      oci.homeRegion === oci.region
        ? provider
        : new OciProvider(scope, "oci-home", { alias: "home", region: oci.homeRegion, ...signIn });
    this.tenancyId = tenancyOcid(scope).stringValue;
    this.compartmentId = this.#compartment(props);
    this.#domains = new DataOciIdentityAvailabilityDomains(this, "availability-domains", {
      compartmentId: this.tenancyId,
      ...domainIsThere(oci),
    });
    this.availabilityDomain = this.domain(oci.availabilityDomain);
  }

  /** Full name of an availability domain, by its number. */
  domain(number: number): string {
    return this.#domains.availabilityDomains.get(number - 1).name;
  }

  #compartment({ lab, oci, sandbox }: AccountProps): string {
    if (!("id" in oci.compartment)) return this.#create(lab, oci.compartment);
    // What exists in an account is not in the sandbox: its root stands for it.
    return sandbox ? this.tenancyId : oci.compartment.id;
  }

  /** One that is kept is forgotten by a destroy; the next deploy is told that its name is taken, and takes it up again. */
  #create(lab: string, { create: name, onDestroy = "keep" }: CompartmentToCreate): string {
    return new IdentityCompartment(this, "compartment", {
      provider: this.homeRegion,
      compartmentId: this.tenancyId,
      name,
      description: `Everything of the lab ${lab}`,
      enableDelete: onDestroy === "delete",
      // The service takes up to 180 minutes, the provider waits 90 (oracle/terraform-provider-oci, v8.28.0).
      ...(onDestroy === "delete" && { timeouts: { delete: "200m" } }),
    }).id;
  }
}
