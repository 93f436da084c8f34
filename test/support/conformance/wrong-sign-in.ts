import { answering, asking, at, fieldOf, form, instead, location, made, parameterOf, sentTo, status, text, type Wrong } from './meddling.js'
import type { Answered, Asked } from './front.js'
import { fixed, repaired, shared, tokenless } from './remembering.js'
import { LOOPBACK_URI } from './server.js'

const LOGIN = at('/login')
const SIGN_IN = at('/login', 'POST')
const failing = (change: (answer: Answered, asked: Asked) => void) =>
  answering(SIGN_IN, (answer, asked) => {
    if (answer.status === 401) change(answer, asked)
  })
const believed = ({ headers }: Asked): void => {
  headers.origin = `http://${headers.host ?? ''}`
  delete headers['sec-fetch-site']
}

export const WRONG_SIGN_IN: readonly Wrong[] = [
  { how: 'breaks on a wrong password', rows: 'LOGIN-002 LOGIN-022', meddling: failing((answer) => Object.assign(answer, made(500))) },
  {
    how: 'sends a wrong password to the client',
    rows: 'LOGIN-002',
    meddling: failing((answer) => Object.assign(answer, sentTo(`${LOOPBACK_URI}?error=x`))),
  },
  {
    how: 'takes any password',
    rows: 'LOGIN-002',
    meddling: asking(
      SIGN_IN,
      form((all) => all.set('password', 'correct horse battery')),
    ),
  },
  {
    how: 'says which user is known',
    rows: 'LOGIN-003',
    meddling: failing((answer, asked) => {
      if (fieldOf(asked, 'username') === 'alice') answer.body += 'Forgot your password?'
    }),
  },
  {
    how: 'says in a header which user is known',
    rows: 'LOGIN-003',
    meddling: failing((answer, asked) => {
      if (fieldOf(asked, 'username') === 'alice') answer.headers['x-tries'] = '1'
    }),
  },
  { how: 'keeps the session that it was given', rows: 'LOGIN-009', meddling: fixed },
  { how: 'takes forms from every site', rows: 'LOGIN-011 BROW-018', meddling: asking(at(/^\/(login|scopes)$/, 'POST'), believed) },
  { how: 'needs no token in its forms', rows: 'LOGIN-011', meddling: tokenless },
  {
    how: 'repeats the password',
    rows: 'LOGIN-014',
    meddling: failing((answer, asked) => {
      answer.body += fieldOf(asked, 'password')
    }),
  },
  {
    how: 'sends the password by get',
    rows: 'LOGIN-014 BROW-025',
    meddling: answering(
      LOGIN,
      text((body) => body.replace('method="post"', 'method="get"')),
    ),
  },
  {
    how: 'puts the password into an address',
    rows: 'LOGIN-014',
    meddling: answering(
      SIGN_IN,
      location((to, asked) => `${to}&p=${fieldOf(asked, 'password')}`),
    ),
  },
  { how: 'lets another browser go on', rows: 'LOGIN-015', meddling: shared },
  {
    how: 'leads a sign-in that is over elsewhere',
    rows: 'LOGIN-016',
    meddling: answering(at('/login', 'GET'), (answer) => {
      if (answer.status === 400) Object.assign(answer, sentTo('/account'))
    }),
  },
  { how: 'breaks on a sign-in that is over', rows: 'LOGIN-015 LOGIN-016', meddling: answering(at('/login', 'GET'), status(400, 500)) },
  {
    how: 'breaks on a long cookie',
    rows: 'LOGIN-019',
    meddling: instead(
      ({ headers }) => (headers.cookie ?? '').length > 4_000,
      () => made(500),
    ),
  },
  { how: 'counts a damaged cookie', rows: 'LOGIN-019', meddling: repaired },
  {
    how: 'writes names as they are',
    rows: 'LOGIN-022 BROW-013',
    meddling: failing((answer, asked) => {
      answer.body += fieldOf(asked, 'username')
    }),
  },
  {
    how: 'repeats names in full length',
    rows: 'LOGIN-022',
    meddling: failing((answer, asked) => {
      answer.body += fieldOf(asked, 'username').replaceAll('<', '')
    }),
  },
  {
    how: 'leads on where an address says',
    rows: 'LOGIN-023',
    meddling: instead(
      (asked) => parameterOf(asked, 'next') !== '',
      (asked) => sentTo(parameterOf(asked, 'next')),
    ),
  },
]
