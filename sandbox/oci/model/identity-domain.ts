/** What users and groups have in common: an identity domain keeps them, as in every tenancy since 2023. */
import { ServiceRefusal } from "./refusals.ts";

const ERROR = "urn:ietf:params:scim:api:messages:2.0:Error";
const MORE = "urn:ietf:params:scim:api:oracle:idcs:extension:messages:Error";

/**
 * The domain's own refusal, as identity hands it on: SCIM inside the message (garutilorenzo/k3s-oci-cluster#47,
 * chadgeary/cloudoffice#13, oracle/terraform-provider-oci#2045).
 */
export function domainRefusal(
  status: 400 | 409,
  request: "Post" | "PATCH",
  detail: string,
  messageId: string,
  attribute?: string,
): ServiceRefusal {
  const scim = JSON.stringify({ schemas: [ERROR, MORE], detail, status: String(status), [MORE]: { messageId } });
  return new ServiceRefusal(status, "IdcsConversionError", `${request} request failed${scim}`, "", attribute);
}

/** @param kind as the domain calls it: `DynamicResourceGroup` with a `displayName` */
export function nameTaken(kind: string, field: string): ServiceRefusal {
  const detail = `${kind} with the same ${field} already exists.`;
  return domainRefusal(409, "Post", detail, "error.common.exception.duplicateResource", "name");
}

/** The domain does not tell upper from lower case. */
export function sameName(a: string, b: string): boolean {
  return a.toLowerCase() === b.toLowerCase();
}
