import { join } from "node:path";
import { itPasses } from "./checks.ts";
import { Guest } from "./guest.ts";
import { diskOf, labImages, rememberInputs, removeWork, SOURCE, work } from "./workshop.ts";

jest.setTimeout(30 * 60_000);
afterAll(removeWork);

describe("the base", () => {
  it("is built by lab images build --runner local", async () => {
    await rememberInputs("base");
    const { code, stdout } = await labImages("build", "base", "--runner", "local", "--source", SOURCE, "--force");
    expect([code, JSON.parse(stdout)]).toMatchObject([0, { images: [{ name: "base", runner: "local" }] }]);
  });

  it("is as it was built", async () => {
    expect((await labImages("verify")).code).toBe(0);
  });
});

let guest: Guest;
const booted = (): Guest => guest;
afterAll(() => guest?.stop());

describe("the base, booted from pristine UEFI variables on a larger disk", () => {
  it("comes up", async () => {
    guest = await Guest.boot({ name: "first", disk: diskOf("base-hardened"), diskGb: 12, folder: join(work, "first") });
  });

  it("has talked on the serial console, up to the login", () => {
    expect(guest.console()).toMatch(/first login: /);
  });

  it("has grown its root file system by systemd-repart alone", () => {
    expect(guest.console()).not.toMatch(/GROWROOT/);
  });

  itPasses(booted, "base", "tests", "sealed.sh");
  itPasses(booted, "base", "tests", "grown.sh");
  itPasses(booted, "base", "tests", "hardened.sh");
});

describe("the base, booted a second time", () => {
  it("comes up", async () => guest.reboot());

  itPasses(booted, "base", "tests", "hardened.sh");
});
