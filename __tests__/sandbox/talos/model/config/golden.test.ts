/** Against what siderolabs/talos 0.11.0 printed. */
import { X509Certificate } from "node:crypto";
import {
  type MachineConfigurationInput,
  machineConfiguration,
} from "../../../../../sandbox/talos/model/config/generate.ts";
import { applyPatches } from "../../../../../sandbox/talos/model/config/patch.ts";
import { imageUrls } from "../../../../../sandbox/talos/model/image-factory.ts";
import { keyPem, readKey } from "../../../../../sandbox/pki/keys.ts";
import {
  newMachineSecrets,
  newClientConfiguration,
  unbase64,
  type MachineSecrets,
} from "../../../../../sandbox/talos/model/config/secrets.ts";
import { talosconfig } from "../../../../../sandbox/talos/model/talosconfig.ts";
import { golden as found, type Golden, unlessAbsent } from "../../world.ts";

const describeGolden = found ? describe : describe.skip;
const itGolden = found ? it : it.skip;
/** Not asked where the reference is absent: tests that need it are skipped then, and counted so. */
function real(): Golden {
  if (!found) throw new Error("the reference is absent");
  return found;
}

/** The golden control plane was made with this patch, which its note does not mention; the worker without any. */
const withoutNetworkPlugin = "cluster:\n  network:\n    cni:\n      name: none\n  proxy:\n    disabled: true\n";

function input(of: Golden, rest: Partial<MachineConfigurationInput>): MachineConfigurationInput {
  return {
    clusterName: "lab",
    clusterEndpoint: "https://10.0.0.2:6443",
    machineType: "controlplane",
    secrets: of.machine_secrets,
    talosVersion: "v1.13",
    kubernetesVersion: "1.36.3",
    patches: [],
    ...rest,
  };
}

describeGolden(`the machine configuration${unlessAbsent}`, () => {
  it("of a control plane equals the real one", () => {
    const golden = real();
    expect(machineConfiguration(input(golden, { patches: [withoutNetworkPlugin] }))).toBe(golden.controlplane);
  });

  it("of a worker equals the real one", () => {
    const golden = real();
    expect(machineConfiguration(input(golden, { machineType: "worker" }))).toBe(golden.worker);
  });

  it("with patches equals the real one", () => {
    const golden = real();
    expect(machineConfiguration(input(golden, { patches: golden.patches }))).toBe(golden.controlplane_patched);
  });

  it("is the same when the patches come later", () => {
    const golden = real();
    const plain = machineConfiguration(input(golden, {}));
    expect(applyPatches(plain, golden.patches)).toBe(golden.controlplane_patched);
  });

  it("is the same for a Kubernetes version with a v", () => {
    const golden = real();
    const withV = input(golden, { machineType: "worker", kubernetesVersion: "v1.36.3", talosVersion: "1.13.9" });
    expect(machineConfiguration(withV)).toBe(golden.worker);
  });
});

itGolden(`writes the real talosconfig${unlessAbsent}`, () => {
  const golden = real();
  const { cluster_name: clusterName, nodes, endpoints } = golden.client_configuration_inputs;
  const made = talosconfig({ clusterName, nodes, endpoints, client: golden.client_configuration });
  expect(made).toBe(golden.talosconfig);
});

itGolden(`names the image factory's real URLs${unlessAbsent}`, () => {
  const golden = real();
  const made = imageUrls({
    factory: "https://factory.talos.dev",
    schematic: "376567988ad370138ad8b2698212367b8edcb69b5fd68c80be1f2ec7d603b4ba",
    talosVersion: "v1.13.9",
    platform: "nocloud",
    sbc: null,
    architecture: "arm64",
  });
  expect(made).toEqual(golden.image_factory_urls);
});

describeGolden(`the secrets${unlessAbsent}`, () => {
  /** What a certificate says apart from what is random or a date. */
  function shape(base64: string): object {
    const certificate = new X509Certificate(unbase64(base64));
    const der = certificate.raw.toString("hex");
    const years = (Date.parse(certificate.validTo) - Date.parse(certificate.validFrom)) / (365 * 24 * 3_600_000);
    return {
      subject: certificate.subject,
      issuer: certificate.issuer,
      ca: certificate.ca,
      // Ours begin ten seconds earlier.
      years: Math.round(years * 1000) / 1000,
      key: certificate.publicKey.asymmetricKeyType,
      curve: certificate.publicKey.asymmetricKeyDetails,
      usage: certificate.keyUsage,
      // Key usage, extended key usage and basic constraints as they stand there.
      extensions: ["551d0f", "551d25", "551d13", "551d0e", "551d23"].map((oid) => der.indexOf(oid)),
      keyUsage: /551d0f0101ff0404(03\w{6})/.exec(der)?.[1],
    };
  }

  /** The offsets differ by the length of the serial number and the signature only. */
  function comparable(base64: string): object {
    const { extensions, ...rest } = { extensions: [], ...shape(base64) };
    const offsets: readonly number[] = extensions;
    const first = Math.min(...offsets.filter((offset) => offset >= 0));
    return { ...rest, order: offsets.map((offset) => (offset < 0 ? -1 : offset - first)) };
  }

  const now = new Date("2026-09-01T00:00:00Z");
  let made: MachineSecrets;
  beforeAll(async () => {
    made = await newMachineSecrets(now);
  });

  it.each(["os", "k8s", "k8s_aggregator", "etcd"] as const)("have an authority %s like the real one", (name) => {
    const golden = real();
    expect(comparable(made.certs[name].cert)).toEqual(comparable(golden.machine_secrets.certs[name].cert));
  });

  it.each(["os", "k8s", "k8s_aggregator", "etcd", "k8s_serviceaccount"] as const)(
    "label the key of %s as the real ones do",
    (name) => {
      const golden = real();
      const label = (base64: string): string => unbase64(base64).split("\n")[0] ?? "";
      expect(label(made.certs[name].key)).toBe(label(golden.machine_secrets.certs[name].key));
    },
  );

  it.each(["os", "k8s", "k8s_serviceaccount"] as const)("write the real key of %s back unchanged", (name) => {
    const golden = real();
    const key = unbase64(golden.machine_secrets.certs[name].key);
    expect(keyPem(readKey(key))).toBe(key);
  });

  it("have an admin's certificate like the real one", () => {
    const golden = real();
    const { client_certificate } = newClientConfiguration(made, now);
    expect(comparable(client_certificate)).toEqual(comparable(golden.client_configuration.client_certificate));
  });
});
