/** Describes lost objects and how to get them back, and has the next plan import them. */
import { rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Stack } from "../terraform/stack.ts";
import type { Finding, Verdict } from "./classify-lost.ts";
import { singleQuoted } from "../../ui/words.ts";

/** Types whose secret is told once, to whoever makes them: imported they would be without it, so they are made anew then. */
export const SHOWN_ONCE: ReadonlySet<string> = new Set(["proxmox_user_token"]);

/** An object to be imported. */
export interface Import {
  readonly address: string;
  readonly type: string;
  readonly id: string;
  /** The state holds an older object at this address, which has to go first. */
  readonly replaces: boolean;
}

/** For a shell: as it is where that is safe, else in single quotes. */
export function quoted(text: string): string {
  return /^[\w@%+=:,./-]+$/.test(text) ? text : singleQuoted(text);
}

/** Lines that name each lost object, and how to get it back. */
export function describe(stack: string, findings: readonly Finding[]): readonly string[] {
  return findings.flatMap(({ object, verdict }) => {
    const { address, id } = object;
    const what = `  ${address}${id === null ? " (cut off while it was being made)" : ""}`;
    const option = (value: string): string => `--recover-id ${quoted(`${address}=${value}`)}`;
    switch (verdict.kind) {
      case "import":
        return [
          what,
          `      --recover imports ${verdict.id}${SHOWN_ONCE.has(object.type) ? ", and makes it anew: its secret was told to the apply that was cut off" : ""}`,
        ];
      case "absent":
        return [what, "      does not exist: it will be created"];
      case "pending":
        return [what, "      may still come to be: it is being made; the next run waits for that"];
      case "irreplaceable":
        return [
          what,
          "      was in the state only, and the nodes that have taken these keys refuse all others: nodes and keys have to be made anew:",
          "      npx cdktf destroy proxmox talos --forget-lost, then npx cdktf deploy proxmox talos",
        ];
      case "undecided":
        if (verdict.candidates.length === 0) {
          return [
            what,
            `      may exist: look in the provider's console, then npx cdktf deploy ${stack} ${option("ID")}, or ${option("none")}`,
          ];
        }
        return [
          what,
          "      may be one of these, which no state knows:",
          ...verdict.candidates.map(
            ({ id: candidate, name }) => `        ${option(candidate)}${name === "" ? "" : `   (${name})`}`,
          ),
          `        ${option("none")}   (none of them)`,
        ];
    }
  });
}

/** What can be done about all that a stack has lost: names nothing that would do nothing. */
export function nextSteps(
  stack: string,
  verb: "diff" | "deploy" | "destroy",
  findings: readonly Finding[],
): readonly string[] {
  const has = (kind: Verdict["kind"]): boolean => findings.some(({ verdict }) => verdict.kind === kind);
  if (has("irreplaceable")) return [];
  const decided = has("undecided") ? " with a --recover-id for each that may be several things" : "";
  const again = verb === "destroy" ? `, then npx cdktf destroy ${stack} again` : "";
  return [
    `To take back what exists and go on:  npx cdktf deploy ${stack} --recover${decided}${again}`,
    "To go on without them:  --forget-lost  (they stay where they are, may cost money, and nothing here will know of them)",
  ];
}

const FILE = "recover.tf.json";

/** Has the next plan import these, so that a review of it shows them. */
export function writeImports(stack: Stack, imports: readonly Import[]): void {
  const blocks = imports.map(({ address, id }) => ({ to: address, id }));
  writeFileSync(join(stack.folder, FILE), `${JSON.stringify({ import: blocks }, undefined, 2)}\n`);
}

/** Takes the imports out again; also those that a killed run left. */
export function removeImports(stack: Stack): void {
  rmSync(join(stack.folder, FILE), { force: true });
}
