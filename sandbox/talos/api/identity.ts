/** What a machine's API shows and asks for in TLS, in maintenance and after (siderolabs/talos v1.13.9, secrets/api.go). */
import { reaches } from "../../reach/index.ts";
import type { World } from "../../world/world.ts";
import { configuredMachines } from "../model/machines.ts";
import { type CertificateAndKey, newAuthority, newLeaf } from "../../pki/certificate.ts";
import { readKey } from "../../pki/keys.ts";
import { after, validityOnBothClocks } from "../../pki/validity.ts";
import type { ListeningMachine } from "../model/placed.ts";
import type { TalosWorld } from "./method.ts";

/** What a machine shows on its port, and whom it lets in. */
export interface Identity {
  /** PEM, as Node reads it. */
  readonly key: string;
  readonly cert: string;
  /** Whose clients are let in; null: everybody. */
  readonly clients: string | null;
}

/** Certificates are good for a day and made anew after half of it. */
const LIFETIME_HOURS = 24;
const RENEWAL_HOURS = LIFETIME_HOURS / 2;

interface Known {
  readonly identity: Identity;
  /** Whose it is: another machine at the address, or one of other names, has another one. */
  readonly whose: string;
  readonly until: string;
}

/** By address: what a machine was before needs none any more. */
const known = new WeakMap<World, Map<string, Known>>();

/** Another one: a connection from before is no longer served. */
export function epochOf(machine: ListeningMachine): string {
  const { vmId, generation } = machine.guest;
  const authority = machine.stage === "configured" ? machine.facts.authority.certificate : "maintenance";
  return `${vmId} ${generation} ${authority}`;
}

/** Null on a worker as long as no control plane of its cluster is there to sign its certificate. */
export function identityOf(talos: TalosWorld, machine: ListeningMachine): Identity | null {
  const { world } = talos;
  const names = namesOf(machine);
  const { address } = machine.guest;
  const whose = [epochOf(machine), ...names].join("\n");
  const identities = known.get(world) ?? new Map<string, Known>();
  known.set(world, identities);
  const now = world.now();
  const last = identities.get(address);
  const present = last?.whose === whose ? last : undefined;
  if (present && now < present.until) return present.identity;
  const authority = authorityOf(talos, machine);
  if (!authority) return present?.identity ?? null;
  const identity = newIdentity(authority, machine, names, new Date(now));
  identities.set(address, { identity, whose, until: after(new Date(now), RENEWAL_HOURS).toISOString() });
  return identity;
}

function newIdentity(
  authority: CertificateAndKey,
  machine: ListeningMachine,
  names: readonly string[],
  now: Date,
): Identity {
  const { certificate, key } = newLeaf(authority, {
    commonName: machine.stage === "configured" ? machine.facts.hostname : "maintenance-service.talos.dev",
    usage: "server",
    names,
    ...validityOnBothClocks(now, LIFETIME_HOURS),
  });
  return {
    key: readKey(key).export({ format: "pem", type: "pkcs8" }).toString(),
    cert: certificate,
    clients: machine.stage === "configured" ? machine.facts.authority.certificate : null,
  };
}

const TRUSTD_PORT = 50_001;

/** In maintenance an authority of its own, that nobody knows. Workers have theirs sign by a control plane (trustd). */
function authorityOf({ world, guestsOf }: TalosWorld, machine: ListeningMachine): CertificateAndKey | null {
  if (machine.stage === "maintenance") {
    const lifetime = validityOnBothClocks(new Date(world.now()), LIFETIME_HOURS);
    return newAuthority({ curve: "ed25519", organization: "talos", ...lifetime });
  }
  const { certificate } = machine.facts.authority;
  const { address: from, vmId } = machine.guest;
  const signer = configuredMachines(world, guestsOf).find(
    ({ facts, guest: { address: to } }) =>
      facts.role === "control-plane" &&
      facts.authority.certificate === certificate &&
      (vmId !== null || reaches(world, { from, to, protocol: "tcp", port: TRUSTD_PORT })),
  );
  return signer?.facts.authority ?? null;
}

function namesOf(machine: ListeningMachine): readonly string[] {
  const own = [machine.guest.address, "127.0.0.1"];
  if (machine.stage === "maintenance") return own;
  return [...new Set([...own, machine.facts.hostname, ...machine.facts.certificateNames])].sort();
}
