/** Reviews for tests: by hand, and at random. */
import * as fc from "fast-check";
import type {
  ChangeReview,
  FreeTierReview,
  FreeTierRow,
  Review,
  StackReview,
} from "../../../../../cli/engine/runs/review.ts";

export function change(about: Partial<ChangeReview> & { readonly address: string }): ChangeReview {
  return { action: "create", why: null, forcedBy: [], values: [], ...about };
}

/** Its counts are those of its changes. */
export function stack(name: string, about: Partial<StackReview> = {}): StackReview {
  const changes = about.changes ?? [];
  const count = (action: ChangeReview["action"]): number => changes.filter((each) => each.action === action).length;
  return {
    name,
    status: changes.length > 0 ? "changed" : "unchanged",
    add: count("create"),
    change: count("update"),
    replace: count("replace"),
    destroy: count("delete"),
    imports: count("import"),
    after: [],
    error: null,
    changes,
    outputs: [],
    drift: [],
    ...about,
  };
}

const row = (about: Partial<FreeTierRow>): FreeTierRow => ({
  limit: "a1Ocpus",
  label: "A1 OCPUs",
  unit: "OCPU",
  before: 2,
  after: 2,
  allowed: 2,
  rule: "total",
  over: false,
  ...about,
});
const DATES = "(limits in force since 2026-06-15, checked 2026-09-17)";
export const FREE: FreeTierReview = {
  free: true,
  outcome: `Inside every Always Free limit: $0.00 ${DATES}`,
  rows: [
    row({}),
    row({ limit: "volumeGb", label: "boot and block volumes", unit: "GB", before: 100, after: 150, allowed: 200 }),
    row({
      limit: "volumeMinimumGb",
      label: "smallest volume",
      unit: "GB",
      before: null,
      after: 150,
      allowed: 50,
      rule: "each at least",
    }),
  ],
};
export const OVER: FreeTierReview = {
  free: false,
  outcome: `Over 1 Always Free limit: this costs money ${DATES}`,
  rows: [row({ after: 4, over: true })],
};

export function review(stacks: readonly StackReview[], about: Partial<Review> = {}): Review {
  return { version: 1, sandbox: false, stacks, freeTier: FREE, images: [], lostDisks: [], error: null, ...about };
}

/** One of everything. */
export const EVERYTHING = review(
  [
    stack("oci", {
      changes: [
        change({
          address: "oci_core_instance.pve-1_instance",
          action: "replace",
          why: "a changed value cannot be changed in place",
          forcedBy: ["source_details.0.source_id", "shape"],
          values: [
            {
              path: "source_details.0.source_id",
              before: "ocid1.image.oc1..old",
              after: "(known after apply)",
              forcesReplacement: true,
            },
            { path: "shape_config.0.ocpus", before: "2", after: "1", forcesReplacement: false },
            { path: "metadata.note", before: null, after: '"a | b"', forcesReplacement: false },
          ],
        }),
        change({ address: "oci_core_image.pve_image", action: "import" }),
      ],
      outputs: [{ name: "host_public_ips", action: "update" }],
      drift: [
        { address: "oci_core_vcn.network_vcn", gone: false },
        { address: "oci_budget_budget.spending_budget", gone: true },
      ],
    }),
    stack("proxmox", {
      after: ["oci"],
      changes: [
        change({
          address: "proxmox_virtual_environment_vm.worker-2_vm",
          action: "delete",
          why: "no longer in the app",
          values: [{ path: "name", before: "worker-2", after: null, forcesReplacement: false }],
        }),
        change({ address: "terraform_data.cluster_form_run", action: "replace", forcedBy: ["triggers_replace"] }),
        change({
          address: "proxmox_sdn_applier.guest-network_apply",
          action: "update",
          values: [{ path: "on_create", before: "true", after: null, forcesReplacement: false }],
        }),
        change({
          address: "proxmox_virtual_environment_vm.worker-3_vm",
          values: [{ path: "name", before: null, after: "worker-3", forcesReplacement: false }],
        }),
        change({ address: "proxmox_virtual_environment_pool.old", action: "forget" }),
      ],
    }),
    stack("talos", {
      status: "failed",
      after: ["oci", "proxmox"],
      error: "Error: connection refused\n\n  with talos_machine_bootstrap.cp-1\n",
    }),
  ],
  {
    images: [
      { name: "proxmox", before: "proxmox-ampere-0a1b2c3d.oci", after: "proxmox-ampere-4e5f6a7b.oci", built: false },
    ],
  },
);

/** Text that would like to be markup. */
const NASTY = [
  ..."`|<>@#*_~[]()!\\&$-+=\n\r\t\u0000\u001B\u202E\u2028😀\uD83D",
  ..."``` ~~~ @someone #12 owner/name#1 <!-- --> <details> </details> <script> ![x](y) https://a.example &#64;x".split(
    " ",
  ),
];
const text = (most = 60): fc.Arbitrary<string> =>
  fc.array(fc.oneof(fc.constantFrom(...NASTY), fc.string()), { maxLength: most }).map((parts) => parts.join(""));
const many = <T>(of: fc.Arbitrary<T>, most: number): fc.Arbitrary<T[]> =>
  fc
    .tuple(fc.array(of, { maxLength: 4 }), fc.oneof(fc.constant(1), fc.integer({ min: 1, max: most })))
    .map(([few, times]) =>
      Array.from({ length: few.length * times }, (_, index) => few[index % few.length]).filter((x) => x !== undefined),
    );

const values = fc.record({
  path: text(),
  before: fc.option(text(), { nil: null }),
  after: fc.option(text(), { nil: null }),
  forcesReplacement: fc.boolean(),
});
const changes: fc.Arbitrary<ChangeReview> = fc.record({
  address: text(),
  action: fc.constantFrom("create", "update", "replace", "delete", "import", "forget"),
  why: fc.option(text(), { nil: null }),
  forcedBy: many(text(), 50),
  values: many(values, 50),
});
const stacks: fc.Arbitrary<StackReview> = fc
  .record({
    name: text(),
    status: fc.constantFrom("changed", "changed", "unchanged", "failed", "interrupted", "skipped"),
    after: many(text(), 50),
    error: fc.option(text(500), { nil: null }),
    changes: many(changes, 200),
    outputs: many(fc.record({ name: text(), action: fc.constantFrom("create", "update", "delete") }), 50),
    drift: many(fc.record({ address: text(), gone: fc.boolean() }), 500),
  })
  // What could not be planned has no changes.
  .map(({ name, ...about }) => stack(name, about.status === "changed" ? about : { ...about, changes: [] }));
const rows: fc.Arbitrary<FreeTierRow> = fc.record({
  limit: fc.constantFrom("a1Ocpus", "volumeGb"),
  label: text(),
  unit: text(),
  before: fc.option(fc.double(), { nil: null }),
  after: fc.double(),
  allowed: fc.double(),
  rule: fc.constantFrom("total", "each at least"),
  over: fc.boolean(),
});

/** From empty ones to some with thousands of changes, of text that wants to be markup. */
export const anyReview: fc.Arbitrary<Review> = fc.record({
  version: fc.constant(1),
  sandbox: fc.boolean(),
  stacks: many(stacks, 30),
  freeTier: fc.option(fc.record({ free: fc.boolean(), outcome: text(), rows: many(rows, 300) }), { nil: null }),
  images: many(
    fc.record({ name: text(), before: fc.option(text(), { nil: null }), after: text(), built: fc.boolean() }),
    300,
  ),
  lostDisks: many(fc.record({ host: text(), machines: many(text(), 20) }), 5),
  error: fc.option(text(3000), { nil: null, freq: 3 }),
});
