/** Labs that live on: their admins move, hosts come and go. The sandbox's firewalls are asked at every connection. */
import { TestLab } from "./lab.ts";

jest.setTimeout(300_000);

const host = (number: number) => ({ name: `pve-${number}`, ocpus: 2, memoryGb: 12, bootVolumeGb: 100 });

describe("a deployed lab", () => {
  let lab: TestLab;
  beforeAll(async () => {
    lab = await TestLab.create({ preset: "free" });
    expect(await lab.cdktf("deploy", "--auto-approve")).toMatchObject({ code: 0 });
  });
  afterAll(() => lab.end());

  const adminsFrom = (...adminCidrs: string[]): void => lab.configure({ access: { ...lab.access, adminCidrs } });

  it("keeps out who comes from where no admin does, says what keeps them out, and lets them in again", async () => {
    expect(await lab.lab("sandbox", "admin", "192.0.2.99")).toMatchObject({
      code: 0,
      stdout: "you come from 192.0.2.99\npve-1 does not let you in: the security groups\n",
    });
    const { code, stderr } = await lab.cdktf("diff", "proxmox");
    expect(code).toBe(1);
    expect(stderr).toMatch(
      /pve-1 \([\d.]+\) does not let us in: SSH from 192\.0\.2\.99 is dropped by the security groups; /,
    );
    expect(await lab.lab("sandbox", "admin", "config")).toMatchObject({
      code: 0,
      stdout: "you come from 203.0.113.7\n",
    });
    expect(await lab.cdktf("diff", "proxmox")).toMatchObject({ code: 0 });
    expect(await lab.lab("sandbox", "admin", "nowhere")).toMatchObject({
      code: 1,
      stderr: "got nowhere, allowed an IPv4 address such as 198.51.100.9, or config\n",
    });
  });

  it("lets its admin in who comes from elsewhere now, changes what they ask, and goes when they say", async () => {
    adminsFrom("198.51.100.0/24");
    lab.configure({ tags: { moved: "yes" } });
    expect(await lab.cdktf("deploy", "--auto-approve")).toMatchObject({ code: 0 });
    expect(await (await lab.sandbox()).admin()).toEqual({
      address: "198.51.100.1",
      lockedOutOf: [],
      silent: [],
    });
    expect(await lab.cdktf("diff", "--detailed")).toMatchObject({ code: 0 });
    adminsFrom("192.0.2.7/32", "198.51.100.0/24");
    expect(await lab.cdktf("deploy", "oci", "--auto-approve")).toMatchObject({ code: 0 });
    expect(await lab.cdktf("destroy", "--auto-approve")).toMatchObject({ code: 0 });
    // Deleting a compartment takes Oracle an hour: it is kept.
    expect(await lab.world()).toEqual({ oci_identity_compartment: 1 });
  });
});

const micro = { name: "qdevice-1", bootVolumeGb: 50 };

it("a lab is born with one host, grows to three, shrinks to two with a third vote, and to one without it", async () => {
  const lab = await TestLab.create({ allowPaid: true, hosts: [host(1)] });
  try {
    const deploy = async (...stacks: string[]) => {
      const { code, stderr } = await lab.cdktf("deploy", ...stacks, "--auto-approve");
      expect({ stacks, code, stderr: code === 0 ? "" : stderr }).toEqual({ stacks, code: 0, stderr: "" });
    };
    const clusters = async () =>
      (await (await lab.sandbox()).overview()).proxmox.datacenters.map(({ quorate, hosts }) => ({
        quorate,
        hosts: hosts.filter(({ online }) => online).map(({ name }) => name),
      }));
    let before = 0;
    for (const numbers of [[1], [1, 2, 3], [1, 2], [1]]) {
      lab.configure({ hosts: numbers.map(host), micro: null });
      // A host that goes is emptied first, and leaves the cluster: once it is gone, nobody can ask what was on it.
      if (numbers.length < before) await deploy("proxmox", "talos");
      before = numbers.length;
      if (numbers.length === 2) lab.configure({ micro });
      await deploy();
      expect(await clusters()).toEqual([{ quorate: true, hosts: numbers.map((number) => `pve-${number}`) }]);
    }
    expect(await lab.cdktf("diff", "--detailed")).toMatchObject({ code: 0 });
  } finally {
    await lab.end();
  }
});
