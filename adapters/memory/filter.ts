import type { ClientId, UserId } from '../../domain/ids.js'

interface Owned {
  readonly userId: UserId
  readonly clientId: ClientId
}

/** Whether every field that the filter gives is the row's. */
export const owns =
  ({ userId, clientId }: Partial<Owned>) =>
  (row: Owned): boolean =>
    (userId === undefined || row.userId === userId) && (clientId === undefined || row.clientId === clientId)

/** Throws a TypeError for a filter without fields: a slip must not end everything. */
export function mustName({ userId, clientId }: Partial<Owned>): void {
  if (userId === undefined && clientId === undefined) throw new TypeError('a filter without fields would match everything')
}
