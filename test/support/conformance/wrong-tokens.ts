import { answering, asking, fieldOf, form, header, instead, json, made, membersOf, TOKEN, type Wrong } from './meddling.js'
import type { Answered, Asked, Meddling } from './front.js'

const onTokens = (change: (answer: Answered, asked: Asked) => void) =>
  answering(TOKEN, (answer, asked) => {
    if (answer.status === 200) change(answer, asked)
  })
const member = (name: string, value: unknown) => onTokens(json((all) => ({ ...all, [name]: value })))
const refreshing = (asked: Asked): boolean => TOKEN(asked) && fieldOf(asked, 'grant_type') === 'refresh_token'

type Part = Record<string, unknown>
/** The access token with other words in it; nobody signed them. */
const jwt = (change: (parts: { header: Part; claims: Part }) => void) =>
  onTokens(
    json((all) => {
      const [head = '', payload = '', signature = ''] = String(all['access_token']).split('.')
      const read = (part: string) => JSON.parse(Buffer.from(part, 'base64url').toString()) as Part
      const write = (part: Part) => Buffer.from(JSON.stringify(part)).toString('base64url')
      const parts = { header: read(head), claims: read(payload) }
      change(parts)
      return { ...all, access_token: [write(parts.header), write(parts.claims), signature].join('.') }
    }),
  )
const claim = (name: string, value: unknown) => jwt(({ claims }) => Object.assign(claims, { [name]: value }))

export const WRONG_TOKENS: readonly Wrong[] = [
  {
    how: 'has tokens cached',
    rows: 'TOKEN-010 TOKEN-011 TOKEN-012 CAUTH-011 REFR-001',
    meddling: onTokens(header('cache-control', 'private')),
  },
  { how: 'forgets Pragma', rows: 'TOKEN-011 TOKEN-012', meddling: onTokens(header('pragma')) },
  { how: 'sets a cookie with tokens', rows: 'TOKEN-011 BROW-017', meddling: onTokens(header('set-cookie', 'a=b')) },
  { how: 'has an ETag for tokens', rows: 'TOKEN-011', meddling: onTokens(header('etag', '"x"')) },
  { how: 'lets tokens be sniffed', rows: 'TOKEN-011', meddling: onTokens(header('x-content-type-options')) },
  { how: 'writes expires_in as a text', rows: 'TOKEN-012', meddling: member('expires_in', '600') },
  { how: 'has no token_type', rows: 'TOKEN-012', meddling: member('token_type', undefined) },
  { how: 'has a member that is null', rows: 'TOKEN-012', meddling: member('id_token', null) },
  { how: 'has tokens of another kind', rows: 'TOKEN-012', meddling: member('token_type', 'mac') },
  { how: 'has tokens for a day', rows: 'TOKEN-024', meddling: member('expires_in', 86_400) },
  { how: 'does not say which scope it granted', rows: 'AUTHZ-011 CC-005 REFR-006', meddling: member('scope', undefined) },
  { how: 'grants whatever is asked at the token endpoint', rows: 'CODE-013', meddling: generous },
  {
    how: 'refuses unknown parameters',
    rows: 'TOKEN-010',
    meddling: instead(
      (asked) => fieldOf(asked, 'foo') !== '',
      () => made(400),
    ),
  },
  {
    how: 'does as Accept says',
    rows: 'TOKEN-019',
    meddling: answering(({ headers }) => headers.accept === 'text/html', header('content-type', 'text/html')),
  },
  { how: 'has one access token for all', rows: 'TOKEN-023 REFR-001', meddling: member('access_token', 'a'.repeat(43)) },
  { how: 'has one jti for all', rows: 'TOKEN-023', meddling: claim('jti', 'one') },
  { how: 'counts its tokens', rows: 'TOKEN-023', meddling: counting },
  {
    how: 'breaks on a chunked body',
    rows: 'TOKEN-026',
    meddling: instead(
      ({ headers }) => headers['transfer-encoding'] === 'chunked',
      () => made(500),
    ),
  },
  {
    how: 'knows no public client',
    rows: 'CAUTH-011 REFR-002',
    meddling: instead(
      (asked) => TOKEN(asked) && asked.headers.authorization === undefined,
      () => made(401),
    ),
  },
  {
    how: 'reads the letter case of Basic',
    rows: 'CAUTH-016',
    meddling: instead(
      ({ headers }) => /^(basic|BASIC)/.test(headers.authorization ?? ''),
      () => made(401),
    ),
  },
  { how: 'burns a code with a wrong secret', rows: 'CAUTH-007 CAUTH-018', meddling: burning },
  {
    how: 'refreshes nobody',
    rows: 'REFR-001 REFR-002 REFR-015',
    meddling: instead(refreshing, () => made(400, '{"error":"invalid_grant"}')),
  },
  {
    how: 'does not rotate',
    rows: 'REFR-002',
    meddling: answering(
      refreshing,
      json(({ refresh_token: _, ...all }) => all),
    ),
  },
  {
    how: 'does not narrow',
    rows: 'REFR-006',
    meddling: asking(
      refreshing,
      form((all) => all.delete('scope')),
    ),
  },
  {
    how: 'widens silently',
    rows: 'REFR-007',
    meddling: asking(
      refreshing,
      form((all) => all.delete('scope')),
    ),
  },
  { how: 'narrows for good', rows: 'REFR-006', meddling: narrowing },
  { how: 'logs a client out that lost an answer', rows: 'REFR-015', meddling: unforgiving },
  { how: 'types its tokens JWT', rows: 'AT-001', meddling: jwt(({ header: head }) => Object.assign(head, { typ: 'JWT' })) },
  { how: 'signs with a shared key', rows: 'AT-001', meddling: jwt(({ header: head }) => Object.assign(head, { alg: 'HS256' })) },
  { how: 'has no kid', rows: 'AT-001', meddling: jwt(({ header: head }) => delete head['kid']) },
  { how: 'has no jti', rows: 'AT-002', meddling: claim('jti', undefined) },
  { how: 'has times as texts', rows: 'AT-002', meddling: claim('exp', '1') },
  { how: 'has no audience', rows: 'AT-002 INT-011', meddling: claim('aud', []) },
  {
    how: 'has tokens that live longer than it says',
    rows: 'AT-006 INT-011',
    meddling: jwt(({ claims }) => Object.assign(claims, { exp: Number(claims['exp']) + 60 })),
  },
  {
    how: 'has tokens of tomorrow',
    rows: 'AT-006',
    meddling: jwt(({ claims }) => Object.assign(claims, { iat: Number(claims['iat']) + 60, exp: Number(claims['exp']) + 60 })),
  },
  { how: 'has a person behind client_credentials', rows: 'AT-007', meddling: claim('sub', 'alice') },
  { how: 'tells an address to every API', rows: 'AT-008', meddling: claim('email', 'alice@example.com') },
]

