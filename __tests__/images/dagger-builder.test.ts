import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pinnedImage } from "../../images/model/pipeline.ts";
import { chooseBuilder } from "../../images/runners/dagger-builder.ts";

let folder = "";
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "ampere-lab-choice-"));
});
afterEach(() => rmSync(folder, { recursive: true }));

const path = (name: string): string => join(folder, name);

describe("the builder's pin", () => {
  const digest = `sha256:${"a".repeat(64)}`;
  const refusal = (got: string) =>
    `images/builder.json: digest: got ${got}, allowed sha256:<64 hex digits>; ` +
    "fill it in with npx lab images pin, or bring a builder along with --builder PATH";

  it("is the image by its digest", () => {
    expect(pinnedImage(JSON.stringify({ image: "debian:bookworm-slim", digest }))).toBe(
      `debian:bookworm-slim@${digest}`,
    );
  });

  it.each([
    ["null", null],
    ['"latest"', "latest"],
    ['"sha256:aa"', "sha256:aa"],
  ])("is refused in one line with the digest %s", (got, value) => {
    expect(() => pinnedImage(JSON.stringify({ image: "debian", digest: value }))).toThrow(new Error(refusal(got)));
  });

  it("is what counts where no builder is given", async () => {
    mkdirSync(path("images"));
    writeFileSync(path("images/builder.json"), '{ "image": "debian", "digest": null }');
    await expect(chooseBuilder(null, folder)).rejects.toThrow(new Error(refusal("null")));
  });
});

describe("a builder", () => {
  const unpacked = () => readdirSync(tmpdir()).filter((name) => name.startsWith(`ampere-lab-builder-${process.pid}-`));

  it.each([
    ["nothing", "which is not there", () => undefined],
    ["a folder that is no Debian", "a folder without usr/bin/dpkg", () => mkdirSync(path("builder"))],
    ["a file that is no tar", "a file that is neither", () => writeFileSync(path("builder"), "hello")],
    [
      "a tar that is no Debian",
      "a file that is neither",
      () => {
        writeFileSync(path("hello"), "hello");
        execFileSync("tar", ["-cf", path("builder"), "-C", folder, "hello"]);
      },
    ],
  ])("is refused in one line when it is %s", async (_, what, make) => {
    make();
    const allowed =
      "allowed a Debian 12 root file system, as a folder or a tar of it, or a tar as docker save writes it";
    const message = `--builder: got ${path("builder")}, ${what}; ${allowed}`;
    await expect(chooseBuilder(path("builder"), folder)).rejects.toThrow(new Error(message));
    expect(unpacked()).toEqual([]);
  });
});
