import { commands as userCommands } from '../../clients/cli/run.ts';
import { usages } from '../cli/main.ts';

const help = `Usage: latchkey completion bash|zsh|fish|powershell

Print a script that completes latchkey's commands and options in your shell.

  bash        source <(latchkey completion bash)          in ~/.bashrc
  zsh         source <(latchkey completion zsh)           in ~/.zshrc, after compinit
  fish        latchkey completion fish | source           in ~/.config/fish/config.fish
  powershell  latchkey completion powershell | Out-String | Invoke-Expression    in $PROFILE
`;

/** `latchkey completion`. @returns the exit code */
export function completion([shell = '', ...more]: readonly string[]): number {
  if (shell === '--help' || shell === '-h') {
    process.stdout.write(help);
    return 0;
  }
  const script =
    more.length === 0 && Object.hasOwn(scripts, shell) ? scripts[shell as keyof typeof scripts] : undefined;
  if (!script) {
    process.stderr.write(
      'latchkey completion: name one shell: bash, zsh, fish or powershell\nSee "latchkey completion --help".\n',
    );
    return 2;
  }
  process.stdout.write(script(words()));
  return 0;
}

/** Each command and what can follow it. */
type Words = ReadonlyMap<string, readonly string[]>;

/** Read from the texts of `--help`, so that completion knows what people can read. */
function words(): Words {
  const texts = new Map([...usages, ...[...userCommands].map(([name, { help }]) => [name, help] as const)]);
  const found = new Map<string, readonly string[]>();
  for (const [name, text] of texts) {
    // What follows a subcommand's name follows the command, too.
    const [command = ''] = name.split(' ');
    const summary = text.split('\n\n', 1)[0] ?? '';
    const listed = /^(?: {2}| {8,}|.*: )(?:-[a-z], )?(--[a-z][a-z-]*)/gm;
    const options = [...allOf(/(--[a-z][a-z-]*)/g, summary), ...allOf(listed, text)];
    const choices = allOf(/latchkey [a-z-]+ (?:<([a-z |]+)>|([a-z][a-z-]*))/g, summary);
    const subcommands = choices.flatMap((choice) => choice.match(/[a-z]+/g) ?? []);
    found.set(command, [...new Set([...(found.get(command) ?? []), ...subcommands, ...options, '--help'])]);
  }
  return new Map([...found, ['completion', ['bash', 'zsh', 'fish', 'powershell']], ['dev', ['--help']]]);
}

const allOf = (pattern: RegExp, text: string): string[] =>
  [...text.matchAll(pattern)].map(([, ...groups]) => groups.find(Boolean) ?? '');

const caseOf = (all: Words, item: (name: string, following: readonly string[]) => string): string =>
  [...all].map(([name, following]) => item(name, following)).join('\n');

const scripts = {
  bash: (all: Words) => `_latchkey() {
  local words
  if [ "$COMP_CWORD" -eq 1 ]; then words='${[...all.keys()].join(' ')}'; else
    case "\${COMP_WORDS[1]}" in
${caseOf(all, (name, following) => `      ${name}) words='${following.join(' ')}' ;;`)}
    esac
  fi
  COMPREPLY=($(compgen -W "$words" -- "\${COMP_WORDS[COMP_CWORD]}"))
}
complete -o default -F _latchkey latchkey
`,
  zsh: (all: Words) => `_latchkey() {
  if (( CURRENT == 2 )); then compadd -- ${[...all.keys()].join(' ')}; return; fi
  case "$words[2]" in
${caseOf(all, (name, following) => `    ${name}) compadd -- ${following.join(' ')} ;;`)}
  esac
  _files
}
compdef _latchkey latchkey
`,
  fish: (all: Words) => `complete -c latchkey -n __fish_use_subcommand -f -a '${[...all.keys()].join(' ')}'
${caseOf(all, (name, following) => `complete -c latchkey -n '__fish_seen_subcommand_from ${name}' -a '${following.join(' ')}'`)}
`,
  powershell: (all: Words) => `Register-ArgumentCompleter -Native -CommandName latchkey -ScriptBlock {
  param($wordToComplete, $commandAst, $cursorPosition)
  $following = @{
${caseOf(all, (name, following) => `    '${name}' = '${following.join(' ')}'`)}
  }
  $elements = $commandAst.CommandElements
  $isCommand = $elements.Count -lt 2 -or ($elements.Count -eq 2 -and $wordToComplete)
  $words = if ($isCommand) { $following.Keys | Sort-Object } else { $following[$elements[1].ToString()] -split ' ' }
  $words | Where-Object { $_ -like "$wordToComplete*" }
}
`,
};
