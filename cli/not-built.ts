/** What an `npm ci` that was cut short, or ran without its scripts, leaves missing. */

const MISSING = new Set(["ERR_MODULE_NOT_FOUND", "MODULE_NOT_FOUND"]);

/** What to do about a module that is not there; null where the error is another, or the module is a file of ours. */
export function notBuilt(error: unknown): string | null {
  if (!(error instanceof Error) || !("code" in error) || !MISSING.has(String(error.code))) return null;
  if (/provider-(oci|proxmox|talos)[\\/]lib\b/.test(error.message))
    return "the providers' bindings are not built: npm run prepare";
  const [, name] = /Cannot find (?:package|module) '((?:@[\w.-]+\/)?[a-z][\w.-]*)[^']*'/.exec(error.message) ?? [];
  return name === undefined ? null : `the package ${name} is not installed: npm ci`;
}
