import {
  type AskService,
  type Finding,
  type FoundObject,
  classifyLostObjects,
} from "../../../../cli/engine/runs/classify-lost.ts";
import { describe as describeLost, quoted, nextSteps } from "../../../../cli/engine/runs/recover.ts";
import type { LostObject } from "../../../../cli/engine/state/lost-objects.ts";
import type { Stack } from "../../../../cli/engine/terraform/stack.ts";
import type { StateResource } from "../../../../cli/engine/state/state.ts";

const RULE = "oci_core_network_security_group_security_rule";
const GROUP = "oci_core_network_security_group";

const rule = (group: string, description: string) => ({
  description,
  network_security_group_id: `\${${GROUP}.${group}.id}`,
});
const stack: Stack = {
  name: "oci",
  folder: "/lab/cdktf.out/stacks/oci",
  file: "",
  dependencies: [],
  variables: [],
  sensitiveVariables: [],
  stateFile: "",
  backend: { kind: "local", config: {} },
  initInputs: "",
  resources: {
    [GROUP]: { one: { display_name: "one" }, two: { display_name: "two" } },
    [RULE]: { a: rule("one", "SSH"), b: rule("one", "ping"), c: rule("two", "SSH"), twin: rule("one", "SSH") },
  },
};
const lost = (address: string, id: string | null = null, replacedId: string | null = null): LostObject => ({
  address,
  type: address.split(".")[0] ?? "",
  id,
  replacedId,
});
const held = (address: string, id: string, more: Readonly<Record<string, unknown>> = {}): StateResource => ({
  address,
  type: address.split(".")[0] ?? "",
  id,
  attributes: { id, ...more },
  tainted: false,
});
const none = new Map<string, string>();
const nobody: AskService = async () => null;
const groupOne = held(`${GROUP}.one`, "G1");

/** A service that has these, by type, what they are part of, and name. */
function service(has: Readonly<Record<string, readonly FoundObject[]>>): AskService {
  return async ({ type }, { text }) => {
    const group = text("network_security_group_id");
    if (type === RULE) return group === null ? null : (has[`${group} ${text("description")}`] ?? []);
    return has[String(text("display_name"))] ?? [];
  };
}
interface Given {
  readonly ask?: AskService;
  readonly held?: readonly StateResource[];
  readonly decisions?: ReadonlyMap<string, string>;
}
async function found(all: readonly LostObject[], given: Given = {}): Promise<readonly Finding[]> {
  return classifyLostObjects({ lost: all, stack, decisions: none, held: [groupOne], ask: nobody, ...given });
}
/** The import id, or what else is found. */
async function verdicts(all: readonly LostObject[], given: Given = {}): Promise<readonly string[]> {
  return (await found(all, given)).map(({ verdict }) => (verdict.kind === "import" ? verdict.id : verdict.kind));
}
const named = (id: string, name = ""): FoundObject => ({ id, name });

