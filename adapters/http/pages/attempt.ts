import type { Context } from 'koa'
import { TooManyAttempts } from '../../../domain/errors.js'
import { textsOf } from '../language.js'

/** How a page says that what was tried came to nothing. */
export interface Failure {
  readonly problem: string
  readonly status: 400 | 401 | 429
}

export const isFailure = (outcome: object): outcome is Failure => 'problem' in outcome

/** What was tried, or how it failed: 401 with `wrong` when it is not right, 429 with Retry-After when so much was tried that nothing was evaluated. */
export async function tried<T extends object>(ctx: Context, wrong: string, attempt: Promise<T | undefined>): Promise<T | Failure> {
  try {
    return (await attempt) ?? { problem: wrong, status: 401 }
  } catch (error) {
    if (!(error instanceof TooManyAttempts)) throw error
    ctx.set('Retry-After', error.retryAfter.toString())
    return { problem: textsOf(ctx).page.tooMany(Math.ceil(error.retryAfter / 60)), status: 429 }
  }
}
