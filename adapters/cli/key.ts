import type { Command } from 'commander'
import { milliseconds } from '../../domain/duration.js'
import type { KeyListed } from '../../ports/for-keeping-keys.js'
import { destructive, durationFrom, verb } from './command.js'
import type { ConfirmOptions, Operator, OutputOptions } from './operator.js'
import { sheet, table, type Row } from './output.js'

interface RotateOptions extends OutputOptions {
  readonly after?: number
  readonly secretsLost?: boolean
}

/** By then every process has published the new key, so it may not sign sooner. */
const PUBLISHED_EVERYWHERE = '2s'

export function addKeyCommands(program: Command, operator: Operator): void {
  const noun = program.command('key').description('the keys that access tokens are signed with')
  verb(noun, 'list', 'list the keys that are published').action(async (options: OutputOptions) => {
    const keys = (await operator.keepKeys((keeping) => keeping.listKeys())).map(view)
    operator.tell(options, { keys }, table(keys, 'There are no keys yet; the server makes the first one.'))
  })
  verb(noun, 'rotate', 'publish a new key now and sign with it two seconds later')
    .option('--after <duration>', 'sign with it later, for example 1h', durationFrom(PUBLISHED_EVERYWHERE))
    .option('--secrets-lost', 'although SECRETS do not open the key that signs now, because those that do are lost')
    .action(async ({ after = milliseconds(PUBLISHED_EVERYWHERE), secretsLost = false, ...options }: RotateOptions) => {
      const key = await operator.keepKeys((keeping, source) => keeping.rotateKey(after, source, { secretsLost }))
      const told = { id: key.kid, signs_from: key.signsFrom }
      operator.tell(options, told, sheet(told))
    })
  destructive(noun, 'retire <kid>', 'withdraw a key now; the newest other one signs at once').action(
    async (id: string, options: ConfirmOptions) => {
      await operator.confirm(options, `Retire key ${id}, so that every token that it signed is refused`)
      await operator.keepKeys((keeping, source) => keeping.retireKey(id, source))
      operator.tell(options, { id, retired: true }, 'Retired.\n')
    },
  )
}

export function addSecretsCommands(program: Command, operator: Operator): void {
  const noun = program.command('secrets').description('what is sealed under SECRETS')
  verb(noun, 'reseal', 'seal anew what is sealed under another secret than the first').action(async (options: OutputOptions) => {
    const { keys, secondFactors } = await operator.keepKeys((keeping, source) => keeping.resealSecrets(source))
    const resealed = { keys, second_factors: secondFactors }
    operator.tell(options, { resealed }, sheet(resealed))
  })
}

const view = ({ key, state }: KeyListed) => ({ id: key.kid, state, created_at: key.createdAt, signs_from: key.signsFrom }) satisfies Row
