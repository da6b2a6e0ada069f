import * as fc from "fast-check";
import { parseAllDocuments } from "yaml";
import { applyPatches } from "../../../../../sandbox/talos/model/config/patch.ts";
import { type Node, writeYaml } from "../../../../../sandbox/talos/model/config/go-yaml.ts";

const configuration = `version: v1alpha1
debug: false
persist: true
machine:
    type: controlplane
    token: aaaaaa.bbbbbbbbbbbbbbbb
    certSANs: []
    install:
        disk: /dev/sda
        wipe: false
    nodeLabels:
        tier: core
cluster:
    controlPlane:
        endpoint: https://10.20.0.10:6443
    network:
        dnsDomain: cluster.local
        podSubnets:
            - 10.244.0.0/16
        serviceSubnets:
            - 10.96.0.0/12
    apiServer:
        admissionControl:
            - name: PodSecurity
              configuration:
                exemptions:
                    namespaces:
                        - kube-system
---
apiVersion: v1alpha1
kind: HostnameConfig
auto: stable
`;

function patched(...patches: readonly string[]): string {
  return applyPatches(configuration, patches);
}

/** The lines that a patch takes away and adds. */
function changes(...patches: readonly string[]): {
  readonly gone: readonly string[];
  readonly added: readonly string[];
} {
  const before = configuration.split("\n");
  const after = patched(...patches).split("\n");
  return {
    gone: before.filter((line) => !after.includes(line)).map((line) => line.trim()),
    added: after.filter((line) => !before.includes(line)).map((line) => line.trim()),
  };
}

describe("merging a patch", () => {
  it("replaces a scalar", () => {
    expect(changes("machine:\n  install:\n    disk: /dev/vda\n")).toEqual({
      gone: ["disk: /dev/sda"],
      added: ["disk: /dev/vda"],
    });
  });

  it("appends to a list", () => {
    const sans = (...names: readonly string[]): string => JSON.stringify({ machine: { certSANs: names } });
    expect(changes(sans("a"), sans("b", "a")).added).toEqual(["certSANs:", "- a", "- b", "- a"]);
  });

  it("replaces the pod and service subnets", () => {
    expect(changes("cluster:\n  network:\n    podSubnets: [10.1.0.0/16]\n")).toEqual({
      gone: ["- 10.244.0.0/16"],
      added: ["- 10.1.0.0/16"],
    });
  });

  it("merges network interfaces that have the same name", () => {
    const mtu = "machine:\n  network:\n    interfaces:\n      - interface: eth0\n        mtu: 1400\n";
    const dhcp =
      "machine:\n  network:\n    interfaces:\n      - interface: eth0\n        dhcp: true\n      - interface: eth1\n";
    expect(changes(mtu, dhcp).added).toEqual([
      "interfaces:",
      "- interface: eth0",
      "mtu: 1400",
      "dhcp: true",
      "- interface: eth1",
    ]);
  });

  it("merges admission plugins by name", () => {
    const plugin = { name: "PodSecurity", configuration: { exemptions: { namespaces: ["lab"] } } };
    expect(changes(JSON.stringify({ cluster: { apiServer: { admissionControl: [plugin] } } })).added).toEqual([
      "- lab",
    ]);
  });

  it("does not let an empty label replace one that is there", () => {
    expect(changes('machine:\n  nodeLabels:\n    tier: ""\n    zone: ""\n').added).toEqual(['zone: ""']);
  });

  it("merges a document of a kind that is there", () => {
    const hostname = 'apiVersion: v1alpha1\nkind: HostnameConfig\nhostname: cp-1\nauto: "off"\n';
    expect(changes(hostname)).toEqual({ gone: ["auto: stable"], added: ['auto: "off"', "hostname: cp-1"] });
  });

  it("appends a document of another kind, its fields in Talos' order", () => {
    const address = "kind: Layer2VIPConfig\nlink: eth0\nname: 10.20.0.10\napiVersion: v1alpha1\n";
    expect(patched(address)).toBe(
      `${configuration}---\napiVersion: v1alpha1\nkind: Layer2VIPConfig\nname: 10.20.0.10\nlink: eth0\n`,
    );
  });

  it("tells documents of one kind apart by name", () => {
    const link = (name: string): string => `apiVersion: v1alpha1\nkind: LinkConfig\nname: ${name}\nmtu: 1400\n`;
    expect(changes(link("eth0"), link("eth1"), link("eth0")).added).toEqual([
      "kind: LinkConfig",
      "name: eth0",
      "mtu: 1400",
      "kind: LinkConfig",
      "name: eth1",
      "mtu: 1400",
    ]);
  });

  it("takes several documents in one patch", () => {
    const both =
      "machine:\n  install:\n    disk: /dev/vda\n---\napiVersion: v1alpha1\nkind: DHCPv4Config\nname: eth0\n";
    expect(changes(both).added).toEqual(["disk: /dev/vda", "kind: DHCPv4Config", "name: eth0"]);
  });

  it("writes durations as Go does", () => {
    expect(changes("machine:\n  time:\n    bootTimeout: 90s\n").added).toEqual(["time:", "bootTimeout: 1m30s"]);
  });

  it("leaves the text alone when there is no patch", () => {
    const comment = `# made by hand\n${configuration}`;
    expect(applyPatches(comment, [])).toBe(comment);
  });
});

