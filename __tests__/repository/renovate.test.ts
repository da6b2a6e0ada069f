import { globSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";

const ROOT = join(__dirname, "../..");
const text = (path: string): string => readFileSync(join(ROOT, path), "utf8");
const found = (pattern: string): readonly string[] => globSync(pattern, { cwd: ROOT });

const CONFIG = z
  .strictObject({
    $schema: z.literal("https://docs.renovatebot.com/renovate-schema.json"),
    description: z.string(),
    extends: z.array(z.string()),
    rangeStrategy: z.string(),
    schedule: z.array(z.string()),
    minimumReleaseAge: z.string(),
    ignorePaths: z.array(z.string()),
    customManagers: z.array(
      z.strictObject({
        customType: z.literal("regex"),
        description: z.string(),
        managerFilePatterns: z.array(z.string()).nonempty(),
        matchStrings: z.array(z.string()).length(1),
        depNameTemplate: z.string().optional(),
        datasourceTemplate: z.enum(["terraform-provider", "npm", "github-releases"]),
        extractVersionTemplate: z.string().optional(),
      }),
    ),
    packageRules: z.array(
      z.strictObject({
        description: z.string().optional(),
        groupName: z.string().optional(),
        matchManagers: z.array(z.enum(["npm", "gomod"])).optional(),
        matchPackageNames: z.array(z.string()).optional(),
        matchDepTypes: z.array(z.enum(["engines", "indirect"])).optional(),
        matchFileNames: z.array(z.string()).optional(),
        allowedVersions: z.string().optional(),
        prBodyNotes: z.array(z.string()).optional(),
        enabled: z.boolean().optional(),
      }),
    ),
  })
  .parse(JSON.parse(text(".github/renovate.json")));

interface Found {
  readonly file: string;
  readonly name: string | undefined;
  readonly version: string | undefined;
}

/** What a manager finds, each as often as it stands there. */
function findings(manager: (typeof CONFIG.customManagers)[number]): readonly Found[] {
  return manager.managerFilePatterns.flatMap(found).flatMap((file) =>
    manager.matchStrings.flatMap((each) =>
      [...text(file).matchAll(new RegExp(each, "g"))].map(({ groups }) => ({
        file,
        name: manager.depNameTemplate ?? groups?.["depName"],
        version: groups?.["currentValue"],
      })),
    ),
  );
}

const ALL = CONFIG.customManagers.flatMap(findings);
const PACKAGES = ["package.json", ...found("*/package.json"), ...found("providers/*/package.json")].map(text);

/** Every name that Renovate may meet: of packages, behind aliases too, of Go modules, and of what our managers find. */
const KNOWN = new Set([
  ...PACKAGES.flatMap((each) =>
    [...each.matchAll(/"(@?[\w./-]+)":|npm:(@?[\w./-]+)@/g)].map(([, key, alias]) => key ?? alias),
  ),
  ...found("tools/*/go.mod").flatMap((file) => [...text(file).matchAll(/^\s+(\S+) v\d/gm)].map(([, name]) => name)),
  ...ALL.map(({ name }) => name),
]);

describe("Renovate's config", () => {
  it.each(CONFIG.customManagers)("finds something in every file that it names: $description", (manager) => {
    for (const pattern of manager.managerFilePatterns) expect(found(pattern)).not.toEqual([]);
    const files = findings(manager).map(({ file }) => file);
    const withoutVersion = manager.managerFilePatterns
      .flatMap(found)
      // A workflow need not use Terraform.
      .filter(
        (file) =>
          !files.includes(file) &&
          text(file).includes(manager.depNameTemplate === "hashicorp/terraform" ? "setup-terraform" : ""),
      );
    expect(withoutVersion).toEqual([]);
  });

  it("finds whole versions, and only one of each thing", () => {
    const versions = new Map<string | undefined, Set<string | undefined>>();
    for (const { name, version } of ALL) {
      expect(version).toMatch(/^\d+\.\d+\.\d+$/);
      versions.set(name, (versions.get(name) ?? new Set()).add(version));
    }
    expect([...versions].filter(([, each]) => each.size > 1)).toEqual([]);
  });

  it("knows each provider by selection, workspace and dependency, so that a pull request moves all three", () => {
    for (const name of ["oci", "proxmox", "talos"]) {
      const files = ALL.filter((each) => each.name?.endsWith(`/${name}`)).map(({ file }) => file);
      expect(files.toSorted()).toEqual([
        "package.json",
        `providers/${name}/package.json`,
        `providers/${name}/selection.json`,
      ]);
    }
  });

  it("moves Dagger's SDK, engine and flake together", () => {
    const dagger = ALL.filter(({ name }) => name === "@dagger.io/dagger");
    const sdk = /"@dagger.io\/dagger": "(.*)"/.exec(text("images/package.json"))?.[1];
    expect(dagger.map(({ file, version }) => ({ file, version }))).toEqual([
      { file: "dagger.json", version: sdk },
      { file: "flake.nix", version: sdk },
    ]);
    const rules = CONFIG.packageRules.filter(({ matchPackageNames }) =>
      matchPackageNames?.includes("@dagger.io/dagger"),
    );
    // Without a manager in it, the rule is for the SDK of images/package.json as well.
    expect(rules.map(({ groupName, matchManagers }) => ({ groupName, matchManagers }))).toEqual([
      { groupName: "Dagger" },
    ]);
  });

  it("moves cdktn and constructs together, in all packages", () => {
    const rule = CONFIG.packageRules.find(({ matchPackageNames }) => matchPackageNames?.includes("constructs"));
    const used = PACKAGES.flatMap((each) => each.match(/@?cdktn(?:\/[\w-]+)?(?=@|":)|constructs(?=":)/g) ?? []);
    expect(new Set(rule?.matchPackageNames)).toEqual(new Set(used));
  });

  it("names no package and no file that is not here", () => {
    const names = CONFIG.packageRules.flatMap(({ matchPackageNames = [] }) => matchPackageNames);
    expect(names.filter((name) => !KNOWN.has(name))).toEqual([]);
    const files = CONFIG.packageRules.flatMap(({ matchFileNames = [] }) => matchFileNames);
    expect(files.filter((file) => found(file).length === 0)).toEqual([]);
  });

  it("allows the versions of Node that are installed", () => {
    const rule = CONFIG.packageRules.find(({ groupName }) => groupName === "Node");
    const limit = Number(/^<(\d+)$/.exec(rule?.allowedVersions ?? "")?.[1]);
    for (const name of rule?.matchPackageNames ?? [])
      expect(Number(new RegExp(`"${name}": "(\\d+)\\.`).exec(text("package.json"))?.[1])).toBe(limit - 1);
  });

  it("keeps versions exact, as they all are", () => {
    expect(CONFIG.rangeStrategy).toBe("pin");
    const versions = PACKAGES.flatMap((each) => [
      ...each
        .replace(/"engines": \{[^}]*\}/, "")
        .matchAll(/: "(?:npm:[^"]*@)?([\^~<>=*]+[\d.x ]*|\d[\d.]*\.x|latest)"/g),
    ]);
    expect(versions.map(([all]) => all)).toEqual([]);
  });
});
