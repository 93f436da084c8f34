import { Command, CommanderError } from 'commander'
import { addClientCommands } from './client.js'
import { protectIds } from './arguments.js'
import { addGrantCommands } from './grant.js'
import { addKeyCommands, addSecretsCommands } from './key.js'
import { Operator } from './operator.js'
import { harmless } from './output.js'
import type { CliEntrances, CliIo } from './ports.js'
import { addResourceCommands } from './resource.js'
import { addScopeCommands } from './scope.js'
import { addServeCommand } from './serve.js'
import { addSessionCommands } from './session.js'
import { addStoreCommands } from './store.js'
import { addUserCommands } from './user.js'

const DONE = 0
const FAILED = 1
const USAGE = 2
/** EX_UNAVAILABLE and EX_CONFIG of sysexits.h, which supervisors know. */
const STORE_UNAVAILABLE = 69
const BAD_SETTINGS = 78

/** Runs the command that `argv` (as in `process.argv`) names; resolves to the exit status and never throws. */
export async function runCli(argv: readonly string[], io: CliIo, entrances: CliEntrances): Promise<number> {
  try {
    await createProgram(io, new Operator(io, entrances)).parseAsync(protectIds(argv.slice(2)), { from: 'user' })
    return DONE
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? DONE : USAGE
    for (const problem of problemsOf(error)) io.stderr.write(`error: ${harmless(problem)}\n`)
    return exitStatus(error)
  }
}

function createProgram(io: CliIo, operator: Operator): Command {
  const program = new Command('portcullis')
    .description('Portcullis, an OAuth 2.0 authorization server')
    .exitOverride()
    .showHelpAfterError('(see --help)')
    .configureOutput({
      writeOut: (text) => io.stdout.write(text),
      writeErr: (text) => io.stderr.write(text),
      outputError: (text, write) => write(text.split('\n').map(harmless).join('\n')),
    })
    .addHelpText('after', '\nSettings come from PORTCULLIS_* variables. Exit status: 1 error, 2 usage, 69 store unavailable, 78 settings.')
  addServeCommand(program, operator)
  addClientCommands(program, operator)
  addUserCommands(program, operator)
  addScopeCommands(program, operator)
  addResourceCommands(program, operator)
  addGrantCommands(program, operator)
  addSessionCommands(program, operator)
  addKeyCommands(program, operator)
  addSecretsCommands(program, operator)
  addStoreCommands(program, operator)
  return program
}

const nameOf = (error: unknown): string => (error instanceof Error ? error.name : '')

function problemsOf(error: unknown): readonly string[] {
  if (nameOf(error) === 'SettingsError' && hasProblems(error)) return error.problems
  return [error instanceof Error ? error.message : String(error)]
}

const hasProblems = (error: unknown): error is { readonly problems: readonly string[] } =>
  typeof error === 'object' && error !== null && 'problems' in error && Array.isArray(error.problems)

function exitStatus(error: unknown): number {
  switch (nameOf(error)) {
    case 'UsageError':
      return USAGE
    case 'StoreUnavailable':
      return STORE_UNAVAILABLE
    case 'SettingsError':
    case 'ForeignSecrets':
      return BAD_SETTINGS
    default:
      return FAILED
  }
}
