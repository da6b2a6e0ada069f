/** What of the text of oracle/oci's tests is adapted before they are built, and why. */

/** Language of Terraform 0.11, which no Terraform that is still maintained reads. */
function syntaxOfToday(text: string): string {
  return text
    .replace(/\bmap\(\s*("(?:\$\{[^}]*\}|[^"])*"), ?("[^"]*")\s*\)/g, "tomap({$1 = $2})")
    .replace(/(type\s*=\s*)"(map|list)"/g, "$1$2(string)")
    .replace(/(type\s*=\s*)"string"/g, "$1string")
    .replace(/\b(network_details) = \{/g, "$1 {");
}

/** Keys in a vault, hosts and clusters of one's own, addresses of one's own: named beside all that a test is about. */
const ARGUMENTS = [
  "(?:xr[cr]_)?kms_key_id",
  "dedicated_vm_host_id",
  "compute_cluster_id",
  "placement_constraint_details",
  "public_ip_pool_id",
].join("|");

/** Resources that tests make because of such an argument, or for no reason. */
const DEPENDENCIES = "oci_core_(?:dedicated_vm_host|compute_cluster|volume_group|public_ip_pool(?:_capacity)?)";

/** What an argument is in a test: one value, before and after an update, or a block. */
const VALUE = "(?:`[^`]*`|utils\\.\\w+\\([^()]*\\))";
const ONE = `acctest\\.Representation\\{RepType: acctest\\.\\w+,\\s*(?:Create|Update): ${VALUE}(?:,\\s*Update: ${VALUE})?\\}`;
const BLOCK = "acctest\\.RepresentationGroup\\{RepType: acctest\\.\\w+, Group: \\w+\\}";
const SAID = new RegExp(`^\\s*"(?:${ARGUMENTS})": *(?:${ONE}|${BLOCK}),\\n`, "gm");
const CHECKED = new RegExp(`^\\s*resource\\.TestCheckResourceAttr[^\\n]*(?:${ARGUMENTS})[."][^\\n]*\\),\\n`, "gm");
const MADE = new RegExp(
  `acctest\\.GenerateResourceFromRepresentationMap\\("${DEPENDENCIES}", (?:[^()\\n]|\\([^()\\n]*\\))*\\)`,
  "g",
);

/** Arguments that name what is another service are left out, with what is checked of them and what is made for them. */
function withoutOtherServices(text: string): string {
  return text
    .replace(SAID, "")
    .replace(CHECKED, "")
    .replace(MADE, '""')
    .replace(/^data "oci_kms_keys" "\w+" \{\n(?:[^}\n][^\n]*\n|\n)*\}\n/gm, "")
    .replace(/^\s*kms_key_id *= *"\$\{lookup[^\n]*\n/gm, "");
}

