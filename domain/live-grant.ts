import type { Client } from './client.js'
import type { Grant } from './grant.js'
import type { User } from './user.js'

/** Whether a grant that has neither ended nor been forgotten is worth anything to its client at `at`. */
export const isLive = (grant: Grant, client: Client | undefined, user: User | undefined, at: Date): boolean =>
  client !== undefined &&
  client.disabledAt === undefined &&
  grant.clientRegistration === client.registration &&
  user !== undefined &&
  user.disabledAt === undefined &&
  user.grantEpoch === grant.grantEpoch &&
  (grant.code.redeemedAt !== undefined || user.withdrawalEpoch === grant.withdrawalEpoch) &&
  (grant.code.redeemedAt !== undefined || grant.code.expiresAt > at) &&
  (grant.refresh === undefined || grant.refresh.idleExpiresAt > at)
