import Koa from 'koa'
import type { Secrets } from '../../ports/secrets.js'
import type { StoreMaintenance } from '../../ports/store-maintenance.js'
import { originForm } from './request-target.js'

const READY_WITHIN_MS = 2_000

/** What supervisors and load balancers ask, on a listener of its own: `/livez` and `/readyz`. */
export function createOperations(
  maintenance: Pick<StoreMaintenance, 'ready'>,
  isStopping: () => boolean,
  secrets: Pick<Secrets, 'random'>,
): Koa {
  const answers: Readonly<Record<string, () => Promise<string>>> = {
    '/livez': async () => 'alive',
    '/readyz': async () => (isStopping() ? 'stopping' : (await isReady(maintenance)) ? 'ready' : 'not ready'),
  }
  const app = new Koa()
  app.use(async (ctx) => {
    ctx.set({ 'Cache-Control': 'no-store', 'x-request-id': secrets.random(16), 'X-Content-Type-Options': 'nosniff' })
    const url = originForm(ctx.method, ctx.url)
    ctx.url = url ?? '/'
    const ask = Object.hasOwn(answers, ctx.path) ? answers[ctx.path] : undefined
    if (url === undefined) answer(ctx, 400, 'no request target')
    else if (ask === undefined) answer(ctx, 404, 'no such URL')
    else if (ctx.method !== 'GET' && ctx.method !== 'HEAD') {
      ctx.set('Allow', 'GET, HEAD')
      answer(ctx, 405, 'wrong method')
    } else {
      const status = await ask()
      answer(ctx, status === 'alive' || status === 'ready' ? 200 : 503, status)
    }
  })
  return app
}

function answer(ctx: Koa.Context, code: number, status: string): void {
  ctx.status = code
  ctx.body = { status }
}

async function isReady(maintenance: Pick<StoreMaintenance, 'ready'>): Promise<boolean> {
  let timer: NodeJS.Timeout | undefined
  const tooLate = new Promise<boolean>((resolve) => {
    timer = setTimeout(resolve, READY_WITHIN_MS, false)
  })
  const ready = Promise.resolve()
    .then(() => maintenance.ready())
    .then(
      () => true,
      () => false,
    )
  return Promise.race([ready, tooLate]).finally(() => {
    clearTimeout(timer)
  })
}
