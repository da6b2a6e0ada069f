/** What of Talos and Kubernetes may be one's own: extensions, patches, labels, taints, volumes, manifests. */
import { z } from "zod";
import { field, pattern } from "./fields.ts";
import { isPlain } from "./merge.ts";

/** Words that YAML takes for something else than text (YAML 1.1): the image factory would quote them, and hash that. */
const NO_WORD = "(?!(y|n|yes|no|on|off|true|false|null|nan|inf)$)";

const extensions = field(
  z.array(
    pattern(
      /^[a-z0-9-]+\/[a-z0-9][a-z0-9.-]*$/,
      100,
      "One official system extension.",
      "an official extension, such as siderolabs/iscsi-tools",
    ),
  ),
  "Official system extensions of the image, beside the lab's own. Machines that exist get them by `talosctl upgrade`.",
  'a list such as ["siderolabs/iscsi-tools", "siderolabs/util-linux-tools"]',
);

const kernelArgs = field(
  z.array(
    pattern(
      new RegExp(`^-?${NO_WORD}[a-z][A-Za-z0-9_.]*(=[A-Za-z0-9_.,/-]+)?$`, "i"),
      200,
      "One kernel argument.",
      "an argument such as net.ifnames=0; -NAME takes one of Talos's own away",
    ),
  ),
  "Kernel arguments of the image, beside the lab's own. Machines that exist get them by `talosctl upgrade`.",
  'a list such as ["net.ifnames=0"]',
);

/** Whether YAML and JSON can say it. */
function isData(value: unknown): boolean {
  if (Array.isArray(value)) return value.every(isData);
  if (isPlain(value)) return Object.values(value).every(isData);
  return value === null || ["string", "number", "boolean"].includes(typeof value);
}

/** A document of YAML as an object. */
type Data = Readonly<Record<string, unknown>>;

const patch = field(
  z.strictObject({
    for: field(
      z.union([z.enum(["control-planes", "workers"]), z.array(z.string()).min(1)]),
      "Machines it is for. Without it all.",
      '"control-planes", "workers" or a list of node names',
    ).optional(),
    patch: field(
      z.custom<Data>((value) => isPlain(value) && isData(value)),
      "Strategic-merge patch: part of the machine configuration, or with `kind` a document of its own.",
      'a plain object, such as { machine: { sysctls: { "vm.max_map_count": "262144" } } }',
    ),
  }),
  "One patch of the machine configuration.",
  "an object with patch, and for if it is not for all",
);

/** Talos on every machine. */
export const talosSchema = field(
  z.strictObject({
    extensions,
    kernelArgs,
    patches: field(
      z.array(patch),
      "Patches of the machine configurations, laid over the lab's own in this order.",
      "a list of patches",
    ),
  }),
  "Talos on every machine: [Talos and Kubernetes of your own](kubernetes.md).",
  "an object with extensions, kernelArgs and patches",
);

/** A qualified name of Kubernetes: 63 characters after an optional DNS name and a slash. */
const QUALIFIED = String.raw`([a-z0-9]([a-z0-9.-]{0,251}[a-z0-9])?\/)?[A-Za-z0-9]([A-Za-z0-9_.-]{0,61}[A-Za-z0-9])?`;
/**
 * Of Kubernetes's own names a kubelet may set these alone on its node (Kubernetes, admission plugin NodeRestriction).
 * `node-restriction.kubernetes.io` is meant for admins only.
 */
const OWN_NAMES =
  "(?!([a-z0-9.-]*[.])?(kubernetes|k8s)[.]io/)|(?=(topology[.]kubernetes[.]io/(region|zone)$)|((.*[.])?(kubelet|node)[.]kubernetes[.]io/))";

const labels = field(
  z.record(
    field(
      z.string().regex(new RegExp(`^(${OWN_NAMES})${QUALIFIED}$`)),
      "Label key.",
      "a label key that a kubelet may set: none of kubernetes.io but node.kubernetes.io/… and topology.kubernetes.io/zone",
    ),
    pattern(
      /^([A-Za-z0-9]([A-Za-z0-9_.-]*[A-Za-z0-9])?)?$/,
      63,
      "Label value.",
      "a label value of at most 63 characters",
    ),
  ),
  "Labels of the Kubernetes node.",
  'an object of labels, such as { "example.org/disk": "fast" }',
);

const taints = field(
  z.record(
    field(z.string().regex(new RegExp(`^${QUALIFIED}$`)), "Taint key.", "a qualified name of Kubernetes"),
    pattern(
      /^([A-Za-z0-9]([A-Za-z0-9_.-]*[A-Za-z0-9])?)?:(NoSchedule|PreferNoSchedule|NoExecute)$/,
      80,
      "Taint value and effect.",
      '"VALUE:EFFECT" with the effect NoSchedule, PreferNoSchedule or NoExecute, such as "gpu:NoSchedule"',
    ),
  ),
  "Taints that the Kubernetes node joins with; of one that has joined no kubelet may change them.",
  'an object of taints, such as { "example.org/for": "builds:NoSchedule" }',
);

const volumes = field(
  z.record(
    // siderolabs/talos, block.UserVolumeConfigV1Alpha1: at most 34 characters.
    field(
      z.string().regex(/^[a-z0-9]([a-z0-9-]{0,32}[a-z0-9])?$/),
      "Volume name.",
      "lower-case letters, digits and hyphens, at most 34",
    ),
    field(z.int().min(1).max(32768), "Size, in GiB.", "1 to 32768 (GiB)"),
  ),
  "User volumes on the system disk, by name, at /var/mnt/NAME: for local storage. Only a machine that boots for the first time makes room for them.",
  "an object of sizes in GiB, such as { data: 20 }",
);

/** What of a node is optional. */
export const nodeExtras = { labels: labels.optional(), taints: taints.optional(), volumes: volumes.optional() };

/** Manifests of a cluster. */
export const inlineManifests = field(
  z.record(
    field(z.string().regex(/^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/), "Name.", "lower-case letters, digits and hyphens"),
    field(z.string().min(1).max(262_144), "YAML documents.", "text of YAML documents"),
  ),
  "Manifests that Talos applies when the cluster is bootstrapped, and again whatever of them is missing when a control plane starts.",
  "an object of YAML texts, by name",
).optional();

/** The network plugin. */
export const cni = field(
  z.enum(["flannel", "cilium", "none"]),
  "Network plugin: Talos's flannel; Cilium, which replaces kube-proxy; or none, for one that you install: nodes are not Ready until then, and a deploy does not wait for that. For a new cluster: [Talos and Kubernetes of your own](kubernetes.md).",
  '"flannel", "cilium" or "none"',
);
