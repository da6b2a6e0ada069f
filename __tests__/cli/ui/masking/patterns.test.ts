import { generateKeyPairSync } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { generateSshKey } from "../../../../sandbox/pki/ssh-key.ts";
import { Masker, SENSITIVE } from "../../../../cli/ui/masker.ts";

const { masked } = { masked: (text: string): string => new Masker().masked(text) };
const pem = generateKeyPairSync("ec", { namedCurve: "P-256" }).privateKey.export({ type: "pkcs8", format: "pem" });
const key = pem.toString().trim();
const openssh = generateSshKey("root@pve-1").private.trim();
const base64 = Buffer.from(key).toString("base64");
const uuid = "9f3c6a10-5b7e-4d21-8a55-0c1d2e3f4a5b";

const SECRETS: readonly (readonly [what: string, secret: string, before: string, after: string])[] = [
  ["a PEM private key", key, "it is ", "\nand more"],
  ["an OpenSSH private key", openssh, "it is ", "\n"],
  ["a private key in JSON", JSON.stringify(key).slice(1, -1), '{"key": "', '"}'],
  ["a private key that is cut off", key.split("\n").slice(0, 2).join("\n"), "", "\nError: it ended"],
  ["a private key in base64", base64, "    key: ", "\n"],
  ["an age key", `AGE-SECRET-KEY-1${"QPZRY9X8GF2TVDW0S3JN54KHCE6MUA7L".repeat(2).slice(0, 58)}`, "age: ", "!"],
  ["a hashed password", "$6$rounds=5000$saltsalt$Kj3pE0uQ5tBz1yS9xLw/8fVhN2cRmD4a.G6iT7oUeXb", "root:", ":0"],
  ["the secret of a Proxmox token", uuid, "PVEAPIToken=automation@pve!cdktf=", " refused"],
  ["the secret of a Proxmox token in an address", uuid, "?token=automation%40pve%21cdktf%3D", "&x"],
  ["a Proxmox ticket", `PVE:root@pam:66A1B2C3::${"aB3/".repeat(20)}==`, "cookie ", ";"],
  ["a Proxmox CSRF token", "66A1B2C3:q0tM3zPi8N5vXcRk2hLbW7yUeS1dFgJ4aT6oKxYnZ0E", "", ""],
  ["a client's key of a kubeconfig", "c29tZXRoaW5nIHNlY3JldA==", "    client-key-data: ", "\n"],
  ["a token of a kubeconfig", "s3rv1ce-acc0unt.t0ken_value", "    token: ", "\n"],
  ["a token in JSON", "s3rv1ce-acc0unt", '{"token":"', '"}'],
  ["a password that an error quotes", "hunter2hunter2", 'login failed: password="', '" is wrong'],
  ["a key of AWS", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY", "aws_secret_access_key = ", "\n"],
  ["a bootstrap token", "abc123.0123456789abcdef", "kubeadm join --token ", " 10.0.0.1"],
  ["a JSON Web Token", "eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiJhZG1pbiJ9.c2lnbmF0dXJlLW9m", "x ", " y"],
  ["a bearer", "abcdefghijklmnop.qrst", "Authorization: Bearer ", "\n"],
  ["a password in an address", "p4ss", "http://me:", "@proxy.example:3128/"],
  ["a token of GitHub", `ghp_${"a1B2".repeat(9)}`, "(", ")"],
];

it.each(SECRETS)("%s is masked, and nothing else", (_, secret, before, after) => {
  expect(masked(`${before}${secret}${after}`)).toBe(`${before}${SENSITIVE}${after}`);
});

it.each([
  'must start with "-----BEGIN OPENSSH PRIVATE KEY-----"',
  "-----BEGIN CERTIFICATE-----\nMIIBhTCCASugAwIBAgIQIRi6zePL6mKjOipn+dNuaTAKBggqhkjOPQQDAjASMRAw\n-----END CERTIFICATE-----",
  "token: known after apply; password: see secrets.json; automation_token = (sensitive)",
  "oci_core_instance.pve-1_instance: source_details.0.boot_volume_size_in_gbs: 150 → 200",
  "https://127.0.0.1:8006/api2/json ssh://root@10.0.0.2 config.kubernetesversion1",
  `ocid1.vcn.oc1.eu-frankfurt-1.${"a".repeat(60)} sha256:${"0f".repeat(32)}`,
])("%j is ordinary text", (text) => {
  expect(masked(text)).toBe(text);
});

/** What our documents show of secrets is theirs to show, and is masked all the same. */
it("no document of this repository is masked, but for secrets that it shows", () => {
  const folder = join(__dirname, "../../../../docs");
  for (const name of readdirSync(folder).filter((each) => each.endsWith(".md"))) {
    const text = readFileSync(join(folder, name), "utf8");
    expect(masked(text)).toBe(text);
  }
});