describe("$patch: delete", () => {
  it("takes away a label", () => {
    expect(changes("machine:\n  nodeLabels:\n    tier:\n      $patch: delete\n")).toEqual({
      gone: ["nodeLabels:", "tier: core"],
      added: [],
    });
  });

  it("takes away an item of a list", () => {
    const removed = changes(
      "cluster:\n  apiServer:\n    admissionControl:\n      - name: PodSecurity\n        $patch: delete\n",
    );
    expect(removed.gone).toContain("- name: PodSecurity");
  });

  it("takes away a document", () => {
    expect(patched("apiVersion: v1alpha1\nkind: HostnameConfig\n$patch: delete\n")).not.toContain("HostnameConfig");
  });

  it("is refused where there is nothing to delete", () => {
    expect(() => patched("machine:\n  nodeLabels:\n    rack:\n      $patch: delete\n")).toThrow(
      "$patch: delete finds no machine.nodeLabels.rack in v1alpha1",
    );
  });
});

describe("a wrong patch is refused in one line:", () => {
  it.each([
    [
      "an unknown field",
      "machine:\n  instal:\n    disk: a\n",
      "unknown field machine.instal (line 2); is install meant?",
    ],
    [
      "an unknown section",
      "machin:\n  type: worker\n",
      "a document needs a kind, or is made of machine and cluster; got machin",
    ],
    [
      "an unknown kind",
      "apiVersion: v1alpha1\nkind: Layer2VipConfig\nname: a\n",
      'no document of kind "Layer2VipConfig"; is Layer2VIPConfig meant?',
    ],
    ["another API version", "apiVersion: v1\nkind: LinkConfig\nname: a\n", "LinkConfig needs apiVersion: v1alpha1"],
    ["no YAML", "machine: [\n  x", "(line 2)"],
    ["a scalar for a list", "machine:\n  certSANs: 5\n", 'machine.certSANs must be a list, got "5" (line 2)'],
    [
      "a word for a switch",
      "machine:\n  install:\n    wipe: maybe\n",
      'machine.install.wipe must be true or false, got "maybe" (line 3)',
    ],
    [
      "an address without its prefix length",
      "apiVersion: v1alpha1\nkind: LinkConfig\nname: a\naddresses:\n  - address: 10.0.0.5\n",
      "addresses[0].address must be an address with its prefix length",
    ],
    [
      "a JSON patch",
      '[{"op": "remove", "path": "/machine/install"}]',
      "JSON6902 patches are not supported for multi-document machine configuration",
    ],
    ["the name of a file", "@patch.yaml", "a patch must be YAML text"],
    ["nothing", "# only a comment\n", "a patch must hold a YAML document, got nothing"],
    ["one document twice", "machine: {}\n---\nmachine: {}\n", "a patch may hold each document once"],
  ])("%s", (_what, patch, message) => {
    expect(() => patched(patch)).toThrow(message);
    try {
      patched(patch);
    } catch (error) {
      expect(String(error)).not.toContain("\n");
    }
  });
});

