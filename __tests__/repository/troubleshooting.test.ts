import { text } from "./markdown.ts";
import { canBeSaid } from "./messages.ts";

/** Messages that others say, and who. */
const OF_OTHERS: Readonly<Record<string, string>> = {
  "x509: certificate signed by unknown authority": "Go, in the Talos provider",
  "no such logical volume": "LVM, on a Proxmox host",
  "Shape VM.Standard.E2.1.Micro … not found": "Oracle's Compute service",
  "third-vote: gave up … waiting for the vote of qdevice-1 (port 5403 of …)": "the step third-vote, in two parts",
};

/** What the headings of docs/troubleshooting.md quote; names of programs and stacks are no messages. */
const quoted = [...text("docs/troubleshooting.md").matchAll(/^\*\*(.*?)\*\*/gms)].flatMap(([, heading = ""]) =>
  [...heading.replaceAll(/\s+/g, " ").matchAll(/`([^`]+)`/g)]
    .map(([, message = ""]) => message)
    .filter((message) => message.includes(" ")),
);

describe("docs/troubleshooting.md", () => {
  it("quotes messages", () => {
    expect(quoted.length).toBeGreaterThan(6);
  });

  it.each(quoted)("quotes what can still be said: %s", (message) => {
    expect(canBeSaid(message) || message in OF_OTHERS).toBe(true);
  });

  it.each([
    "images: no source image is pined",
    "port 18000 on 127.0.0.1 cannot be opned",
    "something that nothing says",
    "disk.qcow2: got SHA-256 …, but … was not built",
  ])("would find %s", (message) => {
    expect(canBeSaid(message)).toBe(false);
  });
});
