/** What a config must obey beyond the shape of each field. What needs the plan (room, overlaps) is topology's. */
import { cidrOf } from "./cidr.ts";
import { type ConfigIssue, shown } from "./errors.ts";
import { MAX_SLOT, slotOf } from "./fields.ts";
import { placementIssues } from "./placement-checks.ts";
import type { LabConfig } from "./schema.ts";
import { minorOf, supports, talosReleaseOf } from "./versions.ts";

interface Named {
  readonly path: readonly PropertyKey[];
  readonly name: string;
  readonly kind: "hosts" | "micro" | "control planes" | "workers";
}

/** Hosts: ports +1 to +99. Control planes: addresses +11 to +20, where the workers' begin. See topology/. */
const HIGHEST_SLOT: Readonly<Record<Named["kind"], number>> = {
  hosts: 99,
  micro: MAX_SLOT,
  "control planes": 10,
  workers: MAX_SLOT,
};

function named(config: LabConfig): readonly Named[] {
  return [
    ...config.hosts.map(({ name }, index): Named => ({ path: ["hosts", index, "name"], name, kind: "hosts" })),
    ...(config.micro === null ? [] : [{ path: ["micro", "name"], name: config.micro.name, kind: "micro" } as const]),
    ...config.kubernetes.nodes.map(({ name, role }, index): Named => ({
      path: ["kubernetes", "nodes", index, "name"],
      name,
      kind: role === "worker" ? "workers" : "control planes",
    })),
  ];
}

function names(config: LabConfig): readonly ConfigIssue[] {
  const issues: ConfigIssue[] = [];
  const byName = new Set<string>();
  const bySlot = new Map<string, string>();
  for (const { path, name, kind } of named(config)) {
    const slot = slotOf(name);
    const key = `${kind} ${slot}`;
    const rival = bySlot.get(key);
    const got = shown(name);
    if (byName.has(name)) {
      issues.push({ path, got, allowed: "a name that no other host, micro or node has" });
    } else if (slot > HIGHEST_SLOT[kind]) {
      issues.push({ path, got, allowed: `a number from 1 to ${HIGHEST_SLOT[kind]} at its end (${kind})` });
    } else if (rival !== undefined) {
      const allowed = `a number at its end that no other of the ${kind} has (${rival} has ${slot})`;
      issues.push({ path, got, allowed });
    }
    byName.add(name);
    bySlot.set(key, rival ?? name);
  }
  return issues;
}

function controlPlanes({ kubernetes }: LabConfig): readonly ConfigIssue[] {
  const count = kubernetes.nodes.filter(({ role }) => role === "control-plane").length;
  if ([1, 3, 5].includes(count)) return [];
  const got = `${count} control plane${count === 1 ? "" : "s"}`;
  return [{ path: ["kubernetes", "nodes"], got, allowed: "1, 3 or 5 control planes (etcd votes by majority)" }];
}

/** Talos taints control planes against pods: without a worker not even CoreDNS would run. */
function somewhereForPods({ kubernetes }: LabConfig): readonly ConfigIssue[] {
  const { nodes, allowSchedulingOnControlPlanes } = kubernetes;
  if (allowSchedulingOnControlPlanes || nodes.some(({ role }) => role === "worker")) return [];
  const allowed = "true where there is no worker (pods would have no node to run on)";
  return [{ path: ["kubernetes", "allowSchedulingOnControlPlanes"], got: "false", allowed }];
}

function nodeHosts({ hosts, kubernetes, proxmox }: LabConfig): readonly ConfigIssue[] {
  if (kubernetes.placement === "oci" || proxmox !== null) return [];
  const known = hosts.map(({ name }) => name);
  return kubernetes.nodes.flatMap(({ host }, index) =>
    host === undefined || known.includes(host)
      ? []
      : [{ path: ["kubernetes", "nodes", index, "host"], got: shown(host), allowed: known.join(", ") }],
  );
}

