import type { Middleware } from 'koa'
import { Busy } from '../../../domain/errors.js'

const WITHIN_MS = 4_700

/**
 * Throws Busy when what follows takes longer: a sign-in waits for the password queue and then for the store, each within its own limit, and together
 * they could pass the five seconds after which a person gives up. A session that begins after that was told to nobody and expires.
 */
export const answerInTime = (withinMs = WITHIN_MS): Middleware =>
  async function answerInTime(_ctx, next) {
    let timer: NodeJS.Timeout | undefined
    const late = new Promise<never>((_, refuse) => {
      timer = setTimeout(() => {
        refuse(new Busy('a sign-in waited too long'))
      }, withinMs)
    })
    const work = next()
    // After the answer nobody hears of it any more.
    work.catch(() => undefined)
    await Promise.race([work, late]).finally(() => {
      clearTimeout(timer)
    })
  }
