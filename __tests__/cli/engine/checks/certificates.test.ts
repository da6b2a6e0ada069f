import { generateKeyPairSync } from "node:crypto";
import { mkdirSync, writeFileSync } from "node:fs";
import { certificateFindings, certificates, clientCertificateOf } from "../../../../cli/engine/checks/certificates.ts";
import { openProject } from "../../../../cli/engine/synth/project.ts";
import { newClientConfiguration, newMachineSecrets } from "../../../../sandbox/talos/model/config/secrets.ts";
import { talosconfig } from "../../../../sandbox/talos/model/talosconfig.ts";
import { SmallLab } from "../../small-lab.ts";

const DAY_MS = 86_400_000;
const MADE = new Date("2026-11-29T12:00:00Z");

let config = "";
beforeAll(async () => {
  const quick = async () => generateKeyPairSync("rsa", { modulusLength: 1024 }).privateKey;
  const client = newClientConfiguration(await newMachineSecrets(MADE, quick), MADE);
  config = talosconfig({ clusterName: "lab", client, endpoints: ["127.0.0.1:18101"], nodes: ["10.20.0.11"] });
});

function on(day: number, sandbox = false) {
  const certificate = clientCertificateOf("talosconfig", config);
  const now = new Date(MADE.getTime() + day * DAY_MS);
  return certificateFindings(certificate === null ? [] : [certificate], now, sandbox)[0];
}

describe("the client certificate of a lab", () => {
  it("is well for eleven months, warned of for four weeks, and then a failure, on each of 400 days", () => {
    const days = Array.from(
      { length: 401 },
      (_, day) => `${day <= 337 ? "ok" : day <= 365 ? "warn" : "fail"} on ${day}`,
    );
    expect(days.map((_, day) => `${on(day)?.status} on ${day}`)).toEqual(days);
  });

  it("is told with its end, the days that are left, and what renews it", () => {
    expect(on(0)).toMatchObject({ found: expect.stringMatching(/^talosconfig until 2027-11-29; /), advice: null });
    const advice = "npx cdktf deploy renews it";
    expect(on(355)).toMatchObject({ found: "talosconfig ends on 2027-11-29, in 10 days", advice });
    expect(on(399)).toMatchObject({ found: "talosconfig ended on 2027-11-29", advice });
  });

  it.each(["", "contexts: []", "context: lab\ncontexts: {lab: {crt: bm9uZQ==}}", "{"])("of %j is none", (text) => {
    expect(clientCertificateOf("talosconfig", text)).toBeNull();
  });
});

describe("`lab sandbox status` and `lab doctor`", () => {
  it("tell the end of the certificate that the state here has", async () => {
    const lab = new SmallLab({});
    try {
      mkdirSync(lab.path(".sandbox", "state"), { recursive: true });
      const outputs = { talosconfig: { value: config, type: "string", sensitive: true } };
      const state = { version: 4, serial: 1, lineage: "a", outputs, resources: [] };
      writeFileSync(lab.path(".sandbox", "state", "talos.tfstate"), JSON.stringify(state));
      const project = openProject({ sandbox: true }, {}, lab.home);
      expect(certificates(project, MADE)).toEqual([on(0, true)]);
      await lab.runLab(["sandbox", "start"]);
      expect((await lab.runLab(["sandbox", "status"])).stdout).toMatch(/^certificates: talosconfig .*2027-11-29/m);
    } finally {
      await lab.runLab(["sandbox", "stop"]);
      lab.dispose();
    }
  });
});
