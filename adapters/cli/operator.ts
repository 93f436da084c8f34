import type { Source } from '../../domain/audit.js'
import { InvalidInput } from '../../domain/errors.js'
import type { ForAdministering } from '../../ports/for-administering.js'
import type { ForKeepingKeys } from '../../ports/for-keeping-keys.js'
import { ask, readToEnd } from './input.js'
import { harmless, jsonDocument } from './output.js'
import type { CliEntrances, CliIo, CliPorts, MovingPorts } from './ports.js'

export interface OutputOptions {
  readonly json?: true
}
export interface ConfirmOptions extends OutputOptions {
  readonly yes?: true
}
export interface PasswordOptions extends OutputOptions {
  readonly password?: string
  readonly passwordStdin?: true
}

/** A command line that makes no sense: exit status 2. */
export class UsageError extends Error {
  override readonly name = 'UsageError'
}

/** The person or script at the command line: what is asked of them, told to them and done for them. */
export class Operator {
  readonly #io: CliIo
  readonly #entrances: CliEntrances

  constructor(io: CliIo, entrances: CliEntrances) {
    this.#io = io
    this.#entrances = entrances
  }

  /** Works on a store whose schema is the wanted one. */
  administer<T>(work: (administering: ForAdministering, source: Source) => Promise<T>): Promise<T> {
    return this.#operate(({ administering }, source) => work(administering, source))
  }

  /** The same for keys. */
  keepKeys<T>(work: (keeping: ForKeepingKeys, source: Source) => Promise<T>): Promise<T> {
    return this.#operate(({ keepingKeys }, source) => work(keepingKeys, source))
  }

  /** Works on a store in whatever state it is. */
  async maintain<T>(work: (ports: CliPorts) => Promise<T>): Promise<T> {
    const ports = await this.#entrances.open()
    try {
      return await work(ports)
    } finally {
      await ports.close()
    }
  }

  /** Works on two stores. */
  async move<T>(from: string, to: string, work: (ports: MovingPorts) => Promise<T>): Promise<T> {
    const ports = await this.#entrances.openBoth(from, to)
    try {
      return await work(ports)
    } finally {
      await ports.close()
    }
  }

  /** For progress. */
  get stderr(): NodeJS.WritableStream {
    return this.#io.stderr
  }

  async serve(): Promise<void> {
    await this.#entrances.serve()
  }

  tell({ json }: OutputOptions, document: object, text: string): void {
    this.#io.stdout.write(json ? jsonDocument(document) : text)
  }

  /** Asks only where a person can answer. Throws InvalidInput for anything but yes. */
  async confirm({ json, yes }: ConfirmOptions, what: string): Promise<void> {
    if (json || yes || !this.#io.isTerminal) return
    const [answer = ''] = await ask(this.#io, [`${harmless(what)}? Type "yes" to go on: `], false)
    if (!/^y(es)?$/i.test(answer.trim())) throw new InvalidInput('not confirmed; nothing was changed')
  }

  /** A new password from an option, from standard input, or asked for twice. Throws UsageError where none can come from. */
  async newPassword({ password, passwordStdin }: PasswordOptions): Promise<string> {
    if (password !== undefined) return password
    if (passwordStdin) return this.readSecret()
    if (!this.#io.isTerminal)
      throw new UsageError('give the password with --password-stdin or --password; without a terminal nobody can be asked')
    const [first = '', second] = await ask(this.#io, ['Password: ', 'The same again: '], true)
    if (first !== second) throw new InvalidInput('password: the two differ; nothing was changed')
    return first
  }

  #operate<T>(work: (ports: CliPorts, source: Source) => Promise<T>): Promise<T> {
    return this.maintain(async (ports) => {
      await ports.maintenance.ready()
      return work(ports, { requestId: `cli-${ports.clock.now().getTime().toString(36)}`, address: 'cli' })
    })
  }

  /** What standard input holds. */
  readSecret(): Promise<string> {
    return readToEnd(this.#io)
  }
}
