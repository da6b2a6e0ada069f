import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { stringify } from "yaml";
import { recipientFindings } from "../../../../cli/engine/checks/recipients.ts";

const [ANNA, BEN, CI] = ["a", "b", "c"].map((letter) => `age1${letter.repeat(58)}`);
const PATH = "secrets\\.sops\\.yaml$";

let home: string;
let file: string;
beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), "ampere-recipients-"));
  mkdirSync(join(home, "lab"));
  file = join(home, "lab", "secrets.sops.yaml");
});
afterEach(() => rmSync(home, { recursive: true }));

function encryptedFor(...recipients: readonly (string | undefined)[]): void {
  writeFileSync(file, stringify({ sops: { age: recipients.map((recipient) => ({ recipient, enc: "x" })) } }));
}
function allow(...rules: readonly object[]): void {
  writeFileSync(join(home, ".sops.yaml"), stringify({ creation_rules: rules }));
}

describe("the recipients of encrypted secrets", () => {
  const forms: readonly (readonly [string, object])[] = [
    ["in one text", { age: `${ANNA},\n${BEN}` }],
    ["in a list", { age: [ANNA, BEN] }],
    ["in groups", { key_groups: [{ age: [ANNA], merge: [{ age: [BEN] }] }] }],
  ];
  it.each(forms)("are those that .sops.yaml names %s", (_, rule) => {
    allow({ path_regex: "other", age: CI }, { path_regex: PATH, ...rule }, { age: CI });
    encryptedFor(BEN, ANNA);
    expect(recipientFindings(file)).toEqual([expect.objectContaining({ status: "ok" })]);
  });

  it("are told where one was added and the file knows nothing of it", () => {
    allow({ path_regex: PATH, age: `${ANNA},${CI}` });
    encryptedFor(ANNA);
    expect(recipientFindings(file)).toEqual([
      {
        name: "recipients",
        status: "fail",
        found: `named in .sops.yaml, and cannot open the file: ${CI}`,
        advice: expect.stringContaining("rotate --data-key"),
      },
    ]);
  });

  it("are told where one was taken out and can open it still, and that it knows the secrets", () => {
    allow({ path_regex: PATH, age: ANNA });
    encryptedFor(ANNA, BEN);
    expect(recipientFindings(file)).toEqual([
      {
        name: "recipients",
        status: "fail",
        found: `no longer in .sops.yaml, and can still open the file: ${BEN}`,
        advice: expect.stringContaining("rotate them too"),
      },
    ]);
  });

  it("are told apart also by PGP", () => {
    allow({ path_regex: PATH, age: ANNA, pgp: "F00D" });
    writeFileSync(file, stringify({ sops: { age: [{ recipient: ANNA }], pgp: [{ fp: "BEEF" }] } }));
    expect(recipientFindings(file).map(({ found }) => found)).toEqual([
      expect.stringMatching(/cannot open the file: F00D$/),
      expect.stringMatching(/can still open the file: BEEF$/),
    ]);
  });

  it("are warned of where no rule is about the file, or none can be read", () => {
    encryptedFor(ANNA);
    allow({ path_regex: "other", age: ANNA });
    expect(recipientFindings(file)).toMatchObject([{ status: "warn", found: expect.stringContaining("no rule") }]);
    allow({ path_regex: "(", age: ANNA });
    expect(recipientFindings(file)).toMatchObject([{ status: "warn", found: expect.stringContaining("compared") }]);
  });

  it("are warned of where one key alone can open it", () => {
    allow({ path_regex: PATH, age: ANNA });
    encryptedFor(ANNA);
    expect(recipientFindings(file)).toMatchObject([{ status: "warn", found: "one age key can open it" }]);
  });
});
