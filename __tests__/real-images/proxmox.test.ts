import { mkdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { identityOf, itPasses } from "./checks.ts";
import { Guest } from "./guest.ts";
import { type HostProps, HOSTS } from "./hosts.ts";
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

async function boot(host: HostProps): Promise<void> {
  const folder = join(work, host.name);
  guests.push(await Guest.boot({ ...host, disk: diskOf("proxmox-ampere"), diskGb: 40, folder }));
}

const first = (): Guest => {
  const [guest] = guests;
  if (guest === undefined) throw new Error("the first host has not come up");
  return guest;
};

describe("two hosts, booted side by side from one image", () => {
  it("come up", async () => {
    await Promise.all(HOSTS.map(boot));
  });

  it("have no key, machine-id or certificate in common", async () => {
    const [one, other] = await Promise.all(
      guests.map((guest) => identityOf(guest, "proxmox-ampere", "tests", "identity.sh")),
    );
    expect(one?.size).toBeGreaterThan(6);
    expect([...(other?.keys() ?? [])]).toEqual([...(one?.keys() ?? [])]);
    for (const [name, digest] of one ?? []) expect(`${name} ${other?.get(name)}`).not.toBe(`${name} ${digest}`);
  });

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
    const lasting = (identity: ReadonlyMap<string, string>) =>
      [...identity].filter(([name]) => !/config\.db/.test(name));
    // The database of the cluster's files changes with whatever is written to them.
    const after = await identityOf(first(), "proxmox-ampere", "tests", "identity.sh");
    expect(lasting(after)).toEqual(lasting(before));
  });

  itPasses(first, "proxmox-ampere", "tests", "proxmox.sh");
});
