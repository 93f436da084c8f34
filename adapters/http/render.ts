import { join } from 'node:path'
import type { Context } from 'koa'
import pug from 'pug'
import { languageOf, textsOf } from './language.js'
import { basePath } from './paths.js'
import type { HttpSettings } from './ports.js'
import { requestIdOf } from './request-state.js'

const compiled = new Map<string, pug.compileTemplate>()

/** Answers with a view of `settings.root/views` (named without `.pug`). `locals` come on top of brand, base, requestId, lang and the words `t` in it. */
export function render(ctx: Context, settings: HttpSettings, view: string, locals: object, status = 200): void {
  const common = { brand: settings.brand, base: basePath(settings), requestId: requestIdOf(ctx), lang: languageOf(ctx), t: textsOf(ctx) }
  const html = template(join(settings.root, 'views', `${view}.pug`))({ ...common, ...locals })
  ctx.status = status
  ctx.type = 'text/html; charset=utf-8'
  ctx.body = html
}

/** Compiled once: views do not change while the server runs. */
function template(file: string): pug.compileTemplate {
  const known = compiled.get(file)
  if (known !== undefined) return known
  const fresh = pug.compileFile(file, { cache: false })
  compiled.set(file, fresh)
  return fresh
}
