import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { takeLock } from "../../../../cli/engine/synth/lock.ts";
import { runningSandbox } from "../../../../sandbox/client.ts";
import { itWithTool, SmallLab } from "../../small-lab.ts";

jest.setTimeout(60_000);

const SANDBOX = { LAB_SANDBOX: "1" };
const DEPLOY = ["deploy", "net", "--auto-approve"];

let lab: SmallLab;
let info: string;
beforeEach(() => {
  lab = new SmallLab({ net: { terraform: {} } });
  info = lab.path(".sandbox", "daemon.json");
  // A step that waits for the sandbox: for another one than there was when it began.
  const gone = `while [ -e '${info}' ]; do sleep 0.05; done`;
  const there = `while [ ! -e '${info}' ] && [ -d '${lab.home}' ]; do sleep 0.05; done`;
  const provisioner = { "local-exec": { command: `echo started; ${gone}; ${there}` } };
  lab.write({ net: { terraform: { resource: { terraform_data: { step: { provisioner } } } } } });
});
afterEach(async () => {
  await (await runningSandbox(lab.home))?.stop();
  lab.dispose();
});

function killSandbox(): void {
  process.kill(JSON.parse(readFileSync(info, "utf8")).pid, "SIGKILL");
  rmSync(info);
}

describe("a sandbox that ends in mid-deploy", () => {
  itWithTool("is noticed and started again by the deploy", async () => {
    const deploy = lab.start(DEPLOY, SANDBOX);
    await deploy.says("net | started");
    killSandbox();
    const { code, stderr } = await deploy.finished;
    expect([code, stderr]).toEqual([0, expect.stringContaining("the sandbox has ended under this run")]);
  });

  itWithTool("is started again by the next deploy before it waits for what the last one has left at work", async () => {
    const first = lab.start(DEPLOY, SANDBOX);
    await first.says("net | started");
    first.child.kill("SIGKILL");
    await first.finished;
    killSandbox();
    const { code, stderr } = await lab.run(DEPLOY, SANDBOX);
    expect([code, stderr]).toEqual([0, expect.stringContaining("apply of net has ended")]);
  });

  it("is not ended by `sandbox stop` while something is at work in it, and started without waiting for that", async () => {
    const holder = await takeLock(
      lab.path(".lab", "cdktf.lock"),
      "cdktf deploy",
      () => undefined,
      AbortSignal.timeout(9000),
    );
    const started = await lab.runLab(["sandbox", "start"]);
    expect([started.code, started.stderr]).toEqual([
      0,
      expect.stringContaining("of what works in it (cdktf deploy, process"),
    ]);
    const refused = await lab.runLab(["sandbox", "stop"]);
    expect([refused.code, refused.stderr]).toEqual([
      1,
      expect.stringMatching(/is at work for cdktf deploy, process \d+.*Ctrl-C/),
    ]);
    holder.release();
    expect((await lab.runLab(["sandbox", "stop"])).code).toBe(0);
  });

  it.each(["{}", "[]", '{"pid": 1, "sockets": {}}', "{"])("is started anew where daemon.json is %s", async (text) => {
    mkdirSync(dirname(info));
    writeFileSync(info, text);
    expect(await lab.runLab(["sandbox", "status"])).toMatchObject({ code: 1, stderr: "" });
    expect((await lab.runLab(["sandbox", "start"])).code).toBe(0);
  });
});
