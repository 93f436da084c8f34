import {
  answering,
  anywhere,
  asking,
  at,
  AUTHORIZE,
  fieldOf,
  header,
  instead,
  location,
  PAGES,
  query,
  sentTo,
  status,
  text,
  type Wrong,
} from './meddling.js'
import { fragile, generousToReturners, repeating, strict, wider } from './remembering.js'
import { LOOPBACK_URI } from './server.js'

const LOGIN = at('/login')
const SIGN_IN = at('/login', 'POST')
const DECIDE = at('/scopes', 'POST')
const cookie = (change: (line: string) => string) =>
  answering(SIGN_IN, ({ headers }) => {
    headers['set-cookie'] = headers['set-cookie']?.map(change)
  })

export const WRONG_PAGES: readonly Wrong[] = [
  {
    how: 'approves by GET',
    rows: 'CONS-003',
    meddling: instead(
      (asked) => at('/scopes', 'GET')(asked) && asked.url.includes('allow'),
      () => sentTo(`${LOOPBACK_URI}?code=x`),
    ),
  },
  {
    how: 'takes the state from the form',
    rows: 'CONS-004',
    meddling: answering(
      DECIDE,
      location((to, asked) => (fieldOf(asked, 'state') === '' ? to : to.replace(/state=[^&]*/, `state=${fieldOf(asked, 'state')}`))),
    ),
  },
  {
    how: 'takes the redirect_uri from the form',
    rows: 'CONS-004',
    meddling: answering(
      DECIDE,
      location((to, asked) => to.replace(LOOPBACK_URI, fieldOf(asked, 'redirect_uri') || LOOPBACK_URI)),
    ),
  },
  { how: 'takes the scope from the form', rows: 'CONS-004', meddling: wider },
  { how: 'approves as often as it is asked', rows: 'CONS-005 CONC-008', meddling: repeating },
  {
    how: 'grants more than was approved',
    rows: 'CONS-008',
    meddling: asking(
      AUTHORIZE,
      query((all) => all.has('scope') && all.set('scope', 'read')),
    ),
  },
  {
    how: 'does not show where the answer goes',
    rows: 'CONS-014',
    meddling: answering(
      PAGES,
      text((body) => body.replaceAll('127.0.0.1', 'an app')),
    ),
  },
  { how: 'lets scripts read its session', rows: 'BROW-001', meddling: cookie((line) => line.replace(/; httponly/i, '')) },
  { how: 'sends its session across sites', rows: 'BROW-001', meddling: cookie((line) => line.replace(/samesite=lax/i, 'samesite=none')) },
  { how: 'shares its session with a domain', rows: 'BROW-001', meddling: cookie((line) => `${line}; domain=localhost`) },
  { how: 'has short session ids', rows: 'BROW-001', meddling: cookie((line) => line.replace(/=[^;]*/, '=12345')) },
  { how: 'lets its pages be framed by old browsers', rows: 'BROW-003 AUTHZ-003', meddling: answering(anywhere, header('x-frame-options')) },
  {
    how: 'lets its pages be framed',
    rows: 'BROW-003 AUTHZ-003',
    meddling: answering(anywhere, header('content-security-policy', "default-src 'none'")),
  },
  { how: 'lets its error pages be cached', rows: 'AUTHZ-003 REDIR-008', meddling: answering(AUTHORIZE, header('cache-control')) },
  {
    how: 'leads on from its error pages',
    rows: 'AUTHZ-003',
    meddling: answering(
      AUTHORIZE,
      text((body) => `<meta http-equiv="refresh" content="0;url=https://evil.test">${body}`),
    ),
  },
  { how: 'locks out who sends Origin: null', rows: 'BROW-007', meddling: strict },
  { how: 'lets its pages be sniffed', rows: 'BROW-009', meddling: answering(anywhere, header('x-content-type-options')) },
  { how: 'has no charset', rows: 'BROW-009', meddling: answering(PAGES, header('content-type', 'text/html')) },
  { how: 'says which version it is', rows: 'BROW-009', meddling: answering(anywhere, header('server', 'nginx/1.27.0')) },
  { how: 'answers a form with 302', rows: 'BROW-010 RESP-001', meddling: answering(at(/^\/(login|scopes)$/, 'POST'), status(303, 302)) },
  { how: 'breaks when the approval is loaded again', rows: 'BROW-021', meddling: fragile },
  { how: 'makes a second code when somebody goes back', rows: 'BROW-021', meddling: generousToReturners },
  {
    how: 'needs scripts to sign in',
    rows: 'BROW-023',
    meddling: answering(
      LOGIN,
      text((body) => body.replaceAll('type="submit"', 'type="button"')),
    ),
  },
  {
    how: 'keeps password managers out',
    rows: 'BROW-025',
    meddling: answering(
      LOGIN,
      text((body) => body.replace('current-password', 'off')),
    ),
  },
  {
    how: 'has no label',
    rows: 'BROW-025',
    meddling: answering(
      LOGIN,
      text((body) => body.replace('<label for="password"', '<span')),
    ),
  },
]
