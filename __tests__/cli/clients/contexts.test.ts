import {
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  lstatSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parse } from "yaml";
import { deliveryOf, mergeContextsInto, writeContexts } from "../../../cli/clients/context-files.ts";
import { mergeContexts, mergeTarget, withServer } from "../../../cli/clients/contexts.ts";

function kube(name: string, secret: string): string {
  return JSON.stringify({
    apiVersion: "v1",
    kind: "Config",
    clusters: [{ name, cluster: { server: `https://${name}:6443` } }],
    contexts: [{ name: `admin@${name}`, context: { cluster: name, user: `admin@${name}` } }],
    users: [{ name: `admin@${name}`, user: { "client-key-data": secret } }],
    "current-context": `admin@${name}`,
  });
}
const LAB = kube("lab", "lab-key");
const TALOS =
  "context: lab\ncontexts:\n    lab:\n        endpoints:\n            - 127.0.0.1:18101\n        key: lab-key\n";
const WORK = `# mine
apiVersion: v1
kind: Config
clusters:
- name: work
  cluster:
    server: https://work # over the VPN
users:
- name: work
  user:
    token: "0123"
contexts:
- name: work
  context:
    cluster: work
    user: work
current-context: work
`;

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "ampere-contexts-"));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const mode = (file: string): number => statSync(file).mode & 0o777;

describe("merging a kubeconfig", () => {
  it("adds cluster, user and context, and touches nothing else, comments and the current context neither", () => {
    const merged = mergeContexts("kubeconfig", WORK, LAB, "here");
    const [work, added] = [parse(WORK), parse(LAB)];
    expect(parse(merged)).toEqual({
      ...work,
      clusters: [...work.clusters, ...added.clusters],
      users: [...work.users, ...added.users],
      contexts: [...work.contexts, ...added.contexts],
    });
    for (const line of WORK.trimEnd().split("\n")) expect(merged.split("\n")).toContain(line);
  });

  it("replaces those of the same name where they are, so that the second time changes nothing", () => {
    const once = mergeContexts("kubeconfig", WORK, kube("lab", "an-older-key"), "here");
    const twice = mergeContexts("kubeconfig", once, LAB, "here");
    expect(parse(twice).users).toEqual([...parse(WORK).users, ...parse(LAB).users]);
    expect(twice).not.toContain("an-older-key");
    expect(mergeContexts("kubeconfig", twice, LAB, "here")).toBe(twice);
  });

  it.each([
    "",
    "# nothing yet\n",
    "apiVersion: v1\nkind: Config\nclusters: []\nusers: null\ncontexts: []\ncurrent-context: ''\n",
  ])("makes of %j the lab's own", (existing) => {
    expect(parse(mergeContexts("kubeconfig", existing, LAB, "here"))).toEqual(parse(LAB));
  });

  it.each([
    ["users: [}", /^here: line 1, column 9: cannot be read as YAML \([A-Z_]+\)$/],
    ["token: *s3cret", /^here: has an alias \(\*\) without its anchor/],
    ["- s3cret", /^here: cannot be read: allowed a map with contexts$/],
    ["users: s3cret", /^here: users: allowed a list$/],
  ])("refuses %j without a word of what is in it", (existing, message) => {
    expect(() => mergeContexts("kubeconfig", existing, LAB, "here")).toThrow(
      expect.objectContaining({ message: expect.stringMatching(message) }),
    );
    expect(() => mergeContexts("kubeconfig", existing, LAB, "here")).toThrow(
      expect.objectContaining({ message: expect.not.stringContaining("s3cret") }),
    );
  });
});

describe("merging a talosconfig", () => {
  it("adds a context or replaces it, and leaves the current one", () => {
    const home = "context: home\ncontexts:\n    home:\n        key: home-key # mine\n";
    const merged = mergeContexts("talosconfig", home, TALOS.replace("lab-key", "an-older-key"), "here");
    expect(parse(mergeContexts("talosconfig", merged, TALOS, "here"))).toEqual({
      context: "home",
      contexts: { home: { key: "home-key" }, ...parse(TALOS).contexts },
    });
    expect(merged.startsWith(home)).toBe(true);
  });
});

