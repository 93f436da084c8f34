import { answering, json, JWKS, METADATA, header, instead, at, made, status, text, type Wrong } from './meddling.js'
import type { Asked } from './front.js'

const member = (name: string, value: unknown) =>
  answering(
    METADATA,
    json((all) => ({ ...all, [name]: value })),
  )
const more = (name: string, value: string) =>
  answering(
    METADATA,
    json((all) => ({ ...all, [name]: [...(all[name] as string[]), value] })),
  )
const key = (change: (jwk: Record<string, unknown>) => Record<string, unknown>) =>
  answering(
    JWKS,
    json(({ keys }) => ({ keys: (keys as Record<string, unknown>[]).map(change) })),
  )
const believes = (name: string, value: string) =>
  answering(
    (asked: Asked) => METADATA(asked) && asked.headers[name] === value,
    text((body) => body.replaceAll(/localhost:\d+/g, 'evil.test')),
  )

export const WRONG_DOCUMENTS: readonly Wrong[] = [
  {
    how: 'adds a slash to its issuer',
    rows: 'META-002',
    meddling: answering(
      METADATA,
      json((all) => ({ ...all, issuer: `${String(all['issuer'])}/` })),
    ),
  },
  { how: 'has no keys where it says', rows: 'META-006 JWKS-001', meddling: instead(JWKS, () => made(404)) },
  { how: 'has no jwks_uri', rows: 'META-006', meddling: member('jwks_uri', undefined) },
  { how: 'advertises the implicit grant', rows: 'META-007', meddling: more('response_types_supported', 'token') },
  { how: 'advertises no code', rows: 'META-007', meddling: member('response_types_supported', ['none']) },
  { how: 'advertises the password grant', rows: 'META-008', meddling: more('grant_types_supported', 'password') },
  { how: 'does not advertise all grants', rows: 'META-008', meddling: member('grant_types_supported', ['authorization_code']) },
  {
    how: 'writes a boolean as a text',
    rows: 'META-013 META-014',
    meddling: member('authorization_response_iss_parameter_supported', 'true'),
  },
  { how: 'has an empty list', rows: 'META-014', meddling: member('scopes_supported', []) },
  { how: 'has a list that is null', rows: 'META-014', meddling: member('scopes_supported', null) },
  { how: 'believes Host', rows: 'META-015', meddling: believes('host', 'evil.test') },
  { how: 'believes X-Forwarded-Host', rows: 'META-015', meddling: believes('x-forwarded-host', 'evil.test') },
  { how: 'believes Forwarded', rows: 'META-015', meddling: believes('forwarded', 'host=evil.test') },
  { how: 'believes X-Forwarded-Proto', rows: 'META-015', meddling: believes('x-forwarded-proto', 'http') },
  {
    how: 'lets no script read its documents',
    rows: 'META-016 JWKS-006',
    meddling: answering((asked) => METADATA(asked) || JWKS(asked), header('access-control-allow-origin')),
  },
  {
    how: 'allows credentials to every origin',
    rows: 'META-016',
    meddling: answering(METADATA, header('access-control-allow-credentials', 'true')),
  },
  { how: 'refuses HEAD', rows: 'META-017', meddling: instead(at(/oauth-authorization-server/, 'HEAD'), () => made(404)) },
  { how: 'answers a POST of its metadata', rows: 'META-017 ERR-002', meddling: answering(METADATA, status(405, 200)) },
  {
    how: 'advertises an endpoint that is not there',
    rows: 'META-018',
    meddling: answering(
      METADATA,
      json((all) => ({ ...all, registration_endpoint: `${String(all['issuer'])}/nope` })),
    ),
  },
  { how: 'sets a cookie with its metadata', rows: 'META-019 BROW-017', meddling: answering(METADATA, header('set-cookie', 'a=b')) },
  { how: 'has its metadata cached for long', rows: 'META-019', meddling: answering(METADATA, header('cache-control', 'max-age=864000')) },
  { how: 'lets its metadata be sniffed', rows: 'META-019', meddling: answering(METADATA, header('x-content-type-options')) },
  { how: 'advertises form_post', rows: 'META-020', meddling: more('response_modes_supported', 'form_post') },
  { how: 'calls its keys a text', rows: 'JWKS-001', meddling: answering(JWKS, header('content-type', 'text/plain')) },
  {
    how: 'has no keys',
    rows: 'JWKS-001 JWKS-003 JWKS-004',
    meddling: answering(
      JWKS,
      json(() => ({ keys: [] })),
    ),
  },
  { how: 'pads its keys', rows: 'JWKS-003', meddling: key((jwk) => ({ ...jwk, x: `${String(jwk['x'])}=` })) },
  { how: 'does not say what its keys are for', rows: 'JWKS-003', meddling: key(({ use: _, ...jwk }) => jwk) },
  { how: 'publishes other keys than it signs with', rows: 'JWKS-004', meddling: key((jwk) => ({ ...jwk, kid: 'another' })) },
  {
    how: 'publishes another key under the kid',
    rows: 'JWKS-004',
    meddling: key((jwk) => ({
      ...jwk,
      x: 'MKBCTNIcKUSDii11ySs3526iDZ8AiTo7Tu6KPAqv7D4',
      y: '4Etl6SRW2YiLUrN5vfvVHuhp7x8PxltmWWlbbM4IFyM',
    })),
  },
]
