/** What is built of a checkout of oracle/oci: the services that the sandbox plays. All of it takes Go half an hour. */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { adapted } from "./oci-text.ts";
import type { Overlay } from "./suite.ts";

const TESTS = "internal/integrationtest";

/** Services whose resources are registered, by their folders. */
const SERVICES = ["budget", "core", "identity", "limits", "load_balancer", "network_load_balancer", "objectstorage"];

/** Clients of these services, and those that the provider's own code or a helper of the tests names. */
const CLIENTS = [...SERVICES, "artifacts", "functions", "identity_domains", "kms", "object_storage", "provider"];

/** Of other services, what the tests of these have variables from. */
const HELPERS = ["artifacts_container_image_test.go", "helpers_core_test.go", "identity_domain_test.go"];

/** What the tests of databases and keys declare, and others use. */
const DECLARED_ELSEWHERE = `package integrationtest

var resId string

const (
	KeyResourceDependencyConfig  = ""
	KeyResourceDependencyConfig2 = ""
	KmsKeyResourceDependencies   = ""
	kmsKeyIdCreateVariableStr    = ""
	kmsKeyIdUpdateVariableStr    = ""
)
`;

/** Identity domains are another API. */
const OTHER_API = /^identity_(domain|data_plane)/;

function isKept(file: string): boolean {
  return HELPERS.includes(file) || (SERVICES.some((each) => file.startsWith(`${each}_`)) && !OTHER_API.test(file));
}

/** Compiling a client means compiling its service's SDK. */
function fewerClients(source: string): Overlay {
  const names = readdirSync(join(source, "internal/client"));
  const gone = names.filter((name) => !CLIENTS.some((each) => name === `${each}_clients.go`));
  return Object.fromEntries(gone.map((name) => [`internal/client/${name}`, null]));
}

/** The provider's lists of resources and data sources, shorter. */
function fewerServices(): Overlay {
  const register = (what: "Resource" | "Datasource"): string => {
    const imports = SERVICES.map((each) => `\t"github.com/oracle/terraform-provider-oci/internal/service/${each}"`);
    const calls = SERVICES.map((each) => `\t${each}.Register${what}()`);
    return ["package provider", "import (", ...imports, ")", "func init() {", ...calls, "}", ""].join("\n");
  };
  return {
    "internal/provider/register_resource.go": register("Resource"),
    "internal/provider/register_datasource.go": register("Datasource"),
    "internal/provider/register_framework_datasource.go": null,
  };
}

/** The tests of other services would need those. */
function fewerTests(source: string): Overlay {
  const gone = readdirSync(join(source, TESTS)).filter((file) => file.endsWith(".go") && !isKept(file));
  return {
    ...Object.fromEntries(gone.map((file) => [`${TESTS}/${file}`, null])),
    [`${TESTS}/declared_elsewhere_test.go`]: DECLARED_ELSEWHERE,
  };
}

/** Where configurations are that several tests share. */
const CONFIGURATIONS = ["internal/utils/helpers.go", "internal/tfresource/test_templates.go"];

function ofToday(source: string, image: string): Overlay {
  const tests = readdirSync(join(source, TESTS)).filter(isKept);
  const files = [...CONFIGURATIONS, ...tests.map((file) => `${TESTS}/${file}`)];
  return Object.fromEntries(
    files.flatMap((file): [string, string][] => {
      const text = readFileSync(join(source, file), "utf8");
      const today = adapted(file, text, image);
      return today === text ? [] : [[file, today]];
    }),
  );
}

/** For four minutes after a change in identity, the SDK repeats what is not found: it might come late. Here nothing does. */
function withoutLateness(source: string): Overlay {
  const path = "vendor/github.com/oracle/oci-go-sdk/v65/identity/identity_client.go";
  return { [path]: readFileSync(join(source, path), "utf8").replaceAll("240 * time.Second", "0 * time.Second") };
}

/** @param image the id of one of Oracle's images for x86, in the region of the tests */
export function cutOf(source: string, image: string): Overlay {
  return {
    ...fewerClients(source),
    ...fewerServices(),
    ...fewerTests(source),
    ...ofToday(source, image),
    ...withoutLateness(source),
  };
}
