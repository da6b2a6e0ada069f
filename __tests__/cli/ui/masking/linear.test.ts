import { lineMask } from "../../../../cli/ui/mask-output.ts";
import { Masker } from "../../../../cli/ui/masker.ts";
import { endsInKey } from "../../../../cli/ui/mask-patterns.ts";
import { cpuSeconds } from "../../../cpu-seconds.ts";

/** Long enough that the square of it is seen, even where a step of it is quick. */
const LENGTH = 48_000;
/** What a machine may add by chance. */
const SLACK_SECONDS = 0.1;

/** What is compiled or collected meanwhile makes one measurement longer by chance, and not three. */
const TRIES = 3;

/** Four times the length: sixteen times as long by the square. */
function expectLinear(act: (length: number) => void): void {
  act(LENGTH / 16); // what is compiled is compiled then
  const over: number[] = [];
  while (over.length < TRIES && over.every((seconds) => seconds > 0)) {
    const quarter = cpuSeconds(() => act(LENGTH / 4));
    over.push(cpuSeconds(() => act(LENGTH)) - 8 * quarter - SLACK_SECONDS);
  }
  expect(Math.min(...over)).toBeLessThanOrEqual(0);
}

const HEADER = "-----BEGIN PRIVATE KEY-----";
/** What a service could answer to keep whoever prints it busy. */
const HOSTILE = [
  "token=",
  "token  ",
  HEADER,
  `${HEADER} -----END CERTIFICATE-----`,
  "-----BEGIN A ",
  "eyJ-",
  "eyJaaaaaaaaaa.",
  "PVE:",
  "://a:",
  "a",
  "A",
  "=",
  " ",
  "\n",
  "\\",
  "\\u",
  "\\u0041",
  "%25",
  "&amp;",
  "ab:",
  "UUUU",
  "LS0tLS1CRUdJTi",
  "AGE-SECRET-KEY-1",
  "$6$",
];

it.each(HOSTILE)("a long text of %j takes the time of its length, not of its square", (piece) => {
  const masker = new Masker();
  masker.learn("correct-horse-battery-9");
  expectLinear((length) => {
    const text = piece.repeat(length / piece.length);
    masker.masked(text);
    masker.masked(`${text}!`);
    endsInKey(text);
    // Within a key that has begun above, line by line.
    const mask = lineMask(true);
    mask.take(`${HEADER}\n`);
    mask.take(`${text}!\n`);
  });
});

it("so does a line that comes in many pieces", () => {
  expectLinear((length) => {
    const mask = lineMask(true);
    for (let piece = 0; piece < length; piece++) mask.take("ab");
    expect(mask.rest()).toHaveLength(2 * length);
  });
});
