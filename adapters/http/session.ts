import type { Context, Middleware } from 'koa'
import { createSession, type CreateSessionOptions } from 'koa-session'
import type { ForAuthenticating, SignedIn } from '../../ports/for-authenticating.js'
import { cookieFlags, cookieName, readCookie } from './browser-cookie.js'
import type { HttpPorts, HttpSettings } from './ports.js'
import { sourceOf } from './request-state.js'

const NAME = 'portcullis'

/** The value of the session cookie, when it has the form of one. */
export const sessionTokenOf = (ctx: Context, settings: HttpSettings): string | undefined => readCookie(ctx, settings, NAME)

interface Carried {
  readonly who?: SignedIn
  readonly half?: SignedIn
}

const carriedBy = (ctx: Context): Carried => (ctx['session'] as Carried | null | undefined) ?? {}

/** Who is wholly signed in. */
export const signedIn = (ctx: Context): SignedIn | undefined => carriedBy(ctx).who

/** Who is half signed in, and may do nothing but prove the second factor or leave. */
export const halfSignedIn = (ctx: Context): SignedIn | undefined => carriedBy(ctx).half

/** Gives the browser the session that a sign-in, or a change of rights, made. */
export function startSession(ctx: Context, settings: HttpSettings, token: string): void {
  ctx.cookies.set(cookieName(settings, NAME), token, cookieFlags(settings))
}

/** Ends the session and clears its cookie when the request is through. */
export function endSession(ctx: Context): void {
  ctx['session'] = null
}

/** For page routes: who is signed in, half or wholly. An unknown, ended or damaged cookie is nobody, and is left as it is. */
export function sessions({ authenticating }: HttpPorts, settings: HttpSettings): Middleware {
  let carrier: Middleware | undefined
  return async function session(ctx, next) {
    carrier ??= createSession(options(authenticating, settings), ctx.app)
    try {
      await carrier(ctx, next)
    } catch (error) {
      // The session is ended after the answer was prepared; one that could not be ended leads nowhere.
      ctx.remove('Location')
      throw error
    }
  }
}

function options(authenticating: ForAuthenticating, settings: HttpSettings): CreateSessionOptions {
  return {
    key: cookieName(settings, NAME),
    ...cookieFlags(settings),
    maxAge: 'session',
    // A session begins with ForAuthenticating.signIn alone, so koa-session has no name to give.
    genid: () => '',
    externalKey: {
      get: (ctx: Context) => sessionTokenOf(ctx, settings) ?? '',
      set: (ctx: Context, token: string) => startSession(ctx, settings, token),
    },
    store: {
      get: async (token: string) => {
        const who = await authenticating.resume(token)
        if (who !== undefined) return { who }
        const half = await authenticating.halfSignedIn(token)
        return half && { half }
      },
      // Only touches: an upsert by a request in flight would bring an ended session back.
      set: async (token: string) => {
        await authenticating.resume(token)
      },
      destroy: (token: string, { ctx }: { ctx?: Context }) => {
        if (ctx === undefined) throw new Error('koa-session ended a session without a request')
        return authenticating.signOut(token, sourceOf(ctx))
      },
    },
  }
}
