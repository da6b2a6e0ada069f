/** Accounts at ACME directories (pve-manager 9.2, API2/ACMEAccount.pm). Nobody is called: every directory takes every account. */
import { again, type Pve } from "../model/context.ts";
import { badParameter } from "../model/errors.ts";
import { type Options, putSection, sectionOf, sectionsOf } from "../model/sections.ts";
import { startTask } from "../model/tasks.ts";
import { listOf } from "./formats.ts";
import type { Data, Parameters } from "./http.ts";
import { get, post, put, remove, type Route } from "./route.ts";

const KIND = "acmeAccounts";
const LETS_ENCRYPT = "https://acme-v02.api.letsencrypt.org/directory";
const STAGING = "https://acme-staging-v02.api.letsencrypt.org/directory";
const TERMS = "https://letsencrypt.org/documents/LE-SA-v1.5-February-24-2025.pdf";

function accountOf(pve: Pve, name: string): Options {
  const why = badParameter({ name: `ACME account config file '${name}' does not exist.` });
  return sectionOf(pve, KIND, name, why);
}

function register(pve: Pve, parameters: Parameters): Data {
  const { name = "default", contact = "", directory = LETS_ENCRYPT, tos_url: tos = "" } = parameters;
  if (Object.hasOwn(sectionsOf(pve, KIND), name))
    throw badParameter({ name: `ACME account config file '${name}' already exists.` });
  return startTask(pve, "acmeregister", "", (log) => {
    const later = again(pve);
    const location = `${new URL(directory).origin}/acme/acct/${later.world.random(9)}`;
    log("Registering ACME account..");
    putSection(later, KIND, name, { contact, directory, tos, location, createdAt: later.world.now() });
    log(`Registration successful, account URL: '${location}'`);
  });
}

function change(type: "update" | "deactivate") {
  return (pve: Pve, parameters: Parameters): Data => {
    const { name = "default", contact } = parameters;
    accountOf(pve, name);
    const word = type === "update" && contact === undefined ? "refresh" : type;
    return startTask(pve, `acme${word}`, "", () => {
      const later = again(pve);
      const now = accountOf(later, name);
      putSection(later, KIND, name, type === "update" ? { ...now, ...(contact !== undefined && { contact }) } : null);
    });
  };
}

function account(pve: Pve, { name = "default" }: Parameters): Data {
  const { contact, directory = "", location = "", tos = "", createdAt = "" } = accountOf(pve, name);
  const contacts = listOf(contact).map((each) => `mailto:${each}`);
  return {
    account: { contact: contacts, createdAt, status: "valid" },
    directory,
    location,
    ...(tos !== "" && { tos }),
  };
}

/** The calls about accounts, and what directories say of themselves. */
export const routes: readonly Route[] = [
  get("cluster/acme/account", (pve) => Object.keys(sectionsOf(pve, KIND)).map((name) => ({ name }))),
  post("cluster/acme/account", register),
  get("cluster/acme/account/{name}", account),
  put("cluster/acme/account/{name}", change("update")),
  remove("cluster/acme/account/{name}", change("deactivate")),
  get("cluster/acme/directories", () => [
    { name: "Let's Encrypt V2", url: LETS_ENCRYPT },
    { name: "Let's Encrypt V2 Staging", url: STAGING },
  ]),
  get("cluster/acme/tos", () => TERMS),
  get("cluster/acme/meta", () => ({ termsOfService: TERMS })),
];
