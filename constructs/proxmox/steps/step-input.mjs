// @ts-check
/** The input of the steps, from their environment, and their exit codes. */
import { Deadline, StepError } from "./deadline.mjs";
import { record } from "./pve-http.mjs";

/** @typedef {import("./pve-http.mjs").Host} Host */

/** Hosts boot and install nothing, but they are small. */
const DEFAULT_SECONDS = 900;

/** @param {string} name */
export function variable(name) {
  const value = process.env[name];
  if (value) return value;
  throw new StepError(`${name} is not set`, 2);
}

/** Terraform's own variable: it is in the environment that Terraform runs in, and so in no file. */
export function rootPassword() {
  const value = process.env.TF_VAR_pve_root_password;
  if (value) return value;
  const fix = "run through `cdktf`, which sets it from the lab's secrets, or export it";
  throw new StepError(`TF_VAR_pve_root_password is not set, and no host is reached without it: ${fix}`, 2);
}

/**
 * What a stack that may sign in either way has been given.
 *
 * @returns {import("./pve-client.mjs").SignIn}
 */
export function signIn() {
  const { TF_VAR_pve_root_password: password, TF_VAR_pve_api_token: token } = process.env;
  return token && !password ? { token } : rootPassword();
}

export function deadline() {
  const text = process.env.PVE_TIMEOUT_SECONDS ?? String(DEFAULT_SECONDS);
  const seconds = Number(text);
  if (seconds > 0 && Number.isFinite(seconds)) return new Deadline(seconds);
  throw new StepError(`PVE_TIMEOUT_SECONDS is ${text}: a number of seconds above 0 is needed`, 2);
}

/**
 * @param {string} name of the variable
 * @returns {Host}
 */
export function hostVariable(name) {
  return host(name, json(name));
}

/**
 * @param {string} name of the variable
 * @returns {readonly Host[]} at least one, with different names and addresses
 */
export function hostsVariable(name) {
  const value = json(name);
  if (!Array.isArray(value) || value.length === 0) throw new StepError(`${name} must be a JSON list of hosts`, 2);
  const hosts = value.map((item, index) => host(`${name}[${index}]`, item));
  for (const key of /** @type {const} */ (["name", "api", "address"])) {
    const values = hosts.map((item) => item[key]);
    const twice = values.find((item, index) => values.indexOf(item) !== index);
    if (twice !== undefined) throw new StepError(`${name} has two hosts with the ${key} ${twice}`, 2);
  }
  return hosts;
}

/** @param {string} name of the variable */
export function json(name) {
  const text = variable(name);
  try {
    return /** @type {unknown} */ (JSON.parse(text));
  } catch {
    throw new StepError(`${name} is not JSON`, 2);
  }
}

/**
 * @param {string} where
 * @param {unknown} value
 * @returns {Host}
 */
function host(where, value) {
  const { name, api, address } = record(value);
  if (typeof name === "string" && typeof api === "string" && typeof address === "string") {
    return { name, api, address };
  }
  throw new StepError(`${where} needs the texts name, api and address`, 2);
}

/**
 * Runs a step and ends the process: 0 done, 1 failed, 2 wrong input. Signals end it at once, as nothing needs cleaning up:
 * the next run reads what there is.
 *
 * @param {string} step
 * @param {() => Promise<void>} work
 */
export async function run(step, work) {
  try {
    await work();
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    console.error(`${step}: ${message}`);
    if (process.env.DEBUG && error instanceof Error) console.error(error.stack);
    process.exitCode = error instanceof StepError ? error.exitCode : 1;
  }
}
