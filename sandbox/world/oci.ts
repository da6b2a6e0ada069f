/** The sandbox's OCI tenancy, as far as it is no resource's: what each resource keeps is said in sandbox/oci/resources. */

/** `always-free` has the limits of a free account since 15 June 2026, `pay-as-you-go` higher ones. */
export type Account = "always-free" | "pay-as-you-go";

/** Keys and values; defined tags by `Namespace.Key`. */
export type Tags = Readonly<Record<string, string>>;

/** What every OCI object has. */
export type OciObject = {
  readonly id: string;
  compartmentId: string;
  readonly region: string;
  readonly timeCreated: string;
  freeformTags: Tags;
  definedTags: Tags;
};

/** What the tenancy has. Each resource that is declared adds its list (`declare module`, in sandbox/oci/resources). */
export interface OciTenancy {
  tenancyId: string;
  /** Where compartments, budgets and quotas can be made; null: not said, so any region will do. */
  homeRegion: string | null;
  /** The tenancy's own four letters in names of availability domains. */
  readonly adPrefix: string;
  account: Account;
  /** Object Storage namespace: 12 characters that the service chose. */
  readonly namespace: string;
  /** Who may use the REST API; null until somebody asks for the key. */
  apiKey: ApiKey | null;
}

/** The API key of the account's user: what OCI knows of it. */
export interface ApiKey {
  readonly userId: string;
  /** `20:3b:97:…` */
  readonly fingerprint: string;
  /** PEM. */
  readonly publicKey: string;
}
