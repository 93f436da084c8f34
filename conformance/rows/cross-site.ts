import { said } from '../answers.js'
import { ask } from '../ask.js'
import { Browser, send, type Answer } from '../browser.js'
import { tagsOf } from '../html.js'
import { loginPage } from '../journey.js'
import { metadataUrl } from '../open-world.js'
import type { Row } from '../row.js'
import { freshTokens, post, token } from '../tokens.js'
import { must } from '../verdict.js'
import type { World } from '../world.js'
import { allow, askApproval, codeIn } from './approval.js'
import { attempt, mustRefuseForgery } from './sign-in.js'

const PAYLOADS = ['"><svg onload=alert(1)>', "'-alert(1)-'", '</title><script>alert(1)</script>']
const PARAMETERS = [
  'state',
  'scope',
  'client_id',
  'redirect_uri',
  'error',
  'error_description',
  'error_uri',
  'login_hint',
  'ui_locales',
  'display',
  'prompt',
  'user_code',
  'nonce',
]
const EVIL = { origin: 'https://evil.test' }

function mustBeEscaped({ url, text }: Answer, payload: string): void {
  if (/[<"]/.test(payload)) must(!text.includes(payload), `${payload} is repeated as it is at ${url.slice(0, 100)}`)
  for (const { name, text: code, attributes } of tagsOf(text)) {
    const isScript = name === 'script' || [...attributes.keys()].some((key) => key.startsWith('on'))
    must(!isScript || !(code + [...attributes.values()].join(' ')).includes('alert(1)'), `${payload} runs as a script`)
  }
}

const backChannels = async (world: World): Promise<readonly Answer[]> => {
  const { revocation_endpoint: revocation, introspection_endpoint: introspection, jwks_uri: jwks } = world.metadata
  const { answer, accessToken } = await freshTokens(world, world.confidential)
  const answers = [answer, await token(world, world.confidential, { grant_type: 'foo' }), await send(metadataUrl(world.issuer))]
  if (typeof jwks === 'string') answers.push(await send(jwks))
  if (typeof introspection === 'string') answers.push(await post(introspection, world.confidential, { token: accessToken }))
  if (typeof revocation === 'string') answers.push(await post(revocation, world.confidential, { token: accessToken }))
  return answers
}

export const crossSiteRows: readonly Row[] = [
  {
    id: 'BROW-013',
    clause: 'OAuth2.1-16 §7.12',
    severity: 'Critical',
    title: 'nothing that a request holds becomes markup',
    check: async (world) => {
      for (const payload of PAYLOADS) {
        for (const name of PARAMETERS) {
          const browser = new Browser()
          const page = await browser.follow(await browser.send(ask(world, world.publicClient, { [name]: payload }).url))
          mustBeEscaped(page, payload)
          must(page.status < 500, `${payload} in ${name} answers ${said(page)}`)
        }
      }
      const { answer } = await attempt(world, PAYLOADS.join(''), 'conformance-wrong')
      for (const payload of PAYLOADS) mustBeEscaped(answer, payload)
    },
  },
  {
    id: 'BROW-017',
    clause: '-',
    severity: 'Low',
    title: 'back channels set no cookie',
    check: async (world) => {
      for (const { url, setCookies } of await backChannels(world)) must(setCookies.length === 0, `${url} sets a cookie`)
    },
  },
  {
    id: 'BROW-018',
    clause: 'OAuth2.1-16 §3.1',
    severity: 'High',
    title: 'another site can read no page and send no form',
    check: async (world) => {
      const asking = await askApproval(world)
      const login = await loginPage(ask(world, world.publicClient), new Browser())
      for (const url of [asking.asked.url, asking.page.url, login.url]) {
        const { headers } = await asking.browser.send(url, { headers: EVIL })
        must(!headers.has('access-control-allow-origin'), `${url} may be read by other sites`)
        must(!headers.has('access-control-allow-credentials'), `${url} may be read with credentials`)
      }
      await mustRefuseForgery(world, { how: 'the sign-in form', headers: EVIL })
      const forged = await allow(asking, {}, EVIL)
      must(codeIn(forged) === undefined && forged.status >= 400, `the approval form of another site ends with ${said(forged)}`)
    },
  },
]
