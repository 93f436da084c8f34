import { Option, type Command } from 'commander'
import { AUTH_METHODS, GRANT_TYPES, type AuthMethod, type Client } from '../../domain/client.js'
import type { ClientUpdate, ClientWithSecret } from '../../ports/for-administering.js'
import { destructive, durationFrom, several, severalOf, verb } from './command.js'
import type { ConfirmOptions, Operator, OutputOptions } from './operator.js'
import { sheet, table, type Row } from './output.js'

interface TraitOptions extends OutputOptions {
  readonly name?: string
  readonly redirectUri?: readonly string[]
  readonly grant?: ClientUpdate['grants']
  readonly scope?: readonly string[]
  readonly defaultScope?: readonly string[]
  readonly resource?: readonly string[]
  readonly resourceServer?: readonly string[]
  readonly firstParty?: boolean
  readonly requireOtp?: boolean
}
interface CreateOptions extends TraitOptions {
  readonly name: string
  readonly id?: string
  readonly public?: true
  readonly authMethod?: AuthMethod
  readonly secretStdin?: true
}

export function addClientCommands(program: Command, operator: Operator): void {
  const noun = program.command('client').description('applications that may ask for tokens')
  addCreate(noun, operator)
  addUpdate(noun, operator)
  verb(noun, 'list', 'list the clients').action(async (options: OutputOptions) => {
    const clients = (await operator.administer((administering) => administering.listClients())).map(view)
    const rows = clients.map(({ id, name, auth_method, grants, disabled_at }) => ({ id, name, auth_method, grants, disabled_at }))
    operator.tell(options, { clients }, table(rows, 'There are no clients.'))
  })
  verb(noun, 'show <id>', 'show one client').action(async (id: string, options: OutputOptions) => {
    show(operator, options, await operator.administer((administering) => administering.client(id)))
  })
  destructive(noun, 'delete <id>', 'delete a client for good, with its grants and approvals').action(
    async (id: string, options: ConfirmOptions) => {
      await operator.confirm(options, `Delete client ${id} with all its grants and approvals`)
      await operator.administer((administering, source) => administering.deleteClient(id, source))
      operator.tell(options, { id, deleted: true }, 'Deleted.\n')
    },
  )
  destructive(noun, 'disable <id>', 'refuse a client until it is enabled').action(async (id: string, options: ConfirmOptions) => {
    await operator.confirm(options, `Disable client ${id}`)
    show(operator, options, await operator.administer((administering, source) => administering.disableClient(id, source)))
  })
  verb(noun, 'enable <id>', 'serve a disabled client again').action(async (id: string, options: OutputOptions) => {
    show(operator, options, await operator.administer((administering, source) => administering.enableClient(id, source)))
  })
  destructive(noun, 'rotate-secret <id>', 'make a new secret; the old one is refused from now on')
    .option('--keep-old <duration>', 'let the old one stay good for so long, for example 7d', durationFrom('0s'))
    .action(async (id: string, { keepOld: keepOldMs = 0, ...options }: ConfirmOptions & { readonly keepOld?: number }) => {
      await operator.confirm(options, `Replace the secret of client ${id}`)
      const { client, secret } = await operator.administer((administering, source) =>
        administering.rotateClientSecret(id, source, { keepOldMs }),
      )
      const told = { client_id: client.id, client_secret: secret, old_secret_until: client.previousSecret?.until }
      operator.tell(options, told, sheet(told) + ONCE)
    })
}

