/** A year of the world's clock, as the provider's stand-in meets it. */
import { X509Certificate } from "node:crypto";
import { z } from "zod";
import type { Attributes } from "../../../../sandbox/plugin/resource.ts";
import { newClientConfiguration } from "../../../../sandbox/talos/model/config/secrets.ts";
import { accessTo, apply, bootstrap, secrets } from "../machines.ts";
import { type Lab, labWith, terraform, unknown } from "../world.ts";

function setClock({ store }: Lab, days: number): void {
  const spec = { what: "clock", seconds: days * 86_400 } as const;
  store.state.faults = { lastId: 1, active: [{ id: 1, spec, seen: 0, hits: 0 }] };
}

const certificate = z.object({ client_certificate: z.string() });
const made = z.object({
  client_configuration: certificate.optional(),
  kubernetes_client_configuration: certificate.optional(),
});
function endOf(state: Attributes): number {
  const { client_configuration: talos, kubernetes_client_configuration: kubernetes } = made.parse(state);
  const text = (kubernetes ?? talos)?.client_certificate ?? "";
  return Date.parse(new X509Certificate(Buffer.from(text, "base64")).validTo);
}

describe("talos_machine_secrets", () => {
  it("plans nothing for eleven months, and a new client's certificate in the last", async () => {
    const lab = labWith("cp-1");
    const tf = terraform(lab);
    const machine_secrets = JSON.parse(JSON.stringify(secrets()));
    const client_configuration = { ...newClientConfiguration(secrets(), new Date()) };
    const state = { id: "machine_secrets", machine_secrets, talos_version: "v1.13", client_configuration };
    setClock(lab, 333);
    expect((await tf.plan("machine_secrets", { talos_version: "v1.13" }, state)).values).toEqual(state);
    setClock(lab, 337);
    const { values, replaces } = await tf.plan("machine_secrets", { talos_version: "v1.13" }, state);
    expect([values["client_configuration"], replaces]).toEqual([unknown, []]);
    const renewed = await tf.apply("machine_secrets", { talos_version: "v1.13" }, state);
    expect(endOf(renewed)).toBeGreaterThan(endOf(state));
    expect(renewed["machine_secrets"]).toEqual(state["machine_secrets"]);
    expect((await tf.plan("machine_secrets", { talos_version: "v1.13" }, renewed)).values).toEqual(renewed);
  });
});

describe("talos_cluster_kubeconfig", () => {
  it.each([
    [334, 336, {}],
    [363, 365, { certificate_renewal_duration: "24h" }],
  ])("plans nothing on day %d, and a new one on day %d with %j", async (before, due, more) => {
    const lab = labWith("cp-1");
    await apply(lab, "cp-1");
    await bootstrap(lab, "cp-1");
    const tf = terraform(lab);
    const config = { ...accessTo("cp-1"), ...more };
    const state = await tf.apply("cluster_kubeconfig", config);
    setClock(lab, before);
    expect(await tf.plan("cluster_kubeconfig", config, state)).toMatchObject({ empty: true });
    setClock(lab, due - 0.5);
    expect((await tf.plan("cluster_kubeconfig", config, state)).values["kubeconfig_raw"]).toBe(unknown);
    expect(endOf(await tf.apply("cluster_kubeconfig", config, state))).toBeGreaterThan(endOf(state));
  });

  it("refuses a renewal duration that is none", async () => {
    const lab = labWith("cp-1");
    await apply(lab, "cp-1");
    await bootstrap(lab, "cp-1");
    const state = await terraform(lab).apply("cluster_kubeconfig", accessTo("cp-1"));
    const config = { ...accessTo("cp-1"), certificate_renewal_duration: "a month" };
    await expect(terraform(lab).plan("cluster_kubeconfig", config, state)).rejects.toThrow(
      'invalid duration "a month"',
    );
  });
});
