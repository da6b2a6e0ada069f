/** Compares who can open the encrypted secrets with `.sops.yaml`, which sops itself reads only when it encrypts. */
import { readFileSync } from "node:fs";
import { dirname, join, relative, sep } from "node:path";
import { z } from "zod";
import { parseYaml } from "../../../config/yaml.ts";
import { messageOf } from "../../ui/errors.ts";
import { readIfThere } from "../../ui/files.ts";
import { fail, type Finding, ok, warn } from "../../ui/findings.ts";
import { list } from "../../ui/words.ts";

const AGAIN = "run `npx lab secrets rotate --data-key` and commit the file";

/** One text with commas, or a list of such. */
const names = z
  .union([z.string(), z.array(z.string())])
  .nullish()
  .transform((given) => [given ?? []].flat().flatMap((each) => each.split(",")))
  .transform((each) => each.map((name) => name.trim()).filter((name) => name !== ""));

const keys = z.looseObject({ age: names, pgp: names });

const rules = z.looseObject({
  creation_rules: z
    .array(
      z.looseObject({
        ...keys.shape,
        path_regex: z.string().nullish(),
        /** Each group may take others in. */
        key_groups: z.array(z.looseObject({ ...keys.shape, merge: z.array(keys).nullish() })).nullish(),
      }),
    )
    .nullish(),
});
type Rule = NonNullable<z.output<typeof rules>["creation_rules"]>[number];

const age = z.array(z.looseObject({ recipient: z.string() })).nullish();
const pgp = z.array(z.looseObject({ fp: z.string() })).nullish();
const encrypted = z.looseObject({
  sops: z.looseObject({ age, pgp, key_groups: z.array(z.looseObject({ age, pgp })).nullish() }),
});

/** The nearest one above the file, as sops takes it. */
function rulesAbove(file: string): string | undefined {
  for (let folder = dirname(file); ; folder = dirname(folder)) {
    const found = join(folder, ".sops.yaml");
    if (readIfThere(found) !== undefined) return found;
    if (dirname(folder) === folder) return undefined;
  }
}

/** The first rule that fits; undefined where none does. */
function ruleFor(file: string, rulesFile: string): Rule | undefined {
  const path = relative(dirname(rulesFile), file).split(sep).join("/");
  const { creation_rules: all } = rules.parse(parseYaml(readFileSync(rulesFile, "utf8")));
  return all?.find(({ path_regex: pattern }) => !pattern || new RegExp(pattern).test(path));
}

/** As `.sops.yaml` has them. */
function allowedBy(rule: Rule): ReadonlySet<string> {
  // Groups weigh more than what stands beside them.
  const groups = rule.key_groups?.length ? rule.key_groups.flatMap((group) => [group, ...(group.merge ?? [])]) : [rule];
  return new Set(groups.flatMap((each) => [...each.age, ...each.pgp]));
}

/** As the file has them. */
function openersOf(file: string): ReadonlySet<string> {
  const { sops } = encrypted.parse(parseYaml(readFileSync(file, "utf8")));
  const groups = [sops, ...(sops.key_groups ?? [])];
  return new Set(
    groups.flatMap((each) => [
      ...(each.age ?? []).map(({ recipient }) => recipient),
      ...(each.pgp ?? []).map(({ fp }) => fp),
    ]),
  );
}

/** How many can open it: one may be lost. */
function countOf(openers: ReadonlySet<string>): Finding {
  const count = [...openers].filter((name) => name.startsWith("age1")).length;
  if (count === 0) return ok("recipients", "no age key alone can open it: .sops.yaml says who can");
  if (openers.size > 1) return ok("recipients", `${openers.size} keys can open it, those that .sops.yaml names`);
  return warn(
    "recipients",
    "one age key can open it",
    "keep a copy of that key, or add another recipient to .sops.yaml and run `npx lab secrets rotate --data-key`",
  );
}

/** Of age and PGP keys; those of clouds' services are compared by nobody here. */
export function recipientFindings(file: string): readonly Finding[] {
  let openers: ReadonlySet<string>;
  let allowed: ReadonlySet<string>;
  try {
    openers = openersOf(file);
    const above = rulesAbove(file);
    const rule = above === undefined ? undefined : ruleFor(file, above);
    if (rule === undefined)
      return [
        warn(
          "recipients",
          ".sops.yaml has no rule for the file, so nothing says who may open it",
          "add one with `path_regex: secrets\\.sops\\.yaml$` and the recipients' age keys",
        ),
      ];
    allowed = allowedBy(rule);
  } catch (error) {
    const [why] = messageOf(error).split("\n");
    return [warn("recipients", `cannot be compared with .sops.yaml: ${why}`, "set right what it names")];
  }
  const shut = [...allowed].filter((name) => !openers.has(name));
  const open = [...openers].filter((name) => !allowed.has(name));
  if (shut.length + open.length === 0) return [countOf(openers)];
  return [
    ...(shut.length === 0
      ? []
      : [fail("recipients", `named in .sops.yaml, and cannot open the file: ${list(shut)}`, AGAIN)]),
    ...(open.length === 0
      ? []
      : [
          fail(
            "recipients",
            `no longer in .sops.yaml, and can still open the file: ${list(open)}`,
            `${AGAIN}; who had that key knows the secrets, so rotate them too`,
          ),
        ]),
  ];
}
