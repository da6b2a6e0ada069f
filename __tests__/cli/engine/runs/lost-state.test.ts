import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { itWithTool, SmallLab } from "../../small-lab.ts";

/** What the log of an apply says of an object that was made. */
function made(address: string, id: string): string {
  const resource = { addr: address, resource_type: address.split(".")[0] };
  const hook = { resource, action: "create", id_key: "id", id_value: id };
  return JSON.stringify({ type: "apply_complete", "@timestamp": "2026-01-01T00:00:00Z", hook });
}

describe("a state that is gone", () => {
  let lab: SmallLab;
  const thing = (input: string) => ({ net: { terraform: { resource: { terraform_data: { thing: { input } } } } } });
  beforeEach(() => {
    lab = new SmallLab(thing("x"));
  });
  afterEach(() => lab.dispose());

  const file = (): string => lab.path(".lab", "state", "net.tfstate");
  const change = (verb: "deploy" | "destroy", ...more: readonly string[]) =>
    lab.run([verb, "net", "--auto-approve", ...more]);
  const nothing = { code: 0, stdout: expect.stringContaining("nothing to destroy") };
  const told = (what: string, more: string) =>
    expect.stringMatching(
      new RegExp(
        `^using.*\nthe state of net ${what} \\(\\S+net\\.tfstate\\).* terraform_data\\.thing.*${more}.*--forget-lost\n$`,
      ),
    );
  const lose = (): void => {
    for (const each of [".lab/state", ".lab/backups"]) rmSync(lab.path(each), { recursive: true, force: true });
  };

  itWithTool("stops deploy, diff and destroy in one line, once something was deployed by it", async () => {
    expect((await change("deploy")).code).toBe(0);
    lose();
    const again = "all would be made a second time";
    expect(await change("deploy", "--json")).toMatchObject({
      code: 1,
      stdout: expect.stringMatching(/"stacks": \[\],\s+"error": "the state of net is not there/),
      stderr: told("is not there", again),
    });
    expect(await change("destroy")).toMatchObject({
      code: 1,
      stderr: told("is not there", "nothing can be destroyed"),
    });
    mkdirSync(dirname(file()), { recursive: true });
    writeFileSync(file(), "");
    const log = lab.path(".lab/run/net/apply.log");
    writeFileSync(log, `${made("oci_core_vcn.a", "vcn1")}\n${readFileSync(log, "utf8")}`);
    expect(await lab.run(["diff", "net"])).toMatchObject({
      code: 1,
      stderr: told("is an empty file", `${again}.* npx cdktf deploy net --recover takes back`),
    });
    expect(lab.has(".lab/run/net/lost.json")).toBe(true);
    expect((await change("deploy", "--forget-lost")).code).toBe(0);
    expect(lab.state("net")).toEqual(["terraform_data.thing"]);
  });

  itWithTool("comes back from the copy that is named", async () => {
    expect((await change("deploy")).code).toBe(0);
    lab.write(thing("y"));
    expect((await change("deploy")).code).toBe(0);
    rmSync(file());
    const backup = lab.path(".lab/backups/net", readdirSync(lab.path(".lab/backups/net"))[0] ?? "");
    const { code, stderr } = await change("deploy");
    const restore = ["state", "restore", "net", "--backup", backup];
    expect([code, stderr]).toEqual([1, expect.stringContaining(`npx lab ${restore.join(" ")} brings back`)]);
    expect((await lab.runLab([...restore, "--yes"])).code).toBe(0);
    expect((await change("deploy")).code).toBe(0);
  });

  itWithTool("is not missed where there was but a plan, or all was destroyed", async () => {
    expect((await lab.run(["diff", "net"])).code).toBe(2);
    writeFileSync(file(), "");
    expect(await change("destroy")).toMatchObject(nothing);
    expect((await change("deploy")).code).toBe(0);
    expect((await change("destroy")).code).toBe(0);
    rmSync(file());
    expect(await change("destroy")).toMatchObject(nothing);
    expect((await change("deploy")).code).toBe(0);
  });
});
