import type { Client } from './client.js'
import type { Grant } from './grant.js'
import type { User } from './user.js'

/** Whether what a grant gave still stands: it has not ended, and its client and person are there as they were when it was approved. */
export const standsFor = (grant: Grant, client: Client | undefined, user: User | undefined): boolean =>
  grant.endedAt === undefined &&
  client !== undefined &&
  client.disabledAt === undefined &&
  grant.clientId === client.id &&
  grant.clientRegistration === client.registration &&
  user !== undefined &&
  user.disabledAt === undefined &&
  user.grantEpoch === grant.grantEpoch

/** Whether a grant that has not been forgotten is worth anything to its client at `at`. */
export const isLive = (grant: Grant, client: Client | undefined, user: User | undefined, at: Date): boolean =>
  standsFor(grant, client, user) &&
  (grant.code.redeemedAt !== undefined || user?.withdrawalEpoch === grant.withdrawalEpoch) &&
  (grant.code.redeemedAt !== undefined || grant.code.expiresAt > at) &&
  (grant.refresh === undefined || grant.refresh.idleExpiresAt > at)
