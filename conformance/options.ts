import { parseArgs } from 'node:util'
import type { Row } from './row.js'
import { ROWS } from './rows.js'
import type { Target } from './target.js'

export const USAGE = `npm run conformance -- --issuer URL --client ID:SECRET --client2 ID --redirect-uri URI --redirect-uri2 URI
                       --user NAME --password-stdin [--json] [--scope "S …"] [--samples N] [--code-ttl SECONDS] [ROW …]

  --client         a confidential client for client_secret_basic, with authorization_code, refresh_token and, if it may, client_credentials
  --client2        a public client with authorization_code and refresh_token
  --redirect-uri   a redirect URI of the first, --redirect-uri2 one of the second; http://127.0.0.1/… there shows the rows about loopback too
  --user           may sign in with the password that stdin holds; one final line break is dropped
  --scope          what both clients may ask for; otherwise found out by asking for each of scopes_supported
  --samples        codes and tokens that are collected where a row asks for many (1000)
  --code-ttl       how long a code lives (60); the run waits that long once
  ROW              runs these rows alone

A run fails to sign in eight times and sends up to ten wrong secrets: a server that limits attempts needs a pause between two runs.
Exit 0: nothing failed. 1: something did. 2: the command was not understood. 69: the server does not answer.`

export interface Options {
  readonly target: Omit<Target, 'password'>
  readonly rows: readonly Row[]
  readonly json: boolean
}

export class UsageError extends Error {
  override readonly name = 'UsageError'
}

const text = { type: 'string' } as const
const OPTIONS = {
  issuer: text,
  client: text,
  client2: text,
  'redirect-uri': text,
  'redirect-uri2': text,
  user: text,
  scope: text,
  samples: text,
  'code-ttl': text,
  'password-stdin': { type: 'boolean' },
  json: { type: 'boolean' },
} as const

function parsed(args: readonly string[]) {
  try {
    return parseArgs({ args: [...args], options: OPTIONS, allowPositionals: true })
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : String(error))
  }
}

/** Throws UsageError. */
export function readOptions(args: readonly string[]): Options {
  const { values, positionals } = parsed(args)
  const required = (name: 'issuer' | 'client' | 'client2' | 'redirect-uri' | 'redirect-uri2' | 'user'): string => {
    const value = values[name]
    if (value === undefined || value === '') throw new UsageError(`--${name} is missing`)
    return value
  }
  const address = (name: 'issuer' | 'redirect-uri' | 'redirect-uri2'): string => {
    if (!URL.canParse(required(name))) throw new UsageError(`--${name} is not a URL`)
    return required(name)
  }
  if (values['password-stdin'] !== true) throw new UsageError('--password-stdin is missing: the password is read from stdin alone')
  const target = {
    issuer: address('issuer'),
    client: clientOf(required('client')),
    client2: { id: required('client2') },
    redirectUri: address('redirect-uri'),
    redirectUri2: address('redirect-uri2'),
    user: required('user'),
    samples: whole(values.samples ?? '1000', '--samples'),
    codeTtlMs: whole(values['code-ttl'] ?? '60', '--code-ttl') * 1000,
    ...(values.scope !== undefined && { scopes: values.scope.split(' ').filter(Boolean) }),
  }
  return { target, rows: rowsNamed(positionals), json: values.json === true }
}

/** The first colon parts them, as in Basic. */
function clientOf(pair: string): Target['client'] {
  const colon = pair.indexOf(':')
  if (colon < 1 || colon === pair.length - 1) throw new UsageError('--client is not ID:SECRET')
  return { id: pair.slice(0, colon), secret: pair.slice(colon + 1) }
}

function whole(digits: string, name: string): number {
  if (!/^[1-9]\d{0,6}$/.test(digits)) throw new UsageError(`${name} is not a whole number above 0`)
  return Number(digits)
}

function rowsNamed(ids: readonly string[]): readonly Row[] {
  const unknown = ids.filter((id) => !ROWS.some((row) => row.id === id))
  if (unknown.length > 0) throw new UsageError(`there is no row ${unknown.join(', ')}`)
  return ids.length === 0 ? ROWS : ROWS.filter(({ id }) => ids.includes(id))
}
