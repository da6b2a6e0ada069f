/** The first hour of somebody who has cloned the repository: two labs at once, by the commands of README.md and those that these name. */
import { FreshClones, type Ran, readmeCommands, withProgram } from "./fresh-clone.ts";

jest.setTimeout(300_000);

const UNATTENDED = " --auto-approve";
const [deploy = "", ...later] = readmeCommands();

const clones = new FreshClones();
let one: string;
let two: string;
let deploys: readonly Ran[];
beforeAll(async () => {
  [one, two] = [clones.clone("one"), clones.clone("two")];
  deploys = await Promise.all([one, two].map((clone) => clones.run(clone, deploy + UNATTENDED)));
});
afterAll(() => clones.end());

/** The commands that a deploy ends with. */
function next({ stdout }: Ran): readonly string[] {
  const lines = stdout.slice(stdout.lastIndexOf("\nNext:\n")).trim().split("\n").slice(1);
  return lines.map((line) => line.trim().split(/ {2,}/)[0] ?? "");
}

const fine = { code: 0, stderr: expect.not.stringContaining("rror") };

it("deploys two clones at the same time, asked for nothing but their approval", () => {
  expect(deploys).toEqual([expect.objectContaining(fine), expect.objectContaining(fine)]);
});

it("ends with the commands that come next, and a cost of nothing", () => {
  for (const ran of deploys) {
    expect(ran.stdout).toContain("$0.00");
    expect(next(ran)).toEqual([
      "npx lab kubeconfig --sandbox",
      "kubectl --kubeconfig .sandbox/kubeconfig get nodes",
      "npx lab sandbox open",
    ]);
  }
});

it("has a second terminal say how each lab is, on ports of its own", async () => {
  const told = await Promise.all([one, two].map((clone) => clones.run(clone, "npx lab status --sandbox --json")));
  const labs = told.map(({ stdout }) => JSON.parse(stdout));
  expect(labs).toMatchObject([one, two].map(() => ({ ok: true, nodes: [{ state: "ready" }] })));
  const ports: readonly number[] = labs.flatMap((lab) => lab.ports.map(({ port }: { port: number }) => port));
  expect(new Set(ports).size).toBe(ports.length);
});

withProgram(
  "kubectl",
  "version",
  "--client",
)("leads to a cluster that a real kubectl works in, in each clone", async () => {
  for (const [index, clone] of [one, two].entries()) {
    const [kubeconfig = "", kubectl = ""] = next(deploys[index] ?? { code: null, stdout: "", stderr: "" });
    expect(await clones.run(clone, kubeconfig)).toMatchObject({ code: 0 });
    expect(await clones.run(clone, kubectl)).toMatchObject({ code: 0, stdout: expect.stringMatching(/^cp-1 +Ready/m) });
    const to = "kubectl --kubeconfig .sandbox/kubeconfig";
    const make = `${to} create deployment web --image=nginx && ${to} wait --for=condition=Available deployment/web --timeout=60s`;
    expect(await clones.run(clone, make)).toMatchObject({ code: 0, stdout: expect.stringContaining("condition met") });
    expect((await clones.run(clone, `${to} get pods`)).stdout).toMatch(/^web-\S+ +1\/1 +Running/m);
  }
});

it("does the rest of README.md's commands, and leaves nothing that git would show", async () => {
  expect(later).toHaveLength(3);
  for (const command of later) {
    const unattended = command.includes("destroy") ? command + UNATTENDED : command;
    expect({ command, ...(await clones.run(one, unattended)) }).toMatchObject({ command, ...fine });
  }
  expect(await clones.run(one, "git status --porcelain")).toEqual({ code: 0, stdout: "", stderr: "" });
  const other = await clones.run(two, "npx cdktf diff --sandbox");
  expect(other).toMatchObject({ code: 0, stdout: expect.stringContaining("talos   no changes") });
});
