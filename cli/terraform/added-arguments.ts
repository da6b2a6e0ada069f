/** Arguments that a user has the tool add to each of our calls: TF_CLI_ARGS and TF_CLI_ARGS_plan, _apply and so on. */

type Variables = Readonly<Record<string, string | undefined>>;

/**
 * A line that names them after a call that failed, as the tool does not tell them from ours. Empty where there are none.
 *
 * @param verb the command, such as `plan`
 */
export function addedArguments(env: Variables, verb: string): string {
  const set = ["TF_CLI_ARGS", `TF_CLI_ARGS_${verb.replaceAll("-", "_")}`].filter((name) => env[name]?.trim());
  if (set.length === 0) return "";
  const told = set.map((name) => `${name}=${JSON.stringify(env[name])}`).join(" and ");
  return `${told} went with it to \`${verb}\`: unset ${set.length === 1 ? "it" : "them"} if that is not meant for this lab`;
}
