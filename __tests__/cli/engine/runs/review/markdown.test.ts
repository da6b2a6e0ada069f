import * as fc from "fast-check";
import { MARKER } from "../../../../../cli/clients/github-workflow.ts";
import { reviewMarkdown } from "../../../../../cli/engine/runs/review-markdown.ts";
import { anyReview, change, EVERYTHING, FREE, OVER, review, stack } from "./reviews.ts";

const GITHUB_LIMIT = 65_536;
const headline = (text: string): string => text.split("\n")[1] ?? "";

/** What is left when fenced blocks, code spans and `<code>` are taken out: only this may be markup. Throws on an open fence. */
function markup(text: string): string {
  const lines: string[] = [];
  let fence: string | null = null;
  for (const line of text.split("\n")) {
    const run = /^ {0,3}(`{3,})/.exec(line)?.[1];
    if (fence === null) {
      if (run === undefined) lines.push(line);
      else fence = run;
    } else if (run !== undefined && run.length >= fence.length && line.trim() === run) fence = null;
  }
  if (fence !== null) throw new Error(`a fence is open at the end: ${fence}`);
  return lines
    .map((line) => line.replaceAll(/(?<!`)(`+)(?!`)(.*?)(?<!`)\1(?!`)/g, "").replaceAll(/<code>[^<]*<\/code>/g, ""))
    .join("\n");
}

describe("the comment of a pull request", () => {
  it("has what a reviewer must know first, and the rest folded", () => {
    expect(reviewMarkdown(EVERYTHING)).toMatchSnapshot();
  });

  it("is two lines, a table and a fold when nothing changes", () => {
    const unchanged = { ...FREE, rows: FREE.rows.slice(0, 1) };
    expect(reviewMarkdown(review([stack("oci"), stack("proxmox")], { freeTier: unchanged }))).toMatchSnapshot();
  });

  it("says of a config that is refused what the app said, and nothing else", () => {
    const error = "lab.config.ts: hosts[0].bootVolumeGb: got 40, allowed 50 to 32768\n";
    const text = reviewMarkdown(review([], { error, freeTier: null }));
    expect(headline(text)).toBe("### Refused: the app could not be synthesized");
    expect(text).toContain(`\`\`\`text\n${error}\`\`\``);
    expect(text).not.toContain("<details");
  });

  it("says of a config that costs money over which limits it is", () => {
    const error =
      "limit     used    allowed\nA1 OCPUs  4 OCPU  2 OCPU\nOver 1 Always Free limit: this costs money (limits …)\n";
    const text = reviewMarkdown(review([], { error, freeTier: null }));
    expect(headline(text)).toBe("### Refused: over 1 Always Free limit");
    expect(text).toContain(error);
  });

  it("names the cost in its headline", () => {
    const headlines = [FREE, OVER, { ...OVER, rows: [] }, null].map((freeTier) =>
      headline(reviewMarkdown(review([stack("oci")], { freeTier }))),
    );
    expect(headlines).toEqual([
      "### No changes; $0.00",
      "### No changes; over 1 Always Free limit: costs money",
      "### No changes; may cost money",
      "### No changes",
    ]);
  });

  it("says in its headline how many stacks could not be planned, and nothing of what they would do", () => {
    const broken = stack("talos", { status: "failed", error: "no" });
    const headlines = [[broken], [stack("oci"), broken]].map((stacks) => headline(reviewMarkdown(review(stacks))));
    expect(headlines).toEqual([
      "### 1 of 1 stacks could not be planned; $0.00",
      "### 1 of 2 stacks could not be planned; of the others no changes; $0.00",
    ]);
  });

  it("warns of objects that are lost, and not of steps that run again", () => {
    const step = change({ address: "terraform_data.health_wait_run", action: "replace" });
    const harmless = reviewMarkdown(review([stack("talos", { changes: [step] })]));
    expect(harmless).not.toContain("[!CAUTION]");
    expect(harmless).toContain("- step `terraform_data.health_wait_run` in `talos` runs again");
    const vm = change({
      address: "proxmox_virtual_environment_vm.cp-1_vm",
      action: "replace",
      forcedBy: ["node_name"],
    });
    const text = reviewMarkdown(review([stack("proxmox", { changes: [step, vm] })]));
    expect(text).toContain(
      "> - replaced: `proxmox_virtual_environment_vm.cp-1_vm` in `proxmox`: forced by `node_name`",
    );
    expect(headline(text)).toBe("### 2 changes: replaces 1 object; $0.00");
  });

  it("opens the free tier only when something of it changes or is over", () => {
    const same = { ...FREE, rows: FREE.rows.slice(0, 1) };
    const opened = [FREE, OVER, same].map((freeTier) =>
      reviewMarkdown(review([stack("oci")], { freeTier })).includes("<details open>"),
    );
    expect(opened).toEqual([true, true, false]);
  });

  it("is silent on an image that stays", () => {
    const image = { name: "proxmox", before: "a.oci", after: "a.oci", built: false };
    expect(reviewMarkdown(review([stack("oci")], { images: [image] }))).not.toContain("image");
  });
});

