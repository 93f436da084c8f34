import { Option, type Command } from 'commander'
import type { User } from '../../domain/user.js'
import { destructive, verb } from './command.js'
import type { ConfirmOptions, Operator, OutputOptions, PasswordOptions } from './operator.js'
import { sheet, table, type Row } from './output.js'

interface Details {
  readonly name?: string
  readonly email?: string
}

export function addUserCommands(program: Command, operator: Operator): void {
  const noun = program.command('user').description('people who can sign in; a user is named by user name or id')
  addCreate(noun, operator)
  verb(noun, 'list', 'list the people').action(async (options: OutputOptions) => {
    const users = (await operator.administer((administering) => administering.listUsers())).map(view)
    operator.tell(options, { users }, table(users, 'There are no users.'))
  })
  verb(noun, 'show <user>', 'show one person').action(async (who: string, options: OutputOptions) => {
    show(operator, options, await operator.administer((administering) => administering.user(who)))
  })
  withDetails(verb(noun, 'update <user>', 'change the name or the email')).action(
    async (who: string, { json, ...details }: OutputOptions & Details) => {
      show(
        operator,
        { ...(json && { json }) },
        await operator.administer((administering, source) => administering.updateUser(who, details, source)),
      )
    },
  )
  withPassword(verb(noun, 'set-password <user>', "set a password; ends the person's sessions and grants")).action(
    async (who: string, options: PasswordOptions) => {
      const password = await operator.newPassword(options)
      show(operator, options, await operator.administer((administering, source) => administering.setPassword(who, password, source)))
    },
  )
  destructive(noun, 'disable <user>', 'make sessions and grants worthless at once').action(async (who: string, options: ConfirmOptions) => {
    await operator.confirm(options, `Disable user ${who} and end the sessions`)
    show(operator, options, await operator.administer((administering, source) => administering.disableUser(who, source)))
  })
  verb(noun, 'enable <user>', 'bring the grants back, not the sessions').action(async (who: string, options: OutputOptions) => {
    show(operator, options, await operator.administer((administering, source) => administering.enableUser(who, source)))
  })
  destructive(noun, 'reset-otp <user>', 'take the second factor away, so that another can be set up').action(
    async (who: string, options: ConfirmOptions) => {
      await operator.confirm(options, `Take the second factor of user ${who} away`)
      show(operator, options, await operator.administer((administering, source) => administering.resetOtp(who, source)))
    },
  )
  destructive(noun, 'delete <user>', 'delete a person for good, with grants, approvals and sessions').action(
    async (who: string, options: ConfirmOptions) => {
      await operator.confirm(options, `Delete user ${who} with all grants, approvals and sessions`)
      await operator.administer((administering, source) => administering.deleteUser(who, source))
      operator.tell(options, { user: who, deleted: true }, 'Deleted.\n')
    },
  )
}

function addCreate(noun: Command, operator: Operator): void {
  const command = verb(noun, 'create', 'add a person').requiredOption('--username <name>', 'kept and compared exactly')
  withPassword(withDetails(command)).action(
    async ({ username, name, email, ...options }: PasswordOptions & Details & { readonly username: string }) => {
      const password = await operator.newPassword(options)
      const draft = { username, password, ...(name !== undefined && { name }), ...(email !== undefined && { email }) }
      const user = await operator.administer((administering, source) => administering.createUser(draft, source))
      const told = { id: user.id, username: user.username }
      operator.tell(options, told, sheet(told))
    },
  )
}

const withDetails = (command: Command): Command =>
  command.option('--name <name>', 'what applications may be told').option('--email <address>', 'where mail reaches the person')

const withPassword = (command: Command): Command =>
  command
    .option('--password <password>', 'at least 8 characters; others on this machine may see it')
    .addOption(new Option('--password-stdin', 'read the password from standard input').conflicts('password'))

/** A person as told: no hash. */
const view = (user: User) =>
  ({
    id: user.id,
    username: user.username,
    name: user.name,
    email: user.email,
    created_at: user.createdAt,
    disabled_at: user.disabledAt,
  }) satisfies Row

const show = (operator: Operator, options: OutputOptions, user: User): void => operator.tell(options, view(user), sheet(view(user)))
