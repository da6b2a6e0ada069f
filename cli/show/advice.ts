/** What to do about refusals that say nothing of it themselves. */
import type { Stack } from "../terraform/stack.ts";
import type { Diagnostic } from "../terraform/ui.ts";
import { bucketAdvice } from "../state/bucket-advice.ts";

/** The service's words, in the provider's error: `500-InternalError, Out of host capacity.` */
const NO_CAPACITY = /out of host capacity/i;

/** `409-CompartmentAlreadyExists, A compartment with name 'lab' already exists` */
const COMPARTMENT_TAKEN = /CompartmentAlreadyExists/;

/** How Terraform and OpenTofu say that a provider is no more. */
const PROVIDER_GONE = /Plugin did not respond|Failed to (start|instantiate) provider|failed to create new OS thread/;

/** Talos' own words: a bootstrap that no state knows was done, or stack talos alone was destroyed. */
const BOOTSTRAPPED = /etcd data directory is not empty/;

/** Proxmox VE's own words, of a machine that something else works on. */
const LOCKED = /VM is locked \((\S+)\)/;

function says({ severity, summary, detail }: Diagnostic, words: RegExp): boolean {
  return severity === "error" && words.test(`${summary} ${detail}`);
}

/** Whether a fault domain is written down for one of the resources at these addresses. */
function isPinned({ resources }: Stack, addresses: readonly string[]): boolean {
  return Object.entries(resources["oci_core_instance"] ?? {}).some(([label, config]) => {
    const named = addresses.length === 0 || addresses.includes(`oci_core_instance.${label}`);
    return named && typeof config === "object" && config !== null && "fault_domain" in config;
  });
}

function aboutCapacity(stack: Stack, full: readonly Diagnostic[]): string {
  const addresses = full.flatMap(({ address }) => address ?? []);
  const unpin = isPinned(stack, addresses)
    ? "leave hosts[].faultDomain and oci.spreadHosts out, so that any fault domain will do, or "
    : "";
  return `To do about the capacity: npx lab capacity says where Oracle has room now; ${unpin}set another oci.availabilityDomain, or deploy again later: what is made stays`;
}

const ABOUT_THE_NAME =
  'To do about the compartment: if a destroy had it deleted, that takes Oracle 30 to 180 minutes: deploy again then. If it is there, oci.compartment onDestroy: "keep" takes it up, { id: OCID } uses it. Or give oci.compartment another name';

function aboutTheBootstrap({ name }: Stack, address: string): string {
  return `To do about the bootstrap: this cluster is bootstrapped, and the state does not know it: npx cdktf deploy ${name} --recover-id ${address}=machine_bootstrap takes it in`;
}

function aboutTheLock({ address = "a machine", summary, detail }: Diagnostic): string {
  const [, lock = ""] = LOCKED.exec(`${summary} ${detail}`) ?? [];
  return `To do about ${address}: Proxmox VE has locked it for a ${lock} and does nothing else with it until that has ended: wait, and run this again. If none runs any more, qm unlock with its VM id, on its host, takes the lock away`;
}

/** What ends a provider in mid-call, in the order of how often. */
const ABOUT_THE_PROVIDER =
  "To do about the provider: it ended in mid-call, or could not go on: for want of memory, of processes and threads (`ulimit -u`) or of open files (`ulimit -n`), or because somebody ended it; in the sandbox .sandbox/daemon.log may say which. Run this again then: what it had been asked for is looked for first";

/** One line for each kind of refusal in a run that has something to be done about it. */
export function adviceOn(stack: Stack, diagnostics: readonly Diagnostic[]): readonly string[] {
  const full = diagnostics.filter((each) => says(each, NO_CAPACITY));
  const bucket = bucketAdvice(diagnostics.map(({ summary, detail }) => `${summary} ${detail}`).join("\n"));
  return [
    ...(bucket === null ? [] : [`To do about the state: ${bucket}`]),
    ...(full.length === 0 ? [] : [aboutCapacity(stack, full)]),
    ...(diagnostics.some((each) => says(each, COMPARTMENT_TAKEN)) ? [ABOUT_THE_NAME] : []),
    ...(diagnostics.some((each) => says(each, PROVIDER_GONE)) ? [ABOUT_THE_PROVIDER] : []),
    ...diagnostics.filter((each) => says(each, LOCKED)).map(aboutTheLock),
    ...diagnostics
      .filter((each) => says(each, BOOTSTRAPPED))
      .flatMap(({ address }) => (address === undefined ? [] : aboutTheBootstrap(stack, address))),
  ];
}