/** Labels and certificate names in any shape. */
const word = fc.stringMatching(/^[a-z][a-z0-9-]{0,12}$/);
const machinePatch = fc
  .record({ labels: fc.dictionary(word, fc.string(), { maxKeys: 4 }), sans: fc.array(word, { maxLength: 3 }) })
  .map(({ labels, sans }) => ({ machine: { nodeLabels: labels, certSANs: sans } }));

describe("merging, whatever the patch:", () => {
  it("an empty patch changes nothing", () => {
    const empty = fc.constantFrom(
      "machine: {}\n",
      "cluster: {}\n",
      "machine: {}\ncluster: {}\n",
      "machine:\n",
      "version: ''\nmachine: {}\n",
    );
    fc.assert(
      fc.property(machinePatch, empty, (patch, nothing) => {
        const once = patched(JSON.stringify(patch));
        expect(applyPatches(once, [nothing])).toBe(once);
      }),
    );
  });

  it("the order of a map's keys does not matter", () => {
    fc.assert(
      fc.property(machinePatch, ({ machine }) => {
        const turned = {
          certSANs: machine.certSANs,
          nodeLabels: Object.fromEntries(Object.entries(machine.nodeLabels).toReversed()),
        };
        expect(patched(JSON.stringify({ machine: turned }))).toBe(patched(JSON.stringify({ machine })));
      }),
    );
  });

  it("patches one after the other are as good as at once", () => {
    fc.assert(
      fc.property(machinePatch, machinePatch, (first, second) => {
        const [one, two] = [JSON.stringify(first), JSON.stringify(second)];
        expect(applyPatches(applyPatches(configuration, [one]), [two])).toBe(patched(one, two));
      }),
    );
  });
});

describe("YAML as Go writes it", () => {
  it("reads back as what it was, whatever the text", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary", maxLength: 40 }), (text) => {
        const [document] = [
          ...parseAllDocuments(writeYaml(new Map([["a", new Map([["b", text]])]])), { schema: "core" }),
        ];
        // A literal block says nothing of the kind of its line ends, and of leading blanks Go tells the wrong number.
        fc.pre(!/^[ \n]/.test(text));
        expect(document?.toJS()).toEqual({ a: { b: text } });
      }),
      { numRuns: 500 },
    );
  });

  it.each([
    ["off", '"off"'],
    ["1.36", '"1.36"'],
    ["1.36.3", "1.36.3"],
    ["", '""'],
    ["a: b", "'a: b'"],
    ["- a", "'- a'"],
    ["10:30", '"10:30"'],
    ["console=ttyAMA0", "console=ttyAMA0"],
    ["[::1]", "'[::1]'"],
    ["a\tb", '"a\\tb"'],
    ["a\nb\n", "|\n    a\n    b"],
  ])("quotes %j as it must be", (text, written) => {
    expect(writeYaml(new Map([["k", text]]))).toBe(`k: ${written}\n`);
  });

  it("puts what is inside an item two columns further in", () => {
    const item = new Map<string, Node>([
      ["name", "a"],
      ["configuration", new Map([["kind", "b"]])],
    ]);
    expect(writeYaml(new Map([["list", [item]]]))).toBe(
      "list:\n    - name: a\n      configuration:\n        kind: b\n",
    );
  });

  it("sorts the keys of maps as a person would", () => {
    const labels = { x10: "", x9: "", "a-b": "", ab: "" };
    const names = patched(JSON.stringify({ machine: { nodeAnnotations: labels } })).match(/(x10|x9|a-b|ab): ""/g);
    expect(names).toEqual(['a-b: ""', 'ab: ""', 'x9: ""', 'x10: ""']);
  });
});
