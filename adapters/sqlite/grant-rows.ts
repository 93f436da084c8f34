import type { EndReason, Grant, Lineage } from '../../domain/grant.js'
import type { AttemptId, ClientId, GrantId, SessionId, UserId } from '../../domain/ids.js'
import { bytes, date, integer, json, maybeDate, maybeMilliseconds, maybeText, present, strings, text } from './columns.js'
import type { Row } from './driver.js'

const LINEAGE_COLUMNS = ['generation', 'rotated_at', 'rotated_before', 'rotated_by', 'idle_expires_at', 'refresh_expires_at'] as const
const CODE_COLUMNS = ['challenge', 'redirect_uri', 'code_expires_at', 'redeemed_at', 'redeemed_by'] as const
const APPROVAL_COLUMNS = [
  'client_id',
  'client_registration',
  'user_id',
  'session_id',
  'scopes',
  'resources',
  'auth_time',
  'amr',
  'grant_epoch',
  'withdrawal_epoch',
  'created_at',
] as const
export const GRANT_COLUMNS = ['id', ...APPROVAL_COLUMNS, ...CODE_COLUMNS, ...LINEAGE_COLUMNS, 'ended_at', 'ended_by', 'expires_at'] as const

type Columns<Names extends readonly string[]> = Record<Names[number], Row[string]>

/** The 16 bytes; undefined for what cannot be a grant's id. */
export function grantKey(id: GrantId): Uint8Array | undefined {
  const key = Buffer.from(id, 'base64url')
  return key.length === 16 && key.toString('base64url') === id ? key : undefined
}

export function rowOfGrant(grant: Grant, key: Uint8Array): Columns<typeof GRANT_COLUMNS> {
  return {
    id: key,
    ...approvalColumns(grant),
    challenge: grant.code.challenge,
    redirect_uri: grant.code.redirectUri,
    code_expires_at: grant.code.expiresAt.getTime(),
    redeemed_at: maybeMilliseconds(grant.code.redeemedAt),
    redeemed_by: grant.code.redeemedBy ?? null,
    ...lineageColumns(grant.refresh),
    ended_at: maybeMilliseconds(grant.endedAt),
    ended_by: grant.endedBy ?? null,
    expires_at: grant.expiresAt.getTime(),
  }
}

const approvalColumns = (grant: Grant): Columns<typeof APPROVAL_COLUMNS> => ({
  client_id: grant.clientId,
  client_registration: grant.clientRegistration,
  user_id: grant.userId,
  session_id: grant.sessionId ?? null,
  scopes: json(grant.scopes),
  resources: json(grant.resources),
  auth_time: grant.authTime.getTime(),
  amr: json(grant.amr),
  grant_epoch: grant.grantEpoch,
  withdrawal_epoch: grant.withdrawalEpoch,
  created_at: grant.createdAt.getTime(),
})

const lineageColumns = (lineage: Lineage | undefined): Columns<typeof LINEAGE_COLUMNS> => ({
  generation: lineage?.generation ?? null,
  rotated_at: maybeMilliseconds(lineage?.rotatedAt),
  rotated_before: maybeMilliseconds(lineage?.rotatedBefore),
  rotated_by: lineage?.rotatedBy ?? null,
  idle_expires_at: maybeMilliseconds(lineage?.idleExpiresAt),
  refresh_expires_at: maybeMilliseconds(lineage?.expiresAt),
})

export function grantOfRow(row: Row): Grant {
  return {
    id: Buffer.from(bytes(row, 'id')).toString('base64url') as GrantId,
    clientId: text(row, 'client_id') as ClientId,
    clientRegistration: text(row, 'client_registration'),
    userId: text(row, 'user_id') as UserId,
    scopes: strings(row, 'scopes'),
    resources: strings(row, 'resources'),
    authTime: date(row, 'auth_time'),
    amr: strings(row, 'amr'),
    grantEpoch: integer(row, 'grant_epoch'),
    withdrawalEpoch: integer(row, 'withdrawal_epoch'),
    createdAt: date(row, 'created_at'),
    code: codeOfRow(row),
    ...present({
      sessionId: maybeText(row, 'session_id') as SessionId | undefined,
      refresh: lineageOfRow(row),
      endedAt: maybeDate(row, 'ended_at'),
      endedBy: maybeText(row, 'ended_by') as EndReason | undefined,
    }),
    expiresAt: date(row, 'expires_at'),
  }
}

const codeOfRow = (row: Row): Grant['code'] => ({
  challenge: text(row, 'challenge'),
  redirectUri: text(row, 'redirect_uri'),
  expiresAt: date(row, 'code_expires_at'),
  ...present({ redeemedAt: maybeDate(row, 'redeemed_at'), redeemedBy: maybeText(row, 'redeemed_by') as AttemptId | undefined }),
})

function lineageOfRow(row: Row): Lineage | undefined {
  if (row['generation'] === null) return undefined
  return {
    generation: integer(row, 'generation'),
    rotatedAt: date(row, 'rotated_at'),
    ...present({ rotatedBefore: maybeDate(row, 'rotated_before'), rotatedBy: maybeText(row, 'rotated_by') as AttemptId | undefined }),
    idleExpiresAt: date(row, 'idle_expires_at'),
    expiresAt: date(row, 'refresh_expires_at'),
  }
}