describe("text from elsewhere", () => {
  const shown = (address: string): string =>
    reviewMarkdown(review([stack("oci", { changes: [change({ address, action: "delete" })] })]));

  it("cannot end its code span, its line, its table or its fence", () => {
    expect(shown("a`b``c")).toContain("destroyed: ```a`b``c``` in `oci`");
    expect(shown("`a`")).toContain("destroyed: `` `a` `` in `oci`");
    expect(shown("a\n\n# b")).toContain("destroyed: `a\\n\\n# b` in `oci`");
    expect(reviewMarkdown(review([stack("a|b")]))).toContain("| `a¦b` |");
    expect(shown("```\n</details>")).toContain("````diff\n-   ```\\n</details>\n````");
  });

  it("cannot hide in characters that are not seen or turn the line around", () => {
    expect(shown("a\u202Eb\u200Bc\u001B[31m")).toContain("destroyed: `a\\u{202e}b\\u{200b}c\\u{1b}[31m` in");
  });

  it("calls nobody and leads nowhere", () => {
    const label = "@someone fixes #12 <img src=x> [a](https://a.example)";
    const [first] = FREE.rows;
    const rows = first === undefined ? [] : [{ ...first, label }];
    const text = markup(reviewMarkdown(review([stack("@someone")], { freeTier: { ...FREE, rows, outcome: label } })));
    expect(text).not.toMatch(/@|#1|<img|\]\(|:\/\//);
  });

  it("of a program loses its colours and keeps its lines", () => {
    const error = "\u001B[31mError\u001B[0m: no\r\n\n  ```\n  at a";
    expect(reviewMarkdown(review([], { error }))).toContain("````text\nError: no\n\n  ```\n  at a\n````");
  });
});

describe("a comment that is too long", () => {
  const big = (name: string, count: number, action: "create" | "delete" = "create") =>
    stack(name, {
      changes: Array.from({ length: count }, (_, index) =>
        change({
          address: `null_resource.number-${index}`,
          action,
          values: [{ path: "input", before: null, after: "x".repeat(60), forcesReplacement: false }],
        }),
      ),
    });

  it("loses values before addresses, and says so", () => {
    const text = reviewMarkdown(review([big("oci", 1000)]));
    expect(text).toContain("number-999\n# values are left out; `npx cdktf diff` and the log of the run have all\n```");
    expect(text).not.toContain("input");
  });

  it("loses from the longest plan, and says how much", () => {
    const text = reviewMarkdown(review([big("oci", 4000), big("talos", 3)]));
    expect(text).toMatch(/\n# … \d+ more lines; `npx cdktf diff` and the log of the run have all\n```/);
    expect(text.match(/input/g)).toHaveLength(3);
    expect(text.length).toBeGreaterThan(60_000);
  });

  it("loses plans before what is destroyed", () => {
    const text = reviewMarkdown(review([big("oci", 500, "delete"), big("talos", 2000)]));
    expect(text.match(/> - destroyed/g)).toHaveLength(500);
    expect(headline(text)).toBe("### 2500 changes: destroys 500 objects; $0.00");
  });

  it("has room for all that is never cut, at its longest", () => {
    const name = "<".repeat(1000);
    const names = Array.from({ length: 500 }, () => name);
    const error = Array.from({ length: 500 }, () => "`".repeat(1000)).join("\n");
    const stacks = names.map((each) => stack(each, { status: "failed", error, after: names }));
    const text = reviewMarkdown(review(stacks, { error, freeTier: { ...OVER, outcome: "\uFFFF".repeat(1000) } }));
    expect(text.length).toBeLessThanOrEqual(GITHUB_LIMIT - 1500);
    expect(text).toContain("The plans of 480 more stacks are left out");
  });

  it("is never longer than GitHub takes, whatever there is to say", () => {
    fc.assert(
      fc.property(anyReview, (review) => {
        const text = reviewMarkdown(review);
        expect(text.length).toBeLessThanOrEqual(GITHUB_LIMIT - 1500);
        expect(text.startsWith(`${MARKER}\n### `)).toBe(true);
      }),
      { numRuns: 100 },
    );
  });

  it("is well-formed, and has no markup but its own", () => {
    fc.assert(
      fc.property(anyReview, (review) => {
        const text = markup(reviewMarkdown(review));
        const tags = text.match(/<[^>]*>/g) ?? [];
        expect(tags.filter((tag) => tag.startsWith("<details"))).toHaveLength(text.match(/<\/details>/g)?.length ?? 0);
        expect(
          tags.filter((tag) => !/^<(\/?(details|summary|sub)|details open|!-- ampere-lab diff --)>$/.test(tag)),
        ).toEqual([]);
        expect(text).not.toContain("@");
        expect(text.replace("\n### ", "").replaceAll(/&#\d+;/g, "")).not.toContain("#");
      }),
      { numRuns: 100 },
    );
  });

  it("keeps the counts of what is lost", () => {
    fc.assert(
      fc.property(anyReview, (each) => {
        const text = reviewMarkdown({ ...each, error: null });
        const lost = each.stacks.flatMap(({ changes }) =>
          changes.filter(({ action }) => /delete|replace/.test(action)),
        );
        const counts = [...headline(text).matchAll(/(?:destroys|replaces) (\d+) object/g)].map(([, count]) =>
          Number(count),
        );
        expect(counts.reduce((sum, count) => sum + count, 0)).toBe(lost.length);
      }),
      { numRuns: 100 },
    );
  });
});
