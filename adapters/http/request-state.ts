import type { Context } from 'koa'
import type { Source } from '../../domain/audit.js'
import type { Client } from '../../domain/client.js'

/** What every request carries on its way: who answers for it in the log. */
export interface RequestState {
  source: Source
  /** Set once it was answered that it is too late, while the work goes on unseen. */
  isOver?: true
  /** Once it is proved. */
  client?: Client
}

export const sourceOf = (ctx: Context): Source => (ctx.state as RequestState).source

export const requestIdOf = (ctx: Context): string => sourceOf(ctx).requestId
