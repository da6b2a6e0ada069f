import * as fc from "fast-check";
import { formsOf, SHORTEST } from "../../../../cli/ui/mask-needles.ts";
import { Masker, SENSITIVE } from "../../../../cli/ui/masker.ts";

/** A secret as people and programs make them; whatever else is in it, it is no part of an ordinary word. */
const secret = fc
  .tuple(fc.stringMatching(/^[a-z0-9]{10}$/), fc.string({ minLength: 0, maxLength: 40, unit: "binary" }))
  .map(([core, more]) => `${core}${more.toWellFormed()}Z9`)
  .filter((text) => text === text.trim());
const words = fc.string({ unit: "grapheme", maxLength: 60 });

function knows(...values: readonly unknown[]): Masker {
  const masker = new Masker();
  masker.learn(values);
  return masker;
}

describe("a value that was learned", () => {
  it("survives in no form, whatever stands around it", () => {
    fc.assert(
      fc.property(secret, words, words, fc.nat({ max: 20 }), (value, before, after, which) => {
        const forms = formsOf(value);
        const form = forms[which % forms.length] ?? value;
        const masked = knows(value).masked(`${before}${form}${after}`);
        for (const each of formsOf(value)) expect(masked).not.toContain(each);
        expect(masked).toContain(SENSITIVE);
      }),
    );
  });

  it("survives in no base64 of something that it is part of", () => {
    fc.assert(
      fc.property(secret, words, words, (value, before, after) => {
        const around = Buffer.from(`${before}${value}${after}`).toString("base64");
        const masked = knows(value).masked(around);
        expect(masked).toContain(SENSITIVE);
        expect(Buffer.from(masked.replaceAll(SENSITIVE, ""), "base64").toString()).not.toContain(value);
      }),
    );
  });

  it("is found in lists, objects and texts that are JSON", () => {
    const masker = knows({ a: ["first-secret"], b: { c: JSON.stringify({ d: "second\nsecret-in-json" }) } });
    expect(masker.masked("first-secret second\nsecret-in-json")).toBe(`${SENSITIVE} ${SENSITIVE}`);
  });

  it("is masked line by line, where its lines are long enough to be secrets", () => {
    const masker = knows("tq5-wBx recovery code one\nhj2-PLm recovery code two");
    expect(masker.masked("line 2 is `hj2-PLm recovery code two`")).toBe(`line 2 is \`${SENSITIVE}\``);
  });

  it("is masked for what is secret in it, where it is a document", () => {
    const masker = knows("kind: Config\n  name: the-lab-of-somebody\n  password: k2mfl-pqzvn\nuser: x");
    expect(masker.masked("`k2mfl-pqzvn` of the-lab-of-somebody, display_name: the-lab-of-somebody-2")).toBe(
      `\`${SENSITIVE}\` of the-lab-of-somebody, display_name: the-lab-of-somebody-2`,
    );
  });

  it("leaves nothing between it and another that it overlaps", () => {
    expect(knows("abcdefgh1234", "1234ijklmnop").masked("<abcdefgh1234ijklmnop>")).toBe(`<${SENSITIVE}>`);
  });

  it(`is at least ${SHORTEST} characters long, and not one character only`, () => {
    expect(knows("1234567", "aaaaaaaaaaaa", "", 12, null).masked("1234567 aaaaaaaaaaaa 12")).toBe(
      "1234567 aaaaaaaaaaaa 12",
    );
  });

  it("is not what everybody may see: a public key, a certificate", () => {
    const open = ["ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIB ampere-lab", "-----BEGIN CERTIFICATE-----\nMIIBhTCCASug\n"];
    expect(knows(open).masked(open.join())).toBe(open.join());
  });
});

it("text without secrets is unchanged", () => {
  fc.assert(
    fc.property(secret, fc.string({ unit: "grapheme" }), (value, text) => {
      fc.pre(formsOf(value).every((form) => !text.includes(form)));
      expect(knows(value).masked(text)).toBe(text);
    }),
  );
});

describe("what is to be learned later", () => {
  it("is learned before anything is masked", () => {
    const masker = new Masker();
    masker.learnLater(() => masker.learn("correct-horse-battery"));
    expect(masker.masked("say correct-horse-battery")).toBe(`say ${SENSITIVE}`);
  });

  it("is learned once, and without being asked when there is time", async () => {
    const masker = new Masker();
    let times = 0;
    await new Promise<void>((resolve) => {
      masker.learnLater(() => {
        times += 1;
        resolve();
      });
    });
    masker.masked("");
    expect(times).toBe(1);
  });
});