describe("what to do about a lost object", () => {
  it("is to import it by the id of the log and of what it is part of, whoever can be asked", async () => {
    const all = [lost(`${RULE}.a`, "AA")];
    expect(await verdicts(all)).toEqual(["networkSecurityGroups/G1/securityRules/AA"]);
    expect(await verdicts(all, { ask: service({}) })).toEqual(["networkSecurityGroups/G1/securityRules/AA"]);
  });

  it("is to import it as part of what the same run takes back", async () => {
    const all = [lost(`${RULE}.c`, "CC"), lost(`${RULE}.a`, "AA"), lost(`${GROUP}.two`, "G2"), lost(`${GROUP}.one`)];
    expect(await verdicts(all, { held: [], ask: service({ one: [named("G1")] }) })).toEqual([
      "networkSecurityGroups/G2/securityRules/CC",
      "networkSecurityGroups/G1/securityRules/AA",
      "G2",
      "G1",
    ]);
  });

  it("is to import it as part of what the user has decided on", async () => {
    const decisions = new Map([[`${GROUP}.one`, "G9"]]);
    expect(await verdicts([lost(`${RULE}.a`, "AA"), lost(`${GROUP}.one`)], { held: [], decisions })).toEqual([
      "networkSecurityGroups/G9/securityRules/AA",
      "G9",
    ]);
  });

  it("is not told by the thing that the lost one was to replace", async () => {
    const all = [lost(`${RULE}.a`), lost(`${GROUP}.one`, null, "OLD")];
    const ask = service({ one: [named("OLD"), named("NEW")], "NEW SSH": [named("AA")], "OLD SSH": [named("BB")] });
    expect(await verdicts(all, { held: [held(`${GROUP}.one`, "OLD")], ask })).toEqual([
      "networkSecurityGroups/NEW/securityRules/AA",
      "NEW",
    ]);
  });

  it("is to import, where no log has an id, the one that the service has by its name", async () => {
    const ask = service({ "G1 ping": [named("BB")], "G1 SSH": [named("AA")] });
    expect(await verdicts([lost(`${RULE}.b`), lost(`${RULE}.a`)], { ask })).toEqual([
      "networkSecurityGroups/G1/securityRules/BB",
      "networkSecurityGroups/G1/securityRules/AA",
    ]);
  });

  it("is to create it where the service has none but what states hold, and what it is part of is not there", async () => {
    const state = held(`${RULE}.b`, "AA", { network_security_group_id: "G1" });
    const ask = service({ "G1 SSH": [named("AA")] });
    expect(await verdicts([lost(`${RULE}.a`)], { ask, held: [groupOne, state] })).toEqual(["absent"]);
    expect(await verdicts([lost(`${RULE}.c`), lost(`${GROUP}.two`)], { ask })).toEqual(["absent", "absent"]);
  });

  it("is left to the user where several could be meant, or one could be two", async () => {
    const two = { ask: service({ "G1 SSH": [named("AA", "SSH"), named("BB", "SSH")] }) };
    const findings = await found([lost(`${RULE}.a`)], two);
    expect(describeLost("oci", findings).join("\n")).toContain(
      `--recover-id ${RULE}.a=networkSecurityGroups/G1/securityRules/AA   (SSH)`,
    );
    const one = { ask: service({ "G1 SSH": [named("AA")] }) };
    expect(await verdicts([lost(`${RULE}.a`), lost(`${RULE}.twin`)], one)).toContain("undecided");
    expect(await verdicts([lost(`${RULE}.a`), lost(`${RULE}.twin`, "AA")], one)).toEqual([
      "absent",
      "networkSecurityGroups/G1/securityRules/AA",
    ]);
  });

  it("is left to the user where nobody can be asked, with the id that it would have or where to look", async () => {
    const findings = await found([lost(`${RULE}.a`), lost("proxmox_virtual_environment_pool.p")], {});
    expect(describeLost("oci", findings).join("\n")).toContain(`--recover-id ${RULE}.a=none`);
    const pool = { resources: { proxmox_virtual_environment_pool: { p: { pool_id: "lab" } } } };
    const [finding] = await classifyLostObjects({
      lost: [lost("proxmox_virtual_environment_pool.p")],
      stack: pool,
      decisions: none,
      held: [],
      ask: nobody,
    });
    expect(finding?.verdict).toEqual({ kind: "undecided", candidates: [{ id: "lab", name: "if it is there" }] });
  });

  it("is what the user has decided", async () => {
    const decisions = new Map([
      [`${RULE}.a`, "x/AA"],
      [`${RULE}.b`, "none"],
    ]);
    expect(await verdicts([lost(`${RULE}.a`), lost(`${RULE}.b`, "BB")], { decisions })).toEqual(["x/AA", "absent"]);
  });

  it("is --recover of a deploy, as destroy has no such option", async () => {
    const findings = await found([lost(`${RULE}.a`, "AA")]);
    expect(nextSteps("oci", "deploy", findings)[0]).toBe(
      "To take back what exists and go on:  npx cdktf deploy oci --recover",
    );
    expect(nextSteps("oci", "destroy", findings)[0]).toMatch(
      / npx cdktf deploy oci --recover, then npx cdktf destroy oci again$/,
    );
    const open = await found([lost(`${RULE}.a`)]);
    expect(nextSteps("oci", "deploy", open)[0]).toMatch(
      / --recover with a --recover-id for each that may be several things$/,
    );
  });

  it("is to make keys anew, and the machines that have taken them", async () => {
    const findings = await found([lost("talos_machine_secrets.k", "machine_secrets")]);
    expect(describeLost("oci", findings).join("\n")).toContain(
      "--recover makes these keys anew, and with them the machines",
    );
  });

  it("is to make anew, once it is imported, what tells its secret only to whoever makes it", async () => {
    const findings = await found([lost("proxmox_user_token.t", "me@pve!lab")]);
    expect(describeLost("proxmox", findings).join("\n")).toContain("--recover imports me@pve!lab, and makes it anew");
  });

  it("is quoted for a shell", () => {
    expect([quoted("a.b"), quoted('a.b["c"]'), quoted("it's")]).toEqual(["a.b", `'a.b["c"]'`, `'it'\\''s'`]);
  });
});
