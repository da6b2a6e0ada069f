import type { OciConfig } from "../config/schema.ts";

/**
 * What the availability domain of a moved host is kept by: the host, and where the config puts it. Once the config puts it
 * elsewhere, the config is followed.
 *
 * @returns such as `eu-frankfurt-1-ad-1/pve-1`
 */
export function hostDomainKey(
  { region, availabilityDomain }: Pick<OciConfig, "region" | "availabilityDomain">,
  host: string,
): string {
  return `${region}-ad-${availabilityDomain}/${host}`;
}