describe("a kubeconfig's file", () => {
  it("is its owner's alone, and so is the copy of what it was", async () => {
    const file = join(folder, "config");
    writeFileSync(file, WORK, { mode: 0o644 });
    const { backup } = await mergeContextsInto("kubeconfig", file, LAB, new Date(0));
    expect(backup).toBe(`${file}.1970-01-01T00-00-00.000Z.backup`);
    expect([mode(file), mode(backup ?? "")]).toEqual([0o600, 0o600]);
    expect(readFileSync(backup ?? "", "utf8")).toBe(WORK);
    expect(await mergeContextsInto("kubeconfig", file, LAB, new Date(1))).toEqual({ changed: false, backup: null });
    expect(readdirSync(folder)).toHaveLength(2);
  });

  it("is made where there is none, with its folder", async () => {
    const file = join(folder, ".kube", "config");
    expect(await mergeContextsInto("kubeconfig", file, LAB, new Date(0))).toEqual({ changed: true, backup: null });
    expect([mode(file), mode(join(folder, ".kube")), readFileSync(file, "utf8")]).toEqual([0o600, 0o700, LAB]);
  });

  it("stays a link where it is one", async () => {
    const [file, link] = [join(folder, "real"), join(folder, "config")];
    writeFileSync(file, WORK);
    symlinkSync(file, link);
    await mergeContextsInto("kubeconfig", link, LAB, new Date(0));
    expect(lstatSync(link).isSymbolicLink()).toBe(true);
    expect(readFileSync(file, "utf8")).toContain("lab-key");
  });

  it("is not overwritten where it has other contexts, unless that is meant", async () => {
    const file = join(folder, "config");
    writeFileSync(file, WORK);
    await expect(writeContexts("kubeconfig", file, LAB, false)).rejects.toThrow(
      `${file} has other contexts: work; keep them with --merge '${file}', or lose them with --force`,
    );
    expect(readFileSync(file, "utf8")).toBe(WORK);
    await writeContexts("kubeconfig", file, LAB, true);
    await writeContexts("kubeconfig", file, kube("lab", "a-newer-key"), false);
    expect([mode(file), readFileSync(file, "utf8")]).toEqual([0o600, kube("lab", "a-newer-key")]);
  });
});

describe("where a kubeconfig goes", () => {
  it("is the lab's own folder, unless a file is named", () => {
    expect(deliveryOf("kubeconfig", {}, "/lab/.lab", true)).toEqual({ to: "file", file: "/lab/.lab/kubeconfig" });
    expect(deliveryOf("kubeconfig", { out: "/x" }, "/lab/.lab", true)).toEqual({ to: "file", file: "/x" });
  });

  it("is a terminal only when that is meant twice", () => {
    expect(() => deliveryOf("kubeconfig", { stdout: true }, "/lab", true)).toThrow(
      "--stdout: this is a terminal, and a kubeconfig is a secret: write it to a file with --out, or add --force",
    );
    expect(deliveryOf("kubeconfig", { stdout: true, force: true }, "/lab", true)).toEqual({ to: "stdout" });
    expect(deliveryOf("kubeconfig", { stdout: true }, "/lab", false)).toEqual({ to: "stdout" });
  });

  it("is one place", () => {
    expect(() => deliveryOf("kubeconfig", { out: "/x", merge: true }, "/lab", true)).toThrow(
      "got several, allowed one",
    );
  });
});

describe("--merge without a file goes where the programs themselves would write", () => {
  const at = (env: Readonly<Record<string, string>>): string =>
    mergeTarget("kubeconfig", LAB, { HOME: folder, ...env }).replace(`${folder}/`, "");
  const put = (name: string, text = ""): void => writeFileSync(join(folder, name), text);

  it("to the usual file at home, where no variable says otherwise", () => {
    expect(at({})).toBe(".kube/config");
    expect(at({ KUBECONFIG: "" })).toBe(".kube/config");
    expect(mergeTarget("talosconfig", TALOS, { HOME: folder })).toBe(join(folder, ".talos/config"));
  });

  it("to the file that KUBECONFIG or TALOSCONFIG names, there or not", () => {
    expect(at({ KUBECONFIG: "~/mine" })).toBe("mine");
    expect(mergeTarget("talosconfig", TALOS, { HOME: folder, TALOSCONFIG: "~/a:b" })).toBe(join(folder, "a:b"));
  });

  it("of several to the first that is there, or the last when none is", () => {
    const KUBECONFIG = [":", join(folder, "one"), "~/two", ""].join(":");
    expect(at({ KUBECONFIG })).toBe("two");
    put("two");
    put("one");
    expect(at({ KUBECONFIG })).toBe("one");
  });

  it("of several to the one that has the lab's contexts: what stands in an earlier one counts", () => {
    put("one", WORK);
    put("two", LAB);
    expect(at({ KUBECONFIG: "~/one:~/two" })).toBe("two");
  });

  it("to nothing that names no path", () => {
    expect(() => at({ KUBECONFIG: "~/one:~bob/two" })).toThrow('KUBECONFIG: got "~bob/two"');
  });
});

describe("a kubeconfig of the sandbox", () => {
  it("names the tunnel to the API server, and is otherwise as it was", () => {
    const before = parse(LAB);
    const after = parse(withServer(LAB, "https://127.0.0.1:18000"));
    expect(after.clusters).toEqual([{ name: "lab", cluster: { server: "https://127.0.0.1:18000" } }]);
    expect({ ...after, clusters: before.clusters }).toEqual(before);
  });
});
