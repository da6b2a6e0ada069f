import { mkdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { identityOf, itPasses } from "./checks.ts";
import { Guest } from "./guest.ts";
import { type StubRepository, serveStubRepository } from "./stub-repository.ts";
import { ARTIFACTS, diskOf, labImages, rememberInputs, removeWork, SOURCE, work } from "./workshop.ts";

jest.setTimeout(60 * 60_000);

let repository: StubRepository;
beforeAll(async () => {
  mkdirSync(join(work, "repository"));
  repository = await serveStubRepository(join(work, "repository"));
});
const guests: Guest[] = [];
afterAll(async () => {
  for (const guest of guests) await guest.stop();
  repository.stop();
  removeWork();
});

describe("the Proxmox image", () => {
  it("is built on the base's disk, with Proxmox VE from the repository it is pointed at", async () => {
    rmSync(join(ARTIFACTS, "proxmox-ampere"), { recursive: true, force: true });
    await rememberInputs("proxmox");
    const variables = repository.variables.flatMap((variable) => ["--var", variable]);
    const { code, stdout } = await labImages("build", "--runner", "local", "--source", SOURCE, ...variables);
    expect([code, JSON.parse(stdout)]).toMatchObject([
      0,
      {
        images: [
          { name: "base" },
          { name: "proxmox", status: "built", versions: { "pve-manager": expect.stringMatching(/^9\.2/) } },
        ],
      },
    ]);
  });

  it("is as it was built", async () => {
    expect((await labImages("verify")).code).toBe(0);
  });
});

/** What cloud-init writes on a host of the lab, as far as first boot reads it. */
function hostOf(name: string, address: string): Readonly<Record<string, unknown>> {
  const fqdn = `${name}.lab.internal`;
  const facts = { lab: "test", name, fqdn, address, hosts: [{ name, fqdn, address }] };
  const file = { path: "/etc/ampere-lab/host.json", content: JSON.stringify(facts), permissions: "0644" };
  return { hostname: name, fqdn, manage_etc_hosts: false, write_files: [file] };
}

async function boot(name: string): Promise<void> {
  const folder = join(work, name);
  const cloudConfig = hostOf(name, "10.0.2.15");
  guests.push(await Guest.boot({ name, disk: diskOf("proxmox-ampere"), diskGb: 40, folder, cloudConfig }));
}

const first = (): Guest => {
  const [guest] = guests;
  if (guest === undefined) throw new Error("the first host has not come up");
  return guest;
};

describe("two hosts, booted side by side from one image", () => {
  it("come up", async () => {
    await Promise.all(["pve-1", "pve-2"].map(boot));
  });

  it("have no key, machine-id or certificate in common", async () => {
    const [one, other] = await Promise.all(
      guests.map((guest) => identityOf(guest, "proxmox-ampere", "tests", "identity.sh")),
    );
    expect(one?.size).toBeGreaterThan(6);
    expect([...(other?.keys() ?? [])]).toEqual([...(one?.keys() ?? [])]);
    for (const [name, digest] of one ?? []) expect(`${name} ${other?.get(name)}`).not.toBe(`${name} ${digest}`);
  });

  itPasses(first, "base", "tests", "sealed.sh");
  itPasses(first, "proxmox-ampere", "tests", "sealed.sh");
  itPasses(first, "proxmox-ampere", "tests", "proxmox.sh");
});

describe("a host, booted a second time", () => {
  let before: ReadonlyMap<string, string>;

  it("comes up", async () => {
    before = await identityOf(first(), "proxmox-ampere", "tests", "identity.sh");
    await guests[1]?.stop();
    await first().reboot();
  });

  it("is still the same", async () => {
    expect(await identityOf(first(), "proxmox-ampere", "tests", "identity.sh")).toEqual(before);
  });

  itPasses(first, "proxmox-ampere", "tests", "proxmox.sh");
});
