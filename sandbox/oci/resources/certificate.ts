/** Certificates of the Certificates service, imported: those that it issues itself need an authority, and that a key in a vault. */
import { X509Certificate } from "node:crypto";
import { z } from "zod";
import type { Attributes, ProviderContext } from "../../plugin/resource.ts";
import { ACTIVE, kept, maybeText, type Resource, type Stored, text } from "../kernel/resource.ts";
import { isObject, text as required } from "../model/attributes.ts";
import { conflict, incorrectState, invalid, notPlayed } from "../model/refusals.ts";
import { requireKey } from "./load-balancer-keys.ts";

const SERVICE = "Certificates Management Certificate";

/** @returns what the first of them says; null for what is no certificate */
function read(text: string): X509Certificate | null {
  try {
    return new X509Certificate(text);
  } catch {
    return null;
  }
}

/** One certificate in PEM, or several. */
export const pem = text.refine((value) => read(value) !== null, "certificates in PEM are wanted");

const body = z.object({
  name: text.regex(/^[\w.-]+$/, "letters, digits, dashes, underscores and periods"),
  description: maybeText,
  certificateRules: kept,
  /** Its key is not kept: nothing here would use it. */
  certificatePem: pem,
  versionName: maybeText,
  versionNumber: z.int().default(1),
  timeOfVersion: text,
  /** Null: it stays. */
  timeOfDeletion: maybeText,
});

/** As the world keeps it. */
export type Certificate = Stored<z.output<typeof body>>;

declare module "../../world/oci.ts" {
  interface OciTenancy {
    certificates: Certificate[];
  }
}

/** @throws ServiceRefusal 409 for what a load balancer uses: it is associated */
export function requireUnused(service: string, id: string, { world }: ProviderContext): void {
  const user = world.state.oci.loadBalancers.find(({ listeners, backendSets }) =>
    [...listeners, ...backendSets].some(({ sslConfiguration: ssl }) =>
      [...(ssl?.certificateIds ?? []), ...(ssl?.trustedCertificateAuthorityIds ?? [])].includes(id),
    ),
  );
  if (user) throw incorrectState(service, `${id} is associated with ${user.id}: delete all associations first.`);
}

/** A version that is imported, out of CreateCertificateByImportingConfigDetails. */
function versionOf(config: Attributes, { call, before }: { call: ProviderContext; before: Certificate | null }) {
  const configType = required(config, "configType");
  if (configType !== "IMPORTED") throw notPlayed(`certificateConfig.configType ${configType}`, "certificate_config");
  const certificatePem = required(config, "certificatePem");
  requireKey(SERVICE, {
    publicCertificate: certificatePem,
    privateKey: required(config, "privateKeyPem"),
    passphrase: config.privateKeyPemPassphrase ?? null,
  });
  if (read(required(config, "certChainPem")) === null)
    throw invalid(SERVICE, "certificateConfig.certChainPem: certificates in PEM are wanted.", "certificate_config");
  return {
    certificatePem,
    versionName: config.versionName ?? null,
    versionNumber: (before?.versionNumber ?? 0) + 1,
    timeOfVersion: call.world.now(),
  };
}

/** What is read in a certificate, as the service shows it. */
function shownOf({ id, certificatePem, versionName, versionNumber, timeOfVersion }: Certificate): Attributes {
  const x509 = new X509Certificate(certificatePem);
  const version = {
    certificateId: id,
    serialNumber: x509.serialNumber.replace(/..(?!$)/g, "$&:"),
    timeCreated: timeOfVersion,
    versionNumber,
    versionName,
    stages: ["CURRENT", "LATEST"],
    validity: {
      timeOfValidityNotBefore: x509.validFromDate.toISOString(),
      timeOfValidityNotAfter: x509.validToDate.toISOString(),
    },
  };
  const commonName = /^CN=(.+)$/m.exec(x509.subject)?.[1] ?? "";
  return { subject: { commonName }, currentVersion: version, currentVersionSummary: version };
}

/** Goes some time after it is said to, if nothing uses it (docs.oracle.com, Deleting a Certificate): here it is PENDING_DELETION from then on. */
export const certificate: Resource<z.output<typeof body>> = {
  type: "oci_certificates_management_certificate",
  service: SERVICE,
  path: "/20210224/certificates",
  idType: "certificate",
  ...ACTIVE,
  listedAsItems: true,
  without: ["delete"],
  body,
  fixed: ["name"],
  readOnly: ["certificatePem", "versionName", "versionNumber", "timeOfVersion", "timeOfDeletion"],
  hidden: ["certificatePem", "versionName", "versionNumber", "timeOfVersion"],
  all: (tenancy) => tenancy.certificates,
  prepare({ certificateConfig = null, ...said }, context) {
    if (isObject(certificateConfig)) return { ...said, ...versionOf(certificateConfig, context) };
    if (context.before) return said;
    throw invalid(SERVICE, "certificateConfig is required.", "certificate_config");
  },
  check({ name, compartmentId }, { call, before }) {
    if (before?.timeOfDeletion) throw incorrectState(SERVICE, `The certificate ${name} is about to be deleted.`);
    const { certificates } = call.world.state.oci;
    if (
      certificates.some((each) => each.name === name && each.compartmentId === compartmentId && each.id !== before?.id)
    )
      throw conflict(SERVICE, `The compartment ${compartmentId} has a certificate ${name} already.`, "name");
  },
  computed: (each) => ({
    ...shownOf(each),
    configType: "IMPORTED",
    certificateRules: each.certificateRules ?? [],
    ...(each.timeOfDeletion !== null && { lifecycleState: "PENDING_DELETION" }),
  }),
};