function addCreate(noun: Command, operator: Operator): void {
  const methods = AUTH_METHODS.filter((method) => method !== 'none')
  const command = verb(noun, 'create', 'register a client; without --grant it is a resource server that may only introspect')
    .requiredOption('--name <name>', 'what people read')
    .option('--id <id>', '1 to 128 printable ASCII characters; made when absent')
    .option('--public', 'it cannot keep a secret (a browser or native app)')
    .addOption(
      new Option('--auth-method <method>', 'how it presents its secret (client_secret_basic)').choices(methods).conflicts('public'),
    )
    .option('--secret-stdin', 'read its secret from standard input, at least 16 characters; made when absent')
  withTraits(command).action(async ({ id, public: isPublic, authMethod, secretStdin, ...options }: CreateOptions) => {
    const secret = secretStdin ? await operator.readSecret() : undefined
    const identity = { ...(id !== undefined && { id }), ...(isPublic && { isPublic }), ...(authMethod && { authMethod }) }
    const draft = { ...traits(options), name: options.name, ...identity, ...(secret !== undefined && { secret }) }
    const told = created(await operator.administer((administering, source) => administering.createClient(draft, source)))
    operator.tell(options, told, sheet(told) + (told.client_secret === undefined ? '' : ONCE))
  })
}

function addUpdate(noun: Command, operator: Operator): void {
  // A `--no-…` that is declared before its positive would make the positive true where neither is given.
  const command = withTraits(
    verb(noun, 'update <id>', 'change a client; a list that is given replaces the old one, --scope "" empties it').option(
      '--name <name>',
      'what people read',
    ),
  )
    .option('--no-first-party', 'ask for approval again')
    .option('--no-require-otp', 'do without a one-time code again')
  command.action(async (id: string, options: TraitOptions) => {
    show(operator, options, await operator.administer((administering, source) => administering.updateClient(id, traits(options), source)))
  })
}

const withTraits = (command: Command): Command =>
  command
    .option('--redirect-uri <uri>', 'where codes may be sent (again for more)', several)
    .option('--grant <type>', `${GRANT_TYPES.join(', ')} (again for more)`, severalOf(GRANT_TYPES))
    .option('--scope <scope>', 'a scope it may ask for (again for more)', several)
    .option('--default-scope <scope>', 'what it gets when it asks for none (again for more)', several)
    .option('--resource <uri>', 'a resource it may ask tokens for (again for more)', several)
    .option('--resource-server <uri>', 'a resource it serves, whose tokens it may introspect (again for more)', several)
    .option('--first-party', 'skip the approval screen')
    .option('--require-otp', 'ask people for a one-time code too')

const traits = (options: TraitOptions): ClientUpdate => ({
  ...(options.name !== undefined && { name: options.name }),
  ...(options.redirectUri && { redirectUris: options.redirectUri }),
  ...(options.grant && { grants: options.grant }),
  ...(options.scope && { scopes: options.scope }),
  ...(options.defaultScope && { defaultScopes: options.defaultScope }),
  ...(options.resource && { resources: options.resource }),
  ...(options.resourceServer && { resourceServerFor: options.resourceServer }),
  ...(options.firstParty !== undefined && { firstParty: options.firstParty }),
  ...(options.requireOtp !== undefined && { requireOtp: options.requireOtp }),
})

const ONCE = 'Keep the secret: it is shown this once.\n'

const created = ({ client, secret }: ClientWithSecret) => ({
  client_id: client.id,
  ...(secret !== undefined && { client_secret: secret }),
  name: client.name,
  redirect_uris: client.redirectUris,
  grants: client.grants,
  scopes: client.scopes,
})

/** A client as it is told: no hash of a secret. */
const view = (client: Client) =>
  ({
    id: client.id,
    name: client.name,
    auth_method: client.authMethod,
    redirect_uris: client.redirectUris,
    grants: client.grants,
    scopes: client.scopes,
    default_scopes: client.defaultScopes,
    resources: client.resources,
    resource_servers: client.resourceServerFor,
    first_party: client.firstParty,
    require_otp: client.requireOtp,
    created_at: client.createdAt,
    disabled_at: client.disabledAt,
  }) satisfies Row

const show = (operator: Operator, options: OutputOptions, client: Client): void => operator.tell(options, view(client), sheet(view(client)))
