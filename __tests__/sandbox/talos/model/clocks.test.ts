/** The world's clock, and that of whoever looks at its certificates. */
import { X509Certificate } from "node:crypto";
import { once } from "node:events";
import tls from "node:tls";
import { issueCertificate } from "../../../../sandbox/proxmox/model/certificate.ts";
import { newKubeconfig } from "../../../../sandbox/talos/model/kubeconfig.ts";
import { factsOf } from "../../../../sandbox/talos/model/config/facts.ts";
import { newClientConfiguration, unbase64 } from "../../../../sandbox/talos/model/config/secrets.ts";
import { apiAt, tunnelTo } from "../clients.ts";
import { cluster, configurationOf, portTo } from "../cluster.ts";
import { apply, bootstrap, secrets } from "../machines.ts";
import { addresses, type Lab, labWith, quickSecrets } from "../world.ts";

const DAY_MS = 86_400_000;

function setClock({ store }: Lab, days: number): Date {
  const spec = { what: "clock", seconds: days * 86_400 } as const;
  store.state.faults = { lastId: 1, active: [{ id: 1, spec, seen: 0, hits: 0 }] };
  return new Date(store.now());
}

/** An admin of Kubernetes whose certificate was made so many days before now, by the world's clock. */
function kubernetesAdmin(now: Date) {
  const made = newKubeconfig(factsOf(configurationOf("cp-1", []), addresses["cp-1"]).cluster, now);
  return {
    ca: unbase64(made.caCertificate),
    cert: unbase64(made.clientCertificate),
    key: unbase64(made.clientKey),
  };
}

/** The status of the API server's answer. */
async function statusOf(port: number, credentials: tls.ConnectionOptions): Promise<string> {
  const socket = tls.connect({ host: "127.0.0.1", port, ...credentials });
  await once(socket, "secureConnect");
  socket.write("GET /version HTTP/1.1\r\nhost: api\r\nconnection: close\r\n\r\n");
  const [answer] = await once(socket, "data");
  socket.destroy();
  return String(answer).split(" ")[1] ?? "";
}

describe("certificates", () => {
  const begin = (pem: string): number => Date.parse(new X509Certificate(pem).validFrom);

  it("begin a little before they are made, so that no clock takes them for one of tomorrow", async () => {
    // Before any of them is made, however long that takes.
    const latest = Date.now() - 5000;
    const made = await quickSecrets();
    const authorities = [made.certs.os, made.certs.k8s, made.certs.etcd, made.certs.k8s_aggregator];
    const lab = cluster(["cp-1"]);
    const shown = async (port: number): Promise<string> => {
      const socket = tls.connect({ host: "127.0.0.1", port, rejectUnauthorized: false, ALPNProtocols: [] });
      await once(socket, "secureConnect");
      const { raw } = socket.getPeerCertificate();
      socket.destroy();
      return new X509Certificate(raw).toString();
    };
    const all = [
      ...authorities.map(({ cert }) => unbase64(cert)),
      unbase64(newClientConfiguration(made, new Date()).client_certificate),
      kubernetesAdmin(new Date()).cert,
      issueCertificate("pve-1", "10.0.0.11").certificate,
      await shown(await portTo(lab)),
      await shown(await tunnelTo(lab, "cp-1")),
      await shown(await tunnelTo(labWith("cp-1"), "cp-1")),
    ];
    expect(all.map(begin).filter((time) => time > latest)).toEqual([]);
  });

  it.each([-400, 0, 400])("of servers are good to who looks from here, with the world %d days ahead", async (days) => {
    const lab = cluster(["cp-1"]);
    const now = setClock(lab, days);
    await expect(statusOf(await portTo(lab), kubernetesAdmin(now))).resolves.toBe("200");
    const machines = labWith("cp-1");
    setClock(machines, days);
    const client = { ...newClientConfiguration(secrets(), now) };
    await apply(machines, "cp-1", { client_configuration: client });
    const api = apiAt(await tunnelTo(machines, "cp-1"), newClientConfiguration(secrets(), now));
    await expect(api.one("Hostname")).resolves.toMatchObject({ hostname: "cp-1" });
  });
});

describe("a client's certificate", () => {
  it.each([
    [364, "200"],
    [366, "401"],
  ])("is %d days old by the world's clock: the API server answers %s", async (days, status) => {
    const lab = cluster(["cp-1"]);
    setClock(lab, days);
    await expect(statusOf(await portTo(lab), kubernetesAdmin(new Date()))).resolves.toBe(status);
  });

  it("has expired by the world's clock: neither the provider nor talosctl gets in", async () => {
    const lab = labWith("cp-1");
    await apply(lab, "cp-1");
    await bootstrap(lab, "cp-1");
    const client = newClientConfiguration(secrets(), new Date());
    setClock(lab, 366);
    await expect(apply(lab, "cp-1")).rejects.toThrow("client certificate has expired");
    await expect(apiAt(await tunnelTo(lab, "cp-1"), client).one("Hostname")).rejects.toThrow();
  });

  it("is of another authority that has its name: nobody gets in by it", async () => {
    const lab = cluster(["cp-1"]);
    const { ca } = kubernetesAdmin(new Date());
    const { k8s } = (await quickSecrets()).certs;
    const authority = { certificate: unbase64(k8s.cert), key: unbase64(k8s.key) };
    const { cluster: facts } = factsOf(configurationOf("cp-1", []), addresses["cp-1"]);
    const own = newKubeconfig({ ...facts, authority }, new Date(Date.now() - 400 * DAY_MS));
    const credentials = { ca, cert: unbase64(own.clientCertificate), key: unbase64(own.clientKey) };
    await expect(statusOf(await portTo(lab), credentials)).resolves.toBe("401");
  });
});