/** Checks that Terraform's testing library of today refuses to make: of a list by its name, without "#". */
function withoutRefusedChecks(text: string): string {
  return text.replace(/^\s*resource\.TestCheckNoResourceAttr\([^\n]*(?:create_vnic_details|udp_options)"\),\n/gm, "");
}

/** Users are in an identity domain, as in every tenancy of today, and it wants an e-mail address of each. */
function withEmails(text: string): string {
  return text
    .replace(/("email": *acctest\.Representation\{RepType: acctest\.)Optional/, "$1Required")
    .replace(/(resource "oci_identity_user" "(\w+)" \{\n)/g, '$1 email = "$2@example.com"\n');
}

/** Those who launch without options get the image's: Oracle's of today boot paravirtualized. */
function withImagesOfToday(file: string, text: string): string {
  const own = /core_instances_data_source_test|core_instance_test/.test(file) ? "" : "s\\.ResourceName, ";
  const network = new RegExp(`(${own}"[\\w.]*launch_options\\.0\\.network_type", )"VFIO"`, "g");
  const disk = new RegExp(`(s\\.ResourceName, "[\\w.]*launch_options\\.0\\.boot_volume_type", )"ISCSI"`, "g");
  if (!/core_instances?_(?:resource_|data_source_)?test/.test(file)) return text;
  return text.replace(network, '$1"PARAVIRTUALIZED"').replace(disk, '$1"PARAVIRTUALIZED"');
}

/** Terraform of today reads data sources at an import too, and imports only what the configuration has. */
function withImportsOfToday(file: string, text: string): string {
  const own = file.endsWith("network_load_balancer_backend_test.go")
    ? "NetworkLoadBalancerBackendRequiredOnlyResource"
    : "$2";
  return text
    .split(/^(?=func )/m)
    .map((each) =>
      each.includes("compartmentIdVariableStr :=")
        ? each.replace(/(Config: *config \+ )(\w+)(,\n\s*ImportState:)/g, `$1compartmentIdVariableStr + ${own}$3`)
        : each,
    )
    .join("");
}

/** What waits for another resource was read at every plan by Terraform 0.12, which then had something to do. */
function withPlansOfToday(file: string, text: string): string {
  return /(?:^|\/)(?:network_)?load_balancer_/.test(file)
    ? text.replace(/^\s*ExpectNonEmptyPlan: true,\n/gm, "")
    : text;
}

/** Elements of sets have no place that they could be called by. */
function withoutPlacesInSets(text: string): string {
  return text.replace(/\$\{(oci_core_instance_pool\.\w+\.load_balancers)\.0\.id\}/g, "${tolist($1)[0].id}");
}

/** A launch is done within seconds here: who waits for it until it is too late has to wait shorter. */
function withShorterWaits(text: string): string {
  return text.replace(/(create = )"15s"/g, '$1"1s"').replace(/("update": .*Create: )"1s"/g, '$1"1ms"');
}

/** Two tests have one key, and want it in PEM of another kind each. */
function withOneKindOfKey(text: string): string {
  return text.replaceAll('"-----BEGIN RSA.*"', '"-----BEGIN (RSA )?PRIVATE.*"');
}

/** A test that names no provider, which the testing library of today refuses. */
function withProviders(text: string): string {
  return text.replace(
    /(resource\.TestCase\{\n\s*PreCheck:[^\n]*\n)(?=\s*CheckDestroy:)/g,
    '$1Providers: map[string]*schema.Provider{"oci": acctest.TestAccProvider},\n',
  );
}

/** Shapes of 2017, which nobody can launch any more. */
function withShapesOfToday(text: string): string {
  return text.replace(/VM\.Standard1\.(\d)/g, "VM.Standard2.$1");
}

/** Fixed shapes of load balancers, of 100 and 400 Mbps, are gone since May 2023: a flexible one takes their place. */
function withFlexibleShapes(text: string): string {
  return text
    .replace(
      /^\s*"shape": *acctest\.Representation\{RepType: acctest\.Required, Create: `100Mbps`[^\n]*\},\n/gm,
      '"shape": acctest.Representation{RepType: acctest.Required, Create: `flexible`},\n' +
        '"shape_details": acctest.RepresentationGroup{RepType: acctest.Required, Group: loadBalancerShapeDetailsRepresentation},\n',
    )
    .replace(
      /shape = "100Mbps"/g,
      'shape = "flexible"\nshape_details {\nminimum_bandwidth_in_mbps = 10\nmaximum_bandwidth_in_mbps = 100\n}',
    )
    .replace(
      /(shape\s*= "\$\{data\.oci_load_balancer_shapes\.t\.shapes\.0\.name\}")/g,
      "$1\nshape_details {\nminimum_bandwidth_in_mbps = 10\nmaximum_bandwidth_in_mbps = 100\n}",
    )
    .replace(/"(?:100|400)Mbps"/g, '"flexible"');
}

/** Reports of capacity are of a tenancy, and ask for its root. */
function ofTheRoot(file: string, text: string): string {
  return file.endsWith("core_compute_capacity_report_test.go")
    ? text.replaceAll('"compartment_ocid"', '"tenancy_ocid"')
    : text;
}

/** @param file its name @param image stands for Oracle's images of 2018, which new accounts do not see either */
export function adapted(file: string, text: string, image: string): string {
  const adaptations = [
    syntaxOfToday,
    withoutOtherServices,
    withoutRefusedChecks,
    withEmails,
    withFlexibleShapes,
    withoutPlacesInSets,
    withShorterWaits,
    withOneKindOfKey,
    withProviders,
    withShapesOfToday,
    (each: string) => withImagesOfToday(file, each),
    (each: string) => withImportsOfToday(file, each),
    (each: string) => withPlansOfToday(file, each),
    (each: string) => ofTheRoot(file, each),
  ];
  const today = adaptations.reduce((sofar, adapt) => adapt(sofar), text);
  return today.replace(/ocid1\.image\.oc1\.[\w-]+\.[a-z0-9]+/g, image);
}
