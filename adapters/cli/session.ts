import type { Command } from 'commander'
import type { Session } from '../../domain/session.js'
import { destructive, verb } from './command.js'
import type { ConfirmOptions, Operator, OutputOptions } from './operator.js'
import { table, type Row } from './output.js'

interface UserOptions {
  readonly user: string
}

export function addSessionCommands(program: Command, operator: Operator): void {
  const noun = program.command('session').description('browsers in which people are signed in')
  withUser(verb(noun, 'list', 'list the sessions of a person')).action(async ({ user, ...options }: OutputOptions & UserOptions) => {
    const sessions = (await operator.administer((administering) => administering.listSessions(user))).map(view)
    operator.tell(options, { sessions }, table(sessions, 'There are no sessions.'))
  })
  destructive(noun, 'end <id>', 'sign one browser out; ends no grant').action(async (id: string, options: ConfirmOptions) => {
    await operator.confirm(options, `End session ${id}`)
    await operator.administer((administering, source) => administering.endSession(id, source))
    operator.tell(options, { id, ended: true }, 'Ended.\n')
  })
  withUser(destructive(noun, 'end-all', 'sign a person out everywhere; ends no grant')).action(
    async ({ user, ...options }: ConfirmOptions & UserOptions) => {
      await operator.confirm(options, `End all sessions of user ${user}`)
      const ended = await operator.administer((administering, source) => administering.endSessions(user, source))
      operator.tell(options, { ended }, `Ended: ${ended}\n`)
    },
  )
}

const withUser = (command: Command): Command => command.requiredOption('--user <user>', 'user name or id')

const view = (session: Session) =>
  ({
    id: session.id,
    user_id: session.userId,
    amr: session.amr,
    auth_time: session.authTime,
    last_seen_at: session.lastSeenAt,
    idle_expires_at: session.idleExpiresAt,
    expires_at: session.expiresAt,
  }) satisfies Row
