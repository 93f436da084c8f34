import { destination, pino, type LevelWithSilent, type Logger } from 'pino'

const STDOUT = 1
export const STDERR = 2
/** What may wait for a reader that has stopped reading; beyond it lines are dropped. */
const BUFFER_BYTES = 32 * 1024 * 1024

/** JSON lines, each written at once: on stdout unless another descriptor is given. */
export function createLogger(level: LevelWithSilent, descriptor = STDOUT): Logger {
  return pino({ level, base: { pid: process.pid }, timestamp }, stream(descriptor))
}

let last = { at: 0, text: '' }

/** ISO 8601; lines of one millisecond share the text. */
function timestamp(): string {
  const at = Date.now()
  if (at !== last.at) last = { at, text: `,"time":"${new Date(at).toISOString()}"` }
  return last.text
}

/**
 * Asynchronous, because a synchronous write to a pipe whose reader stalls stops the event loop. Pino writes what is left when the process exits,
 * so that only a SIGKILL can lose the line that was on its way.
 */
function stream(descriptor: number) {
  const lines = destination({ dest: descriptor, sync: false, minLength: 0, maxLength: BUFFER_BYTES })
  let isFailing = false
  // Without a listener a full disk would end the process.
  lines.on('error', () => (isFailing = true))
  lines.on('write', () => (isFailing = false))
  // At exit Pino tries until it succeeds, which on a full disk is never.
  lines.once('error', () => {
    process.prependOnceListener('exit', () => {
      if (isFailing) lines.destroy()
    })
  })
  return lines
}
