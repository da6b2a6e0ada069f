/** The budget: whether anybody would hear of a charge. */
import type { LabConfig } from "../../config/schema.ts";
import { type Finding, ok, warn } from "./finding.ts";

/** @param sandbox mails nobody, and charges nothing */
export function budgetMail({ oci }: LabConfig, sandbox: boolean): Finding {
  const { email } = oci.budget;
  if (email !== undefined) return ok("budget", `mails ${email} when anything is charged, about a day late`);
  const nobody = "no address: nobody is told when anything is charged";
  return sandbox
    ? ok("budget", `${nobody}; the sandbox charges nothing`)
    : warn("budget", nobody, "set oci.budget.email to your address");
}
