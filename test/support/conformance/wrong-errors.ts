import { answering, anywhere, header, instead, json, made, status, text, type Wrong } from './meddling.js'
import type { Answered, Asked } from './front.js'

const GIVEN = {
  access_token: 'a'.repeat(43),
  token_type: 'Bearer',
  expires_in: 600,
  refresh_token: 'r'.repeat(43),
  scope: 'read write admin',
}
const onErrors = (change: (answer: Answered, asked: Asked) => void) =>
  answering(anywhere, (answer, asked) => {
    if (asked.url.startsWith('/token') && answer.status >= 400) change(answer, asked)
  })

const NEVER_NO =
  'RESP-005 PKCE-012 PKCE-015 PKCE-017 TOKEN-003 TOKEN-005 TOKEN-007 TOKEN-009 TOKEN-016 TOKEN-018 TOKEN-019 TOKEN-022 ' +
  'CAUTH-004 CAUTH-005 CAUTH-007 CAUTH-013 CAUTH-014 CAUTH-015 CAUTH-017 CAUTH-018 ' +
  'CODE-002 CODE-004 CODE-006 CODE-007 CODE-008 CODE-009 CODE-015 REFR-004 REFR-005 REFR-007 REFR-009 REFR-010 ' +
  'CC-003 CC-004 ERR-005 ERR-007 CONC-001'
const ALL_ERRORS =
  'TOKEN-003 TOKEN-005 TOKEN-007 TOKEN-009 TOKEN-016 TOKEN-019 TOKEN-022 PKCE-012 CAUTH-004 CAUTH-005 CAUTH-013 CAUTH-017 CODE-002 CODE-004 ' +
  'CODE-007 CODE-009 CODE-015 REFR-004 REFR-009 REFR-010 CC-003 CC-004 CONC-001'

export const WRONG_ERRORS: readonly Wrong[] = [
  {
    how: 'never says no',
    rows: NEVER_NO,
    meddling: answering(
      ({ url }) => /^\/+(token|%74oken)/i.test(url) && !/revoke|introspect/.test(url),
      (answer) => {
        if (answer.status < 400) return
        const headers = { 'content-type': 'application/json', 'cache-control': 'no-store', pragma: 'no-cache' }
        Object.assign(answer, { status: 200, headers, body: JSON.stringify(GIVEN) })
      },
    ),
  },
  {
    how: 'leaks a stack trace',
    rows: `${ALL_ERRORS} REV-005`,
    meddling: onErrors(json((all) => ({ ...all, error_description: 'x\n    at exchange (/srv/token.js:1:1)' }))),
  },
  {
    how: 'answers 500 for what it refuses',
    rows: `${ALL_ERRORS} REV-005 REV-010`,
    meddling: onErrors((answer) => Object.assign(answer, { status: 500 })),
  },
  { how: 'lets its errors be cached', rows: `${ALL_ERRORS} REV-005`, meddling: onErrors(header('cache-control')) },
  { how: 'has HTML for errors', rows: `${ALL_ERRORS} REV-005`, meddling: onErrors(header('content-type', 'text/html')) },
  {
    how: 'calls every error by one name',
    rows: 'TOKEN-007 CAUTH-004 CODE-002 CC-003 REFR-007',
    meddling: onErrors(json((all) => ({ ...all, error: 'invalid_token' }))),
  },
  {
    how: 'does not challenge',
    rows: 'CAUTH-004 CAUTH-013 CAUTH-014 CAUTH-017 INT-004 REV-006',
    meddling: onErrors(header('www-authenticate')),
  },
  {
    how: 'challenges for Bearer',
    rows: 'CAUTH-004',
    meddling: onErrors((answer) => {
      if (answer.status === 401) header('www-authenticate', 'Bearer')(answer)
    }),
  },
  { how: 'lets no script read its errors', rows: 'TOKEN-018', meddling: onErrors(header('access-control-allow-origin')) },
  {
    how: 'breaks on a compressed body',
    rows: 'ERR-005',
    meddling: instead(
      ({ headers }) => headers['content-encoding'] === 'gzip',
      () => made(500),
    ),
  },
  { how: 'names its software', rows: 'ERR-001 BROW-009', meddling: answering(anywhere, header('x-powered-by', 'Koa')) },
  { how: 'finds everything', rows: 'ERR-001', meddling: answering(({ url }) => url === '/nope', status(404, 200)) },
  {
    how: 'shows where it is',
    rows: 'ERR-001',
    meddling: answering(
      ({ url }) => url === '/nope',
      text(() => 'Error\n    at /srv/app.js:1:1'),
    ),
  },
  { how: 'has 404 for a wrong method', rows: 'ERR-002', meddling: answering(anywhere, status(405, 404)) },
  { how: 'does not say which methods there are', rows: 'ERR-002 META-017', meddling: answering(anywhere, header('allow')) },
  {
    how: 'breaks on another spelling',
    rows: 'ERR-007',
    meddling: instead(
      ({ url }) => url === '/Token',
      () => made(500),
    ),
  },
]
