import { hostname } from "node:os";
import { takeLock } from "../../../../cli/engine/synth/lock.ts";
import { readFileSync, rmSync, writeFileSync } from "node:fs";
import { processesWith } from "../../../../cli/clients/processes.ts";
import type { Running } from "../../running.ts";
import { itWithTool, SmallLab, waitsFor } from "../../small-lab.ts";

let lab: SmallLab;
/** Creating `slow` takes until this file is there. */
let gate: string;
beforeEach(() => {
  lab = new SmallLab({});
  gate = lab.path("gate");
  lab.write({
    net: {
      terraform: {
        resource: {
          terraform_data: { first: { input: 1 }, slow: waitsFor(gate, { depends_on: ["terraform_data.first"] }) },
        },
      },
    },
    vms: { reads: ["net"], terraform: { resource: { terraform_data: { vm: { input: 1 } } } } },
  });
});
afterEach(() => {
  writeFileSync(gate, "");
  lab.dispose();
});

const open = (): void => writeFileSync(gate, "");
const DEPLOY = ["deploy", "--auto-approve"];

/** Ends the terraform that applies `stack`, and nothing else. */
function killTool(stack: string): void {
  const [found] = processesWith(lab.path(".lab", "run", stack)).filter(
    ({ command }) => command.includes(" apply ") && !command.startsWith("/bin/sh"),
  );
  if (found === undefined) throw new Error("no apply runs");
  process.kill(found.pid, "SIGKILL");
}

describe.each([
  ["SIGINT", 130],
  ["SIGTERM", 143],
] as const)("%s during a deploy", (signal, exitCode) => {
  itWithTool("lets terraform end well, says what was done, and a second deploy goes on from there", async () => {
    const first = lab.start(DEPLOY);
    await first.says("net | started");
    first.child.kill(signal);
    const { code, stderr } = await first.finished;
    expect(code).toBe(exitCode);
    expect(stderr).toContain("net interrupted after 1 added\nvms skipped\n");
    expect(lab.state("net")).toEqual(["terraform_data.first", "terraform_data.slow"]);
    expect(lab.has(".lab", "state", ".net.tfstate.lock.info")).toBe(false);

    open();
    expect((await lab.run(DEPLOY)).code).toBe(0);
    expect((await lab.run(["diff"])).code).toBe(0);
  });
});

describe("the end of cdktf by SIGKILL", () => {
  itWithTool("leaves terraform at work; the next run waits for it and goes on", async () => {
    const first = lab.start(DEPLOY);
    await first.says("net | started");
    first.child.kill("SIGKILL");
    await first.finished;

    const second = lab.start(DEPLOY);
    await second.says("apply of net, started");
    open();
    const { code, stdout } = await second.finished;
    expect(code).toBe(0);
    expect(stdout).toContain("net + terraform_data.slow");
    expect(stdout).toContain("net no changes");
    expect(stdout).toContain("vms deployed");
    expect(lab.has(".lab", "run", "net.json")).toBe(false);
  });

  itWithTool("is noticed when terraform has ended meanwhile", async () => {
    const first = lab.start(DEPLOY);
    await first.says("net | started");
    first.child.kill("SIGKILL");
    await first.finished;
    open();
    const { code, stdout } = await lab.run(DEPLOY);
    expect([code, stdout.includes("net no changes")]).toEqual([0, true]);
  });
});

describe("the end of terraform by SIGKILL", () => {
  itWithTool("is told, what it was doing is named, and the next run goes on", async () => {
    const first = lab.start(DEPLOY);
    await first.says("net | started");
    killTool("net");
    const { code, stderr } = await first.finished;
    expect(code).toBe(1);
    expect(stderr).toContain("was killed (signal 9)");
    expect(stderr).toContain("terraform_data.slow was being done: the next plan shows what is left to do");
    open();
    expect((await lab.run(DEPLOY)).code).toBe(0);
  });

  itWithTool("is noticed by the next run when cdktf was killed too", async () => {
    const first = lab.start(DEPLOY);
    await first.says("net | started");
    first.child.kill("SIGKILL");
    await first.finished;
    killTool("net");
    open();
    const { code, stderr } = await lab.run(DEPLOY);
    expect(code).toBe(0);
    expect(stderr).toContain("was cut off; no object of it is lost");
  });
});

