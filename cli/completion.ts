/** `completion`, of both programs. */
import { Argument, type Command } from "commander";
import { examples } from "./ui/command.ts";
import { singleQuoted } from "./ui/words.ts";

const ASK = "__complete";

function print(text: string): void {
  process.stdout.write(text);
}

/** Adds the command that prints a script, and a hidden one that the script asks. */
export function addCompletion(program: Command): Command {
  const name = program.name();
  const shells = Object.keys(SCRIPTS);
  const completion = program
    .command("completion")
    .description("Print a script with which a shell completes commands, options and names of stacks")
    .addArgument(new Argument("<shell>", "whose script").choices(shells));
  examples(completion, [
    `eval "$(npx ${name} completion bash)"`,
    `eval "$(npx ${name} completion zsh)"  # after compinit`,
    `npx ${name} completion fish | source`,
  ]).action((shell: Shell) => {
    // By path: quicker than over npx, and there where the program is not on PATH.
    const ask = [process.execPath, process.argv[1] ?? name].map(singleQuoted).join(" ");
    print(SCRIPTS[shell](name, `${ask} ${ASK}`));
  });
  program
    .command(ASK, { hidden: true })
    .argument("[words...]")
    .action(async (words: readonly string[]) => {
      // Not loaded by every other command.
      const { candidates, stackNames } = await import("./candidates.ts");
      const found = candidates(program, words, stackNames);
      if (found === "files") print(":files\n");
      else for (const { value, about } of found) print(`${value}\t${about}\n`);
    });
  return completion;
}

/**
 * What makes a shell complete a program of ours: it asks the program itself, at each Tab.
 *
 * `ask` is the command that answers, as the shell has to run it. No word of the line is ever evaluated.
 */
type Script = (name: string, ask: string) => string;

const bash: Script = (
  name,
  ask,
) => `# bash completion: eval "$(${name} completion bash)", as the bash of macOS sources nothing from <(…)
_${name}_completion() {
  local at=0 value
  # After npx, the program is another word than the first.
  while [ "\${COMP_WORDS[at]##*/}" != ${name} ]; do
    at=$((at + 1))
    [ "$at" -lt "$COMP_CWORD" ] || return
  done
  COMPREPLY=()
  while IFS=$'\\t' read -r value _; do
    if [ "$value" = :files ]; then
      compopt -o filenames 2>/dev/null
      while IFS= read -r value; do COMPREPLY+=("$value"); done < <(compgen -f -- "\${COMP_WORDS[COMP_CWORD]#=}")
    else
      COMPREPLY+=("$value")
    fi
  done < <(${ask} -- "\${COMP_WORDS[@]:at+1:COMP_CWORD-at}" 2>/dev/null)
}
complete -F _${name}_completion ${name}

_npx_completion_of_lab() {
  local word
  for word in "\${COMP_WORDS[@]:1:COMP_CWORD-1}"; do
    case $word in
    -*) ;;
    cdktf | lab)
      declare -F "_\${word}_completion" >/dev/null && "_\${word}_completion"
      return
      ;;
    *) return ;;
    esac
  done
}
complete -p npx >/dev/null 2>&1 || complete -o default -F _npx_completion_of_lab npx
`;

const zsh: Script = (name, ask) => `#compdef ${name}
# zsh completion: eval "$(${name} completion zsh)", after compinit
_${name}() {
  local line
  local -a lines found
  lines=("\${(@f)$(${ask} -- "\${(@)words[2,CURRENT]}" 2>/dev/null)}")
  if [[ $lines[1] == :files ]]; then
    _files
    return
  fi
  for line in $lines; do
    found+=("\${\${line%%$'\\t'*}//:/\\\\:}:\${line#*$'\\t'}")
  done
  _describe -t values ${name} found
}
compdef _${name} ${name}
(( $+_comps[npx] )) || compdef _precommand npx
`;

const fish: Script = (name, ask) => `# fish completion: ${name} completion fish | source
function __${name}_completion
    set -l words (commandline -opc)
    set -l at 1
    # After npx, the program is another word than the first.
    test $words[1] = npx; and set at (contains -i -- ${name} $words)
    set -e words[1..$at]
    set -l lines (${ask} -- $words (commandline -ct) 2>/dev/null)
    if test "$lines[1]" = :files
        __fish_complete_path (commandline -ct)
    else
        printf '%s\\n' $lines
    end
end
complete -c ${name} -f -a '(__${name}_completion)'
complete -c npx -n '__fish_seen_subcommand_from ${name}' -f -a '(__${name}_completion)'
`;

const SCRIPTS = { bash, zsh, fish } as const;

type Shell = keyof typeof SCRIPTS;
