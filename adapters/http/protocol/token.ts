import type { Middleware } from 'koa'
import { GRANT_TYPES, mayUse, type Client, type GrantType } from '../../../domain/client.js'
import { OAuthError } from '../../../domain/errors.js'
import type { AttemptId } from '../../../domain/ids.js'
import type { ClientCredentials, ForAuthenticating } from '../../../ports/for-authenticating.js'
import type { Secrets } from '../../../ports/secrets.js'
import type { Engine } from '../../oauth2/engine.js'
import { forbidCaching } from '../boundary.js'
import { RequestRefused } from '../refusals.js'
import type { RequestState } from '../request-state.js'
import { parseClientCredentials } from './client-credentials.js'
import { parseForm, readBody, requireFormType, type Form } from './form.js'

/** What the steps of a token request hand on to one another. */
export interface TokenState extends RequestState {
  form: Form
  grantType: GrantType
  client: Client
}

type Step = Middleware<TokenState>

/** RFC 6749 §4.1.3, §4.4.2 and §6, RFC 7636 §4.5: what each grant reads. Anything else is ignored. */
const PARAMETERS: Record<GrantType, readonly string[]> = {
  authorization_code: ['grant_type', 'code', 'redirect_uri', 'code_verifier'],
  refresh_token: ['grant_type', 'refresh_token', 'scope'],
  client_credentials: ['grant_type', 'scope'],
}
const VERIFIER = /^[A-Za-z0-9._~-]{43,128}$/

export const noStore: Step = (ctx, next) => {
  forbidCaching(ctx)
  return next()
}

export const formOnly: Step = (ctx, next) => {
  if (ctx.querystring !== '') throw new OAuthError('invalid_request', 'parameters in the query string')
  requireFormType(ctx.req)
  return next()
}

export const readForm: Step = async (ctx, next) => {
  ctx.state.form = parseForm(await readBody(ctx.req))
  await next()
}

export const knowGrantType: Step = (ctx, next) => {
  const asked = ctx.state.form.parameters.get('grant_type')
  if (asked === undefined) throw new OAuthError('invalid_request', 'no grant_type')
  const known = GRANT_TYPES.find((grantType) => grantType === asked)
  if (known === undefined) throw new OAuthError('unsupported_grant_type', 'unknown grant_type')
  ctx.state.grantType = known
  return next()
}

export function authenticateClient(authenticating: Pick<ForAuthenticating, 'client'>): Step {
  return async (ctx, next) => {
    const { form, source } = ctx.state
    const [authorization, ...others] = ctx.req.headersDistinct['authorization'] ?? []
    if (others.length > 0) throw new OAuthError('invalid_request', 'two Authorization headers')
    const credentials = parseClientCredentials(authorization, form.parameters)
    ctx.state.client = await prove(authenticating, credentials, source)
    await next()
  }
}

/** Too many wrong secrets are the client's doing, not an outage: 429 (RFC 6585 §4). */
async function prove(
  authenticating: Pick<ForAuthenticating, 'client'>,
  credentials: ClientCredentials,
  source: RequestState['source'],
): Promise<Client> {
  try {
    return await authenticating.client(credentials, source)
  } catch (error) {
    if (!(error instanceof OAuthError) || error.code !== 'temporarily_unavailable' || error.retryAfter === undefined) throw error
    throw new RequestRefused(429, error.code, error.reason, { retryAfter: error.retryAfter, cause: error })
  }
}

export const allowParameters: Step = (ctx, next) => {
  const { client, form, grantType } = ctx.state
  if (!mayUse(client, grantType)) throw new OAuthError('unauthorized_client', `${grantType} is not registered for the client`)
  const allowed = PARAMETERS[grantType]
  const parameters = new Map([...form.parameters].filter(([name]) => allowed.includes(name)))
  requireCredential(parameters, grantType)
  ctx.state.form = { ...form, parameters }
  return next()
}

/** The engine would call a missing verifier `invalid_request`; to a client it is one more way in which its code does not hold. */
function requireCredential(parameters: ReadonlyMap<string, string>, grantType: GrantType): void {
  if (grantType === 'refresh_token' && !parameters.has('refresh_token')) throw new OAuthError('invalid_request', 'no refresh_token')
  if (grantType !== 'authorization_code') return
  if (!parameters.has('code')) throw new OAuthError('invalid_request', 'no code')
  if (!VERIFIER.test(parameters.get('code_verifier') ?? '')) throw new OAuthError('invalid_grant', 'missing or malformed code_verifier')
}

/** RFC 6749 §3.2. */
export function exchange(engine: Pick<Engine, 'exchange'>, secrets: Pick<Secrets, 'random'>): Step {
  return async (ctx) => {
    const { client, form, source } = ctx.state
    const redirectUri = form.parameters.get('redirect_uri')
    const attempt = secrets.random(16) as AttemptId
    const isOver = (): boolean => ctx.state.isOver === true
    const asked = { client, attempt, source, isOver, resources: form.resources, ...(redirectUri !== undefined && { redirectUri }) }
    ctx.set('Content-Type', 'application/json')
    ctx.body = await engine.exchange(form.parameters, asked)
  }
}
