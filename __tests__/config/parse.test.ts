import { parseConfig, PRESET_NAMES } from "../../config/index.ts";
import { PRESETS } from "../../config/presets.ts";
import { lab, LEAST, linesOf } from "./labs.ts";

describe("parseConfig", () => {
  it("takes the preset free when none is named", () => {
    expect(lab().preset).toBe("free");
    expect(lab().hosts).toEqual(PRESETS.free.hosts);
  });

  it.each(PRESET_NAMES)("fills everything that a config does not say from the preset %s", (preset) => {
    const { hosts, micro, kubernetes, allowPaid } = lab({ preset });
    const { hosts: h, micro: m, kubernetes: k, allowPaid: a } = PRESETS[preset];
    expect({ hosts, micro, kubernetes, allowPaid }).toEqual({ hosts: h, micro: m, kubernetes: k, allowPaid: a });
  });

  it("lays objects over the preset's field by field", () => {
    const { network } = lab({ network: { guests: "10.30.0.0/24" } });
    expect(network).toEqual({ ...PRESETS.free.network, guests: "10.30.0.0/24" });
  });

  it("replaces the preset's lists", () => {
    const host = { name: "arm-7", ocpus: 2, memoryGb: 12, bootVolumeGb: 60 };
    expect(lab({ hosts: [host] }).hosts).toEqual([host]);
  });

  it("takes an undefined field as one that is not there", () => {
    expect(parseConfig({ ...LEAST, preset: undefined, hosts: undefined })).toEqual(lab());
  });

  it("takes null as an answer where there may be none", () => {
    expect(lab({ preset: "free-pair", micro: null }).micro).toBeNull();
  });

  it("takes the region for the home region, and the lab's name for the compartment", () => {
    expect(lab().oci).toMatchObject({ homeRegion: "eu-frankfurt-1", compartment: { create: "ampere-lab" } });
  });

  it("keeps a written home region and compartment", () => {
    const oci = { region: "eu-frankfurt-1", homeRegion: "uk-london-1", compartment: { id: "ocid1.tenancy.oc1..aaaa" } };
    expect(lab({ oci }).oci).toMatchObject(oci);
  });

  it.each(PRESET_NAMES)("parses what it printed to the same config (%s)", (preset) => {
    const config = lab({ preset });
    expect(parseConfig(JSON.parse(JSON.stringify(config)))).toEqual(config);
  });

  it("names the file in every line", () => {
    expect(linesOf(() => parseConfig({}, "labs/mine.ts"))).toEqual([
      expect.stringMatching(/^labs\/mine\.ts: name: /),
      expect.stringMatching(/^labs\/mine\.ts: oci\.region: /),
      expect.stringMatching(/^labs\/mine\.ts: access\.adminCidrs: /),
    ]);
  });

  it.each(["My Lab", 3, new Date(0)])("has no line for a derived field whose source is wrong: %p", (wrong) => {
    expect(linesOf(() => parseConfig({ ...LEAST, name: wrong, oci: { region: wrong } }))).toHaveLength(2);
  });
});
