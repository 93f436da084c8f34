import { answering, AUTHORIZE, at, asking, instead, made, PAGES, query, status, type Wrong } from './meddling.js'
import { redirecting, REGISTERED, toClient } from './to-client.js'

/** The client that asks has one of them. */
const trustsAnyRedirect = query((parameters) => {
  const asked = parameters.getAll('redirect_uri')
  if (asked.length === 1 && REGISTERED.includes(asked[0] ?? '')) return
  parameters.delete('redirect_uri')
})

const FIXED = 'E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM'

export const WRONG_RESPONSES: readonly Wrong[] = [
  {
    how: 'sends no iss',
    rows: 'META-013 RESP-001 RESP-003 RESP-007 AUTHZ-024 AUTHZ-031',
    meddling: redirecting((to) => to.replace(/&iss=[^&]*/, '')),
  },
  { how: 'sends another iss', rows: 'RESP-001 RESP-003', meddling: redirecting((to) => to.replace(/&iss=/, '&iss=x')) },
  {
    how: 'doubles the state, with 302',
    rows: 'RESP-001 RESP-003 AUTHZ-031',
    meddling: answering(PAGES, (answer) => {
      if (!toClient(answer)) return
      status(303, 302)(answer)
      answer.headers.location = answer.headers.location?.replace(/(&state=[^&]*)/, '$1$1')
    }),
  },
  { how: 'always sends a state', rows: 'RESP-002 RESP-003', meddling: redirecting((to) => (to.includes('&state=') ? to : `${to}&state=`)) },
  { how: 'answers in the fragment', rows: 'RESP-001 META-020 REDIR-001', meddling: redirecting((to) => to.replace('?', '#')) },
  { how: 'sends a token along', rows: 'RESP-001', meddling: redirecting((to) => `${to}&access_token=x`) },
  {
    how: 'sends the same code twice',
    rows: 'RESP-004',
    meddling: redirecting((to) => to.replace(/code=[^&]*/, `code=${'c'.repeat(43)}`)),
  },
  { how: 'counts its codes', rows: 'RESP-004', meddling: counting },
  { how: 'sends errors of its own', rows: 'RESP-007 AUTHZ-005', meddling: redirecting((to) => to.replace(/error=[a-z_]*/, 'error=oops')) },
  {
    how: 'describes an error with quotes',
    rows: 'RESP-007 PKCE-002',
    meddling: redirecting((to) => to.replace(/error=/, 'error_description=%22&error=')),
  },
  {
    how: 'sends people to any redirect_uri',
    rows: 'REDIR-006 REDIR-007 REDIR-008 REDIR-010 REDIR-020 REDIR-027 REDIR-029 AUTHZ-015 AUTHZ-026',
    meddling: asking((asked) => AUTHORIZE(asked) && !asked.url.includes('flow='), trustsAnyRedirect),
  },
  { how: 'keeps people at its own port', rows: 'REDIR-024', meddling: redirecting((to) => to.replace(':51004', '')) },
  {
    how: 'takes the registered URI for a wrong one',
    rows: 'REDIR-001',
    meddling: instead(
      (asked) => AUTHORIZE(asked),
      () => made(400),
    ),
  },
  {
    how: 'asks nobody for a challenge',
    rows: 'PKCE-002 PKCE-004 PKCE-005 PKCE-007 PKCE-008',
    meddling: asking(
      AUTHORIZE,
      query((all) => {
        if (all.has('flow')) return
        all.set('code_challenge', FIXED)
        all.set('code_challenge_method', 'S256')
      }),
    ),
  },
  { how: 'sends errors about PKCE without a state', rows: 'PKCE-004', meddling: redirecting((to) => to.replace(/&state=[^&]*/, '')) },
  {
    how: 'sends a POST on as it is',
    rows: 'BROW-011 BROW-010',
    meddling: answering(at(/authorize|login|scopes/, 'POST'), status(303, 307)),
  },
]

function counting() {
  let count = 0
  return redirecting((to) => to.replace(/code=[^&]*/, () => `code=${'c'.repeat(30)}${(count++).toString().padStart(6, '0')}`))()
}
