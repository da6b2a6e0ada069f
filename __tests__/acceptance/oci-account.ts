/** What the account of oracle/oci's tests has before them: they name it, or count on it. */
import { createPrivateKey, generateKeyPairSync } from "node:crypto";
import { newSelfSigned } from "../../sandbox/pki/certificate.ts";
import type { LiveOci } from "../real-providers/live-oci.ts";
import { accepted } from "../sandbox/oci/client.ts";

const CORE = "/20160918";

/** A compartment in the root. @returns its id */
export async function compartment({ api }: LiveOci, name: string): Promise<string> {
  const { tenancyId: compartmentId } = api.store.state.oci;
  const body = { compartmentId, name, description: "Of the acceptance tests" };
  return (await accepted(api.call("POST", `${CORE}/compartments`, body))).id;
}

/** Deltas are restored from two backups of a volume, which no test makes. */
async function backups(live: LiveOci, image: string): Promise<Readonly<Record<string, string>>> {
  const { api } = live;
  const { adPrefix, instances } = api.store.state.oci;
  const own = { compartmentId: await compartment(live, "backups") };
  const inDomain = { ...own, availabilityDomain: `${adPrefix}:EU-FRANKFURT-1-AD-1` };
  const post = async (path: string, body: object): Promise<string> =>
    (await accepted(api.call("POST", `${CORE}/${path}`, body))).id;
  const volumeId = await post("volumes", { ...inDomain, sizeInGBs: 50 });
  const vcnId = await post("vcns", { ...own, cidrBlocks: ["10.0.0.0/16"] });
  const createVnicDetails = { subnetId: await post("subnets", { ...own, vcnId, cidrBlock: "10.0.0.0/24" }) };
  const launch = { ...inDomain, shape: "VM.Standard2.1", imageId: image, createVnicDetails };
  const host = await post("instances", launch);
  const bootVolumeId = instances.find(({ id }) => id === host)?.bootVolumeId;
  return {
    TF_VAR_vol_first_backup_ocid: await post("volumeBackups", { volumeId }),
    TF_VAR_vol_second_backup_ocid: await post("volumeBackups", { volumeId }),
    TF_VAR_boot_vol_first_backup_ocid: await post("bootVolumeBackups", { bootVolumeId }),
    TF_VAR_boot_vol_second_backup_ocid: await post("bootVolumeBackups", { bootVolumeId }),
  };
}

/** Those of load balancers want a certificate and its key, and two of the Certificates service, with whom to trust. */
async function certificates({ api }: LiveOci): Promise<Readonly<Record<string, string>>> {
  const day = 24 * 3600 * 1000;
  const validity = { from: new Date(Date.now() - day), until: new Date(Date.now() + 30 * day) };
  const made = newSelfSigned({ ...validity, commonName: "acceptance.test", names: ["acceptance.test"] });
  const key = String(createPrivateKey(made.key).export({ format: "pem", type: "pkcs8" }));
  const pem = made.certificate;
  const { tenancyId: compartmentId } = api.store.state.oci;
  const post = async (path: string, name: string, body: object): Promise<string> =>
    (await accepted(api.call("POST", `/20210224/${path}`, { compartmentId, name, ...body }))).id;
  const imported = { configType: "IMPORTED", certificatePem: pem, certChainPem: pem, privateKeyPem: key };
  const certificate = (name: string): Promise<string> => post("certificates", name, { certificateConfig: imported });
  const bundle = (name: string): Promise<string> => post("caBundles", name, { caBundlePem: pem });
  return {
    TF_VAR_ca_certificate: pem,
    TF_VAR_private_key_data: key,
    TF_VAR_certificate_ids: await certificate("first"),
    TF_VAR_certificate_ids2: await certificate("second"),
    TF_VAR_trusted_certificate_authority_ids: await bundle("first"),
    TF_VAR_trusted_certificate_authority_ids2: await bundle("second"),
  };
}

/** Clusters of graphics cards are made of a configuration that is there: here it is only named. */
async function configuration({ api }: LiveOci): Promise<string> {
  const { tenancyId: compartmentId } = api.store.state.oci;
  const instanceDetails = { instanceType: "compute", launchDetails: { compartmentId } };
  const body = { compartmentId, displayName: "gb200", instanceDetails };
  return (await accepted(api.call("POST", `${CORE}/instanceConfigurations`, body))).id;
}

/** The service acts by itself where a policy lets it, and some tag tracks costs. */
async function grants({ api }: LiveOci): Promise<void> {
  const { tenancyId: compartmentId } = api.store.state.oci;
  const statements = ["eu-frankfurt-1", "eu-zurich-1"].map(
    (region) => `Allow service objectstorage-${region} to manage object-family in tenancy`,
  );
  const common = { compartmentId, description: "Of the acceptance tests" };
  await accepted(api.call("POST", `${CORE}/policies`, { ...common, name: "object-storage", statements }));
  const { id } = await accepted(api.call("POST", `${CORE}/tagNamespaces`, { ...common, name: "costs" }));
  const tag = { name: "center", description: "Of costs", isCostTracking: true };
  await accepted(api.call("POST", `${CORE}/tagNamespaces/${id}/tags`, tag));
}

let keys: Readonly<Record<string, string>> | null = null;

/** Keys that are uploaded for users, made once: they take their time. */
function publicKeys(): Readonly<Record<string, string>> {
  const key = (): string =>
    String(generateKeyPairSync("rsa", { modulusLength: 2048 }).publicKey.export({ format: "pem", type: "spki" }));
  // In the configuration of a test a line's end is written out.
  const written = (): string => key().trim().replaceAll("\n", "\\n");
  keys ??= { TF_VAR_public_key: written(), TF_VAR_public_key_update: written() };
  return keys;
}

/** @param image that an instance is launched of. @returns what tests are told of it */
export async function accountOf(live: LiveOci, image: string): Promise<Readonly<Record<string, string>>> {
  await grants(live);
  return {
    ...(await backups(live, image)),
    ...(await certificates(live)),
    ...publicKeys(),
    TF_VAR_gb200_instance_configuration_id: await configuration(live),
  };
}