function generous(): Meddling {
  return onTokens(json((all, asked) => ({ ...all, scope: fieldOf(asked, 'scope') || all['scope'] })))()
}

function counting(): Meddling {
  let count = 0
  return onTokens(json((all) => ({ ...all, access_token: `token-${'x'.repeat(40)}-${count++}` })))()
}

/** Whatever came with a request that was not proved is good for nothing any more. */
function burning(): Meddling {
  const burnt = new Set<string>()
  return {
    asked: (asked) => (burnt.has(fieldOf(asked, 'code')) ? made(400, '{"error":"invalid_grant"}') : undefined),
    answered: (answer, asked) => {
      const code = fieldOf(asked, 'code')
      if (answer.status === 401 && code !== '') burnt.add(code)
    },
  }
}

function narrowing(): Meddling {
  let narrowed = ''
  return {
    answered: (answer, asked) => {
      if (!refreshing(asked) || answer.status !== 200) return
      narrowed = fieldOf(asked, 'scope') || narrowed
      if (narrowed !== '') answer.body = JSON.stringify({ ...membersOf(answer), scope: narrowed })
    },
  }
}

function unforgiving(): Meddling {
  const seen = new Set<string>()
  let isOver = false
  return {
    asked: (asked) => {
      const token = fieldOf(asked, 'refresh_token')
      isOver ||= seen.has(token)
      if (refreshing(asked)) seen.add(token)
      if (!isOver || !refreshing(asked)) return undefined
      return made(400, '{"error":"invalid_grant"}', { 'content-type': 'application/json', 'cache-control': 'no-store', pragma: 'no-cache' })
    },
  }
}
