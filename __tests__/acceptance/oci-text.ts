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
  if (!/core_instances?_(?:resource|data_source)_test/.test(file)) return text;
  return text.replace(/(launch_options\.0\.(?:boot_volume|network)_type", )"(?:ISCSI|VFIO)"/g, '$1"PARAVIRTUALIZED"');
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
  const today = withFlexibleShapes(withEmails(withoutRefusedChecks(withoutOtherServices(syntaxOfToday(text)))));
  return ofTheRoot(file, withImagesOfToday(file, today)).replace(/ocid1\.image\.oc1\.[\w-]+\.[a-z0-9]+/g, image);
}
