/** Commands of the documents that no test runs, each with the reason; their options are checked all the same. */
export interface NotRun {
  /** Matches the beginning of the command. */
  readonly command: RegExp;
  readonly why: string;
}

export const NOT_RUN: readonly NotRun[] = [
  { command: /^npx lab drill$/, why: "needs the ports that the document's own lab has; __tests__/e2e/backup.test.ts" },
  { command: /^npm ci\b/, why: "takes node_modules away under this very test; .ci/run begins with it" },
  { command: /^npm (test|run (check|test:quick))\b/, why: ".ci/run runs it, or all of it" },
  { command: /^npm run demo\b/, why: "runs once, for what README.md shows of it" },
  { command: /^(nix|stub=)/, why: "needs Nix and its network; the tier of the flake runs it on stubs" },
  { command: /^dagger /, why: "needs an engine: npm run test:dagger" },
  { command: /^packer\/build\.sh /, why: "half an hour: npm run test:images" },
  { command: /^npx lab images (build|pin)\b/, why: "half an hour, or cloud.debian.org: npm run test:images" },
  { command: /^npx lab images (upload|prune)\b/, why: "needs an account; __tests__/images has a model of its storage" },
  {
    command: /^npx lab (comment|issue|reviewed)\b/,
    why: "needs a repository on GitHub; __tests__/cli/github-model.ts is a model of it",
  },
  {
    command: /^npx lab providers lock\b/,
    why: "asks a registry; __tests__/cli/commands/change/provider-locks.test.ts has a fake tool",
  },
  {
    command: /^(npx lab secrets|git add secrets)\b/,
    why: "needs sops: __tests__/tiers/sops.test.ts runs them with one",
  },
  {
    command: /^npx lab tunnel\b/,
    why: "goes on until Ctrl-C, or needs kubectl; __tests__/cli/commands/access/tunnel.test.ts runs it",
  },
  {
    command: /^pve(um|sm|node) /,
    why: "of Proxmox VE's hosts; __tests__/e2e/homelab.test.ts has their privileges in the sandbox",
  },
  { command: /^npx cdktf diff .*--providers auto/, why: "says which providers this very machine can have" },
];

/** Programs of others that a machine may lack: what is run with them is left out there, and said to be. */
export const MAY_LACK: ReadonlySet<string> = new Set(["curl", "jq", "kubectl", "oci"]);

/** What has to be so before a block, by its first command: blocks are told without what other blocks leave behind. */
export const BEFORE: Readonly<Record<string, string>> = {
  "npx lab kubeconfig --merge":
    "npx cdktf deploy --auto-approve && mkdir -p ~/.kube && echo '{apiVersion: v1, kind: Config, contexts: []}' >~/.kube/config",
  "npx lab sandbox fault add lost --interface provider --method ApplyResourceChange --target 'oci_core_instance pve-1'":
    "npx cdktf destroy --auto-approve && npx lab sandbox reset",
  "npx lab sandbox fault add capacity --availability-domain '*AD-1'":
    "npx cdktf destroy --auto-approve --forget-lost; npx lab sandbox reset",
  "npx lab kubeconfig --sandbox --out kubeconfig": "npx cdktf deploy --auto-approve",
  "npx lab limits --sandbox": "npx cdktf deploy --auto-approve",
  "npx lab status --sandbox": "npx cdktf deploy --auto-approve",
  "npx lab sandbox fault add down --host pve-1": "npx cdktf deploy --auto-approve",
  "npx lab validate cluster --sandbox": "npx cdktf deploy --auto-approve",
  "npx lab upgrade talos --to 1.14.2 --dry-run --sandbox": "npx cdktf deploy --auto-approve",
};

/** Exit codes of what ends otherwise than well in a new lab, though nothing is shown of it. */
export const ENDS_WITH: Readonly<Record<string, number>> = {
  // Nothing is built.
  "npx lab images verify": 1,
};

/** Of what depends on the machine, the part of a line that does not. */
export const SAME_EVERYWHERE: Readonly<Record<string, RegExp>> = {
  "npx lab doctor": /(?<=^\S+ +)\S+( \S+)*(?= {2,})/,
};

/** Documents whose commands look at the real lab; all others work in the sandbox. */
export const OUTSIDE_SANDBOX: ReadonlySet<string> = new Set(["docs/troubleshooting.md"]);
