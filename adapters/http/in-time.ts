import type { Middleware } from 'koa'
import type { RequestState } from './request-state.js'
import { Busy } from '../../domain/errors.js'

const WITHIN_MS = 4_700

/**
 * Throws Busy when what follows takes longer: a request waits for the password queue and for the store, each within its own limit, and together they
 * could pass the five seconds after which everybody gives up. What happens after that is told to nobody: a session expires, a code that was spent
 * is a replay when it comes again, and a refresh token that was rotated out gets its successor.
 */
export const answerInTime = (withinMs = WITHIN_MS): Middleware =>
  async function answerInTime(ctx, next) {
    let timer: NodeJS.Timeout | undefined
    const state = ctx.state as RequestState
    const late = new Promise<never>((_, refuse) => {
      timer = setTimeout(() => {
        state.isOver = true
        refuse(new Busy('a request waited too long'))
      }, withinMs)
    })
    const work = next()
    // After the answer nobody hears of it any more.
    work.catch(() => undefined)
    await Promise.race([work, late]).finally(() => {
      clearTimeout(timer)
    })
  }