/** VM.Standard.A1.Flex takes 1 to 64 GB of memory per OCPU (OCI compute shapes). */
function memoryPerOcpu({ hosts }: LabConfig): readonly ConfigIssue[] {
  return hosts.flatMap(({ ocpus, memoryGb }, index) =>
    memoryGb >= ocpus && memoryGb <= ocpus * 64
      ? []
      : [
          {
            path: ["hosts", index, "memoryGb"],
            got: shown(memoryGb),
            allowed: `${Math.max(4, ocpus)} to ${Math.min(512, ocpus * 64)} (GB; A1 takes 1 to 64 GB per OCPU)`,
          },
        ],
  );
}

function virtualization(config: LabConfig): readonly ConfigIssue[] {
  if (config.virtualization === "tcg" || config.proxmox !== null) return [];
  const allowed = '"tcg" (OCI\'s A1 instances have no /dev/kvm: guests run under emulation)';
  return [{ path: ["virtualization"], got: shown(config.virtualization), allowed }];
}

function adminNetworks({ access }: LabConfig): readonly ConfigIssue[] {
  return access.adminCidrs.flatMap((cidr, index) => {
    const path = ["access", "adminCidrs", index];
    if (access.adminCidrs.indexOf(cidr) < index) {
      return [{ path, got: shown(cidr), allowed: "each network once" }];
    }
    if (cidrOf(cidr).prefix >= 8 || access.allowAnywhere) return [];
    const hint = "access.allowAnywhere: true opens SSH and the API server to all of it";
    return [{ path, got: shown(cidr), allowed: "a network of /8 or smaller", hint }];
  });
}

function versionPair({ versions }: LabConfig): readonly ConfigIssue[] {
  const release = talosReleaseOf(versions.talos);
  if (release === undefined || supports(release, versions.kubernetes)) return [];
  const { from, to } = release.supported;
  const allowed = `1.${from} to 1.${to} (what Talos ${minorOf(versions.talos)} runs)`;
  return [{ path: ["versions", "kubernetes"], got: shown(versions.kubernetes), allowed }];
}

function patchedNodes({ talos, kubernetes }: LabConfig): readonly ConfigIssue[] {
  const known = kubernetes.nodes.map(({ name }) => name);
  return talos.patches.flatMap(({ for: whom }, index) =>
    (typeof whom === "object" ? whom : [])
      .filter((name) => !known.includes(name))
      .map((name) => ({ path: ["talos", "patches", index, "for"], got: shown(name), allowed: known.join(", ") })),
  );
}

/** Talos needs 10 GB itself: Talos system requirements. */
function roomForVolumes({ kubernetes }: LabConfig): readonly ConfigIssue[] {
  return kubernetes.nodes.flatMap(({ volumes = {}, diskGb }, index) => {
    const sum = Object.values(volumes).reduce((all, size) => all + size, 0);
    if (sum === 0 || sum + 10 <= diskGb) return [];
    const allowed = `at most ${diskGb - 10} together (GiB; diskGb is ${diskGb}, and Talos needs 10 of it)`;
    return [{ path: ["kubernetes", "nodes", index, "volumes"], got: `${sum}`, allowed }];
  });
}

function manifestNames({ kubernetes: { cni, inlineManifests } }: LabConfig): readonly ConfigIssue[] {
  if (cni !== "cilium" || inlineManifests?.["cilium"] === undefined) return [];
  const allowed = `another name (cni "cilium" has one of this name)`;
  return [{ path: ["kubernetes", "inlineManifests"], got: '"cilium"', allowed }];
}

/** Every rule, each on a config whose fields are well-formed. */
export function checks(config: LabConfig): readonly ConfigIssue[] {
  const rules = [
    names,
    controlPlanes,
    somewhereForPods,
    nodeHosts,
    memoryPerOcpu,
    virtualization,
    placementIssues,
    adminNetworks,
    versionPair,
    patchedNodes,
    roomForVolumes,
    manifestNames,
  ];
  return rules.flatMap((rule) => rule(config));
}