describe("a script that was cut off", () => {
  /** `other` is done while `slow` is being made: that is when terraform saves both. */
  const both = (): void =>
    lab.write({
      net: {
        terraform: {
          resource: {
            terraform_data: {
              slow: waitsFor(gate),
              early: waitsFor(lab.path("early")),
              other: { depends_on: ["terraform_data.early"] },
            },
          },
        },
      },
    });
  const untilSaved = async (run: Running): Promise<void> => {
    writeFileSync(lab.path("early"), "");
    await run.says("net + terraform_data.other");
  };

  itWithTool("is run again, although terraform has saved the step as done", async () => {
    both();
    const first = lab.start(DEPLOY);
    await first.says("net | started");
    await untilSaved(first);
    killTool("net");
    expect((await first.finished).stderr).toContain("terraform_data.slow was being done");
    open();
    const { code, stdout } = await lab.run(DEPLOY);
    expect(code).toBe(0);
    expect(stdout).toContain("net + terraform_data.slow");
  });

  itWithTool("is noticed by the next run, in a folder that was emptied", async () => {
    both();
    const first = lab.start(DEPLOY);
    await first.says("net | started");
    await untilSaved(first);
    first.child.kill("SIGKILL");
    await first.finished;
    killTool("net");
    rmSync(lab.path("cdktf.out"), { recursive: true });
    open();
    const { code, stdout } = await lab.run(DEPLOY);
    expect(code).toBe(0);
    expect(stdout).toContain("net + terraform_data.slow");
  });

  itWithTool("ends with the terraform that was killed", async () => {
    both();
    const first = lab.start(DEPLOY);
    await first.says("net | started");
    killTool("net");
    await first.finished;
    expect(processesWith(gate)).toEqual([]);
  });
});

describe("two cdktf in one LAB_HOME", () => {
  itWithTool("the second says who is at work, and waits", async () => {
    const first = lab.start(["deploy", "net", "--auto-approve"]);
    await first.says("net | started");
    const second = lab.start(["diff", "net"]);
    await second.says(`another cdktf works in this LAB_HOME (cdktf deploy, process ${first.child.pid}`);
    open();
    expect((await first.finished).code).toBe(0);
    expect((await second.finished).stdout).toBe("net no changes\n");
    expect(lab.has(".lab", "cdktf.lock")).toBe(false);
  });

  itWithTool("the second takes over from one that is gone", async () => {
    await lab.run(["synth"]);
    // A process of this id is there: whether it lives is asked of nobody.
    const dead = { pid: process.pid, host: hostname(), command: "cdktf deploy", since: "yesterday" };
    writeFileSync(lab.path(".lab", "cdktf.lock"), JSON.stringify(dead));
    expect((await lab.run(["synth"])).code).toBe(0);
  });

  itWithTool("the second waits for one whose process cannot be seen, as it is in another container", async () => {
    const alone = new AbortController();
    const file = lab.path(".lab", "cdktf.lock");
    const held = await takeLock(file, "cdktf deploy", () => undefined, alone.signal);
    const there = { pid: 2 ** 22 + 1, host: "container-1", command: "cdktf deploy", since: "noon" };
    writeFileSync(file, JSON.stringify(there));
    const second = lab.start(["synth"]);
    await second.says(
      "another cdktf works in this LAB_HOME (cdktf deploy, process 4194305 on container-1, since noon)",
    );
    held.release();
    expect((await second.finished).code).toBe(0);
  });
});

describe("a record that cannot be read", () => {
  itWithTool("stops the run: what it stands for may still be at work", async () => {
    await lab.run(["diff", "net"]);
    const file = lab.path(".lab", "run", "net.json");
    writeFileSync(file, "{");
    const { code, stderr } = await lab.run(["diff", "net"]);
    expect(code).toBe(1);
    expect(stderr).toContain(`${file}: the record of an earlier run cannot be read`);
    expect(readFileSync(file, "utf8")).toBe("{");
  });
});
