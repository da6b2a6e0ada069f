/** The images, uploaded by the lab's own uploader, in a container that has it. */
import type { Client, Directory, Secret } from "@dagger.io/dagger";
import { type Builder, builderWith } from "./builder.ts";

export interface UploadInputs {
  /** As `buildAllImages` returns them. */
  readonly images: Directory;
  /** The repository, which has the uploader. */
  readonly source: Directory;
  readonly builder: Builder;
  /** Name of the bucket. */
  readonly bucket: string;
  /** OCID. */
  readonly compartmentId: string;
  /** OCI's configuration file; `ociKey` stands in for its `key_file`, which names a file elsewhere. */
  readonly ociConfig: Secret;
  /** The API signing key, PEM. */
  readonly ociKey: Secret;
  /** Another one for every call: an upload that comes from the engine's cache would not have happened. */
  readonly nonce: string;
}

const PACKAGES = ["ca-certificates", "nodejs", "npm"];

/** What npm reads: apart from the rest, so that a change of code does not install anew. */
const MANIFESTS = ["package.json", "package-lock.json", "*/package.json", "providers/*/package.json"];

/** Stays out of the container: what is made, and what is secret. */
const LEFT_OUT = ["**/node_modules", "**/*.tfstate*", ".git", ".lab", ".sandbox", "artifacts", "cdktf.out"];

/** Debian's own npm (9.2) reads no aliases in `overrides` (tried); 10.9 is the last that runs on Debian 12's Node. */
const NPM = "npm@10.9.9";

/** That Node is too old for the lab's launcher, too: the packages bring a newer one along. */
const INSTALL = `npm ci --ignore-scripts --omit=dev --no-audit --no-fund
ln -sf "$PWD"/node_modules/node-linux-*/bin/node /usr/local/bin/node`;

const CONFIG = "/run/secrets/oci/config";
const KEY = "/run/secrets/oci/key.pem";

/**
 * Uploads what the bucket has not yet. Credentials are mounted as files, never written into a layer.
 *
 * @returns the uploader's JSON document
 */
export function uploadToOci(dag: Client, inputs: UploadInputs): Promise<string> {
  const { images, source, builder, bucket, compartmentId, ociConfig, ociKey, nonce } = inputs;
  const lab = ["node", "cli/bin/lab.js", "images"];
  const artifacts = ["--artifacts", "/artifacts", "--json"];
  // The engine exports disks; `adopt` writes down what they are.
  const uploader = builderWith(dag, builder, PACKAGES)
    .withExec(["npm", "install", "--global", "--ignore-scripts", "--no-audit", "--no-fund", NPM])
    .withWorkdir("/src")
    .withDirectory("/src", source, { include: MANIFESTS, exclude: LEFT_OUT })
    .withExec(["sh", "-ec", INSTALL])
    .withDirectory("/src", source, { exclude: LEFT_OUT })
    .withMountedDirectory("/artifacts", images)
    .withExec([...lab, "adopt", ...artifacts]);
  return uploader
    .withMountedSecret(CONFIG, ociConfig)
    .withMountedSecret(KEY, ociKey)
    .withEnvVariable("OCI_CLI_CONFIG_FILE", CONFIG)
    .withEnvVariable("OCI_CLI_KEY_FILE", KEY)
    .withEnvVariable("UPLOAD_NONCE", nonce)
    .withExec([...lab, "upload", "--bucket", bucket, "--compartment-id", compartmentId, ...artifacts])
    .stdout();
}
