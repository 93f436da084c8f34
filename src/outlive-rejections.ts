import { createLogger } from '../adapters/system/logger.js'
import type { Config } from './config.js'

/**
 * From now on a promise that is rejected, and that nobody waits for, is logged and ends nobody's requests. Not for a start, which must fail by it.
 * The log gets the error's name and place without its words, which may repeat a password.
 */
export function outliveRejections(level: Config['logLevel']): void {
  const logger = createLogger(level)
  process.on('unhandledRejection', (reason) => {
    const cause = reason instanceof Error ? { error: reason.name, at: placeOf(reason) } : { error: typeof reason }
    logger.error(cause, 'a rejection that nobody waited for')
  })
}

/** The frames of the stack, which follow the words. */
function placeOf({ stack, message }: Error): string {
  if (typeof stack !== 'string') return ''
  const end = stack.indexOf(message)
  const frames = end < 0 ? '' : stack.slice(end + message.length)
  return frames
    .split('\n')
    .filter((line) => /^\s+at /.test(line))
    .join('\n')
}
