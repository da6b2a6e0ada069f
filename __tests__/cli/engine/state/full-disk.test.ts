import { execFile, spawnSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { stateFileText } from "../../../../cli/engine/state/store.ts";
import { SmallLab, TOOL } from "../../small-lab.ts";

jest.setTimeout(120_000);

const MOUNTS = spawnSync("unshare", ["-m", "true"]).status === 0;
/** A disk of our own has to be mounted, in a namespace of our own. */
const itWithMounts: (name: string, test: () => Promise<void>) => void =
  TOOL === undefined || !MOUNTS
    ? (name) => it.skip(`${name} (skipped: no tool, or no right to mount a small disk)`, () => undefined)
    : it;

const CDKTF = join(__dirname, "../../../../cli/bin/cdktf.js");

const objects = (count: number): Readonly<Record<string, unknown>> => ({
  resource: {
    terraform_data: Object.fromEntries(
      Array.from({ length: count }, (_, index) => [`r${index}`, { input: "x".repeat(200) }]),
    ),
  },
});

describe("a disk that gets full while a state is written", () => {
  let lab: SmallLab;
  beforeEach(() => {
    lab = new SmallLab({ net: { terraform: objects(3) } });
  });
  afterEach(() => lab.dispose());

  /** Deploys 3 objects, then 60 with room for 3, then again with room: what each run said. */
  async function story(...small: readonly string[]): Promise<string> {
    for (const folder of small) mkdirSync(lab.path(folder), { recursive: true });
    lab.write({ net: { terraform: objects(60) } });
    const many = lab.path("stacks.many.json");
    spawnSync("cp", [lab.path("stacks.json"), many]);
    lab.write({ net: { terraform: objects(3) } });
    const deploy = `'${process.execPath}' '${CDKTF}' deploy net --auto-approve`;
    const script = [
      ...small.map(
        (folder) => `mount -t tmpfs -o size=${folder === ".lab/state" ? 24 : 64}k tmpfs '${lab.path(folder)}'`,
      ),
      `${deploy}; echo "first $?"`,
      `cp '${many}' '${lab.path("stacks.json")}'`,
      // The synthesized stack takes most of the other one.
      `fill() { free=$(df --output=avail -k "$1" | tail -1); head -c "$((free - $2))k" /dev/zero >"$1/fill"; }`,
      ...small
        .slice(1)
        .map((folder) => `cp -r '${lab.path(folder)}' '${lab.path("kept")}'; fill '${lab.path(folder)}' 28`),
      `${deploy}; echo "second $?"`,
      `ls -l '${lab.path(".lab/state")}' '${lab.path("cdktf.out/stacks/net")}'`,
      ...small.map((folder) => `mount -o remount,size=20m '${lab.path(folder)}'`),
      `${deploy}; echo "third $?"`,
      `grep -c '"input"\\|"type": "terraform_data"' '${lab.path(".lab/state/net.tfstate")}'`,
      `ls '${lab.path("cdktf.out/stacks/net")}'`,
    ].join("\n");
    return new Promise((resolve) => {
      execFile(
        "unshare",
        ["-m", "sh", "-c", `exec 2>&1\n${script}`],
        {
          cwd: lab.home,
          env: { PATH: process.env["PATH"], HOME: lab.home, TF_CLI_CONFIG_FILE: "/dev/null" },
          encoding: "utf8",
        },
        (_, stdout) => resolve(stdout),
      );
    });
  }

  itWithMounts("loses nothing: the next run puts back what terraform left beside the stack", async () => {
    const said = await story(".lab/state");
    expect(said).toContain("first 0");
    expect(said).toMatch(/net: its state could not be saved \(.*\), and \S+errored\.tfstate holds it: make room/);
    expect(said).toContain("second 1");
    const after = said.slice(said.indexOf("second 1"));
    expect(after).toMatch(
      /net: its state could not be saved by the run that changed it, and is back from .*60 objects/,
    );
    expect(after).toContain("net no changes");
    expect(after).toContain("third 0");
    expect(after.slice(after.indexOf("third 0"))).not.toContain("errored.tfstate");
  });

  itWithMounts("nor where there is no room beside the stack: it is in the run's own log", async () => {
    const said = await story(".lab/state", "cdktf.out");
    expect(said).toContain("first 0");
    expect(said).toContain("second 1");
    const after = said.slice(said.indexOf("second 1"));
    expect(after).toMatch(
      /net: its state could not be saved by the run that changed it, and is back from .*apply\.log/,
    );
    expect(after).toContain("net no changes");
    expect(after).toContain("third 0");
  });
});

describe("a state file that is not whole", () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "ampere-damaged-"));
  });
  afterEach(() => rmSync(folder, { recursive: true }));
  const state = (serial: number): string =>
    JSON.stringify({ version: 4, serial, lineage: "a", outputs: {}, resources: [] }, undefined, 2);
  const file = (name: string, text: string): string => {
    writeFileSync(join(folder, name), text);
    return join(folder, name);
  };

  it.each(["", state(9).slice(0, 40)])("names of its copies one that is there and whole: %#", (text) => {
    const damaged = file("oci.tfstate", text);
    file("oci.tfstate.backup", state(8).slice(0, 30));
    const copies = [file("old", state(6)), file("new", state(7)), file("cut", state(9).slice(0, 50))];
    let said = "";
    try {
      stateFileText(damaged, "oci", [...copies, join(folder, "gone")]);
    } catch (error) {
      said = String(error);
    }
    const named = [...said.matchAll(/'([^']+)'/g)].map(([, path = ""]) => path);
    expect(named).toEqual([join(folder, "new")]);
    expect(named.every(existsSync)).toBe(true);
    expect(said).toContain("npx lab state restore oci --backup");
  });

  it("names none where none is whole", () => {
    const damaged = file("oci.tfstate", state(9).slice(0, 40));
    expect(() => stateFileText(damaged, "oci", [join(folder, "gone")])).toThrow("there is no whole copy of it here");
  });

  it("is set right by `lab state restore`, as the line says", async () => {
    const lab = new SmallLab({ net: { terraform: objects(2) } });
    try {
      if (TOOL === undefined) return;
      expect(await lab.run(["deploy", "net", "--auto-approve"])).toMatchObject({ code: 0 });
      lab.write({ net: { terraform: objects(3) } });
      expect(await lab.run(["deploy", "net", "--auto-approve"])).toMatchObject({ code: 0 });
      rmSync(lab.path(".lab/state/net.tfstate.backup"), { force: true });
      writeFileSync(lab.path(".lab/state/net.tfstate"), state(9).slice(0, 40));
      const { code, stderr } = await lab.run(["diff", "net"]);
      expect(code).toBe(1);
      const [, backup = ""] = /npx lab state restore net --backup '([^']+)'/.exec(stderr) ?? [];
      expect(existsSync(backup)).toBe(true);
      expect(await lab.runLab(["state", "restore", "net", "--backup", backup, "--yes"])).toMatchObject({ code: 0 });
      expect(lab.state("net")).toEqual(["terraform_data.r0", "terraform_data.r1"]);
    } finally {
      lab.dispose();
    }
  });
});
