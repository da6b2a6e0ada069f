/** Prints errors and warnings of the tool, without positions in generated JSON, and what to do about them. */
import { type Choices, SYSTEMS } from "../../ui/options.ts";
import type { Terminal } from "../../ui/terminal.ts";
import type { Diagnostic } from "./messages.ts";
import type { Stack } from "./stack.ts";

/** Said twice by terraform itself when it is interrupted: we say it once, in our own summary. */
const NOISE = new Set(["execution halted"]);

function indented(text: string): string {
  return text
    .trim()
    .split("\n")
    .map((line) => `  ${line}`.trimEnd())
    .join("\n");
}

/** Each once, and without noise. */
function distinct(diagnostics: readonly Diagnostic[]): readonly Diagnostic[] {
  const unique = new Map(
    diagnostics.map((each) => [JSON.stringify([each.severity, each.summary, each.detail, each.address]), each]),
  );
  return [...unique.values()].filter(({ summary }) => !NOISE.has(summary));
}

function describe({ summary, detail, address }: Diagnostic): string {
  const about = address === undefined ? "" : `\n  ${address}`;
  return `${summary}${about}${detail.trim() === "" ? "" : `\n${indented(detail)}`}`;
}

/** Prints the diagnostics of a run. */
export function showDiagnostics(terminal: Terminal, stack: string, diagnostics: readonly Diagnostic[]): void {
  const { colors } = terminal;
  for (const diagnostic of distinct(diagnostics)) {
    const head = diagnostic.severity === "warning" ? colors.yellow("Warning") : colors.red("Error");
    terminal.aside(`${head} in ${stack}: ${describe(diagnostic)}`);
  }
}

/** Prints what a tool wrote beside its diagnostics: further right than anything of ours, under a line of ours. */
export function showRaw(terminal: Terminal, heading: string, text: string): void {
  if (text.trim() !== "") terminal.aside(`${heading}\n${indented(text)}`);
}

/** The errors of a run, as text. */
export function errorTexts(diagnostics: readonly Diagnostic[]): readonly string[] {
  return distinct(diagnostics)
    .filter(({ severity }) => severity === "error")
    .map((diagnostic) => `Error: ${describe(diagnostic)}`);
}

/** The id in what terraform says about a lock that somebody else holds, or has left behind. */
export function heldLock(diagnostics: readonly Diagnostic[]): string | undefined {
  const diagnostic = diagnostics.find(({ summary }) => summary === "Error acquiring the state lock");
  return /^\s*ID:\s+(\S+)/m.exec(diagnostic?.detail ?? "")?.[1];
}

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

function matches({ severity, summary, detail }: Diagnostic, words: RegExp): boolean {
  return severity === "error" && words.test(`${summary} ${detail}`);
}

/** Whether a run failed for want of capacity, and of nothing else. */
export function isShortage(diagnostics: readonly Diagnostic[]): boolean {
  const errors = diagnostics.filter(({ severity, summary }) => severity === "error" && !NOISE.has(summary));
  return errors.length > 0 && errors.every((error) => matches(error, NO_CAPACITY));
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
  return `To do about the capacity: npx lab capacity says where Oracle has room now; ${unpin}set another oci.availabilityDomain, or deploy again later: what is made stays. \`--wait-for-capacity 12h\` does so until there is room`;
}

const ABOUT_THE_NAME =
  'To do about the compartment: if a destroy had it deleted, that takes Oracle 30 to 180 minutes: deploy again then. If it is there, oci.compartment onDestroy: "keep" takes it up, { id: OCID } uses it. Or give oci.compartment another name';

/** What to do about a cluster that is bootstrapped already. */
export function aboutTheBootstrap({ name }: Pick<Stack, "name">, address: string): string {
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
  const full = diagnostics.filter((each) => matches(each, NO_CAPACITY));
  const bucket = bucketAdvice(diagnostics.map(({ summary, detail }) => `${summary} ${detail}`).join("\n"));
  return [
    ...(bucket === null ? [] : [`To do about the state: ${bucket}`]),
    ...(full.length === 0 ? [] : [aboutCapacity(stack, full)]),
    ...(diagnostics.some((each) => matches(each, COMPARTMENT_TAKEN)) ? [ABOUT_THE_NAME] : []),
    ...(diagnostics.some((each) => matches(each, PROVIDER_GONE)) ? [ABOUT_THE_PROVIDER] : []),
    ...diagnostics.filter((each) => matches(each, LOCKED)).map(aboutTheLock),
    ...diagnostics
      .filter((each) => matches(each, BOOTSTRAPPED))
      .flatMap(({ address }) => (address === undefined ? [] : aboutTheBootstrap(stack, address))),
  ];
}

/** Of services without conditional writes: 501 is Amazon's word for a header that a service does not know. */
const NO_CONDITION = /state lock[^]*?(?:StatusCode: 501|NotImplemented)/;

/** Of Terraform's and OpenTofu's backend `s3`, which says nothing of where keys come from. */
const NO_KEYS = /No valid credential sources? found/i;

/**
 * What to do about what a bucket's service, or the tool before it asks one, refuses.
 *
 * @param said by the tool
 * @returns null where there is nothing to be added
 */
export function bucketAdvice(said: string): string | null {
  if (NO_CONDITION.test(said))
    return 'this service cannot lock, as it has no conditional writes: keep states by state.backend "oci" (Terraform 1.12 or newer) or "local", and run `npx lab state migrate`';
  if (NO_KEYS.test(said))
    return "the bucket's keys are missing: make a Customer Secret Key (in Oracle's console, under your user) and set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY to it, or AWS_PROFILE to a profile that has it";
  return null;
}

/** Terraform's and OpenTofu's words. */
const NO_SUCH_TYPE = /provider \S+ does not support (?:resource type|data source) "(?<type>(?<system>[a-z]+)_\w+)"/;

/**
 * What to do where the sandbox's stand-in of a provider lacks a type, which Terraform reports as if the provider did.
 *
 * @param providers which providers play in the sandbox
 * @returns a line for each type that a stand-in lacks
 */
export function standInAdvice(providers: Choices, diagnostics: readonly Diagnostic[]): readonly string[] {
  const lines = diagnostics.flatMap(({ summary, detail }) => {
    const { type = "", system } = NO_SUCH_TYPE.exec(`${summary} ${detail}`)?.groups ?? {};
    const played = SYSTEMS.find((each) => each === system);
    if (played === undefined || providers[played] === "real") return [];
    return [
      `To do about ${type}: the sandbox's stand-in of provider ${played} has the types that the lab itself uses, and not this one; the real provider plays here with --providers ${played}=real, and a real account knows no stand-in`,
    ];
  });
  return [...new Set(lines)];
}
