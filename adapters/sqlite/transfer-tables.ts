import type { GrantId } from '../../domain/ids.js'
import type { Aggregate, Records } from '../../domain/records.js'
import { attemptsOfRow, rowOfAttempts } from './attempts.js'
import { clientOfRow, rowOfClient } from './clients.js'
import { json, strings, text } from './columns.js'
import { consentOfRow, rowOfConsent } from './consents.js'
import { deniedTokenOfRow, rowOfDeniedToken } from './denied-tokens.js'
import type { Row } from './driver.js'
import { flowOfRow, rowOfFlow } from './flows.js'
import { grantKey, grantOfRow, rowOfGrant } from './grant-rows.js'
import { keyOfRow, rowOfKey } from './keys.js'
import { rowOfSession, sessionOfRow } from './sessions.js'
import { rowOfUser, userOfRow } from './users.js'

/** How one aggregate lies in its table (see `tableOf`). */
export interface TransferTable<Record> {
  readonly toRow: (record: Record) => Row
  readonly ofRow: (row: Row) => Record
  /** The columns of the key with their values; undefined for what cannot be a key. */
  readonly keyOf: (key: string) => Row | undefined
  /** What must be unique beside the key: its column, and the words for it. */
  readonly unique?: readonly [column: string, words: string]
}

const by = (column: string) => (key: string) => ({ [column]: key })

function keyOfConsent(key: string): Row | undefined {
  const space = key.indexOf(' ')
  return space < 0 ? undefined : { user_id: key.slice(0, space), client_id: key.slice(space + 1) }
}

const keyOfGrant = (key: string): Row | undefined => {
  const id = grantKey(key as GrantId)
  return id && { id }
}

export const TRANSFER_TABLES: { readonly [A in Aggregate]: TransferTable<Records[A]> } = {
  clients: { keyOf: by('id'), toRow: rowOfClient, ofRow: clientOfRow },
  users: { keyOf: by('id'), toRow: rowOfUser, ofRow: userOfRow, unique: ['username', 'user name'] },
  grants: {
    keyOf: keyOfGrant,
    toRow: (grant) => {
      const key = grantKey(grant.id)
      if (key === undefined) throw new TypeError('the id of a grant is 128 bits of base64url')
      return { ...rowOfGrant(grant, key) }
    },
    ofRow: grantOfRow,
  },
  consents: { keyOf: keyOfConsent, toRow: rowOfConsent, ofRow: consentOfRow },
  sessions: { keyOf: by('id'), toRow: rowOfSession, ofRow: sessionOfRow },
  flows: { keyOf: by('id'), toRow: rowOfFlow, ofRow: flowOfRow },
  keys: { keyOf: by('kid'), toRow: rowOfKey, ofRow: keyOfRow, unique: ['ordinal', 'ordinal'] },
  deniedTokens: { keyOf: by('jti'), toRow: rowOfDeniedToken, ofRow: deniedTokenOfRow },
  attempts: { keyOf: by('key'), toRow: rowOfAttempts, ofRow: attemptsOfRow },
  scopes: {
    keyOf: by('name'),
    toRow: ({ name, description }) => ({ name, description }),
    ofRow: (row) => ({ name: text(row, 'name'), description: text(row, 'description') }),
  },
  resources: {
    keyOf: by('uri'),
    toRow: ({ uri, name, scopes }) => ({ uri, name, scopes: json(scopes) }),
    ofRow: (row) => ({ uri: text(row, 'uri'), name: text(row, 'name'), scopes: strings(row, 'scopes') }),
  },
}
