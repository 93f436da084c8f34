import { join } from 'node:path'
import Router from '@koa/router'
import type { Middleware } from 'koa'
import serveFiles from 'koa-static'
import { basePath, routePrefix } from './paths.js'
import type { HttpSettings } from './ports.js'
import { asMiddleware } from './routing.js'

const MAX_AGE_MS = 3_600_000

/** `/assets/brand.css`, made from the settings, and the files of the folder `public`. */
export function assetRoutes(settings: HttpSettings): Middleware {
  const router = new Router({ prefix: routePrefix(settings), strict: true, sensitive: true })
  const files = serveFiles(join(settings.root, 'public'), { maxage: MAX_AGE_MS, index: false })
  const css = brandCss(settings.brand.color)
  const folder = `${basePath(settings)}/assets`
  router.get('/assets/brand.css', (ctx) => {
    ctx.type = 'text/css'
    ctx.set('Cache-Control', `max-age=${(MAX_AGE_MS / 1000).toString()}`)
    ctx.body = css
  })
  router.get('/assets/{*file}', async (ctx, next) => {
    const { path } = ctx
    ctx.path = path.slice(folder.length)
    try {
      await files(ctx, next)
    } finally {
      ctx.path = path
    }
  })
  return asMiddleware(router)
}

/** Without a colour of the deployer's the stylesheet's own stays. White can be read on every colour that the settings admit. */
const brandCss = (color: string | undefined): string =>
  color === undefined
    ? ''
    : `:root{--accent:${color};--accent-text:#fff}
`
