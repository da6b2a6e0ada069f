import {
  DataOciIdentityAvailabilityDomains,
  type DataOciIdentityAvailabilityDomainsConfig,
} from "@cdktf/provider-oci/data-oci-identity-availability-domains";
import { IdentityCompartment, type IdentityCompartmentConfig } from "@cdktf/provider-oci/identity-compartment";
import { OciProvider, type OciProviderConfig } from "@cdktf/provider-oci/provider";
import type { TerraformMetaArguments, TerraformVariable } from "cdktf";
import { Construct } from "constructs";
import type { OciConfig } from "../../config/schema.ts";
import { hostDomainKey } from "../../topology/host-domain.ts";
import { type Transforms, transforming } from "../lab/transform.ts";
import { hostDomains, tenancyOcid } from "../lab/variables.ts";
import { ociProviderArguments } from "./sign-in.ts";

/** The inner resources of an `Account`. */
export interface AccountInner {
  readonly provider: OciProviderConfig;
  readonly homeRegion: OciProviderConfig;
  readonly compartment: IdentityCompartmentConfig;
  readonly domains: DataOciIdentityAvailabilityDomainsConfig;
}

/** What an `Account` is made from. */
export interface AccountProps {
  /** Name of the lab. */
  readonly lab: string;
  readonly oci: OciConfig;
  /** Uses neither a profile of `~/.oci/config` nor existing objects of an account. */
  readonly sandbox: boolean;
  /** @default - the lab's own arguments */
  readonly transform?: Transforms<AccountInner> | undefined;
}

/** A compartment that the lab creates, rather than an existing one. */
type CompartmentToCreate = Extract<OciConfig["compartment"], { readonly create: string }>;

/** Fails in one line where the region has fewer; without it, Terraform would report an index in a list. */
function domainIsThere({ availabilityDomain: wanted, region }: OciConfig): TerraformMetaArguments {
  if (wanted === 1) return {};
  const count = "${length(self.availability_domains)}";
  const postcondition = {
    condition: `\${length(self.availability_domains) >= ${wanted}}`,
    errorMessage: `oci.availabilityDomain: got ${wanted}, allowed 1 to ${count}: ${region} has no more`,
  };
  return { lifecycle: { postcondition: [postcondition] } };
}

/** A destroy forgets one that is kept; the next deploy finds its name taken, and imports it again. */
function compartmentArguments(
  lab: string,
  { create: name, onDestroy = "keep" }: CompartmentToCreate,
): Omit<IdentityCompartmentConfig, "compartmentId"> {
  return {
    name,
    description: `Everything of the lab ${lab}`,
    enableDelete: onDestroy === "delete",
    // The service takes up to 180 minutes, the provider waits 90 (oracle/terraform-provider-oci, v8.28.0).
    ...(onDestroy === "delete" && { timeouts: { delete: "200m" } }),
  };
}

/**
 * The lab's place in Oracle Cloud: tenancy, region, compartment, availability domain.
 *
 * @example
 * const { oci } = lab.topology.config;
 * const account = new Account(stack, "account", { lab: "mine", oci, sandbox: lab.sandbox });
 * account.domain(1); // the full name of the first availability domain
 */
export class Account extends Construct {
  /** OCID of the root compartment. */
  readonly tenancyId: string;
  readonly compartmentId: string;
  /** Full name, with the tenancy's own prefix (`Uocm:EU-FRANKFURT-1-AD-1`). */
  readonly availabilityDomain: string;
  readonly nodes: {
    readonly provider: OciProvider;
    /** Compartments, budgets and quotas are made in the home region only: the same one where the lab is there. */
    readonly homeRegion: OciProvider;
    /** Null where the lab uses an existing one. */
    readonly compartment: IdentityCompartment | null;
    readonly domains: DataOciIdentityAvailabilityDomains;
  };

  readonly #oci: OciConfig;
  readonly #moved: TerraformVariable;

  constructor(scope: Construct, id: string, props: AccountProps) {
    super(scope, id);
    this.#oci = props.oci;
    this.#moved = hostDomains(scope);
    const given = transforming<AccountInner>(this, props.transform);
    const { lab, oci, sandbox } = props;
    const signedIn = ociProviderArguments(oci, sandbox);
    const provider = new OciProvider(scope, "oci", given("provider", signedIn));
    const homeRegion =
      oci.homeRegion === oci.region
        ? provider
        : new OciProvider(
            scope,
            "oci-home",
            given("homeRegion", { ...signedIn, alias: "home", region: oci.homeRegion }),
          );
    this.tenancyId = tenancyOcid(scope).stringValue;
    const inRoot = { provider: homeRegion, compartmentId: this.tenancyId };
    const compartment =
      "id" in oci.compartment
        ? null
        : new IdentityCompartment(
            this,
            "compartment",
            given("compartment", { ...inRoot, ...compartmentArguments(lab, oci.compartment) }),
          );
    const domains = new DataOciIdentityAvailabilityDomains(
      this,
      "availability-domains",
      given("domains", { compartmentId: this.tenancyId, ...domainIsThere(oci) }),
    );
    this.nodes = { provider, homeRegion, compartment, domains };
    // The sandbox has no existing compartments: its root takes their place.
    const existing = "id" in oci.compartment && !sandbox ? oci.compartment.id : this.tenancyId;
    this.compartmentId = compartment?.id ?? existing;
    this.availabilityDomain = this.domain(oci.availabilityDomain);
  }

  /** For what is made in the home region only. */
  get homeRegion(): OciProvider {
    return this.nodes.homeRegion;
  }

  /** Full name of the availability domain of a host: the config's, unless it was moved to where there was room. */
  domainOf(host: string): string {
    const key = hostDomainKey(this.#oci, host);
    const number = `lookup(${this.#moved.fqn}, "${key}", ${this.#oci.availabilityDomain})`;
    return `\${${this.nodes.domains.fqn}.availability_domains[${number} - 1].name}`;
  }

  /** Full name of an availability domain, by its number. */
  domain(number: number): string {
    return this.nodes.domains.availabilityDomains.get(number - 1).name;
  }
}
