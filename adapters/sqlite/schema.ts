import type { Aggregate } from '../../domain/records.js'

/** One thing in the schema. */
export interface SchemaPart {
  readonly kind: 'table' | 'index' | 'column'
  /** Unique among all kinds; of a column with its table: `users.locale`. */
  readonly name: string
  readonly sql: string
}

/** Gives rows that are there what they lack, a few at a time. */
export interface Backfill {
  /** `users.locale`, say. */
  readonly name: string
  readonly table: string
  /** SQL condition; a row that has got what `set` sets must not meet it. */
  readonly lacking: string
  /** What follows SET. */
  readonly set: string
}

/**
 * One version of the schema. The rule: every step leaves the servers of the version before it working, which run on while it is taken and after it.
 * So it adds; a new column has a default or may be NULL; a server of the new version takes rows that lack what the step gives, because those of
 * the older one still write them; and what nobody uses any more is dropped a version later. An index is made while all writers wait: with some
 * million rows for longer than a request may.
 */
export interface Step {
  readonly parts: readonly SchemaPart[]
  readonly backfills?: readonly Backfill[]
}

export const table = (name: string, columns: readonly string[]): SchemaPart => ({
  kind: 'table',
  name,
  sql: `CREATE TABLE ${name} (${columns.join(', ')}) STRICT`,
})
export const index = (name: string, on: string): SchemaPart => ({ kind: 'index', name, sql: `CREATE INDEX ${name} ON ${on}` })

/** `definition` as in CREATE TABLE, without the name. */
export const column = (of: string, name: string, definition: string): SchemaPart => ({
  kind: 'column',
  name: `${of}.${name}`,
  sql: `ALTER TABLE ${of} ADD COLUMN ${name} ${definition}`,
})

const required = (type: string, names: string): string[] => names.split(' ').map((name) => `${name} ${type} NOT NULL`)
const optional = (type: string, names: string): string[] => names.split(' ').map((name) => `${name} ${type}`)
const key = (name: string, type = 'TEXT'): string => `${name} ${type} NOT NULL UNIQUE`

/** Times are milliseconds since 1970, lists are JSON. A rotation changes no indexed column. */
const GRANTS: readonly SchemaPart[] = [
  table('grants', [
    key('id', 'BLOB'),
    ...required('TEXT', 'client_id client_registration user_id scopes resources amr challenge redirect_uri'),
    ...required('INTEGER', 'auth_time grant_epoch withdrawal_epoch created_at code_expires_at expires_at'),
    ...optional('TEXT', 'session_id redeemed_by rotated_by ended_by'),
    ...optional('INTEGER', 'redeemed_at generation rotated_at rotated_before idle_expires_at refresh_expires_at ended_at'),
  ]),
  index('grants_of_user', 'grants (user_id, client_id) WHERE ended_at IS NULL'),
  index('grants_of_client', 'grants (client_id) WHERE ended_at IS NULL'),
  index('grants_by_expiry', 'grants (expires_at)'),
  index('grants_by_end', 'grants (ended_at) WHERE ended_at IS NOT NULL'),
]

const PEOPLE: readonly SchemaPart[] = [
  table('users', [
    key('id'),
    key('username'),
    ...required('TEXT', 'password_hash'),
    ...optional('TEXT', 'name email'),
    ...required('INTEGER', 'session_epoch grant_epoch withdrawal_epoch created_at'),
    ...optional('INTEGER', 'disabled_at'),
  ]),
  table('sessions', [
    key('id'),
    ...required('TEXT', 'user_id amr'),
    ...required('INTEGER', 'auth_time session_epoch created_at last_seen_at idle_expires_at expires_at'),
  ]),
  index('sessions_of_user', 'sessions (user_id)'),
  index('sessions_by_idle_expiry', 'sessions (idle_expires_at)'),
  index('sessions_by_expiry', 'sessions (expires_at)'),
  table('consents', [
    ...required('TEXT', 'user_id client_id client_registration scopes resources'),
    ...required('INTEGER', 'created_at updated_at'),
    'UNIQUE (user_id, client_id)',
  ]),
  index('consents_of_client', 'consents (client_id)'),
]

const REQUESTS: readonly SchemaPart[] = [
  table('flows', [
    key('id'),
    ...required('TEXT', 'browser parameters'),
    ...required('INTEGER', 'created_at expires_at'),
    ...optional('INTEGER', 'spent_at'),
    ...optional('TEXT', 'spent_by'),
  ]),
  index('flows_by_expiry', 'flows (expires_at)'),
  index('flows_by_end', 'flows (spent_at) WHERE spent_at IS NOT NULL'),
]

const REGISTRY: readonly SchemaPart[] = [
  table('clients', [
    key('id'),
    ...required(
      'TEXT',
      'registration name auth_method secret_hashes redirect_uris grants scopes default_scopes resources resource_server_for',
    ),
    ...required('INTEGER', 'revision first_party require_otp created_at'),
    ...optional('INTEGER', 'disabled_at'),
  ]),
  table('scopes', [key('name'), ...required('TEXT', 'description')]),
  table('resources', [key('uri'), ...required('TEXT', 'name scopes')]),
  table('keys', [
    key('kid'),
    key('ordinal', 'INTEGER'),
    ...required('TEXT', 'public_jwk sealed_private_key'),
    ...required('INTEGER', 'created_at signs_from'),
    ...optional('INTEGER', 'retired_at'),
  ]),
]

/** What people and clients prove beside a password and the newest secret, and what was tried or revoked. */
const SECOND: readonly SchemaPart[] = [
  column('users', 'second_factor', 'TEXT'),
  column('users', 'events', "TEXT NOT NULL DEFAULT '[]'"),
  column('sessions', 'pending', 'TEXT'),
  column('clients', 'previous_secret', 'TEXT'),
  table('denied_tokens', [key('jti'), ...required('INTEGER', 'expires_at')]),
  index('denied_tokens_by_expiry', 'denied_tokens (expires_at)'),
  table('attempts', [key('key'), ...required('INTEGER', 'count until')]),
  index('attempts_by_end', 'attempts (until)'),
]

/** Which scope was approved at which resources. A consent of before that knows no resource says it, too; what others allowed together is unknown. */
const THIRD: Step = {
  parts: [column('consents', 'permissions', "TEXT NOT NULL DEFAULT '[]'")],
  backfills: [
    {
      name: 'consents.permissions',
      table: 'consents',
      lacking: "permissions = '[]' AND resources = '[]' AND scopes <> '[]'",
      set: `permissions = (SELECT json_group_array(json_object('registration', consents.client_registration, 'scope', value,
        'resources', json('[]'), 'audience', json('[]'))) FROM json_each(consents.scopes))`,
    },
  ],
}

/** The table of an aggregate. */
export const tableOf = (aggregate: Aggregate): string => aggregate.replace(/[A-Z]/g, (capital) => `_${capital.toLowerCase()}`)

/** Version n of the schema is what the first n steps make. Released steps never change; add one. */
export const STEPS: readonly Step[] = [{ parts: [...GRANTS, ...PEOPLE, ...REQUESTS, ...REGISTRY] }, { parts: SECOND }, THIRD]
