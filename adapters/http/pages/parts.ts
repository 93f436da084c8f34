import type { Middleware } from 'koa'
import type { HttpPorts, HttpSettings } from '../ports.js'

/** What pages are made of. */
export interface PageParts {
  readonly ports: HttpPorts
  readonly settings: HttpSettings
}

/** What answers GET and POST at each path. */
export type Pages = Readonly<Record<string, { readonly get?: readonly Middleware[]; readonly post?: readonly Middleware[] }>>
