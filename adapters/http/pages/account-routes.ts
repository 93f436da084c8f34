import type { Middleware } from 'koa'
import { pageHeaders } from '../page-headers.js'
import { accountActions } from './account-actions.js'
import { account, showAccount } from './account.js'
import { enrolment } from './enrolment.js'
import { flowOf } from './flow.js'
import { guards } from './guards.js'
import { password } from './password.js'
import type { PageParts, Pages } from './parts.js'

/** /account and what is below it. `get` and `post` come before each page, and find out whose session it is. */
export function accountRoutes(
  parts: PageParts,
  before: { readonly get: readonly Middleware[]; readonly post: readonly Middleware[] },
): Pages {
  const [guard, show] = [guards(parts), showAccount(parts)]
  const [own, enrolling, confirming] = [accountActions(parts, show, guard), enrolment(parts, guard), password(parts, guard)]
  const [leadsOn, stays] = [pageHeaders(false), pageHeaders(true)]
  // A flow may lead on from here to the client's own redirect.
  const both: Middleware = (ctx, next) => (flowOf(ctx) === undefined ? stays : leadsOn)(ctx, next)
  const post = (act: Middleware): Pages[string] => ({ post: [stays, ...before.post, act] })
  return {
    '/account': { get: [stays, ...before.get, account(show, guard)] },
    '/account/confirm': { get: [both, ...before.get, confirming.ask], post: [both, ...before.post, confirming.confirm] },
    '/account/apps/revoke': post(own.withdraw),
    '/account/sessions/end': post(own.endSession),
    '/account/sessions/end-others': post(own.endOtherSessions),
    '/account/password': post(own.changePassword),
    '/account/otp/enrol': { get: [both, ...before.get, enrolling.show], post: [both, ...before.post, enrolling.begin] },
    '/account/otp/confirm': { post: [both, ...before.post, enrolling.confirm] },
    '/account/otp/disable': post(own.disableSecondFactor),
    '/account/otp/recovery-codes': post(own.renewRecoveryCodes),
  }
}
