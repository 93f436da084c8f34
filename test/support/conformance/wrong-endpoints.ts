import { answering, at, header, instead, json, made, status, type Wrong } from './meddling.js'

const REVOKE = at('/token/revoke')
const INTROSPECT = at('/token/introspect')
const JSON_HEADERS = { 'content-type': 'application/json', 'cache-control': 'no-store', pragma: 'no-cache' }
const member = (name: string, value: unknown) =>
  answering(
    INTROSPECT,
    json((all) => ({ ...all, [name]: value })),
  )

/** What revokes and introspects. */
export const WRONG_ENDPOINTS: readonly Wrong[] = [
  {
    how: 'revokes nothing and says 200',
    rows: 'REV-001 REV-002 REV-005 REV-006 REV-008 REV-010 CAUTH-019',
    meddling: instead(REVOKE, () => made(200, '', JSON_HEADERS)),
  },
  { how: 'has a revocation that answers 204', rows: 'REV-001 REV-002 REV-008', meddling: answering(REVOKE, status(200, 204)) },
  {
    how: 'refuses a wrong hint',
    rows: 'REV-008',
    meddling: instead(
      ({ body }) => body.includes('token_type_hint'),
      () => made(400, '{"error":"unsupported_token_type"}', JSON_HEADERS),
    ),
  },
  {
    how: 'tells everybody that nothing is active',
    rows: 'INT-001 INT-004 INT-011 CAUTH-019 REV-001 REV-006',
    meddling: instead(INTROSPECT, () => made(200, '{"active":false}', JSON_HEADERS)),
  },
  {
    how: 'tells everybody that everything is active',
    rows: 'INT-004 REV-001 REV-002 REV-008',
    meddling: instead(INTROSPECT, () => made(200, '{"active":true}', JSON_HEADERS)),
  },
  { how: 'writes active as a text', rows: 'INT-001 REV-001', meddling: member('active', 'true') },
  { how: 'writes exp as a text', rows: 'INT-001 INT-011', meddling: member('exp', '1') },
  { how: 'has a null in its introspection', rows: 'INT-001', meddling: member('username', null) },
  { how: 'has another issuer in its introspection', rows: 'INT-001 INT-011', meddling: member('iss', 'https://other.test') },
  { how: 'has another subject in its introspection', rows: 'INT-011', meddling: member('sub', 'somebody') },
  { how: 'has its introspection cached', rows: 'INT-001', meddling: answering(INTROSPECT, header('cache-control', 'max-age=60')) },
  { how: 'has another expiry in its introspection', rows: 'TOKEN-024 INT-011', meddling: member('exp', 9_999_999_999) },
  {
    how: 'sets a cookie with introspection and revocation',
    rows: 'BROW-017',
    meddling: answering((asked) => REVOKE(asked) || INTROSPECT(asked), header('set-cookie', 'a=b')),
  },
  {
    how: 'takes a GET for introspection',
    rows: 'ERR-002',
    meddling: instead(at('/token/introspect', 'GET'), () => made(200, '{}', JSON_HEADERS)),
  },
]
