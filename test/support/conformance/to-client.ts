import type { Answered, Asked, Meddling } from './front.js'
import { answering, location, PAGES } from './meddling.js'
import { LOOPBACK_URI, REDIRECT_URI } from './server.js'

/** What the two clients have. */
export const REGISTERED = [REDIRECT_URI, LOOPBACK_URI]

export const toClient = ({ headers }: Answered): boolean =>
  REGISTERED.some((uri) => headers.location?.startsWith(uri.split('/cb')[0] ?? '') === true)

/** One that changes where a client is answered. */
export const redirecting = (change: (location: string, asked: Asked) => string): (() => Meddling) =>
  answering(PAGES, (answer, asked) => {
    if (toClient(answer)) location(change)(answer, asked)
  })
