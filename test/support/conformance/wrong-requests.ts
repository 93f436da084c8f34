import {
  answering,
  AUTHORIZE,
  asking,
  header,
  instead,
  location,
  made,
  parameterOf,
  PAGES,
  query,
  sentTo,
  text,
  type Wrong,
} from './meddling.js'
import type { Asked } from './front.js'
import { REDIRECT_URI } from './server.js'
import { redirecting } from './to-client.js'

export const WRONG_REQUESTS: readonly Wrong[] = [
  {
    how: 'takes the form of a client’s answer for a page',
    rows: 'AUTHZ-003 AUTHZ-014 AUTHZ-015 AUTHZ-026',
    meddling: answering(AUTHORIZE, (answer) => {
      if (answer.status === 400) Object.assign(answer, sentTo(`${REDIRECT_URI}?error=invalid_request`))
    }),
  },
  {
    how: 'repeats what was asked on its pages',
    rows: 'AUTHZ-003 BROW-013',
    meddling: answering(
      AUTHORIZE,
      text((body, { url }) => body + decodeURIComponent(url.replaceAll('+', ' ').replace(/%(?![0-9a-f]{2})/gi, ''))),
    ),
  },
  {
    how: 'signs people in elsewhere',
    rows: 'AUTHZ-001',
    meddling: answering(
      AUTHORIZE,
      location((to) => (to.startsWith('/login') ? 'https://elsewhere.test/' : to)),
    ),
  },
  {
    how: 'takes code for granted',
    rows: 'AUTHZ-005',
    meddling: asking(
      AUTHORIZE,
      query((all) => !all.has('flow') && all.set('response_type', 'code')),
    ),
  },
  {
    how: 'has no patience with strangers',
    rows: 'AUTHZ-013',
    meddling: instead(
      (asked) => parameterOf(asked, 'foo') !== '',
      () => made(400),
    ),
  },
  {
    how: 'reads the first of two parameters',
    rows: 'AUTHZ-014 AUTHZ-015',
    meddling: asking(
      AUTHORIZE,
      query((all) => new Map(all).size < [...all].length && [...new Set(all.keys())].forEach((name) => all.set(name, all.get(name) ?? ''))),
    ),
  },
  {
    how: 'lets scripts of other origins ask',
    rows: 'AUTHZ-020 BROW-018',
    meddling: answering(PAGES, header('access-control-allow-origin', '*')),
  },
  {
    how: 'breaks on a long query',
    rows: 'AUTHZ-022 AUTHZ-035',
    meddling: instead(
      ({ url }) => url.length > 16_384,
      () => made(500),
    ),
  },
  {
    how: 'cuts a long query',
    rows: 'AUTHZ-022 AUTHZ-035',
    meddling: asking(AUTHORIZE, (asked) => {
      if (asked.url.length > 8_192) {
        query((all) => {
          all.delete('filler')
          all.delete('scope')
        })(asked)
      }
    }),
  },
  {
    how: 'ignores request, request_uri and response_mode',
    rows: 'AUTHZ-024 AUTHZ-025',
    meddling: asking(
      AUTHORIZE,
      query((all) => ['request', 'request_uri', 'response_mode'].forEach((name) => all.delete(name))),
    ),
  },
  { how: 'fetches request_uri', rows: 'AUTHZ-024', meddling: () => ({ asked: fetchRequestUri }) },
  {
    how: 'answers in both places',
    rows: 'AUTHZ-025',
    meddling: () => ({
      asked: asking(
        AUTHORIZE,
        query((all) => all.get('response_mode') === 'fragment' && all.delete('response_mode')),
      )().asked,
      answered: redirecting((to) => `${to}#${to.split('?')[1] ?? ''}`)().answered,
    }),
  },
  {
    how: 'reports other errors before a wrong redirect_uri',
    rows: 'AUTHZ-026',
    meddling: instead(
      (asked) => parameterOf(asked, 'response_type') === 'token',
      (asked) => sentTo(`${parameterOf(asked, 'redirect_uri')}?error=unsupported_response_type`),
    ),
  },
  {
    how: 'breaks lines in its headers',
    rows: 'AUTHZ-029',
    meddling: answering(({ url }) => url.includes('Set-Cookie'), header('set-cookie', 'x=1')),
  },
  {
    how: 'breaks on NUL',
    rows: 'AUTHZ-029 REDIR-020 LOGIN-022',
    meddling: instead(
      ({ url, body }) => `${url}${body}`.includes('%00'),
      () => made(500),
    ),
  },
  {
    how: 'redirects where a line break says',
    rows: 'AUTHZ-029',
    meddling: answering(({ url }) => url.includes('Location:'), header('location', 'https://evil.test/')),
  },
  {
    how: 'breaks on names of prototypes',
    rows: 'AUTHZ-030',
    meddling: instead(
      ({ url }) => url.includes('__proto__'),
      () => made(500),
    ),
  },
  { how: 'remembers a trick', rows: 'AUTHZ-030', meddling: polluted },
  {
    how: 'reads parameters in cookies',
    rows: 'AUTHZ-033',
    meddling: asking(
      (asked) => asked.url === '/authorize',
      (asked) => {
        asked.url += `?${(asked.headers.cookie ?? '').replaceAll('; ', '&')}`
      },
    ),
  },
]

async function fetchRequestUri(asked: Asked): Promise<undefined> {
  const uri = parameterOf(asked, 'request_uri')
  if (uri !== '') await fetch(uri)
  return undefined
}

function polluted() {
  let isAdmin = false
  return {
    asked: (asked: Asked) => {
      if (isAdmin && AUTHORIZE(asked)) return made(400)
      isAdmin ||= asked.url.includes('constructor[prototype]')
      return undefined
    },
  }
}
