import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { mustBePage, mustBeRedirectError, said } from '../answers.js'
import { ask } from '../ask.js'
import { Browser, FORM, send, type Answer } from '../browser.js'
import { decisionForm, land } from '../journey.js'
import type { Row } from '../row.js'
import { must } from '../verdict.js'
import type { World } from '../world.js'

const INJECTIONS = ['%00', '%0d%0aSet-Cookie:x=1', '%0d%0aLocation:https://evil.test/']
const TRICKS = [
  'scope[]=a',
  'state[x]=1',
  '__proto__[admin]=1',
  'constructor[prototype][x]=1',
  'client_id[$ne]=x',
  Array.from({ length: 5000 }, (_, n) => `p${n}=1`).join('&'),
]

async function within(world: World, ms: number, work: () => Promise<Answer>): Promise<Answer> {
  const start = world.timing.now()
  const answer = await work()
  const took = world.timing.now() - start
  must(took < ms, `the answer took ${took} ms`)
  must(answer.status < 500, `it answers ${said(answer)}`)
  return answer
}

async function mustStillWork(world: World): Promise<void> {
  const asked = ask(world, world.confidential)
  const answer = await land(world, asked)
  must(/[?&]code=/.test(answer.location ?? ''), `a request afterwards ends with ${said(answer)}`)
}

/** How often somebody came while the work was done. */
async function visits(work: (url: string) => Promise<void>): Promise<number> {
  let count = 0
  const server = createServer((_, response) => {
    count++
    response.end()
  })
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening))
  try {
    await work(`http://127.0.0.1:${(server.address() as AddressInfo).port}/r.jwt`)
    return count
  } finally {
    server.close()
  }
}

export const hostileRequestRows: readonly Row[] = [
  {
    id: 'AUTHZ-022',
    clause: 'RFC9110 §15.5.15',
    severity: 'Medium',
    title: 'a query of 64 KiB is refused in time',
    check: async (world) => {
      const asked = ask(world, world.confidential, { filler: 'x'.repeat(65_536) })
      const answer = await within(world, 2_000, () => new Browser().send(asked.url))
      must([400, 414, 431].includes(answer.status), `it answers ${said(answer)}`)
      await mustStillWork(world)
    },
  },
  {
    id: 'AUTHZ-024',
    clause: 'RFC9101 §7; OIDC Core §3.1.2.6',
    severity: 'High',
    title: 'request and request_uri are refused by name, and nothing is fetched',
    check: async (world) => {
      const jwt = 'eyJhbGciOiJub25lIn0.e30.'
      const byValue = ask(world, world.confidential, { request: jwt })
      mustBeRedirectError(world, await land(world, byValue), byValue, ['request_not_supported'])
      const fetched = await visits(async (url) => {
        const byReference = ask(world, world.confidential, { request_uri: url })
        mustBeRedirectError(world, await land(world, byReference), byReference, ['request_uri_not_supported'])
      })
      must(fetched === 0, 'the server fetched request_uri')
    },
  },
  {
    id: 'AUTHZ-025',
    clause: 'OAuth Multiple Response Types §2.1',
    severity: 'Low',
    title: 'a response_mode that is unknown is refused, and a code comes in one place at most',
    check: async (world) => {
      const bogus = ask(world, world.confidential, { response_mode: 'bogus' })
      const answer = await land(world, bogus)
      if (answer.location === undefined) mustBePage(answer)
      else mustBeRedirectError(world, answer, bogus, ['invalid_request'])
      const { location = '' } = await land(world, ask(world, world.confidential, { response_mode: 'fragment' }))
      must((location.match(/[?&#]code=/g) ?? []).length < 2, 'the code comes in the query and in the fragment')
    },
  },
  {
    id: 'AUTHZ-029',
    clause: 'OAuth2.1-16 §7.12',
    severity: 'Critical',
    title: 'line breaks and NUL in a parameter inject nothing',
    check: async (world) => {
      for (const name of ['state', 'scope', 'client_id', 'redirect_uri']) {
        for (const payload of INJECTIONS) {
          const asked = ask(world, world.confidential, { [name]: undefined }, `&${name}=x${payload}`)
          const answer = await new Browser().send(asked.url)
          must(answer.status < 500, `${payload} in ${name} answers ${said(answer)}`)
          must(!answer.setCookies.some((line) => line.startsWith('x=')), `${payload} in ${name} sets a cookie`)
          const target = answer.location === undefined ? '' : new URL(answer.location).hostname
          must(target !== 'evil.test', `${payload} in ${name} redirects`)
        }
      }
      const asked = ask(world, world.confidential, { state: undefined }, '&state=x%0d%0aSet-Cookie:x=1')
      const { location, status } = await land(world, asked)
      const echoed = location === undefined ? undefined : new URL(location).searchParams.get('state')
      must(echoed === undefined ? status === 400 : echoed === 'x\r\nSet-Cookie:x=1', `the state comes back as ${echoed ?? 'nothing'}`)
    },
  },
  {
    id: 'AUTHZ-030',
    clause: 'OAuth2.1-16 §7.12',
    severity: 'High',
    title: "tricks on the parser of parameters change nobody's request",
    check: async (world) => {
      for (const trick of TRICKS) {
        await within(world, 1_000, () => new Browser().send(ask(world, world.confidential, {}, `&${trick}`).url))
      }
      await mustStillWork(world)
    },
  },
  {
    id: 'AUTHZ-035',
    clause: 'OAuth2.1-16 §7.12',
    severity: 'Medium',
    title: 'parameters without measure are refused',
    check: async (world) => {
      const scope = Array.from({ length: 5000 }, (_, n) => `scope${n}`).join(' ')
      const huge = 'x'.repeat(100_000)
      const post = (query: string): Promise<Answer> =>
        send(world.authorizationEndpoint, { method: 'POST', headers: { 'content-type': FORM }, body: query })
      for (const work of [
        () => new Browser().send(ask(world, world.confidential, { scope }).url),
        () => post(ask(world, world.confidential, { scope }).query),
        () => post(ask(world, world.confidential, { state: huge, nonce: huge }).query),
      ]) {
        const answer = await within(world, 1_000, work)
        const isRefused = [400, 405, 413, 414, 431].includes(answer.status) || /[?&]error=invalid_scope/.test(answer.location ?? '')
        must(isRefused && decisionForm(answer, 'allow') === undefined, `it answers ${said(answer)}`)
      }
    },
  },
]
